"""Single judgements on logs written out by hand, and runs made for one moment each."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from radiusbridge.domain.accounts import Access, ServerSession, SessionRow
from radiusbridge.domain.effects import Effect, Kick, ListSessions, Purpose, ReadAccount, Rung, TryLogin, work_key
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.local_access import LocalSecret, SecretsOfName
from radiusbridge.domain.observations import (
    AccountSeen,
    AttemptBegan,
    KickAnswer,
    Kicked,
    LoginAnswer,
    LoginSeen,
    Observation,
    SessionsSeen,
    SessionsUnreadable,
    WriteBegan,
    Written,
)
from radiusbridge.domain.proof import LegState
from radiusbridge.domain.sagas import isolate, kick
from radiusbridge.domain.sagas.kicking import reread_leg
from radiusbridge.domain.sagas.plan import KickPlan, NasPlan
from radiusbridge.domain.verdict import Verdict
from tests.domain.driver import Run
from tests.domain.test_proof_tables import RUNGS, brought, plan_for, rungs, world
from tests.domain.world import USER, Device, Router

ROW = SessionRow("nas1", "*1", USER, "81000001", "10.20.0.1")
PLAN = plan_for(world(), Access.REJECT, settle=3.0)


def listed(began: float, at: float, *rows: SessionRow) -> SessionsSeen:
    return SessionsSeen(began=began, at=at, nas="nas1", sessions=rows, local=SecretsOfName())


def told(began: float, at: float, answer: KickAnswer) -> Kicked:
    return Kicked(began=began, at=at, nas="nas1", session_id="81000001", rung=Rung.DISCONNECT, answer=answer, words="")


def login(at: float, answer: LoginAnswer, purpose: Purpose = Purpose.PROOF) -> LoginSeen:
    return LoginSeen(began=at, at=at, purpose=purpose, answer=answer, words=str(answer))


def until_written(*before: Observation) -> list[Observation]:
    """A log up to the confirmed write at 1.0 and its read back."""
    gone = world(access=Access.REJECT).account()
    return [
        AttemptBegan(began=0, at=0, attempt=1),
        AccountSeen(began=0, at=0.5, account=world().account()),
        *before,
        login(0.5, LoginAnswer.ACCEPTED, Purpose.CONTROL),
        WriteBegan(began=0.6, at=0.6),
        Written(began=0.6, at=1.0, already=False, words=""),
        AccountSeen(began=1.0, at=1.1, account=gone),
    ]


REFUSED = login(1.0, LoginAnswer.REJECTED)


def test_a_list_read_while_a_kick_is_under_way_is_no_clean_reading() -> None:
    log = [*until_written(listed(0, 0.5, ROW)), REFUSED, *(listed(at, at) for at in (1.5, 3.0, 5.5))]
    proven = isolate.decide(PLAN, log, 6.0).end
    assert proven is not None
    assert proven.verdict is Verdict.PROVEN
    overlapped = isolate.decide(PLAN, [*log, told(1.2, 5.8, KickAnswer.NOT_FOUND)], 6.0)
    assert overlapped.end is None
    assert overlapped.effects == (ListSessions("nas1", secrets=True),)


def test_a_list_read_before_the_write_was_confirmed_is_no_clean_reading() -> None:
    log = [*until_written(listed(0, 0.5)), REFUSED, listed(0.9, 1.2)]
    assert isolate.decide(PLAN, log, 1.3).effects == (ListSessions("nas1", secrets=True),)


def secret(service: str = "any", *, disabled: bool = False) -> SecretsOfName:
    return SecretsOfName((LocalSecret("nas1", USER, service, disabled),))


UNREAD = SecretsOfName(error="not enough permissions (9)")


@pytest.mark.parametrize(
    ("readings", "verdict"),
    [
        ((secret(), secret(), SecretsOfName()), Verdict.PROVEN),
        ((secret("pppoe", disabled=True),) * 3, Verdict.PROVEN),
        ((secret("l2tp"),) * 3, Verdict.PROVEN),
        ((SecretsOfName(), SecretsOfName(), secret()), Verdict.UNPROVEN),
        ((secret("pppoe"),) * 3, Verdict.UNPROVEN),
        ((UNREAD,) * 3, Verdict.UNPROVEN),
        ((UNREAD, UNREAD, SecretsOfName()), Verdict.PROVEN),
        ((SecretsOfName(), SecretsOfName(), UNREAD), None),
        ((None,) * 3, None),
    ],
)
def test_a_local_secret_that_the_newest_reading_shows_leaves_it_unproven(
    readings: tuple[SecretsOfName | None, ...], verdict: Verdict | None
) -> None:
    """What was not looked at, or could not be for once, is looked at again."""
    looks = [replace(listed(at, at), local=local) for at, local in zip((1.5, 3.0, 5.5), readings, strict=True)]
    decided = isolate.decide(PLAN, [*until_written(listed(0, 0.5)), REFUSED, *looks], 7.6)
    assert (decided.end.verdict if decided.end else None) is verdict
    if verdict is None:
        assert decided.effects == (ListSessions("nas1", secrets=True),)
    if verdict is Verdict.UNPROVEN:
        assert decided.end is not None
        assert "local secret" in decided.end.reasons[0]


def test_a_kick_is_judged_by_a_list_read_after_its_answer() -> None:
    plan = KickPlan(USER, (NasPlan("nas1", RUNGS),))
    log: list[Observation] = [
        AttemptBegan(began=0, at=0, attempt=1),
        AccountSeen(began=0, at=0.1, account=world().account()),
        listed(0, 0.1, ROW),
        listed(0.5, 0.6),
        told(0.2, 0.8, KickAnswer.ACCEPTED),
    ]
    assert kick.decide(plan, log, 0.8).effects == (ListSessions("nas1"),)
    end = kick.decide(plan, [*log, listed(0.8, 0.9)], 0.9).end
    assert end is not None
    assert end.verdict is Verdict.PROVEN


def test_a_list_counts_as_unreadable_after_longer_than_a_back_off() -> None:
    log = [SessionsUnreadable(began=at, at=at, nas="nas1", error="refused") for at in (0.0, 2.0, 4.0, 6.0)]
    nas = NasPlan("nas1", RUNGS)
    assert reread_leg(Evidence(log[:3]), nas, 0.0, 6.0).effects == (ListSessions("nas1"),)
    assert reread_leg(Evidence(log), nas, 0.0, 6.0).state is LegState.UNOBSERVED
    assert reread_leg(Evidence([*log[:3], listed(5.0, 5.0), log[3]]), nas, 0.0, 8.0).effects == (ListSessions("nas1"),)


def test_an_id_that_another_nas_had_is_no_earlier_session_here() -> None:
    def remembered(*addresses: str) -> AccountSeen:
        account = world().account()
        assert account is not None
        rows = tuple(ServerSession(f"*{at}", "81000001", address) for at, address in enumerate(addresses))
        return AccountSeen(began=0, at=0.1, account=replace(account, sessions=rows))

    there = SessionsSeen(began=0, at=0.2, nas="nas2", sessions=(replace(ROW, nas="nas2"),))
    after = listed(2.0, 2.1, ROW)
    written = Written(began=0.6, at=1.0, already=False, words="")
    began = AttemptBegan(began=0, at=0, attempt=1)
    logs: tuple[list[Observation], ...] = (
        [began, remembered("10.0.0.2"), written, after],
        [began, remembered("10.0.0.1", "10.0.0.2"), there, written, after],
        [began, listed(0, 0.1, ROW), there, written, after],
    )
    assert Evidence([began, remembered("10.0.0.2"), there, written, after]).earlier("nas1") == frozenset()
    assert Evidence([began, remembered("10.0.0.2"), there, written, after]).earlier("nas2") == {"81000001"}
    for log in logs:
        assert Evidence(log).earlier("nas1") == {"81000001"}, "nobody else accounts for it"


def test_silence_does_not_take_back_an_accepted_login() -> None:
    silent = [login(at, LoginAnswer.UNANSWERED) for at in (5.0, 10.0, 15.0, 20.0)]
    clean = [listed(at, at) for at in (2.0, 4.0, 6.0)]
    log = [*until_written(listed(0, 0.5)), login(1.0, LoginAnswer.ACCEPTED), *clean, *silent]
    assert isolate.decide(PLAN, log, 21.0).end is None
    end = isolate.decide(PLAN, log, 60.0).end
    assert end is not None
    assert end.verdict is Verdict.FAILED


def test_a_control_login_of_an_attempt_that_never_wrote_is_made_again() -> None:
    """It may be hours old: the operation waited for its server in between."""
    log: list[Observation] = [
        AttemptBegan(began=0, at=0, attempt=1),
        login(0.5, LoginAnswer.ACCEPTED, Purpose.CONTROL),
        AttemptBegan(began=9000, at=9000, attempt=2),
        AccountSeen(began=9000, at=9000, account=world().account()),
        listed(9000, 9000),
    ]
    assert isolate.decide(PLAN, log, 9000.0).effects == (TryLogin(Purpose.CONTROL, None),)


def test_a_row_that_was_read_again_is_the_same_kick() -> None:
    again = replace(ROW, uptime="2m")
    assert Kick(ROW, Rung.DISCONNECT) == Kick(again, Rung.DISCONNECT)
    assert work_key(Kick(ROW, Rung.DISCONNECT)) == work_key(Kick(again, Rung.NAS_API))
    assert work_key(Kick(ROW, Rung.DISCONNECT)) != work_key(Kick(replace(ROW, nas="nas2"), Rung.DISCONNECT))
    assert work_key(TryLogin(Purpose.PROOF, None)) == work_key(TryLogin(Purpose.PROOF, "AA"))
    assert work_key(ListSessions("nas1")) != work_key(ListSessions("nas2"))


def test_a_customer_who_dials_between_two_test_logins_is_not_dropped() -> None:
    truth = world(access=Access.REJECT, device=Device("nas1", 1.5, online=False), deaf=((0.0, 1.0),))
    run = brought(truth, Access.OPEN)
    assert run.verdict is Verdict.PROVEN
    assert "is live and normal" in run.reasons
    assert truth.count == 1
    assert not truth.harms


def test_a_slow_way_to_the_write_leaves_time_to_kick_and_settle() -> None:
    truth = world()
    plan = plan_for(truth, Access.REJECT)

    def slow(effect: Effect) -> tuple[float, float]:
        return (0.01, 59.0) if isinstance(effect, TryLogin) and effect.purpose is Purpose.CONTROL else (0.01, 0.01)

    run = Run(lambda log, now: isolate.decide(plan, log, now), truth, slow).go()
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert run.now < 75.0


def test_a_server_that_cannot_be_asked_again_is_not_asked_without_end() -> None:
    truth = world(Router("nas1", dae="silent", unreadable=((0.0, 99.0),)), silent=((0.5, 99.0),), shared_users=None)
    plan = plan_for(truth, Access.REJECT)

    def slow(effect: Effect) -> tuple[float, float]:
        return (0.0, 3.0) if isinstance(effect, Kick) else (0.0, 0.001)

    run = Run(lambda log, now: isolate.decide(plan, log, now), truth, slow).go()
    assert run.verdict is Verdict.UNPROVEN
    assert "cannot be asked again" in run.reasons
    asked = [at for at in run.starts(ReadAccount) if at > 0.5]
    assert len(asked) <= 5
    assert all(later - earlier > 0.9 for earlier, later in pairwise(asked))
    assert run.now < 15.0


def test_a_redial_that_only_the_server_shows_is_left_alone_behind_the_wall() -> None:
    truth = world(Router("nas1", unreadable=((0.0, 99.0),)), device=Device("nas1", 0.05))
    plan = plan_for(truth, Access.WALLED)

    def slow(effect: Effect) -> tuple[float, float]:
        return (0.3, 0.01) if isinstance(effect, ReadAccount) else (0.001, 0.001)

    run = Run(lambda log, now: isolate.decide(plan, log, now), truth, slow).go()
    assert run.verdict is Verdict.UNPROVEN
    assert len(rungs(run)) == 1
    assert [one.walled for one in truth.sessions] == [True]


class Counted(list[Observation]):
    """A log that counts how many of its entries are looked at; so do parts of it."""

    looked = 0

    def __iter__(self) -> Iterator[Observation]:
        for seen in super().__iter__():
            Counted.looked += 1
            yield seen

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return Counted(found) if isinstance(at, slice) else found


def looked_at(many: int) -> float:
    """How often each entry is looked at for one decision, where a server has so many NASes."""
    nases = tuple(replace(PLAN.nases[0], name=f"nas{number}") for number in range(many))
    rounds = [[replace(listed(at, at + 0.1), nas=nas.name) for nas in nases] for at in (0.5, 1.2, 2.0, 3.0)]
    log = Counted([*until_written(*rounds[0]), *rounds[1], *rounds[2], *rounds[3]])
    Counted.looked = 0
    decision = isolate.decide(replace(PLAN, nases=nases), log, 3.2)
    assert decision.end is None
    return Counted.looked / len(log)


def test_a_decision_does_not_go_through_the_log_for_each_nas() -> None:
    """The log grows with the NASes: with nine of them that was nearly all that an isolation cost."""
    assert looked_at(20) < looked_at(1) + 5
