"""The breaker of one server on a clock that is handed in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.breaker import CLOSED, FIRST_PAUSE, LONGEST_PAUSE, TRIAL, Admission, Breaker, State, pause

NOW = datetime(2026, 5, 31, 3, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_one_silence_opens_it_and_the_next_look_is_one_trial() -> None:
    assert CLOSED.admission(NOW) is Admission.ORDINARY
    dark = CLOSED.after_silence(Admission.ORDINARY, NOW, "no route", 1.0)
    assert (dark.state(NOW), dark.dark_since, dark.next_try) == (State.OPEN, NOW, later(FIRST_PAUSE))
    assert dark.admission(later(4.9)) is None
    assert dark.admission(later(4.9), insist=True) is Admission.INSISTED
    half = later(FIRST_PAUSE)
    assert (dark.state(half), dark.admission(half)) == (State.HALF_OPEN, Admission.TRIAL)
    trying = dark.on_trial(half)
    assert trying.admission(half) is None
    assert trying.admission(half, insist=True) is Admission.INSISTED
    assert trying.admission(half + timedelta(seconds=TRIAL)) is Admission.TRIAL, "whoever tried has gone"


def test_only_a_trial_makes_the_pause_longer() -> None:
    dark = CLOSED.after_silence(Admission.ORDINARY, NOW, "first", 1.0)
    for admission in (Admission.ORDINARY, Admission.INSISTED):
        assert dark.after_silence(admission, later(1), "another", 1.0) == dark, "all that were under way fail together"
    again = dark.on_trial(later(5)).after_silence(Admission.TRIAL, later(9), "second", 1.0)
    assert again == Breaker(2, NOW, later(9 + 2 * FIRST_PAUSE), None, "second")
    assert again.hastened(later(10)).admission(later(10)) is Admission.TRIAL
    assert CLOSED.hastened(NOW) == CLOSED


@given(st.integers(1, 10_000), st.floats(0.5, 1.0))
def test_pauses_grow_to_their_bound(failures: int, share: float) -> None:
    seconds = pause(failures, share, FIRST_PAUSE, LONGEST_PAUSE).total_seconds()
    assert FIRST_PAUSE / 2 - 1e-5 <= seconds <= LONGEST_PAUSE
    assert pause(failures + 1, share, FIRST_PAUSE, LONGEST_PAUSE).total_seconds() >= seconds
