"""Changed, removed and moved accounts in worlds that disagree: nothing is claimed that is not so."""

from random import Random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.accounts import Access, AccessChange, SessionRow
from radiusbridge.domain.effects import Kick, ReadAccount, RemoveAccount, TryLogin, WriteAccount
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import AttemptBegan, Observation, ServerSilent, SessionsSeen, Written
from radiusbridge.domain.proof import Leg, LegState
from radiusbridge.domain.sagas import account, move
from radiusbridge.domain.sagas.changing import in_use_legs
from radiusbridge.domain.sagas.plan import AccountPlan, Live, LoginPlan, MovePlan, NasPlan
from radiusbridge.domain.verdict import Status, Verdict
from tests.domain.driver import Run, chancy, steady
from tests.domain.test_proof_tables import AWAY, RUNGS, TRIP, world
from tests.domain.test_sagas import CRASHES, EXAMPLES, SEEDS, let_in_locally, nas_plans, worlds
from tests.domain.world import ISOLATION, PROFILE, USER, Device, Router, Twins, World, change_to

PASSWORD = frozenset({"password"})
SETTLE = 3.0


def all_of(truth: World) -> tuple[NasPlan, ...]:
    return tuple(NasPlan(one.name, RUNGS, frozenset({one.address})) for one in truth.routers.values())


def planned(truth: World, **how: Any) -> AccountPlan:
    usual: dict[str, Any] = {
        "settle": SETTLE,
        "nases": all_of(truth),
        "live": Live.KICK,
        "login": LoginPlan(),
        "isolation": ISOLATION,
    }
    return AccountPlan(USER, PROFILE, **{**usual, **how})


def done(truth: World, plan: AccountPlan, **how: Any) -> Run:
    return Run(lambda log, now: account.decide(plan, log, now), truth, steady(TRIP), **how).go()


def old_cpe(**how: Any) -> Device:
    return Device("nas1", how.pop("redial", 1.0), updated=False, **how)


# provision


@pytest.mark.parametrize("access", [Access.REJECT, Access.WALLED])
def test_an_account_that_has_to_be_made_keeps_a_held_customer_out(access: Access) -> None:
    truth = world(access=None, device=Device("nas1", None, online=False))
    run = done(truth, planned(truth, live=Live.KEEP, hold_if_made=change_to(access)))
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert truth.access is access


def test_an_account_that_is_there_stays_open_although_a_hold_is() -> None:
    truth = world()
    run = done(truth, planned(truth, live=Live.KEEP, hold_if_made=change_to(Access.REJECT)))
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert truth.access is Access.OPEN


# remove

SHADOWED = Router("nas1", secret=True)


@pytest.mark.parametrize(
    ("truth", "verdict", "word"),
    [
        (world(), Verdict.PROVEN, "accepted before the write, refused after it"),
        (world(access=None), Verdict.PROVEN, "the server has no account"),
        (world(password=False), Verdict.PROVEN, "the control login before the write was rejected too"),
        (world(access=Access.REJECT, device=Device("nas1", None, online=False)), Verdict.PROVEN, "account is gone"),
        (world(radius="unanswered"), Verdict.UNPROVEN, "no answer that counts"),
        (world(Router("nas1", unreadable=((0.0, 99.0),))), Verdict.UNPROVEN, "could not be read"),
        (world(Router("nas1", secret=True)), Verdict.FAILED, "sessions came up again"),
        (world(Router("nas1", secret=True), device=AWAY), Verdict.UNPROVEN, "local secret: nas1 lets budi in"),
        (world(Router("nas1", dae="lies", close="lies", api="lies")), Verdict.FAILED, "still listed"),
        (world(write="lies"), Verdict.FAILED, "still there"),
    ],
)
def test_a_removal_ends_what_is_live(truth: World, verdict: Verdict, word: str) -> None:
    run = done(truth, planned(truth, remove=True))
    assert run.verdict is verdict, run.reasons
    assert word in run.reasons
    assert verdict is not Verdict.PROVEN or not truth.sessions


def test_a_removal_may_leave_the_session_and_then_drops_it_by_no_login() -> None:
    truth = world()
    run = done(truth, planned(truth, remove=True, live=Live.KEEP))
    assert run.verdict is Verdict.PROVEN
    assert "session 81000001 on nas1 goes on until it ends by itself" in run.reasons
    assert len(truth.sessions) == 1
    assert not run.starts(TryLogin)
    assert not run.starts(Kick)


def test_a_removal_that_leaves_the_session_tells_of_a_local_secret() -> None:
    truth = world(Router("nas1", secret=True))
    run = done(truth, planned(truth, remove=True, live=Live.KEEP))
    assert run.verdict is Verdict.PROVEN
    assert "on nas1: /ppp secret disable [find name=budi]" in run.reasons


@pytest.mark.parametrize(("router", "verdict"), [(SHADOWED, Verdict.UNPROVEN), (Router("nas1"), Verdict.PROVEN)])
def test_a_held_customer_whose_change_is_enforced_stays_out_unless_a_local_secret_lets_in(
    router: Router, verdict: Verdict
) -> None:
    truth = world(router, access=Access.REJECT, device=AWAY)
    run = done(truth, planned(truth, live=Live.KICK, hold=change_to(Access.REJECT)))
    assert run.verdict is verdict, run.reasons


@EXAMPLES
@given(st.data(), worlds(), SEEDS, CRASHES)
def test_removals(data: st.DataObject, truth: World, seed: int, crashes: list[float]) -> None:
    plan = planned(truth, remove=True, nases=data.draw(nas_plans(truth)))
    run = Run(
        lambda log, now: account.decide(plan, log, now), truth, chancy(Random(seed)), tuple(crashes), Random(seed)
    ).go()
    if run.verdict is Verdict.PROVEN:
        named = {nas.name for nas in plan.nases}
        assert plan.nases
        assert all(nas.readable for nas in plan.nases)
        assert truth.access is None
        assert not [one for one in truth.knowable() if one.nas in named]
        assert not let_in_locally(truth, plan.nases)


# change


@pytest.mark.parametrize(
    ("truth", "verdict", "word"),
    [
        (world(stale=True, device=old_cpe()), Verdict.PROVEN, "the same login was refused before the write"),
        (world(stale=True, hides=True, device=old_cpe()), Verdict.PROVEN, "a test login is accepted"),
        (world(stale=True, device=old_cpe(online=False, redial=None)), Verdict.PROVEN, "a test login is accepted"),
        (world(stale=True, write="lies", device=old_cpe()), Verdict.FAILED, "password is not as wanted"),
        (world(stale=True, radius="unanswered", device=old_cpe()), Verdict.UNPROVEN, "no answer that counts"),
        (
            world(Router("nas1", unreadable=((0.0, 99.0),)), stale=True, device=old_cpe()),
            Verdict.UNPROVEN,
            "not be read",
        ),
        (
            world(Router("nas1", secret=True), stale=True, device=old_cpe()),
            Verdict.UNPROVEN,
            "the server has no row of it",
        ),
        (world(stale=True, access=Access.REJECT, device=old_cpe(online=False)), Verdict.PROVEN, "a hold keeps"),
        (world(stale=True, access=Access.WALLED, device=old_cpe()), Verdict.PROVEN, "a hold keeps"),
    ],
)
def test_a_password_changed_with_a_kick(truth: World, verdict: Verdict, word: str) -> None:
    run = done(truth, planned(truth, changed=PASSWORD))
    assert run.verdict is verdict, run.reasons
    assert word in run.reasons
    assert verdict is not Verdict.PROVEN or not [one for one in truth.sessions if one.old]


def test_the_redial_under_the_new_password_is_the_evidence() -> None:
    truth = world(stale=True, device=Device("nas1", 0.5))
    run = done(truth, planned(truth, changed=PASSWORD))
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert "session 81000002 on nas1 dialled after the write, and the server knows it" in run.reasons


def test_a_server_that_falls_silent_after_the_redial_is_not_asked_without_a_pause() -> None:
    plan = planned(world(), changed=PASSWORD)
    session = SessionRow("nas1", "*1", USER, "81000002", "10.0.0.2")
    log: list[Observation] = [
        AttemptBegan(began=0.0, at=0.0, attempt=1),
        Written(began=0.0, at=1.0, already=False, words=""),
        SessionsSeen(began=1.0, at=1.5, nas="nas1", sessions=()),
        SessionsSeen(began=2.0, at=2.0, nas="nas1", sessions=(session,)),
        ServerSilent(began=3.0, at=3.0, doing="read-account", error="no answer"),
    ]
    seen = Leg("write", LegState.OBSERVED, "")
    [_, login] = in_use_legs(plan, Evidence(log), cast("Written", log[1]), seen, 3.0)
    assert (login.effects, login.wake) == ((), 4.0)
    [_, login] = in_use_legs(plan, Evidence(log), cast("Written", log[1]), seen, 4.0)
    assert login.effects == (ReadAccount(compare=True),)


@pytest.mark.parametrize("fits", [True, False])
def test_the_new_session_shows_the_static_address(fits: bool) -> None:
    truth = world(stale=True, device=Device("nas1", 0.5))
    address = truth._ip(truth.sessions[0]) if not fits else f"10.20.0.{0x81000002 % 250}"
    run = done(truth, planned(truth, changed=frozenset({"static-address"}), static_address=address))
    assert run.verdict is (Verdict.PROVEN if fits else Verdict.FAILED), run.reasons


@pytest.mark.parametrize(
    ("truth", "verdict", "word"),
    [
        (world(stale=True, device=old_cpe()), Verdict.PROVEN, "81000001 on nas1 goes on under the old settings until"),
        (world(stale=True, hides=True, device=old_cpe()), Verdict.UNPROVEN, "a session is live, which it could drop"),
        (
            world(stale=True, hides=True, device=old_cpe(online=False, redial=None)),
            Verdict.PROVEN,
            "a test login is accepted",
        ),
        (world(Router("nas1", unreadable=((0.0, 99.0),)), stale=True, device=old_cpe()), Verdict.PROVEN, "not be read"),
    ],
)
def test_a_password_changed_for_the_next_dial(truth: World, verdict: Verdict, word: str) -> None:
    run = done(truth, planned(truth, changed=PASSWORD, live=Live.KEEP))
    assert run.verdict is verdict, run.reasons
    assert word in run.reasons
    assert not run.starts(Kick)
    assert not truth.harms


@EXAMPLES
@given(st.data(), worlds(stale=True), SEEDS, CRASHES, st.booleans(), st.booleans(), st.sampled_from(Live))
def test_changes(
    data: st.DataObject, truth: World, seed: int, crashes: list[float], updated: bool, hides: bool, live: Live
) -> None:
    truth.hides = hides
    for device in truth.devices:
        device.updated = updated
    plan = planned(truth, changed=PASSWORD, live=live, nases=data.draw(nas_plans(truth)))
    run = Run(
        lambda log, now: account.decide(plan, log, now), truth, chancy(Random(seed)), tuple(crashes), Random(seed)
    ).go()
    if live is Live.KEEP:
        assert not run.starts(Kick)
        assert not [harm for harm in truth.harms if not harm.endswith("unseen")]
    if run.verdict is Verdict.PROVEN:
        assert truth.access is not None
        assert not truth.stale
    if run.verdict is Verdict.PROVEN and live is Live.KICK:
        named = {nas.name for nas in plan.nases}
        # by a local secret one may dial whatever the account says
        old = [one for one in truth.knowable() if one.old and one.nas in named]
        assert not old


# unbind


def unbound(truth: World) -> Run:
    truth.rebinds = True
    return done(truth, planned(truth, live=Live.KEEP, unbind="bind"))


def test_an_account_is_opened_to_the_next_device() -> None:
    truth = world(caller_id="AA:BB:CC:00:00:01")
    run = unbound(truth)
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert truth.caller_id == "bind"
    assert "goes on under the old settings" in run.reasons


def test_a_lock_that_stays_is_told() -> None:
    run = unbound(world(caller_id="AA:BB:CC:00:00:01", write="lies"))
    assert run.verdict is Verdict.FAILED
    assert "still locked to AA:BB:CC:00:00:01" in run.reasons


# move


def moved(new: World, former: World, *, hold: AccessChange | None = None, **how: Any) -> Run:
    plan = MovePlan(
        planned(new, live=Live.KEEP, fresh=True, hold=hold), planned(former, remove=True, settle=how.pop("settle", 3.0))
    )
    twins = cast("World", Twins(new, former))
    return Run(lambda log, now: move.decide(plan, log, now), twins, how.pop("delay", steady(TRIP)), **how).go()


def nobody(**how: Any) -> World:
    return world(access=None, device=Device("nas1", None, online=False), **how)


def test_the_former_account_goes_once_the_new_one_stands() -> None:
    new, former = nobody(), world()
    run = moved(new, former)
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert (new.access, former.access, former.sessions) == (Access.OPEN, None, [])
    assert run.starts(WriteAccount)[0] < run.starts(RemoveAccount)[0]
    assert "a test login is accepted" in run.reasons
    assert f"former account {USER}, login: accepted before the write, refused after it" in run.reasons


def test_a_local_secret_of_the_former_account_leaves_a_move_unproven() -> None:
    former = world(SHADOWED, device=AWAY)
    run = moved(nobody(), former)
    assert run.verdict is Verdict.UNPROVEN, run.reasons
    assert former.access is None
    assert f"former account {USER}, local secret: nas1 lets {USER} in by itself" in run.reasons


@pytest.mark.parametrize("access", [Access.REJECT, Access.WALLED])
def test_a_held_customer_stays_held(access: Access) -> None:
    new, former = nobody(), world(access=access)
    run = moved(new, former, hold=change_to(access))
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert (new.access, former.access) == (access, None)


@pytest.mark.parametrize(
    ("new", "verdict"),
    [
        (world(device=Device("nas1", None, online=False)), Verdict.FAILED),
        (nobody(write="refuses"), Verdict.FAILED),
        (nobody(write="lies"), Verdict.FAILED),
        (nobody(write="silent"), None),
        (nobody(silent=((0.0, 999.0),)), None),
    ],
)
def test_the_former_account_stays_where_the_new_one_does_not_stand(new: World, verdict: Verdict | None) -> None:
    former = world()
    run = moved(new, former)
    assert run.end is not None
    assert (run.verdict, run.end.status) == (verdict, Status.WAITING if verdict is None else Status.DONE)
    assert former.access is Access.OPEN
    assert [one.id for one in former.sessions] == ["81000001"]
    assert not run.starts(Kick)


def test_a_former_server_that_is_dark_is_waited_for() -> None:
    run = moved(nobody(), world(silent=((0.0, 999.0),)))
    assert run.end is not None
    assert run.end.status is Status.WAITING


def test_a_server_that_confirms_the_new_account_and_goes_dark_leaves_the_former_one() -> None:
    former = world()
    run = moved(nobody(write="lies", silent=((0.3, 90.3),)), former, delay=chancy(Random(215)), random=Random(215))
    assert (run.verdict, former.access, run.starts(RemoveAccount)) == (Verdict.UNPROVEN, Access.OPEN, [])


@EXAMPLES
@given(worlds(access=None), worlds(), SEEDS, CRASHES)
def test_moves(new: World, former: World, seed: int, crashes: list[float]) -> None:
    new.devices.clear()
    new.dials.clear()
    run = moved(new, former, delay=chancy(Random(seed)), crashes=tuple(crashes), random=Random(seed))
    if former.access is None and run.starts(RemoveAccount):
        assert new.access is not None, "neither account is there"
    if run.verdict is Verdict.PROVEN:
        assert new.access is Access.OPEN
        assert former.access is None
        assert not former.knowable()
