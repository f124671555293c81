"""Kick, provision, remove, and the arithmetic of legs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.accounts import Access, SessionRow
from radiusbridge.domain.effects import Effect, Kick, ListSessions, ReadAccount, Rung, TryLogin
from radiusbridge.domain.observations import AccountSeen, AttemptBegan, KickAnswer, Kicked, Observation, SessionsSeen
from radiusbridge.domain.proof import Leg, LegState, conclude, verdict_of, worst
from radiusbridge.domain.sagas import account, kick
from radiusbridge.domain.sagas.plan import AccountPlan, KickPlan, NasPlan
from radiusbridge.domain.verdict import Status, Verdict
from tests.domain.driver import Run, steady
from tests.domain.test_proof_tables import RUNGS, TRIP, rungs, world
from tests.domain.world import PROFILE, USER, Device, Router, World


def kicked(truth: World, ids: frozenset[str] = frozenset(), **how: Any) -> Run:
    nases = tuple(NasPlan(one.name, RUNGS, frozenset({one.address})) for one in truth.routers.values())
    plan = KickPlan(USER, how.get("nases", nases), ids)
    return Run(lambda log, now: kick.decide(plan, log, now), truth, steady(how.get("trip", TRIP))).go()


@pytest.mark.parametrize(
    ("truth", "verdict", "word"),
    [
        (world(device=Device("nas1", 0.05)), Verdict.PROVEN, "81000001 gone"),
        (world(device=Device("nas1", None, online=False)), Verdict.PROVEN, "no session of that name was live"),
        (world(access=None), Verdict.PROVEN, "no session of that name was live"),
        (world(reads="refuses"), Verdict.PROVEN, "81000001 gone"),
        (world(Router("nas1", dae="lies", close="lies", api="lies")), Verdict.FAILED, "still listed"),
        (world(Router("nas1", unreadable=((0.0, 99.0),))), Verdict.UNPROVEN, "could not be read"),
        (
            world(Router("nas1", unreadable=((0.03, 1.0),)), device=Device("nas1", None)),
            Verdict.PROVEN,
            "81000001 gone",
        ),
        (world(Router("nas1"), Router("nas2", unreadable=((0.0, 99.0),))), Verdict.UNPROVEN, "could not be read"),
    ],
)
def test_kick(truth: World, verdict: Verdict, word: str) -> None:
    run = kicked(truth)
    assert run.verdict is verdict, run.reasons
    assert word in run.reasons
    assert "81000001" not in [one.id for one in truth.sessions] or verdict is Verdict.FAILED
    assert not run.starts(TryLogin)


def test_a_redial_under_a_new_id_is_reported_and_left_alone() -> None:
    truth = world(device=Device("nas1", 0.05))
    run = kicked(truth, trip=0.2)
    run2 = kicked(truth, frozenset({"81000001"}))
    assert run.verdict is run2.verdict is Verdict.PROVEN
    assert "dialled again as 81000002" in run.reasons
    assert rungs(run) == [Rung.DISCONNECT]
    assert not rungs(run2)
    assert [one.id for one in truth.sessions] == ["81000002"]


def test_only_the_named_session_is_kicked() -> None:
    truth = world(shared_users=None)
    truth._connect(Device("nas1", None, "AA:00:00:00:00:02"), walled=False)
    run = kicked(truth, frozenset({"81000002"}))
    assert run.verdict is Verdict.PROVEN
    assert [one.id for one in truth.sessions] == ["81000001"]


@pytest.mark.parametrize(
    ("ids", "closed"), [(frozenset(), 1), (frozenset({"81000001"}), 1), (frozenset({"8100ffff"}), 0)]
)
def test_what_the_server_remembers_elsewhere_is_closed_if_it_was_meant(ids: frozenset[str], closed: int) -> None:
    truth = world(Router("nas1"), Router("nas2"), device=Device("nas2", None))
    run = kicked(truth, ids, nases=(NasPlan("nas1", RUNGS, frozenset({"10.0.0.1"})),))
    assert len(rungs(run)) == closed
    assert len(truth.sessions) == 1 - closed
    assert run.verdict is (Verdict.UNPROVEN if closed else Verdict.PROVEN)


def test_nobody_is_kicked_for_a_dark_server() -> None:
    run = kicked(world(silent=((0.0, 99.0),)))
    assert run.end is not None
    assert run.end.status is Status.WAITING
    assert not rungs(run)


def test_without_a_nas_a_kick_is_unproven() -> None:
    assert kicked(world(), nases=()).verdict is Verdict.UNPROVEN


def test_one_dark_nas_does_not_hold_up_the_kick_on_another() -> None:
    truth = world(Router("nas1"), Router("nas2", unreadable=((0.0, 99.0),)))
    nases = tuple(NasPlan(name, RUNGS, frozenset({truth.routers[name].address})) for name in truth.routers)

    def slow(effect: Effect) -> tuple[float, float]:
        return (0.0, 8.0) if effect == ListSessions("nas2") else (0.01, 0.01)

    run = Run(lambda log, now: kick.decide(KickPlan(USER, nases), log, now), truth, slow).go()
    assert run.starts(Kick)[0] < 0.1
    assert run.verdict is Verdict.UNPROVEN


def _seen(at: float, *ids: str) -> SessionsSeen:
    rows = tuple(SessionRow("nas1", "*1", USER, id_) for id_ in ids)
    return SessionsSeen(began=at, at=at, nas="nas1", sessions=rows)


@pytest.mark.parametrize(("listed", "contrary"), [((), False), (("81000009",), False), (("81000001",), True)])
def test_a_list_first_read_after_a_blind_kick_never_proves_it(listed: tuple[str, ...], contrary: bool) -> None:
    """Attempt 1 kicked by the server's row alone and died; attempt 2 can read the list."""
    world_row = world().account()
    log: list[Observation] = [
        AttemptBegan(began=0, at=0, attempt=1),
        Kicked(
            began=1,
            at=2,
            nas="nas1",
            session_id="81000001",
            rung=Rung.DISCONNECT,
            answer=KickAnswer.ACCEPTED,
            words="ACK",
        ),
        AttemptBegan(began=3, at=3, attempt=2),
        AccountSeen(began=4, at=4, account=world_row),
        _seen(4, *listed),
    ]
    plan = KickPlan(USER, (NasPlan("nas1", RUNGS, frozenset({"10.0.0.1"})),))
    decision = kick.decide(plan, log, 4.0)
    if contrary:
        assert [type(effect) for effect in decision.effects] == [Kick]
    else:
        assert decision.end is not None
        assert decision.end.verdict is Verdict.UNPROVEN


@pytest.mark.parametrize("remove", [False, True])
@pytest.mark.parametrize(
    ("how", "verdict"),
    [
        ({}, Verdict.PROVEN),
        ({"write": "refuses"}, Verdict.FAILED),
        ({"write": "lies"}, Verdict.FAILED),
        ({"write": "silent"}, None),
        ({"silent": ((0.0, 99.0),)}, None),
        ({"reads": "refuses"}, Verdict.FAILED),
    ],
)
def test_provision_and_remove(remove: bool, how: dict[str, Any], verdict: Verdict | None) -> None:
    truth = world(access=Access.OPEN if remove else None, **how)
    plan = AccountPlan(USER, PROFILE, remove)
    run = Run(lambda log, now: account.decide(plan, log, now), truth, steady(TRIP)).go()
    assert run.verdict is verdict, run.reasons
    assert run.end is not None
    assert run.end.status is (Status.WAITING if verdict is None else Status.DONE)
    assert (truth.access is None) == (remove == (verdict is Verdict.PROVEN))


def test_removing_what_is_not_there_is_proven_without_a_write() -> None:
    run = Run(
        lambda log, now: account.decide(AccountPlan(USER, PROFILE, True), log, now), world(access=None), steady(TRIP)
    )
    assert run.go().verdict is Verdict.PROVEN
    assert run.started == [ReadAccount()]


# the arithmetic

STATES = st.sampled_from(LegState)
SETTLED = st.sampled_from([LegState.OBSERVED, LegState.UNOBSERVED, LegState.CONTRARY])
LEGS = st.builds(
    Leg, st.just("leg"), STATES, st.text(max_size=3), st.just(()), st.one_of(st.none(), st.floats(0, 99)), SETTLED
)


@given(st.lists(LEGS, min_size=1, max_size=4), st.floats(0, 99))
def test_conclude_proves_only_what_every_leg_shows_and_never_wakes_in_the_past(legs: list[Leg], now: float) -> None:
    decision = conclude(legs, now, 60.0)
    states = {leg.state for leg in legs}
    if decision.end is None:
        assert LegState.PENDING in states
        assert LegState.CONTRARY not in states
        assert decision.wake is not None
        assert now < decision.wake <= 60.0
        return
    assert (decision.end.verdict is Verdict.PROVEN) == all(
        (leg.at_deadline if leg.state is LegState.PENDING else leg.state) is LegState.OBSERVED for leg in legs
    )
    assert LegState.CONTRARY not in states or decision.end.verdict is Verdict.FAILED
    assert LegState.PENDING not in states or now >= 60.0 or LegState.CONTRARY in states


@given(st.lists(LEGS, min_size=1, max_size=4), st.sampled_from([0.0, 60.0]))
def test_a_worst_of_legs_ends_as_the_legs_themselves_would(legs: list[Leg], now: float) -> None:
    apart, together = conclude(legs, now, 60.0), conclude([worst("all", legs)], now, 60.0)
    assert (apart.end is None) == (together.end is None)
    assert apart.end is None or together.end is None or apart.end.verdict is together.end.verdict


@given(st.lists(SETTLED, max_size=5))
def test_the_contrary_beats_everything(states: list[LegState]) -> None:
    verdict = verdict_of(states)
    assert (verdict is Verdict.FAILED) == (LegState.CONTRARY in states)
    assert (verdict is Verdict.PROVEN) == all(state is LegState.OBSERVED for state in states)


def test_a_kick_that_another_leg_wants_goes_out_before_the_verdict() -> None:
    wanted = Kick(SessionRow("nas2", "*1", USER, "8100"), Rung.DISCONNECT)
    legs = [Leg("a", LegState.CONTRARY, "came up again"), Leg("b", LegState.PENDING, "live", (wanted, ReadAccount()))]
    assert conclude(legs, 1.0, 60.0).effects == (wanted,)
    late = conclude(legs, 60.0, 60.0).end
    assert late is not None
    assert late.verdict is Verdict.FAILED
