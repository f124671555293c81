"""Beside an operation: what is done about a session that a move left on the former server's NASes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from radiusbridge.domain.accounts import AccountRow, SessionRow
from radiusbridge.domain.effects import Kick, ListSessions, ReadAccount, Rung
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.local_access import LocalSecret, SecretsOfName
from radiusbridge.domain.observations import (
    AccountSeen,
    AttemptBegan,
    KickAnswer,
    Kicked,
    Observation,
    ServerSilent,
    SessionsSeen,
    Written,
)
from radiusbridge.domain.proof import Decision, done
from radiusbridge.domain.records import Intent
from radiusbridge.domain.sagas.left_behind import LeftBehind, beside
from radiusbridge.domain.sagas.plan import NasPlan
from radiusbridge.domain.verdict import Verdict

BEGAN = AttemptBegan(began=0.0, at=0.0, attempt=1)
WRITTEN = Written(began=0.5, at=1.0, already=False, words="")
OLD = SessionRow("nas1", "*1", "budi", "81000001", "10.0.0.2")
WALLED = replace(OLD, lists=("isolir",))


def left(intent: Intent) -> LeftBehind:
    nas = NasPlan("nas1", Rungs(dae=True, nas_address=False, close_session=True, api=True))
    return LeftBehind(1, "budi", "um1", (nas,), intent, settle=2.0, deadline=20.0, isolation="isolir")


def seen(at: float, *sessions: SessionRow) -> SessionsSeen:
    return SessionsSeen(began=at, at=at, nas="nas1", sessions=sessions, local=SecretsOfName(), former=True)


def account(at: float, row: AccountRow | None = None) -> AccountSeen:
    return AccountSeen(began=at, at=at, account=row, former=True)


def decided(intent: Intent, log: Sequence[Observation], now: float, *, over: bool = True) -> Decision:
    """over: the operation itself is proven."""

    def main(own: Sequence[Observation], _now: float) -> Decision:
        assert not any(one.former for one in own)
        return done(Verdict.PROVEN, "write: read back") if over else Decision(wake=99.0)

    return beside(main, left(intent), [BEGAN, *log], now)


@pytest.mark.parametrize("intent", [Intent.ISOLATE, Intent.REMOVE, Intent.PROVISION, Intent.ACTIVATE])
def test_nothing_is_kicked_before_the_write(intent: Intent) -> None:
    assert decided(intent, [], 0.1, over=False).effects == ()
    listing = ListSessions("nas1", secrets=intent is not Intent.ACTIVATE, former=True)
    assert listing in decided(intent, [WRITTEN], 1.0, over=False).effects


@pytest.mark.parametrize("intent", [Intent.ISOLATE, Intent.REMOVE, Intent.PROVISION, Intent.KICK])
def test_the_session_is_kicked_and_fails_the_operation_while_it_lives(intent: Intent) -> None:
    log: list[Observation] = [WRITTEN, account(1.0), seen(1.5, OLD)]
    [kick] = [one for one in decided(intent, log, 1.6).effects if isinstance(one, Kick)]
    assert (kick.session, kick.former) == (OLD, True)
    end = decided(intent, [*log, seen(90.0, OLD)], 91.0).end
    assert end is not None
    assert end.verdict is Verdict.FAILED
    assert any("left behind by operation 1 (budi on um1)" in one and "81000001" in one for one in end.reasons)


def test_once_it_is_gone_for_the_settle_time_the_isolation_is_proven() -> None:
    gone = Kicked(
        began=1.6,
        at=1.7,
        nas="nas1",
        session_id="81000001",
        rung=Rung.DISCONNECT,
        answer=KickAnswer.ACCEPTED,
        words="",
        former=True,
    )
    log: list[Observation] = [WRITTEN, account(1.0), seen(1.5, OLD), gone, seen(2.0), seen(3.0)]
    assert decided(Intent.ISOLATE, log, 3.0).end is None
    end = decided(Intent.ISOLATE, [*log, seen(4.5)], 4.5).end
    assert end is not None
    assert end.verdict is Verdict.PROVEN
    assert end.reasons[0] == "write: read back"


@pytest.mark.parametrize("intent", [Intent.ISOLATE, Intent.REMOVE, Intent.PROVISION, Intent.KICK])
def test_a_local_secret_there_leaves_it_unproven(intent: Intent) -> None:
    """A kick as well: once it is PROVEN nobody looks there any more."""
    local = SecretsOfName((LocalSecret("nas1", "budi"),))
    log: list[Observation] = [WRITTEN, account(1.0), seen(1.5), replace(seen(4.5), local=local)]
    end = decided(intent, log, 4.5).end
    assert end is not None
    assert end.verdict is Verdict.UNPROVEN
    assert any("/ppp secret disable [find name=budi]" in reason for reason in end.reasons)


def test_an_account_that_is_open_there_leaves_an_isolation_unproven() -> None:
    row = AccountRow("*1", "budi", False, "default")
    log: list[Observation] = [WRITTEN, account(1.0, row), seen(1.5), seen(4.5)]
    end = decided(Intent.ISOLATE, log, 4.5).end
    assert end is not None
    assert end.verdict is Verdict.UNPROVEN
    shut = decided(Intent.ISOLATE, [WRITTEN, account(1.0, replace(row, disabled=True)), *log[2:]], 4.5).end
    assert shut is not None
    assert shut.verdict is Verdict.PROVEN


def test_who_is_let_in_keeps_a_normal_session_and_loses_a_walled_one() -> None:
    end = decided(Intent.ACTIVATE, [WRITTEN, seen(1.5, OLD)], 1.6).end
    assert end is not None
    assert end.verdict is Verdict.PROVEN
    [kick] = decided(Intent.ACTIVATE, [WRITTEN, seen(1.5, WALLED)], 1.6).effects
    assert isinstance(kick, Kick)


@pytest.mark.parametrize("intent", [Intent.ISOLATE, Intent.KICK])
def test_a_former_server_that_is_dark_makes_nobody_wait(intent: Intent) -> None:
    dark: list[Observation] = [
        ServerSilent(began=t, at=t, doing="read-account", error="no answer", former=True) for t in (1.0, 2.0, 3.0)
    ]
    log: list[Observation] = [WRITTEN, *dark, seen(3.0), seen(6.0)]
    assert not any(isinstance(one, ReadAccount) for one in decided(intent, log, 6.0).effects)
    end = decided(intent, log, 6.0).end
    assert end is not None
    assert end.verdict is Verdict.UNPROVEN
    assert "did not answer" in " ".join(end.reasons)
