"""Delay, jitter, loss and grades; pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.line_quality import (
    G1010,
    PAPER,
    PRESETS,
    Grade,
    Preset,
    Run,
    check_amount,
    figures_text,
    preset_named,
    run_of,
    worst_loss,
    worst_run,
)

E, G, F, P = Grade
TRIPS = st.lists(st.one_of(st.none(), st.floats(0, 5)), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("preset", "delay", "jitter", "loss", "grade"),
    [
        (PAPER, 149.9, 0.4, 0, E),
        (PAPER, 150, 0, 0, G),
        (PAPER, 1, 0.5, 0, G),
        (PAPER, 1, 2.2, 0, G),
        (PAPER, 1, 0, 1, G),
        (PAPER, 300, 0, 0, F),
        (PAPER, 1, 75, 0, F),
        (PAPER, 1, 0, 3, F),
        (PAPER, 450, 0, 0, P),
        (PAPER, 1, 125, 0, P),
        (PAPER, 1, 0, 15, P),
        (G1010, 299, 50, 2, E),
        (G1010, 300, 0, 0, F),
        (G1010, 799, 0, 0, F),
        (G1010, 800, 0, 0, P),
        (G1010, 1, 0, 3, P),
    ],
)
def test_each_bound_belongs_to_the_worse_grade(
    preset: Preset, delay: float, jitter: float, loss: int, grade: Grade
) -> None:
    assert preset.grade([Run(100, 100 - loss, delay, jitter)]) is grade


def test_the_formulas() -> None:
    run = run_of([0.010, 0.014, None, 0.011])
    assert (run.sent, run.received, run.loss) == (4, 3, 25.0)
    assert run.delay == pytest.approx(35 / 3)
    assert run.jitter == pytest.approx((4 + 3) / 2)
    assert run_of([0.01]).jitter is None
    assert run_of([None]).delay is None


def test_the_worst_of_several_runs_counts() -> None:
    runs = [Run(10, 10, 20.0, 0.1), Run(10, 9, 400.0, 0.0), Run(10, 10, 5.0, 80.0)]
    assert PAPER.grade(runs) is F
    assert (worst_run(runs).delay, worst_run(runs).jitter, worst_loss(runs)) == (400.0, 80.0, 10.0)
    assert PAPER.grade([*runs, Run(10, 0, None, None)]) is P
    assert PAPER.grade([]) is P
    assert figures_text(None, 0.25, 100.0) == "–, jitter 0.2 ms, loss 100 %"


@given(st.sampled_from(list(PRESETS.values())), st.lists(TRIPS, min_size=1, max_size=4))
def test_more_runs_never_make_it_better(preset: Preset, runs: list[list[float | None]]) -> None:
    order = list(Grade)
    measured = [run_of(trips) for trips in runs]
    grades = [order.index(preset.grade(measured[:until])) for until in range(1, len(measured) + 1)]
    assert grades == sorted(grades)
    assert all(0 <= run.loss <= 100 for run in measured)


def test_what_cannot_be() -> None:
    with pytest.raises(BadInput, match="no preset"):
        preset_named("mine")
    for runs, count in ((0, 20), (21, 20), (3, 1), (3, 1001)):
        with pytest.raises(BadInput):
            check_amount(runs, count)
