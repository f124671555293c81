"""Each row of the proof tables, with the world that makes it so and worlds that disagree with what is said."""

from typing import Any

import pytest

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.effects import Effect, Kick, ListSessions, Purpose, ReadAccount, Rung, TryLogin, WriteAccess
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.observations import LoginSeen
from radiusbridge.domain.sagas import activate, isolate
from radiusbridge.domain.sagas.plan import AccessPlan, EarlierLogin, LoginPlan, NasPlan
from radiusbridge.domain.verdict import Status, Verdict
from tests.domain.driver import Run, steady
from tests.domain.world import USER, Device, Router, World, change_to

TRIP = 0.02
RUNGS = Rungs(dae=True, nas_address=True, close_session=True, api=True)

AWAY = Device("nas1", None, online=False)
"""A customer who is offline, and stays so for now."""


def world(*routers: Router, device: Device | None = None, **how: Any) -> World:
    known = {router.name: router for router in routers or (Router("nas1"),)}
    return World(known, [device or Device("nas1")], **how)


def plan_for(truth: World, access: Access, **how: Any) -> AccessPlan:
    nases = tuple(NasPlan(one.name, RUNGS, frozenset({one.address})) for one in truth.routers.values())
    chosen: dict[str, Any] = {"nases": nases, "login": LoginPlan(), "own_rate": (2_000_000, 10_000_000), **how}
    return AccessPlan(USER, change_to(access), **chosen)


def brought(truth: World, access: Access, crashes: tuple[float, ...] = (), **how: Any) -> Run:
    plan = plan_for(truth, access, **how)
    decide = activate.decide if access is Access.OPEN else isolate.decide
    return Run(lambda log, now: decide(plan, log, now), truth, steady(TRIP), crashes).go()


def rungs(run: Run) -> list[Rung]:
    return [effect.rung for effect in run.started if isinstance(effect, Kick)]


# isolate, policy reject


def test_reject_takes_exactly_four_rounds_and_the_settle_time() -> None:
    truth = world()
    run = brought(truth, Access.REJECT)
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert not truth.sessions
    wanted: list[set[type[Effect]]] = [
        {ReadAccount, ListSessions, TryLogin},
        {WriteAccess},
        {Kick, ReadAccount, TryLogin},
        {ListSessions},
    ]
    assert [{type(effect) for effect in effects} for _, effects in run.rounds[:4]] == wanted
    assert [at for at, _ in run.rounds[:4]] == pytest.approx([0.0, TRIP, 2 * TRIP, 3 * TRIP])
    assert all(effects == (ListSessions("nas1", secrets=True),) for _, effects in run.rounds[4:])
    assert 10.0 <= run.now - 4 * TRIP < 10.5
    assert len(run.rounds) < 12


@pytest.mark.parametrize(
    ("truth", "verdict", "word"),
    [
        (world(Router("nas1", dae="lies", close="lies", api="lies")), Verdict.FAILED, "still listed"),
        (world(Router("nas1", dae="gone", close="refuses", api="refuses")), Verdict.FAILED, "nothing is left to try"),
        (world(Router("nas1", secret=True)), Verdict.FAILED, "local secret"),
        (world(Router("nas1", secret=True), device=Device("nas1", 3.0, times=1)), Verdict.UNPROVEN, "by itself"),
        (world(Router("nas1", secret=True), device=AWAY), Verdict.UNPROVEN, "/ppp secret disable [find name=budi]"),
        (world(Router("nas1"), Router("nas2", secret=True)), Verdict.UNPROVEN, "on nas2: /ppp secret disable"),
        (world(Router("nas1", hides_secrets=((0.0, 99.0),))), Verdict.UNPROVEN, "could not be looked at"),
        (world(Router("nas1", hides_secrets=((0.0, 5.0),))), Verdict.PROVEN, "none for"),
        (world(Router("nas1", unreadable=((0.0, 99.0),))), Verdict.UNPROVEN, "could not be read"),
        (world(Router("nas1", unreadable=((2.0, 2.5),))), Verdict.PROVEN, "none for"),
        (world(write="lies"), Verdict.FAILED, "still enabled"),
        (world(write="refuses"), Verdict.FAILED, "not enough permissions"),
        (world(access=None), Verdict.FAILED, "no account"),
        (world(password=False), Verdict.UNPROVEN, "control login before the write was rejected"),
        (world(radius="unanswered"), Verdict.UNPROVEN, "no answer that counts"),
        (world(radius="untrusted"), Verdict.UNPROVEN, "no answer that counts"),
        (world(access=Access.REJECT), Verdict.UNPROVEN, "control login before the write was rejected"),
        (world(caller_id="AA:BB:CC:00:00:01"), Verdict.PROVEN, "refused after"),
        (world(caller_id="EE:EE:EE:EE:EE:EE"), Verdict.PROVEN, "refused after"),
    ],
)
def test_reject_where_the_world_is_otherwise(truth: World, verdict: Verdict, word: str) -> None:
    run = brought(truth, Access.REJECT)
    assert run.verdict is verdict, run.reasons
    assert word in run.reasons
    if verdict is Verdict.PROVEN:
        assert not truth.sessions


def test_a_lying_nas_is_told_by_every_rung_and_found_out() -> None:
    truth = world(Router("nas1", dae="lies", close="lies", api="lies"), shared_users=None)
    run = brought(truth, Access.REJECT)
    assert run.verdict is Verdict.FAILED
    assert truth.sessions
    assert rungs(run) == [Rung.DISCONNECT, Rung.CLOSE_SESSION, Rung.NAS_API]
    assert run.now == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("router", "tried"),
    [
        (Router("nas1", dae="needs-address"), list(Rung)[:4]),
        (Router("nas1", dae="prohibits"), [Rung.DISCONNECT, Rung.CLOSE_SESSION]),
        (Router("nas1", dae="silent", close="refuses"), [Rung.DISCONNECT, Rung.CLOSE_SESSION, Rung.NAS_API]),
        (Router("nas1", dae="lies", close="lies"), [Rung.DISCONNECT, Rung.CLOSE_SESSION, Rung.NAS_API]),
    ],
)
def test_the_ladder_is_climbed_as_far_as_needed(router: Router, tried: list[Rung]) -> None:
    truth = world(router, shared_users=None)
    run = brought(truth, Access.REJECT)
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert rungs(run) == tried
    assert not truth.sessions


def test_the_one_thing_that_cannot_be_known_a_list_that_leaves_the_session_out() -> None:
    """The NAS's own list decides (design: rules of evidence); the refused login still holds."""
    truth = world(Router("nas1", hides=True, dae="lies"), shared_users=None)
    run = brought(truth, Access.REJECT)
    assert run.verdict is Verdict.PROVEN
    assert truth.sessions


def test_a_session_that_surfaces_is_kicked_once_more() -> None:
    run = brought(world(Router("nas1", secret=True)), Access.REJECT)
    assert len({effect.session.session_id for effect in run.started if isinstance(effect, Kick)}) == 2
    assert run.now < 15.0


def test_a_blind_nas_is_kicked_by_what_the_server_remembers() -> None:
    truth = world(Router("nas1", unreadable=((0.0, 99.0),)))
    run = brought(truth, Access.REJECT)
    assert not truth.sessions
    assert rungs(run) == [Rung.DISCONNECT]
    assert run.now < 15.0


def test_a_session_on_a_nas_that_nobody_named_is_closed_and_stays_a_doubt() -> None:
    truth = world(Router("nas1"), Router("nas2"), device=Device("nas2"))
    named = plan_for(truth, Access.REJECT).nases[:1]
    run = brought(truth, Access.REJECT, nases=named)
    assert run.verdict is Verdict.UNPROVEN
    assert "unknown NAS 10.0.0.2" in run.reasons
    assert rungs(run) == [Rung.CLOSE_SESSION]
    assert not truth.sessions


@pytest.mark.parametrize("access", [Access.REJECT, Access.OPEN])
def test_a_settle_time_of_nothing_proves_nothing(access: Access) -> None:
    truth = world(access=Access.WALLED if access is Access.OPEN else Access.OPEN, device=Device("nas1", None))
    run = brought(truth, access, settle=0.0)
    assert run.verdict is Verdict.UNPROVEN
    assert "settle time is 0" in run.reasons


@pytest.mark.parametrize("access", Access)
@pytest.mark.parametrize("truth", [{"silent": ((0.0, 99.0),)}, {"write": "silent"}, {"write": "mute"}])
def test_a_server_that_does_not_answer_makes_it_wait_and_nobody_is_kicked(
    access: Access, truth: dict[str, Any]
) -> None:
    run = brought(world(access=Access.OPEN, **truth), access)
    assert run.end is not None
    assert run.end.status is Status.WAITING
    assert not rungs(run)
    assert run.now < 10.0


def test_a_server_that_falls_silent_after_the_contrary_was_read_does_not_soften_it() -> None:
    run = brought(world(write="lies", silent=((0.5, 99.0),)), Access.REJECT)
    assert run.verdict is Verdict.FAILED
    assert "still enabled" in run.reasons


def test_a_read_back_that_never_comes_is_unproven() -> None:
    truth = world(silent=((0.035, 99.0),))
    run = brought(truth, Access.REJECT)
    assert run.verdict is Verdict.UNPROVEN
    assert "not read back" in run.reasons
    assert not truth.sessions


def test_one_dark_nas_stops_neither_the_write_nor_the_kick_on_another() -> None:
    truth = world(Router("nas1"), Router("nas2", unreadable=((0.0, 99.0),)))
    plan = plan_for(truth, Access.REJECT)

    def slow(effect: Effect) -> tuple[float, float]:
        return (0.0, 30.0) if effect == ListSessions("nas2") else (0.01, 0.01)

    run = Run(lambda log, now: isolate.decide(plan, log, now), truth, slow).go()
    assert run.verdict is Verdict.UNPROVEN
    assert run.written_at < 3.1
    assert run.starts(Kick)[0] < 3.2
    assert not truth.sessions


def test_what_failed_on_one_nas_does_not_leave_a_session_on_another() -> None:
    truth = World({"nas1": Router("nas1", secret=True), "nas2": Router("nas2")}, [Device("nas1", 0.05)])
    truth.devices.append(late := Device("nas2", None, "AA:00:00:00:00:02"))
    truth.shared_users = None
    truth._connect(late, walled=False)
    run = brought(truth, Access.REJECT)
    assert run.verdict is Verdict.FAILED
    assert not [one for one in truth.sessions if one.nas == "nas2"]


@pytest.mark.parametrize("number", range(60))
def test_a_crash_at_any_moment_is_resumed_to_the_truth(number: int) -> None:
    truth = world()
    run = brought(truth, Access.REJECT, crashes=(number * 0.0025,))
    assert run.attempts == 2
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert not truth.sessions
    controls = [seen for seen in run.started if isinstance(seen, TryLogin) and seen.purpose is Purpose.CONTROL]
    assert len(controls) == (1 if number * 0.0025 > TRIP else 2)


# isolate, policy walled


@pytest.mark.parametrize(
    ("truth", "how", "verdict", "word"),
    [
        (world(), {}, Verdict.PROVEN, "is in list isolir"),
        (world(), {"login": LoginPlan("no password is known")}, Verdict.PROVEN, "is in list isolir"),
        (world(device=Device("nas1", None)), {}, Verdict.PROVEN, "a test login gets list isolir"),
        (
            world(device=Device("nas1", None)),
            {"login": LoginPlan("no password is known")},
            Verdict.UNPROVEN,
            "no password",
        ),
        (world(device=Device("nas1", None), garden=()), {}, Verdict.FAILED, "without Mikrotik-Address-List"),
        (
            world(
                device=Device("nas1", None),
                garden=(("Mikrotik-Address-List", "isolir"), ("Mikrotik-Rate-Limit", "2M/10M")),
            ),
            {},
            Verdict.FAILED,
            "the plan's own rate",
        ),
        (world(device=Device("nas1", None), caller_id="bind"), {}, Verdict.UNPROVEN, "it would bind"),
        (world(device=Device("nas1", None), password=False), {}, Verdict.UNPROVEN, "was refused"),
        (world(Router("nas1", secret=True)), {}, Verdict.FAILED, "local secret"),
        (world(Router("nas1", secret=True), device=AWAY), {}, Verdict.UNPROVEN, "local secret"),
        (world(Router("nas1"), Router("nas2", secret=True)), {}, Verdict.UNPROVEN, "local secret"),
        (world(Router("nas1", dae="lies", close="lies", api="lies")), {}, Verdict.FAILED, "still listed"),
        (world(Router("nas1", unreadable=((0.0, 99.0),))), {}, Verdict.UNPROVEN, "could not be read"),
        (world(write="lies"), {}, Verdict.FAILED, "group is default"),
        (world(access=Access.REJECT), {}, Verdict.PROVEN, "is in list isolir"),
    ],
)
def test_walled(truth: World, how: dict[str, Any], verdict: Verdict, word: str) -> None:
    run = brought(truth, Access.WALLED, **how)
    assert run.verdict is verdict, run.reasons
    assert word in run.reasons
    assert not [effect for effect in run.started if isinstance(effect, TryLogin) and effect.purpose is Purpose.CONTROL]
    if verdict is Verdict.PROVEN:
        assert all(one.walled for one in truth.sessions)


def test_a_walled_redial_is_enough_and_is_left_alone() -> None:
    truth = world()
    before = truth.sessions[0].id
    run = brought(truth, Access.WALLED)
    assert [one.id for one in truth.sessions] != [before]
    assert len(rungs(run)) == 1
    assert run.now < 4.0


def test_a_walled_redial_is_enough_for_the_other_nas_too_but_not_for_an_open_session_there() -> None:
    quick = brought(world(Router("nas1"), Router("nas2")), Access.WALLED)
    assert quick.verdict is Verdict.PROVEN
    assert quick.now < 4.0
    truth = world(Router("nas1"), Router("nas2", dae="lies", close="lies", api="lies"), shared_users=None)
    truth._connect(Device("nas2", None, "AA:00:00:00:00:02"), walled=False)
    assert brought(truth, Access.WALLED).verdict is Verdict.FAILED


EARLIER = LoginPlan(earlier=EarlierLogin("operation 7", None))


@pytest.mark.parametrize(
    ("truth", "login", "verdict", "word"),
    [
        (world(full_refuses=True), LoginPlan(), Verdict.UNPROVEN, "use-coa=yes"),
        (world(full_refuses=True), EARLIER, Verdict.PROVEN, "accepted by operation 7, which has not changed since"),
        (world(full_refuses=True, stops_lost=True), EARLIER, Verdict.UNPROVEN, "the server still counts a session"),
        (world(full_refuses=True, caller_id="EE:EE:EE:EE:EE:EE"), EARLIER, Verdict.UNPROVEN, "rejected too"),
        (world(password=False, shared_users=2), EARLIER, Verdict.UNPROVEN, "rejected too"),
        (world(access=Access.REJECT), EARLIER, Verdict.UNPROVEN, "rejected too"),
        (world(full_refuses=True, write="lies"), EARLIER, Verdict.FAILED, "still enabled"),
        (world(), EARLIER, Verdict.PROVEN, "accepted before the write"),
    ],
)
def test_a_server_that_makes_no_room_for_the_control(
    truth: World, login: LoginPlan, verdict: Verdict, word: str
) -> None:
    """What refuses before the write, and might after it, is the shared-users limit."""
    run = brought(truth, Access.REJECT, login=login)
    assert run.verdict is verdict, run.reasons
    assert word in run.reasons
    if verdict is Verdict.PROVEN and truth.full_refuses:
        refused = [seen for seen in run.log if isinstance(seen, LoginSeen) and seen.purpose is Purpose.PROOF][-1]
        gone = max(at for at in run.starts(Kick))
        assert refused.began > gone, "its place was free again"
