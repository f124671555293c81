"""The former account of a move on a NAS of both servers: what was there before has to be gone, the redial is meant."""

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Kick, Rung
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.local_access import SecretsOfName
from radiusbridge.domain.observations import (
    AccountSeen,
    AttemptBegan,
    KickAnswer,
    Kicked,
    Observation,
    SessionsSeen,
    WriteBegan,
    Written,
)
from radiusbridge.domain.proof import Decision
from radiusbridge.domain.sagas.plan import AccountPlan, Live, LoginPlan, NasPlan
from radiusbridge.domain.sagas.removal import decide
from radiusbridge.domain.verdict import Verdict

NAS = NasPlan("bras-1", Rungs(dae=True, nas_address=False, close_session=False, api=True))
OLD, DOUBTFUL, NEW = (SessionRow("bras-1", f"*{n}", "budi", f"8100000{n}", f"10.0.0.{n}") for n in (1, 2, 3))


def listed(at: float, *sessions: SessionRow) -> SessionsSeen:
    return SessionsSeen(began=at, at=at, nas="bras-1", sessions=sessions, local=SecretsOfName())


def kicked(at: float, session: SessionRow) -> Kicked:
    return Kicked(
        began=at, at=at, nas="bras-1", session_id=session.session_id, rung=Rung.DISCONNECT,
        answer=KickAnswer.ACCEPTED, words="",
    )  # fmt: skip


def gone(*after: Observation, redials: frozenset[str], now: float = 9.0) -> Decision:
    """After the account was taken away at 1.0, with one session before."""
    plan = AccountPlan(
        "budi", "", remove=True, settle=2.0, deadline=20.0, nases=(NAS,), live=Live.KICK, login=LoginPlan("none"),
        redials=redials,
    )  # fmt: skip
    before: list[Observation] = [
        AttemptBegan(began=0.0, at=0.0, attempt=1),
        listed(0.5, OLD),
        WriteBegan(began=0.9, at=0.9),
    ]
    written: list[Observation] = [
        Written(began=0.9, at=1.0, already=False, words=""),
        AccountSeen(began=1.1, at=1.1, account=None),
    ]
    return decide(plan, [*before, *written, *after], now)


def test_what_was_there_before_or_may_have_been_is_kicked() -> None:
    for session in (OLD, DOUBTFUL):
        asked = gone(listed(1.2, session), redials=frozenset({"bras-1"}), now=1.3)
        assert [each.session for each in asked.effects if isinstance(each, Kick)] == [session]


def test_the_redial_is_meant_where_the_nas_is_of_both_servers_and_nowhere_else() -> None:
    readings = [listed(at, NEW) for at in (2.0, 3.0, 4.5)]
    after: list[Observation] = [listed(1.2, OLD), kicked(1.4, OLD), listed(1.6), *readings]
    both = gone(*after, redials=frozenset({"bras-1"}), now=4.6)
    assert both.end is not None
    assert both.end.verdict is Verdict.PROVEN
    assert any("none from before" in reason for reason in both.end.reasons)
    other = gone(*after, redials=frozenset(), now=4.6)
    assert other.end is None or other.end.verdict is Verdict.FAILED
    assert [each.session for each in other.effects if isinstance(each, Kick)] == [NEW]
