"""How good a line is, from pings: delay, jitter and loss of each run, graded by a named preset. Pure.

Delay is the mean round trip of the answered pings. Jitter is the mean of |r[n+1] - r[n]| over the round trips r of
answered pings in the order in which they were sent. Loss is (sent - answered) / sent. The worst of the figures makes a
run's grade, the worst of the runs the line's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from radiusbridge.domain.errors import BadInput

MOST_RUNS, MOST_PINGS = 20, 1000


class Grade(StrEnum):
    """Worse and worse."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


_ORDER = tuple(Grade)


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Times in milliseconds, loss in per cent; None: nothing, or too little, was answered."""

    sent: int
    received: int
    delay: float | None
    jitter: float | None

    @property
    def loss(self) -> float:
        """Per cent of what was sent."""
        return 100.0 * (self.sent - self.received) / self.sent if self.sent else 100.0


@dataclass(frozen=True, slots=True)
class Preset:
    """Bounds of delay, jitter (ms) and loss (per cent): below the first is the first grade, and so on; empty: not
    graded. halved: the bounds are one way, and half of the round trip is held against them."""

    name: str
    delay: tuple[float, ...]
    jitter: tuple[float, ...]
    loss: tuple[float, ...]
    grades: tuple[Grade, ...] = _ORDER
    halved: bool = False

    def grades_of(self, run: Run) -> dict[str, Grade]:
        """The grade of each figure that the preset grades. A run without answers has the last one."""
        if not run.received:
            return {"loss": self.grades[-1]}
        delay = run.delay if run.delay is None or not self.halved else run.delay / 2
        figures = {"delay": (delay, self.delay), "jitter": (run.jitter, self.jitter), "loss": (run.loss, self.loss)}
        return {
            name: self._graded(value, bounds)
            for name, (value, bounds) in figures.items()
            if bounds and value is not None
        }

    def grade(self, runs: Sequence[Run]) -> Grade:
        """The worst figure of the worst run."""
        return worst([grade for run in runs for grade in self.grades_of(run).values()])

    def _graded(self, value: float, bounds: tuple[float, ...]) -> Grade:
        return self.grades[sum(value >= bound for bound in bounds)]


PAPER = Preset("paper-g1010", (150, 300, 450), (0.5, 75, 125), (0.5, 3, 15))
"""The table of the panel paper (docs/howto/line-quality.md), in its own four grades; what it gives as 0 is what rounds
to 0, and a bound belongs to the worse grade."""
G1010 = Preset("g1010", (150, 400), (), (3, 3), (Grade.EXCELLENT, Grade.FAIR, Grade.POOR), halved=True)
"""ITU-T G.1010 (11/2001), Appendix I, conversational voice: one-way delay below 150 ms preferred, 400 ms the limit;
loss below 3 % (packet loss ratio, where the codec conceals what is lost). Its delay variation, 1 ms, is that after the
receiver's buffer, which no ping sees: jitter is not graded. The delays are also those of ITU-T G.114 (05/2003); the
loss is what others quote from Table I.1, and was not compared with the recommendation's own text."""
PRESETS = {preset.name: preset for preset in (PAPER, G1010)}


@dataclass(frozen=True, slots=True)
class LineQuality:
    """A measurement that was kept: the worst of its runs. Times in milliseconds, loss in per cent."""

    at: datetime
    customer_id: int
    origin: str
    """The NAS, or `here`."""
    address: str
    preset: str
    grade: str
    runs: int
    sent: int
    received: int
    delay: float | None
    jitter: float | None
    loss: float


def run_of(trips: Sequence[float | None]) -> Run:
    """A run from its round trips in seconds, in the order in which they were sent; None: not answered."""
    answered = [1000.0 * trip for trip in trips if trip is not None]
    steps = [abs(after - before) for before, after in pairwise(answered)]
    return Run(
        len(trips),
        len(answered),
        sum(answered) / len(answered) if answered else None,
        sum(steps) / len(steps) if steps else None,
    )


def worst(grades: Sequence[Grade]) -> Grade:
    """The worst of them; of none, the worst there is."""
    return max(grades, key=_ORDER.index, default=Grade.POOR)


def worst_run(runs: Sequence[Run]) -> Run:
    """The worst delay, jitter and loss of several runs, each for itself, with what was sent and answered in all."""
    delays = [run.delay for run in runs if run.delay is not None]
    jitters = [run.jitter for run in runs if run.jitter is not None]
    sent, received = sum(run.sent for run in runs), sum(run.received for run in runs)
    return Run(sent, received, max(delays, default=None), max(jitters, default=None))


def worst_loss(runs: Sequence[Run]) -> float:
    """Per cent, of the run that lost most."""
    return max((run.loss for run in runs), default=100.0)


def preset_named(name: str) -> Preset:
    """BadInput: no such preset."""
    if name not in PRESETS:
        raise BadInput(f"there is no preset {name[:40]}", hint=f"use {', '.join(PRESETS)}")
    return PRESETS[name]


def check_amount(runs: int, count: int) -> None:
    """BadInput: too few or too many."""
    if not 1 <= runs <= MOST_RUNS or not 2 <= count <= MOST_PINGS:
        raise BadInput("so many runs or pings cannot be", hint=f"1 to {MOST_RUNS} runs of 2 to {MOST_PINGS} pings")


def figures_text(delay: float | None, jitter: float | None, loss: float) -> str:
    """`12.3 ms, jitter 0.8 ms, loss 0 %`; unknown figures as a dash."""
    first = "–" if delay is None else f"{delay:.1f} ms"
    second = "–" if jitter is None else f"{jitter:.1f} ms"
    return f"{first}, jitter {second}, loss {loss:.3g} %"
