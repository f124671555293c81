"""The row of the proof table about activating, with worlds that disagree with what is said."""

from dataclasses import replace
from typing import Any

import pytest

from radiusbridge.domain.accounts import Access, AccountRow, PlanRow, PlanState, ServerSession
from radiusbridge.domain.effects import Effect, ReadAccount, TryLogin, WriteAccess
from radiusbridge.domain.sagas import activate
from radiusbridge.domain.sagas.plan import LoginPlan
from radiusbridge.domain.verdict import Verdict
from tests.domain.driver import Run, steady
from tests.domain.test_proof_tables import TRIP, brought, plan_for, rungs, world
from tests.domain.world import Device, Router, World


def ghost(nas: str = "10.0.0.1") -> list[ServerSession]:
    return [ServerSession("*77", "8100dead", nas)]


@pytest.mark.parametrize(
    ("truth", "how", "verdict", "word"),
    [
        (world(access=Access.WALLED), {}, Verdict.PROVEN, "is live and normal"),
        (
            world(access=Access.REJECT, device=Device("nas1", None, online=False)),
            {},
            Verdict.PROVEN,
            "a test login is accepted",
        ),
        (world(access=Access.WALLED, device=Device("nas1", None)), {}, Verdict.PROVEN, "a test login is accepted"),
        (
            world(Router("nas1", dae="lies", close="lies", api="lies"), access=Access.WALLED),
            {},
            Verdict.FAILED,
            "still listed",
        ),
        (world(access=Access.WALLED, write="lies"), {}, Verdict.FAILED, "still in the isolation group"),
        (
            world(device=Device("nas1", None, online=False), rows=ghost()),
            {},
            Verdict.PROVEN,
            "a test login is accepted",
        ),
        (
            world(Router("nas1", close="refuses"), device=Device("nas1", None, online=False), rows=ghost()),
            {},
            Verdict.FAILED,
            "the server still counts session 8100dead",
        ),
        (
            world(device=Device("nas1", None, online=False), rows=ghost("10.9.9.9")),
            {},
            Verdict.UNPROVEN,
            "unknown NAS 10.9.9.9",
        ),
        (world(device=Device("nas1", None, online=False), password=False), {}, Verdict.FAILED, "test login is refused"),
        (
            world(device=Device("nas1", None, online=False), first_login=True),
            {},
            Verdict.UNPROVEN,
            "would start the plan",
        ),
        (world(device=Device("nas1", None, online=False), caller_id="bind"), {}, Verdict.UNPROVEN, "it would bind"),
        (
            world(device=Device("nas1", None, online=False)),
            {"nases": ()},
            Verdict.UNPROVEN,
            "could drop a live session",
        ),
        (
            world(Router("nas1", unreadable=((0.0, 99.0),)), device=Device("nas1", None, online=False)),
            {},
            Verdict.UNPROVEN,
            "could not be read",
        ),
        (
            world(device=Device("nas1", None, online=False)),
            {"login": LoginPlan("no password is known")},
            Verdict.UNPROVEN,
            "no password",
        ),
    ],
)
def test_activate(truth: World, how: dict[str, Any], verdict: Verdict, word: str) -> None:
    run = brought(truth, Access.OPEN, **how)
    assert run.verdict is verdict, run.reasons
    assert word in run.reasons
    assert not truth.harms
    if verdict is Verdict.PROVEN:
        assert not any(one.walled for one in truth.sessions)
    if verdict is Verdict.UNPROVEN:
        assert not run.starts(TryLogin)
        assert run.now < 15.0


@pytest.mark.parametrize("shows", ["shown", "hidden"])
@pytest.mark.parametrize("paid", [True, False])
@pytest.mark.parametrize("access", [Access.OPEN, Access.REJECT])
def test_a_plan_that_is_over_is_given_anew_once_where_it_was_paid_for(shows: str, paid: bool, access: Access) -> None:
    truth = world(access=access, over=shows, device=Device("nas1", None, online=False))
    plan = plan_for(truth, Access.OPEN)
    plan = replace(plan, change=replace(plan.change, anew=paid))
    run = Run(lambda log, now: activate.decide(plan, log, now), truth, steady(TRIP)).go()
    assert run.verdict is (Verdict.PROVEN if paid else Verdict.FAILED), run.reasons
    assert bool(truth.over) is not paid
    assert len(run.starts(WriteAccess)) == (2 if paid and shows == "hidden" else 1)
    if not paid:
        assert ("renew gives it anew" if shows == "shown" else "test login is refused") in run.reasons


@pytest.mark.parametrize(("write", "word"), [("lies", "still disabled"), ("refuses", "refused")])
def test_a_plan_that_is_not_given_is_not_claimed(write: str, word: str) -> None:
    truth = world(access=Access.REJECT, over="shown", write=write, device=Device("nas1", None, online=False))
    plan = plan_for(truth, Access.OPEN)
    plan = replace(plan, change=replace(plan.change, anew=True))
    run = Run(lambda log, now: activate.decide(plan, log, now), truth, steady(TRIP)).go()
    assert (run.verdict, truth.over) == (Verdict.FAILED, "shown")
    assert word in run.reasons


def test_another_refusal_gives_a_plan_anew_at_most_once() -> None:
    """A wrong password is refused too, and 6 does not tell which it was."""
    truth = world(over="hidden", password=False, device=Device("nas1", None, online=False))
    plan = plan_for(truth, Access.OPEN)
    plan = replace(plan, change=replace(plan.change, anew=True))
    run = Run(lambda log, now: activate.decide(plan, log, now), truth, steady(TRIP)).go()
    assert run.verdict is Verdict.FAILED
    assert len(run.starts(WriteAccess)) == 2


def test_a_plan_that_the_server_may_not_show_is_a_doubt() -> None:
    class Untold(World):
        def account(self) -> AccountRow | None:
            account = super().account()
            return account and replace(account, plans=(PlanRow("", "home", PlanState.UNKNOWN),))

    run = brought(Untold({"nas1": Router("nas1")}, [Device("nas1", None, online=False)]), Access.OPEN)
    assert run.verdict is Verdict.UNPROVEN
    assert "does not show whether plan home waits" in run.reasons
    assert run.now < 15.0


def test_the_customers_own_dial_is_waited_for() -> None:
    truth = world(access=Access.REJECT, device=Device("nas1", 8.0, online=False))
    run = brought(truth, Access.OPEN, wait_online=30.0)
    assert run.verdict is Verdict.PROVEN
    assert "is live and normal" in run.reasons
    assert not run.starts(TryLogin)
    assert 8.0 < run.now < 11.0


def test_a_customer_who_dials_between_two_readings_is_no_ghost() -> None:
    """The list is read before the dial, the account after it: closing that row would drop who just came back."""
    truth = world(access=Access.REJECT, device=Device("nas1", 0.075, online=False))
    plan = plan_for(truth, Access.OPEN)

    def slow(effect: Effect) -> tuple[float, float]:
        return (0.05, 0.01) if isinstance(effect, ReadAccount) else (0.001, 0.001)

    run = Run(lambda log, now: activate.decide(plan, log, now), truth, slow).go()
    assert run.verdict is Verdict.PROVEN, run.reasons
    assert truth.count == 1
    assert not rungs(run)
