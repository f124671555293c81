"""The saga of a restart: sent once, whoever dies when; looked at until it is decided."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.effects import CountRouter, LookAlive, LookBack, Restart
from radiusbridge.domain.observations import AttemptBegan, Observation, WriteBegan
from radiusbridge.domain.reboot import BACK_WITHIN, SESSIONS, SETTLE_WITHIN
from radiusbridge.domain.router_observations import (
    Answer,
    Missing,
    RebootAnswered,
    RouterAlive,
    RouterBack,
    RouterCounted,
    RouterSilent,
)
from radiusbridge.domain.sagas.restart import RestartPlan, decide
from radiusbridge.domain.verdict import Status, Verdict

PLAN = RestartPlan(count=2)
CLAIM = AttemptBegan(began=0.0, at=0.0, attempt=1)
COUNTED = RouterCounted(
    began=0.1, at=0.2, started=-1000.0, version="7.16.2", sessions=2, guests=0, names=((SESSIONS, ("a", "b")),)
)
WRITE = WriteBegan(began=0.3, at=0.3)
SENT = RebootAnswered(began=0.4, at=0.5, answer=Answer.SENT, words="yes")
AGAIN = AttemptBegan(began=30.0, at=30.0, attempt=2)
BACK = RouterBack(began=40.0, at=40.0, started=25.0, version="7.16.2", counts=((SESSIONS, 2),))


def up(at: float, started: float | None) -> RouterAlive:
    return RouterAlive(began=at, at=at, started=started)


def test_it_counts_says_so_and_sends() -> None:
    assert decide(PLAN, [CLAIM], 0.0).effects == (CountRouter(),)
    assert decide(PLAN, [CLAIM, COUNTED], 0.2).effects == (Restart(),)
    assert decide(PLAN, [CLAIM, COUNTED, WRITE], 0.3).effects == (Restart(),), "its own, which is under way"
    assert decide(PLAN, [CLAIM, COUNTED, WRITE, SENT], 3.0).effects == (LookAlive(),)
    assert decide(PLAN, [CLAIM, COUNTED, WRITE, SENT, up(29.0, 25.0)], 29.0).effects == (LookBack(COUNTED.names),)


def test_who_takes_over_counts_anew_before_and_never_sends_after_somebody_may_have() -> None:
    assert decide(PLAN, [CLAIM, COUNTED, AGAIN], 30.0).effects == (CountRouter(),)
    assert decide(PLAN, [CLAIM, COUNTED, WRITE, AGAIN], 30.0).effects == (LookAlive(),)
    late = decide(PLAN, [CLAIM, COUNTED, WRITE, AGAIN, up(30.1, -1000.0)], BACK_WITHIN + 1)
    assert late.end is not None
    assert (late.end.verdict, "was not started anew" in late.end.reasons[0]) == (Verdict.FAILED, True)


@pytest.mark.parametrize(
    ("plan", "seen", "words"),
    [
        (replace(PLAN, forbidden="too late"), (), "nothing was sent: too late"),
        (PLAN, (RouterSilent(began=0.1, at=4.0, error="dark"),), "nothing was sent: dark"),
        (PLAN, (replace(COUNTED, sessions=13),), "nothing was sent: by now 13 sessions would drop, not 2"),
        (PLAN, (COUNTED, WRITE, replace(SENT, answer=Answer.REFUSED, words="no")), "the router refused: no"),
        (PLAN, (COUNTED, WRITE, replace(SENT, answer=Answer.UNSENT, words="gone")), "nothing was sent: gone"),
    ],
)
def test_what_is_not_sent_fails_at_once(plan: RestartPlan, seen: tuple[Observation, ...], words: str) -> None:
    end = decide(plan, [CLAIM, *seen], 5.0).end
    assert end is not None
    assert (end.verdict, end.reasons) == (Verdict.FAILED, (words,))


def test_a_few_more_than_were_typed_are_no_reason() -> None:
    assert decide(PLAN, [CLAIM, replace(COUNTED, guests=10)], 0.2).effects == (Restart(),)


@given(
    st.lists(
        st.one_of(
            st.builds(lambda at: RouterSilent(began=at, at=at, error="dark"), st.floats(1, 600)),
            st.builds(up, st.floats(1, 600), st.one_of(st.none(), st.floats(-1000, 600))),
            st.builds(
                lambda at, started, gone: replace(
                    BACK,
                    began=at,
                    at=at,
                    started=started,
                    missing=(Missing(kind=SESSIONS, count=gone, of=2, names=("a", "b")[:gone]),) if gone else (),
                ),
                st.floats(1, 600),
                st.one_of(st.none(), st.floats(-1000, 600)),
                st.integers(0, 2),
            ),
            st.builds(lambda at: AttemptBegan(began=at, at=at, attempt=2), st.floats(1, 600)),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_it_is_never_sent_again_ends_in_time_and_is_proven_by_a_later_start_alone(
    later: list[Observation], answered: bool
) -> None:
    later = sorted(later, key=lambda each: each.at)
    log = [CLAIM, COUNTED, WRITE, *([SENT] if answered else [AGAIN]), *later]
    now = max(each.at for each in log)
    decision = decide(PLAN, log, now)
    assert Restart() not in decision.effects
    assert decision.effects or decision.wake is not None or decision.end is not None
    if decision.end is not None and decision.end.verdict is Verdict.PROVEN:
        last = [each for each in later if isinstance(each, RouterBack)][-1]
        assert not last.missing
        assert last.started is not None
        assert last.started > COUNTED.at - 1000.0
        assert decision.end.status is Status.DONE
    at_the_end = [*log, RouterSilent(began=now, at=now, error="dark")]
    over = decide(PLAN, at_the_end, WRITE.began + BACK_WITHIN + SETTLE_WITHIN + 1.0)
    assert over.end is not None
