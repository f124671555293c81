"""First logins as intervals: whatever routers say, the truth stays inside, and lines of logs are read as they are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.vouchers.first_login import ROUNDED, STEADY, Said, Span, logged_in, smaller, span_of, told

START = datetime(2026, 5, 31, 3, 0, tzinfo=UTC)
seconds = st.floats(0, 10**6, allow_nan=False)


def at(offset: float) -> datetime:
    return START + timedelta(seconds=offset)


@given(st.tuples(seconds, seconds, seconds).map(sorted), st.floats(-(10**6), 10**6), st.booleans(), seconds)
def test_the_truth_is_inside_while_the_clock_stays_as_it_was(
    moments: list[float], ahead: float, knows: bool, later: float
) -> None:
    floor, truth, seen = moments
    said = Said("a stamp", at(truth) - ROUNDED, at(truth) + ROUNDED, ahead) if knows else Said("a count")
    span = span_of(at(floor), at(seen), said, ahead)
    assert at(floor) <= span.first <= at(truth) <= span.last <= at(seen)
    again = smaller(span, span_of(span.first, span.last, Said("later", None, at(truth + later)), None))
    assert span.first <= again.first <= at(truth) <= again.last <= span.last


@given(st.tuples(seconds, seconds, seconds).map(sorted), st.floats(STEADY + 1, 10**6), st.sampled_from((1, -1)))
def test_a_clock_that_was_set_moves_nothing(moments: list[float], by: float, way: int) -> None:
    floor, truth, seen = moments
    wrong = at(truth) + timedelta(seconds=by * way)
    for then in (None, by * way):
        span = span_of(at(floor), at(seen), Said("a stamp", wrong - ROUNDED, wrong + ROUNDED, 0.0), then)
        assert (span.first, span.last) == (at(floor), at(seen))
        assert "without its time" in span.by


def test_what_contradicts_our_own_looks_is_left_out() -> None:
    span = span_of(at(100), at(160), Said("a stamp", at(0), at(2), 0.0), 0.0)
    assert (span.first, span.last, span.off) == (at(100), at(160), 60.0)
    known = Span(at(0), at(10), "one")
    assert smaller(known, Span(at(20), at(30), "two")) is known


@pytest.mark.parametrize(
    ("topics", "message", "user"),
    [
        ("hotspot,account,info,debug", "->: K7GT2 (10.5.50.254): logged in", "K7GT2"),
        ("hotspot,info,debug", "a (b) (c) (10.5.50.254): logged in", "a (b) (c)"),
        ("hotspot,account,info", "k7 (10.5.50.2): logged in by mac-cookie", "k7"),
        ("hotspot,info", "k7 (10.5.50.2): logged out: user request", None),
        ("hotspot,info", "k7 (10.5.50.2): login failed: invalid username", None),
        ("pppoe,info", "k7 (10.5.50.2): logged in", None),
        ("hotspot,info", "k7 (10.5.50.2): logged in\nk8 (10.5.50.2): logged in", None),
        ("hotspot,info", f"{'x' * 300} (10.5.50.2): logged in", None),
    ],
)
def test_lines_of_logs(topics: str, message: str, user: str | None) -> None:
    assert logged_in(topics, message) == user


def test_how_sure_it_is_in_words() -> None:
    assert told(None, None, "") == ""
    hostile = told(START, 3.0, "the log\x1b[31m")
    assert hostile.startswith("3 s off at most (the log")
    assert "\x1b" not in hostile
    assert told(START, 1800.0, "") == "30 min off at most"
    assert told(START, 86_400.0, "") == "24.0 h off at most"
