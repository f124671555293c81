"""Rates from counters: never below nothing, never across a restart or a reset, exact over the true interval."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.minutes import KEPT, History, Minute, minute_of, summed
from radiusbridge.domain.spark import BLOCKS, GAP, spark
from radiusbridge.domain.vitals import Vitals, traffic

START = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
PORTS = ("ether1", "ether2")


def vitals(moment: float, uptime: int | None, **counters: tuple[int, int]) -> Vitals:
    return Vitals(START + timedelta(seconds=moment), moment, 0.01, uptime=uptime, counters=counters)


EVENTS = st.lists(
    st.tuples(
        st.floats(0.5, 3_600),
        st.integers(0, 10**13),
        st.integers(0, 10**13),
        st.sampled_from(["", "", "", "restart", "reset"]),
        st.floats(0, 1),
    ),
    min_size=1,
    max_size=12,
)


@given(EVENTS, st.integers(0, 10**9))
def test_a_rate_is_what_really_went_through_or_is_not_told(
    events: list[tuple[float, int, int, str, float]], up: int
) -> None:
    moment, booted = 100.0, 100.0 - up
    counters = [5_000_000, 7_000_000]
    before = vitals(moment, up, ether1=(counters[0], 0), ether2=(counters[1], 0))
    for seconds, first, second, event, share in events:
        moved = (first, second)
        if event:  # what went through before it is lost with the counters
            counters = [0, 0]
            if event == "restart":
                booted = moment + seconds * share
        counters = [counters[at] + moved[at] for at in (0, 1)]
        moment += seconds
        after = vitals(moment, int(moment - booted), ether1=(counters[0], 0), ether2=(counters[1], 0))
        found = traffic(before, after)
        if not event:
            assert found.received == pytest.approx((first + second) * 8 / seconds)
            assert found.seconds == pytest.approx(seconds)
        elif event == "restart":
            # one within the first seconds of another cannot be told from it, and nothing was counted in them
            assert found.received is None or (before.uptime or 0) <= 5
        else:
            assert found.received is None or found.received >= 0
        assert found.received is None or found.received >= 0
        assert (found.received is None) == bool(found.why)
        before = after


def test_what_cannot_be_told_is_named() -> None:
    first = vitals(0, 100, ether1=(10, 10), ether2=(5, 5))
    assert "restart" not in traffic(first, vitals(10, 110, ether1=(20, 20), ether2=(5, 5))).why
    assert "ether2 were reset" in traffic(first, vitals(10, 110, ether1=(20, 20), ether2=(1, 5))).why
    assert "started" in traffic(first, vitals(10, 3, ether1=(20, 20), ether2=(50, 50))).why
    assert "no port" in traffic(first, vitals(10, 110, sfp1=(20, 20))).why
    assert "two readings" in traffic(None, first).why
    assert "does not show" in traffic(first, Vitals(START, 10, 0.1)).why
    assert "no time" in traffic(first, first).why
    new_port = traffic(first, vitals(10, 110, ether1=(20, 20), sfp1=(10**12, 0)))
    assert (new_port.received, new_port.sent) == (8.0, 8.0)


def test_a_history_is_bounded_fills_minutes_and_takes_over_what_others_kept() -> None:
    history = History()
    for second in range(0, 60 * (KEPT + 20), 15):
        history.note(START + timedelta(seconds=second), second // 60, 7, (100.0 * (second % 60), 1.0), 15)
    assert len(history.over()) == KEPT
    now = START + timedelta(minutes=KEPT + 19, seconds=50)
    series = history.series(now, 3, lambda minute: minute.received)
    assert series == pytest.approx((2250.0,) * 3)
    assert history.series(now, 2, lambda minute: minute.sessions) == (KEPT + 18, KEPT + 19)
    gap = History()
    gap.learn([Minute(minute_of(now) - timedelta(minutes=2), 5)])
    gap.note(now, 9, None)
    assert gap.series(now, 4, lambda minute: minute.sessions) == (None, 5, None, 9)
    assert summed([(1.0, None), (2.0, None)]) == (3.0, None)


@given(st.lists(st.none() | st.floats(0, 1e12), max_size=200), st.integers(0, 90))
def test_a_sparkline_has_its_width_and_says_where_nothing_is_known(series: list[float | None], width: int) -> None:
    drawn = spark(series, width)
    assert len(drawn) == width
    assert set(drawn) <= {*BLOCKS, GAP}
    if series and len(series) <= width:
        assert [each == GAP for each in drawn[-len(series) :]] == [value is None for value in series]
