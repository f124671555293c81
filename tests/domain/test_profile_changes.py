"""Profiles on a server, rates applied by CoA, and walls without a drop: nothing is claimed that is not so."""

from dataclasses import fields, replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.effects import ChangeSession, Kick, RemoveProfile, Rung, WriteProfile
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.profiles import (
    FIELDS,
    ProfileRow,
    differences,
    limits,
    limits_of,
    limits_text,
    rate_attribute,
    taken_over,
)
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.sagas import isolate, profile, retune
from radiusbridge.domain.sagas.plan import AccessPlan, LoginPlan, NasPlan
from radiusbridge.domain.sagas.profile import ProfilePlan
from radiusbridge.domain.sagas.retune import RetunePlan
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services.evidence_codec import decode, encode
from tests.domain.changing import NEW, OLD, CoaWorld, ProfileWorld
from tests.domain.driver import Run, chancy, steady
from tests.domain.test_sagas import CRASHES, EXAMPLES, SEEDS, WINDOWS, driven, nas_plans, worlds
from tests.domain.world import PROFILE, USER, Device, Router, World, change_to

HOME = Profile("home", 2_000_000, 10_000_000, validity=2_592_000, price=150_000)
RUNGS = Rungs(dae=True, nas_address=True, close_session=True, api=True)
NAMES = st.sampled_from(["home", 'say "10M" \\ $x', "10M=x"])
COUNT = st.sampled_from([None, 0, 1, 1000, 2_000_000, 10_000_000_000])


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    burst = draw(st.booleans())
    values: dict[str, Any] = {name: draw(COUNT) for name in ("validity", "time_quota", "data_quota")}
    for name in ("burst_up", "burst_down", "burst_threshold_up", "burst_threshold_down", "burst_time"):
        values[name] = (draw(COUNT) or 0) if burst else None
    return Profile(
        draw(NAMES),
        draw(COUNT) or 0,
        draw(COUNT) or 0,
        starts_at=draw(st.sampled_from(StartsAt)),
        price=draw(COUNT) or 0,
        shared_users=draw(st.integers(1, 9)),
        priority=draw(st.sampled_from([None, 1, 8])),
        pool=draw(st.sampled_from([None, "", "pool-a"])),
        address_list=draw(st.sampled_from([None, "", "vip"])),
        **values,
    )


@given(profiles(), profiles())
def test_taking_over_leaves_no_difference(ours: Profile, theirs: Profile) -> None:
    row = ProfileRow(replace(theirs, name=ours.name))
    after = taken_over(row, ours)
    assert differences(after, row) == ()
    assert {item.name for item in fields(Profile)} - set(FIELDS) == {"name", "id", "service", "currency"}
    assert (after.id, after.service, after.currency) == (ours.id, ours.service, ours.currency)
    told = {one.field for one in differences(ours, row)}
    changed = {name for name in FIELDS if getattr(after, name) != getattr(ours, name)}
    assert told >= {name for name in changed if not name.startswith("burst")} - {"priority", "pool", "address_list"}


def test_what_a_record_cannot_have_is_a_difference_and_is_not_taken_over() -> None:
    row = ProfileRow(HOME, odd=(("shared_users", "unlimited"),), elsewhere=("pool",), missing=("limitation",))
    wanted = replace(HOME, shared_users=2, pool="pool-a")
    assert [str(one) for one in differences(wanted, row)] == [
        "limitation is missing, not there",
        "shared users is unlimited, not 2",
    ]
    assert taken_over(row, wanted) == wanted


def test_rates_as_attribute_and_as_queue() -> None:
    burst = replace(HOME, burst_up=4_000_000, burst_down=20_000_000, burst_threshold_up=1, burst_threshold_down=2)
    assert rate_attribute(HOME) == "2000000/10000000"
    assert rate_attribute(replace(burst, burst_time=16, priority=3)) == "2000000/10000000 4000000/20000000 1/2 16/16 3"
    assert limits_text(limits_of(burst)) == "2M/10M burst 4M/20M"
    assert limits((0, 0)) == limits_of(replace(HOME, rate_up=0, rate_down=0)) == "none"


# a profile on a server


@st.composite
def profile_worlds(draw: st.DrawFn) -> ProfileWorld:
    return ProfileWorld(
        draw(st.one_of(st.none(), profiles())),
        draw(st.one_of(st.none(), profiles())),
        draw(st.sampled_from(["ok", "ok", "ok", "refuses", "lies", "silent", "mute", "half"])),
        draw(st.sampled_from(["ok", "ok", "ok", "refuses"])),
        draw(st.one_of(st.just(()), WINDOWS)),
        draw(st.sampled_from([(), (), ("budi", 'o"x')])),
        draw(st.sampled_from([0, 2])),
    )


@EXAMPLES
@given(profile_worlds(), SEEDS, CRASHES, st.booleans())
def test_profiles_are_proven_only_as_they_are(truth: ProfileWorld, seed: int, crashes: list[float], told: bool) -> None:
    nases = (NasPlan("nas1", RUNGS),)
    names = frozenset({"budi"}) if told else frozenset[str]()
    plan = ProfilePlan("home", truth.wanted, nases, names, "isolir")
    before = truth.have
    run = driven(lambda log, now: profile.decide(plan, log, now), truth, seed, crashes)  # type: ignore[arg-type]
    assert run.end is not None
    assert [decode(encode(seen)) for seen in run.log] == run.log
    if run.verdict is Verdict.PROVEN:
        assert truth.reached()
    if truth.wanted is None and truth.users and before is not None:
        assert not run.starts(RemoveProfile)
        assert run.verdict in {None, Verdict.FAILED}
    if truth.write == "ok" and truth.reads == "ok" and not truth.silent and not (truth.users and truth.wanted is None):
        assert run.verdict is Verdict.PROVEN
        if told and truth.wanted is not None:
            assert ("keep other limits" in run.reasons) == bool(truth.others)


@pytest.mark.parametrize(
    ("how", "verdict", "word"),
    [
        ({}, Verdict.PROVEN, "every field of home is as the database says, pool is with each account"),
        ({"extras": ("limitation x binds too",)}, Verdict.PROVEN, "left alone: limitation x binds too"),
        ({"write": "half"}, Verdict.FAILED, "validity is 1m17s, not 4w2d"),
        ({"write": "lies"}, Verdict.FAILED, "profile home is not there"),
        ({"write": "refuses"}, Verdict.FAILED, "not enough permissions"),
        ({"reads": "refuses"}, Verdict.FAILED, "the profile could not be read"),
        ({"silent": ((0.0, 500.0),)}, None, "did not answer"),
    ],
)
def test_each_end_of_a_profile(how: dict[str, Any], verdict: Verdict | None, word: str) -> None:
    wanted = replace(HOME, pool="pool-a")
    truth = ProfileWorld(None, wanted, **how)
    plan = ProfilePlan("home", wanted)
    run = Run(lambda log, now: profile.decide(plan, log, now), truth, steady(0.02)).go()  # type: ignore[arg-type]
    assert (run.verdict, word in run.reasons) == (verdict, True), run.reasons
    assert len(run.starts(WriteProfile)) <= 1


# a rate applied to live sessions


def coa_world(**how: Any) -> CoaWorld:
    truth = CoaWorld({"nas1": Router("nas1")}, [Device("nas1")], **how)
    truth.limits |= {one.id: OLD for one in truth.sessions}
    return truth


def retuned(truth: CoaWorld, rungs: Rungs = RUNGS) -> Run:
    plan = RetunePlan(USER, PROFILE, "rate", NEW, "isolir", (NasPlan("nas1", rungs, frozenset({"10.0.0.1"})),))
    return Run(lambda log, now: retune.decide(plan, log, now), truth, steady(0.02)).go()


@pytest.mark.parametrize(
    ("how", "verdict", "word"),
    [
        ({}, Verdict.PROVEN, "changed without a drop: coa ok"),
        ({"coa": "mute"}, Verdict.PROVEN, "changed without a drop"),
        ({"coa": "needs-address"}, Verdict.PROVEN, "changed without a drop"),
        ({"coa": "lies"}, Verdict.FAILED, "its queue shows 1k/2k, not 3k/4k"),
        ({"coa": "refuses"}, Verdict.FAILED, "coa refuses"),
        ({"coa": "prohibits"}, Verdict.FAILED, "coa prohibits"),
        ({"coa": "silent"}, Verdict.UNPROVEN, "coa silent"),
        ({"queues": False}, Verdict.UNPROVEN, "its queue was not found"),
        ({"access": Access.WALLED}, Verdict.PROVEN, "left as they are"),
        ({"access": None}, Verdict.FAILED, "no account"),
        ({"silent": ((0.0, 500.0),)}, None, "did not answer"),
    ],
)
def test_each_end_of_a_rate_that_is_applied(how: dict[str, Any], verdict: Verdict | None, word: str) -> None:
    run = retuned(coa_world(**how))
    assert (run.verdict, word in run.reasons) == (verdict, True), run.reasons
    assert not run.starts(Kick)


def test_a_session_that_runs_on_the_rate_already_is_not_asked() -> None:
    truth = coa_world()
    truth.limits.clear()
    run = retuned(truth)
    assert run.verdict is Verdict.PROVEN
    assert not run.starts(ChangeSession)


def test_without_a_dae_nothing_is_sent() -> None:
    run = retuned(coa_world(), replace(RUNGS, dae=False))
    assert (run.verdict, run.starts(ChangeSession)) == (Verdict.UNPROVEN, [])
    assert "no DAE" in run.reasons


@st.composite
def coa_worlds(draw: st.DrawFn, /, **fixed: Any) -> CoaWorld:
    world = draw(worlds(**fixed))
    given_ = {item.name: getattr(world, item.name) for item in fields(World) if item.init}
    for name in ("sessions", "rows", "harms", "sampled", "dials", "count"):
        given_.pop(name)
    truth = CoaWorld(
        **given_,
        coa=draw(st.sampled_from(["ok", "ok", "lies", "no-list", "refuses", "silent", "mute", "needs-address"])),
        flushes=draw(st.sampled_from(["ok", "ok", "refuses"])),
        queues=draw(st.sampled_from([True, True, False])),
    )
    truth.limits |= {one.id: OLD for one in truth.sessions}
    return truth


@EXAMPLES
@given(st.data(), coa_worlds(), SEEDS, CRASHES)
def test_a_rate_is_applied_only_if_the_queues_say_so(
    data: st.DataObject, truth: CoaWorld, seed: int, crashes: list[float]
) -> None:
    plan = RetunePlan(USER, PROFILE, "rate", NEW, "isolir", data.draw(nas_plans(truth)))
    run = driven(lambda log, now: retune.decide(plan, log, now), truth, seed, crashes)
    assert run.now <= run.attempt_at + 100.0
    assert [decode(encode(seen)) for seen in run.log] == run.log
    assert not run.starts(Kick)
    if run.verdict is not Verdict.PROVEN or truth.access is not Access.OPEN:
        return
    account = truth.account()
    if account is None or account.in_force is None or account.in_force.profile != PROFILE:
        return
    named = {nas.name for nas in plan.nases}
    live = [one for one in truth.knowable() if one.nas in named and not one.walled]
    assert all(truth.limits.get(one.id, NEW) == NEW for one in live), "a session runs on the old rate"
    assert truth.queues or not live


# walled without a drop


def walled(truth: CoaWorld) -> Run:
    nases = (NasPlan("nas1", RUNGS, frozenset({"10.0.0.1"})),)
    plan = AccessPlan(USER, change_to(Access.WALLED), nases, LoginPlan(), (1000, 2000), without_drop="64000/64000")
    return Run(lambda log, now: isolate.decide(plan, log, now), truth, steady(0.02)).go()


def test_a_session_is_walled_where_it_is_and_its_connections_flushed() -> None:
    truth = coa_world()
    [before] = truth.sessions
    run = walled(truth)
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert truth.sessions == [before]
    assert before.walled
    assert truth.flushed == {before.id}
    assert not run.starts(Kick)
    assert "2 open connections flushed" in run.reasons
    assert min(run.starts(ChangeSession)) >= run.written_at


@pytest.mark.parametrize("coa", ["lies", "no-list", "refuses", "prohibits", "silent"])
def test_where_the_list_does_not_show_it_the_session_is_kicked(coa: str) -> None:
    truth = coa_world(coa=coa)
    [before] = truth.sessions
    run = walled(truth)
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert before not in truth.sessions
    assert max(run.starts(ChangeSession)) < min(run.starts(Kick))
    rungs = [effect.rung for effect in run.started if isinstance(effect, ChangeSession)]
    assert len(rungs) == len(set(rungs))
    assert (Rung.DISCONNECT_BY_ADDRESS in rungs) == (coa == "refuses")


def test_connections_that_stay_open_leave_it_unproven() -> None:
    truth = coa_world(flushes="refuses")
    run = walled(truth)
    assert run.verdict is Verdict.UNPROVEN, run.reasons
    assert "open connections could not be flushed: not enough permissions" in run.reasons
    assert not run.starts(Kick)


@EXAMPLES
@given(st.data(), coa_worlds(), SEEDS, CRASHES)
def test_walls_without_a_drop_hold(data: st.DataObject, truth: CoaWorld, seed: int, crashes: list[float]) -> None:
    nases = data.draw(nas_plans(truth))
    plan = AccessPlan(USER, change_to(Access.WALLED), nases, LoginPlan(), (1000, 2000), without_drop="64000/64000")
    run = driven(lambda log, now: isolate.decide(plan, log, now), truth, seed, crashes)
    assert run.now <= run.attempt_at + 100.0
    assert all(at >= run.written_at for at in run.starts(ChangeSession) + run.starts(Kick))
    if run.end is not None and run.end.status is Status.WAITING:
        assert run.verdict is None
    if run.verdict is not Verdict.PROVEN:
        return
    named = {nas.name for nas in plan.nases}
    assert truth.access is Access.WALLED
    live = [one for one in truth.knowable() if one.nas in named]
    assert all(one.walled for one in live), "an open session is alive"
    assert not {one.id for one in live} & truth.by_coa - truth.flushed, "connections from before the wall are open"


def test_a_seeded_run_repeats() -> None:
    def once() -> list[object]:
        truth = coa_world(coa="refuses")
        nases = (NasPlan("nas1", RUNGS, frozenset({"10.0.0.1"})),)
        plan = AccessPlan(USER, change_to(Access.WALLED), nases, LoginPlan(), (1000, 2000), without_drop="1/1")
        random = Random(5)
        return list(Run(lambda log, now: isolate.decide(plan, log, now), truth, chancy(random), (), random).go().log)

    assert once() == once()
