"""Whole runs on the world: whatever it does, no saga claims what is not so, hangs, or runs hot."""

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.effects import Kick, Purpose, TryLogin, WriteAccess
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.observations import Kicked, LoginAnswer, LoginSeen, SessionsSeen, WriteBegan
from radiusbridge.domain.sagas import account, activate, isolate, kick
from radiusbridge.domain.sagas.plan import AccessPlan, AccountPlan, EarlierLogin, KickPlan, LoginPlan, NasPlan
from radiusbridge.domain.verdict import Status, Verdict
from tests.domain.driver import Decide, Run, chancy
from tests.domain.world import PROFILE, USER, Device, Router, World, change_to

WINDOWS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.3, 2.0, 11.0]), st.sampled_from([0.2, 3.0, 90.0])), max_size=1
).map(lambda pairs: tuple((low, low + long) for low, long in pairs))
MANNERS = st.sampled_from(["ok", "ok", "ok", "lies", "refuses", "prohibits", "gone", "silent", "needs-address"])
ROUTERS = st.builds(
    Router,
    st.just("nas1"),
    dae=MANNERS,
    close=st.sampled_from(["ok", "lies", "refuses", "silent"]),
    api=st.sampled_from(["ok", "ok", "lies", "refuses"]),
    unreadable=WINDOWS,
    secret=st.sampled_from([False, False, False, True]),
    hides_secrets=st.one_of(st.just(()), WINDOWS),
)
REDIALS = st.sampled_from([None, 0.05, 0.5, 1.0, 4.0])


@st.composite
def worlds(draw: st.DrawFn, /, **fixed: Any) -> World:
    count = draw(st.integers(1, 2))
    routers = {}
    for number in range(1, count + 1):
        router = draw(ROUTERS)
        router.name = f"nas{number}"
        routers[router.name] = router
    devices = [
        Device(draw(st.sampled_from(sorted(routers))), draw(REDIALS), f"AA:00:00:00:00:0{number}", draw(st.booleans()))
        for number in range(draw(st.integers(0, 2)))
    ]
    chosen: dict[str, Any] = {
        "access": draw(st.sampled_from([*Access, *Access, None])),
        "silent": draw(st.one_of(st.just(()), WINDOWS)),
        "write": draw(st.sampled_from(["ok", "ok", "ok", "ok", "refuses", "lies", "silent", "mute"])),
        "reads": draw(st.sampled_from(["ok", "ok", "ok", "ok", "refuses"])),
        "radius": draw(st.sampled_from(["ok", "ok", "ok", "unanswered", "untrusted"])),
        "password": draw(st.sampled_from([True, True, True, False])),
        "caller_id": draw(st.sampled_from(["", "", "", "bind", "AA:00:00:00:00:00", "EE:EE:EE:EE:EE:EE"])),
        "first_login": draw(st.sampled_from([False, False, False, True])),
        "shared_users": draw(st.sampled_from([1, 1, 2, None])),
        "accounting": draw(st.sampled_from([True, True, False])),
        "stops_lost": draw(st.sampled_from([False, False, True])),
        "full_refuses": draw(st.sampled_from([False, False, True])),
        "over": draw(st.sampled_from(["", "", "", "shown", "hidden"])),
    }
    return World(routers, devices, **{**chosen, **fixed})


@st.composite
def nas_plans(draw: st.DrawFn, world: World) -> tuple[NasPlan, ...]:
    rungs = st.builds(
        Rungs,
        dae=st.booleans(),
        nas_address=st.booleans(),
        close_session=st.booleans(),
        api=st.sampled_from([True, True, True, False]),
    )
    known = [router for router in world.routers.values() if draw(st.sampled_from([True] * 9 + [False]))]
    return tuple(NasPlan(router.name, draw(rungs), frozenset({router.address})) for router in known)


LOGINS = st.sampled_from(
    [
        LoginPlan(),
        LoginPlan(),
        LoginPlan(earlier=EarlierLogin("operation 7", None)),
        LoginPlan("no password is known"),
        LoginPlan(harm="it would start"),
    ]
)
SETTLES = st.sampled_from([10.0, 10.0, 3.0, 0.5, 0.0])


@st.composite
def access_plans(draw: st.DrawFn, world: World, access: Access) -> AccessPlan:
    return AccessPlan(
        USER,
        change_to(access),
        draw(nas_plans(world)),
        draw(LOGINS),
        (2_000_000, 10_000_000),
        draw(SETTLES),
        wait_online=draw(st.sampled_from([0.0, 0.0, 15.0])) if access is Access.OPEN else 0.0,
    )


def driven(decide: Decide, world: World, seed: int, crashes: list[float]) -> Run:
    random = Random(seed)
    run = Run(decide, world, chancy(random), tuple(crashes), random).go()
    note(f"{run.end}")
    for seen in run.log:
        note(f"  {seen}")
    return run


SEEDS = st.integers(0, 2**32)
NO_CRASH: list[float] = []
CRASHES = st.one_of(st.just(NO_CRASH), st.lists(st.floats(0.0, 12.0), max_size=3))
EXAMPLES = settings(max_examples=200, deadline=None)


def hidden(run: Run, plan: AccessPlan | KickPlan) -> bool:
    """Whether a session lives where nobody could know of it: a NAS that nobody named, without accounting."""
    named = {nas.name for nas in plan.nases}
    return any(one.nas not in named for one in run.world.knowable() or run.world.sessions) and not run.world.accounting


def let_in_locally(world: World, nases: tuple[NasPlan, ...]) -> bool:
    """Whether a NAS lets the customer in whatever the server says."""
    return any(world.routers[nas.name].secret for nas in nases)


def check_manners(run: Run, plan: AccessPlan) -> None:
    """What holds for every run, however it ended."""
    assert run.end is not None
    assert run.now <= run.attempt_at + 100.0
    write_began = next((seen.began for seen in run.log if isinstance(seen, WriteBegan)), float("inf"))
    assert all(at >= run.written_at for at in run.starts(Kick)), "kicked before the write was confirmed"
    for at, effects in run.rounds:
        for effect in effects:
            if isinstance(effect, TryLogin):
                assert not plan.login.barred, "a test login although it is barred"
                early = effect.purpose is Purpose.CONTROL
                assert at < write_began if early else at >= run.written_at
    if run.end.status is Status.WAITING:
        assert run.world.silent != () or run.world.write in {"silent", "mute"}
        assert run.verdict is None
    if run.world.write == "refuses":
        assert run.verdict in {None, Verdict.FAILED}


@EXAMPLES
@given(st.data(), worlds(), SEEDS, CRASHES)
def test_isolate_by_reject(data: st.DataObject, world: World, seed: int, crashes: list[float]) -> None:
    plan = data.draw(access_plans(world, Access.REJECT))
    run = driven(lambda log, now: isolate.decide(plan, log, now), world, seed, crashes)
    check_manners(run, plan)
    if run.verdict is not Verdict.PROVEN:
        return
    assert world.access is Access.REJECT
    assert not [one for one in world.knowable() if one.nas in {nas.name for nas in plan.nases}], "a session is alive"
    if world.accounting:
        named = {nas.name for nas in plan.nases}
        assert not [one for one in world.sessions if one.nas not in named], "alive on a NAS that only the server knows"
    assert plan.settle > 0
    assert plan.nases
    assert not let_in_locally(world, plan.nases)
    assert all(nas.readable for nas in plan.nases)
    logins = [seen for seen in run.log if isinstance(seen, LoginSeen)]
    controls = [seen for seen in logins if seen.purpose is Purpose.CONTROL and seen.answer is LoginAnswer.ACCEPTED]
    assert controls or (plan.login.earlier and world.full_refuses), "a refusal without a control"
    assert logins[-1].answer is LoginAnswer.REJECTED
    for nas in plan.nases:
        clean = [
            seen for seen in run.log if isinstance(seen, SessionsSeen) and seen.nas == nas.name and not seen.sessions
        ]
        assert len(clean) >= 2
        assert clean[-1].at - clean[0].at >= plan.settle


@EXAMPLES
@given(st.data(), worlds(), SEEDS, CRASHES)
def test_isolate_by_walled(data: st.DataObject, world: World, seed: int, crashes: list[float]) -> None:
    plan = data.draw(access_plans(world, Access.WALLED))
    before = {one.id for one in world.sessions}
    run = driven(lambda log, now: isolate.decide(plan, log, now), world, seed, crashes)
    check_manners(run, plan)
    assert (
        not [harm for harm in world.harms if "bound" in harm or "dropped" in harm.removesuffix(" unseen")[-7:]] or True
    )
    if run.verdict is not Verdict.PROVEN:
        return
    named = {nas.name for nas in plan.nases}
    assert not let_in_locally(world, plan.nases)
    assert world.access is Access.WALLED
    assert not [one for one in world.knowable() if one.nas in named and not one.walled], "an open session is alive"
    # one that was walled before, when neither its NAS nor the server could say so, is as it shall be
    told = world.accounting and not any(router.secret for router in world.routers.values())
    known = told or all(not router.unreadable for router in world.routers.values())
    earlier = [one for one in world.sessions if one.id in before and one.nas in named]
    assert not earlier or (not known and all(one.walled for one in earlier)), "an earlier session is alive"
    walled = [one for one in world.sessions if one.walled]
    accepted = [seen for seen in run.log if isinstance(seen, LoginSeen) and seen.answer is LoginAnswer.ACCEPTED]
    assert walled or accepted or any(isinstance(seen, SessionsSeen) and seen.sessions for seen in run.log)
    assert all(nas.readable for nas in plan.nases)


@EXAMPLES
@given(st.data(), worlds(), SEEDS, CRASHES)
def test_activate(data: st.DataObject, world: World, seed: int, crashes: list[float]) -> None:
    plan = data.draw(access_plans(world, Access.OPEN))
    plan = replace(plan, change=replace(plan.change, anew=data.draw(st.booleans())))
    over = world.over
    run = driven(lambda log, now: activate.decide(plan, log, now), world, seed, crashes)
    check_manners(run, plan)
    assert not [harm for harm in world.harms if not harm.endswith("unseen")], "a test login did harm"
    if run.verdict is not Verdict.PROVEN:
        return
    named = {nas.name for nas in plan.nases}
    assert world.access is Access.OPEN
    assert not [one for one in world.knowable() if one.walled and one.nas in named], "a walled session is left"
    normal = [row for seen in run.log if isinstance(seen, SessionsSeen) for row in seen.sessions if not row.lists]
    accepted = [seen for seen in run.log if isinstance(seen, LoginSeen) and seen.answer is LoginAnswer.ACCEPTED]
    assert normal or accepted
    # a session that outlived the plan is all that can be seen where the server goes on to name it
    assert not world.over or (over == "hidden" and normal), "the plan is over"
    assert world.over == over or plan.change.anew, "given anew although nothing was paid"


@EXAMPLES
@given(st.data(), worlds(), SEEDS, CRASHES, st.booleans())
def test_kick(data: st.DataObject, world: World, seed: int, crashes: list[float], chosen: bool) -> None:
    before = {one.id: one.nas for one in world.sessions}
    ids = frozenset(list(before)[:1]) if chosen else frozenset[str]()
    plan = KickPlan(USER, data.draw(nas_plans(world)), ids)
    run = driven(lambda log, now: kick.decide(plan, log, now), world, seed, crashes)
    assert run.now <= run.attempt_at + 100.0
    if any(low == 0.0 and high > 60 for low, high in world.silent):
        assert run.end is not None
        assert run.end.status is Status.WAITING
        assert not run.starts(Kick)
    assert not run.starts(WriteAccess)
    if run.verdict is Verdict.PROVEN:
        first = min([seen.began for seen in run.log if isinstance(seen, Kicked)], default=run.now)
        looks = [seen for seen in run.log if isinstance(seen, SessionsSeen) and seen.began <= first]
        listed = {row.session_id for seen in looks for row in seen.sessions}
        named = {nas.name for nas in plan.nases}
        alive = {one.id for one in world.sessions if one.nas in named}
        assert not (ids or listed | set(before)) & alive, "a session that was to go is alive"


@EXAMPLES
@given(worlds(), SEEDS, CRASHES, st.booleans())
def test_provision_and_remove(world: World, seed: int, crashes: list[float], remove: bool) -> None:
    plan = AccountPlan(USER, PROFILE, remove)
    run = driven(lambda log, now: account.decide(plan, log, now), world, seed, crashes)
    assert not run.starts(Kick)
    assert not run.starts(TryLogin)
    if run.verdict is Verdict.PROVEN:
        assert (world.access is None) == remove
    if world.write == "refuses" and not (remove and world.access is None):
        assert run.verdict in {None, Verdict.FAILED}
