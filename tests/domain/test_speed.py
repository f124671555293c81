"""Another speed on live sessions, and back: the queues decide; pure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.effects import ChangeSession, Kick
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.sagas import speed
from radiusbridge.domain.sagas.plan import NasPlan
from radiusbridge.domain.sagas.speed import SpeedPlan
from radiusbridge.domain.speeds import checked_period, checked_rate, limits_of_attribute, pause_after
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services.evidence_codec import decode, encode
from tests.domain.changing import CoaWorld
from tests.domain.driver import Run, steady
from tests.domain.test_profile_changes import RUNGS, coa_world, coa_worlds
from tests.domain.test_sagas import CRASHES, EXAMPLES, SEEDS, driven, nas_plans
from tests.domain.world import PROFILE, USER, Device, Router

FAST = (3000, 4000)
NASES = (NasPlan("nas1", RUNGS, frozenset({"10.0.0.1"})),)


def plan_of(rate: tuple[int, int] | None = FAST, nases: tuple[NasPlan, ...] = NASES, **how: Any) -> SpeedPlan:
    own = "1000/2000" if rate else "3000/4000"
    return SpeedPlan(USER, rate, PROFILE, own, own, "isolir", nases, **how)


def ran(truth: CoaWorld, plan: SpeedPlan) -> Run:
    return Run(lambda log, now: speed.decide(plan, log, now), truth, steady(0.02)).go()


@pytest.mark.parametrize(
    ("how", "verdict", "word"),
    [
        ({}, Verdict.PROVEN, "lets 3k/4k through (the profile's: 1k/2k), changed without a drop: coa ok"),
        ({"coa": "mute"}, Verdict.PROVEN, "changed without a drop"),
        ({"coa": "needs-address"}, Verdict.PROVEN, "changed without a drop"),
        ({"coa": "lies"}, Verdict.FAILED, "its queue shows 1k/2k, not 3k/4k"),
        ({"coa": "refuses"}, Verdict.FAILED, "coa refuses"),
        ({"coa": "silent"}, Verdict.FAILED, "its queue shows 1k/2k"),
        ({"queues": False}, Verdict.UNPROVEN, "its queue was not found"),
        ({"silent": ((0.0, 500.0),)}, Verdict.PROVEN, "changed"),
    ],
)
def test_each_end_of_another_speed(how: dict[str, Any], verdict: Verdict, word: str) -> None:
    run = ran(coa_world(**how), plan_of())
    assert (run.verdict, word in run.reasons) == (verdict, True), run.reasons
    assert not run.starts(Kick)


def test_a_walled_session_is_left_as_it_is_and_said_to_have_failed() -> None:
    truth = coa_world()
    for one in truth.sessions:
        one.walled = True
    run = ran(truth, plan_of())
    assert (run.verdict, run.starts(ChangeSession)) == (Verdict.FAILED, [])
    assert "in list isolir" in run.reasons


@pytest.mark.parametrize(("lasting", "word"), [(False, "gets the profile's 1k/2k"), (True, "then the agent sets this")])
def test_nobody_online_proves_nothing(lasting: bool, word: str) -> None:
    run = ran(CoaWorld({"nas1": Router("nas1")}, [Device("nas1", online=False, redial=None)]), plan_of(lasting=lasting))
    assert (run.verdict, word in run.reasons) == (Verdict.UNPROVEN, True), run.reasons


def test_each_of_two_sessions_is_told() -> None:
    truth = CoaWorld({"nas1": Router("nas1"), "nas2": Router("nas2")}, [Device("nas1"), Device("nas2")])
    truth.limits |= {one.id: "1000/2000" for one in truth.sessions}
    nases = tuple(NasPlan(name, replace(RUNGS, dae=name == "nas1"), frozenset()) for name in ("nas1", "nas2"))
    run = ran(truth, plan_of(nases=nases))
    assert run.verdict is Verdict.FAILED
    assert all(f"session {one.id} on {one.nas}" in run.reasons for one in truth.sessions), run.reasons
    assert "no CoA was sent" in run.reasons


@pytest.mark.parametrize(
    ("how", "verdict", "word"),
    [
        ({}, Verdict.PROVEN, "changed without a drop"),
        ({"coa": "lies"}, Verdict.FAILED, "its queue shows 1k/2k"),
        ({"access": Access.WALLED}, Verdict.PROVEN, "left as they are: the customer is in isolir"),
        ({"access": None}, Verdict.FAILED, "no account"),
        ({"silent": ((0.0, 500.0),)}, None, "did not answer"),
    ],
)
def test_each_end_of_the_way_back(how: dict[str, Any], verdict: Verdict | None, word: str) -> None:
    run = ran(coa_world(**how), plan_of(None))
    assert (run.verdict, word in run.reasons) == (verdict, True), run.reasons


@EXAMPLES
@given(st.data(), coa_worlds(), SEEDS, CRASHES)
def test_a_speed_is_proven_only_if_the_queues_say_so(
    data: st.DataObject, truth: CoaWorld, seed: int, crashes: list[float]
) -> None:
    plan = plan_of(nases=data.draw(nas_plans(truth)))
    truth.profile_limits = "1000/2000"
    run = driven(lambda log, now: speed.decide(plan, log, now), truth, seed, crashes)
    assert run.now <= run.attempt_at + 100.0
    assert [decode(encode(seen)) for seen in run.log] == run.log
    assert not run.starts(Kick)
    if run.verdict is Verdict.PROVEN:
        named = {nas.name for nas in plan.nases}
        live = [one for one in truth.knowable() if one.nas in named]
        assert truth.queues
        assert all(truth.limits.get(one.id) == "3000/4000" for one in live), "a session runs on another rate"


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("10M/50M", "10000000/50000000"),
        ("512k", "512000/512000"),
        ("1M/2M 2M/4M 1M/1M 16/16 8", "1000000/2000000 2000000/4000000"),
        ("0/0", ""),
        ("fast", ""),
        ("", ""),
    ],
)
def test_what_a_queue_shows_of_an_attribute(text: str, limits: str) -> None:
    assert limits_of_attribute(text) == limits


def test_rates_and_periods_that_cannot_be() -> None:
    for rate in ((0, 1), (1, 0)):
        with pytest.raises(BadInput):
            checked_rate(rate)
    for seconds in (59, 31 * 86_400 + 1):
        with pytest.raises(BadInput):
            checked_period(seconds)
    assert [pause_after(tries) for tries in (1, 2, 3, 50)] == [timedelta(seconds=s) for s in (60, 120, 240, 3600)]
