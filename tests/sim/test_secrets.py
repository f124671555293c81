"""PPP secrets on a NAS without any RADIUS server: each verdict is held against the world."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.observations import DialWatched
from radiusbridge.domain.records import Nas, Server
from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways.accounts.kinds import PPP
from radiusbridge.simulator.build import IspOptions, add_cpe
from tests.sim.rungs import Street, Told, judge, on_street
from tests.sim.secrets import cells, draw_secrets
from tests.sim.simulation import simulate

GENERATIONS = ("7.16.2", "6.49.18")
WHO = "cust0001"
SEEDS = 200 if os.environ.get("RADIUSBRIDGE_SEEDS") else 20

KEPT = (357,)
"""Seeds that failed once."""


def isp(ros: str = GENERATIONS[0], **knobs: object) -> IspOptions:
    return IspOptions(**{"ros": ros, "customers": 2, "secrets": True, "redial": (1.0, 3.0), **knobs})  # type: ignore[arg-type]


def day(act: Callable[[Street], Awaitable[Told]], options: IspOptions | None = None) -> Told:
    """What an operation of an online customer comes to; never against the world."""

    async def main(street: Street) -> Told:
        await street.online(WHO)
        told = await act(street)
        assert not judge(told, None), judge(told, None)
        return told

    return on_street(options or isp(), main)


@pytest.mark.parametrize("ros", GENERATIONS)
def test_there_and_back_by_each_policy(ros: str) -> None:
    async def act(street: Street) -> Told:
        for access in (Access.REJECT, Access.WALLED):
            told = await street.isolate(WHO, access)
            assert told.end.verdict is Verdict.PROVEN, told.words
            assert ("the customer's own dial was refused" in told.words) is (access is Access.REJECT)
            back = await street.activate(WHO, wait_online=15.0)
            assert back.end.verdict is Verdict.PROVEN, back.words
            assert street.oracle.can_pass_traffic(WHO)
        told = await street.kick(WHO)
        assert told.end.verdict is Verdict.PROVEN
        return told

    day(act, isp(ros))


def test_who_does_not_dial_is_not_proven_to_be_kept_out() -> None:
    async def silent(street: Street) -> Told:
        # the CPE dies with the session that is ended
        street.world.customers[WHO].redial = (900.0, 900.0)
        return await street.isolate(WHO)

    told = day(silent)
    assert (told.end.verdict, told.seconds >= 20.0) == (Verdict.UNPROVEN, True)
    assert "nobody but the customer can try a PPP secret; not dialled since" in told.words

    async def away(street: Street) -> Told:
        street.world.customers[WHO].switch_off()
        await street.until(lambda: not street.oracle.sessions_really(WHO))
        return await street.isolate(WHO)

    told = day(away)
    assert (told.end.verdict, told.seconds < 10.0) == (Verdict.UNPROVEN, True), "nothing is waited for"
    assert "nobody was online with that name before the write" in told.words


def test_a_refusal_that_speaks_of_something_else_proves_nothing() -> None:
    async def act(street: Street) -> Told:
        customer = street.world.customers[WHO]
        router = customer.nas.router
        customer.redial = (900.0, 900.0)
        wired = router.nas.end

        def ended(*args: object, **named: object) -> None:
            wired(*args, **named)  # type: ignore[arg-type]
            for text in ("authentication failed - radius timeout", "is already active", "authentication failed"):
                who = f"{WHO}x" if text.endswith("failed") else WHO
                router.log("pppoe,ppp,error", f"<0001>: user {who} {text}")

        router.nas.end = ended  # type: ignore[method-assign]
        return await street.isolate(WHO)

    told = day(act)
    assert told.end.verdict is Verdict.UNPROVEN, told.words


def test_a_world_that_disagrees_with_its_lists() -> None:
    async def lying(street: Street) -> Told:
        street.world.routers["nas1"].faults.lie = True
        return await street.isolate(WHO)

    assert day(lying).end.verdict is Verdict.FAILED

    async def second(street: Street) -> Told:
        """Another secret of a NAS that takes two of one name lets in whom the first one does not."""
        secrets = street.world.routers["nas1"].menus["/ppp/secret"]
        twin = secrets.build({**{k: v for k, v in (secrets.named(WHO) or {}).items() if k != ".id"}, "service": "any"})
        first = secrets.named(WHO)
        assert first is not None
        secrets.insert(twin)
        secrets._by_key[WHO] = first
        ended = street.world.routers["nas1"].nas.end

        def let_in(*args: object, **named: object) -> None:
            secrets._by_key[WHO] = twin
            ended(*args, **named)  # type: ignore[arg-type]

        street.world.routers["nas1"].nas.end = let_in  # type: ignore[method-assign]
        return await street.isolate(WHO)

    told = day(second)
    assert told.end.verdict is Verdict.FAILED, told.words

    async def blind(street: Street) -> Told:
        street.world.routers["nas1"].faults.list_lies = True
        return await street.isolate(WHO)

    assert day(blind).end.verdict is not Verdict.PROVEN


def test_a_router_that_asks_radius_too_lets_in_whom_no_secret_does() -> None:
    """use-radius=yes, and the same name lives on User Manager."""

    async def act(street: Street) -> Told:
        router = street.world.routers["nas1"]
        password = street.world.customers[WHO].password
        router.menus["/ppp/secret"].add({"name": WHO, "password": password, "service": "pppoe", "profile": "default"})
        api = street.nases["nas1"].api
        street.isp = replace(street.isp, secrets=True)
        street.servers = {"nas1": Server("nas1", PPP, api, 9, isolation_pool="pool-isolir")}
        street.nases = {"nas1": Nas("nas1", 9, 9, api=api)}
        await street.kick(WHO)
        await street.until(lambda: any(not one.grant.radius for one in street.oracle.sessions_really(WHO)))
        return await street.isolate(WHO)

    told = day(act, isp(secrets=False))
    assert told.end.verdict is Verdict.FAILED, told.words
    assert told.contrary


def test_a_wall_with_an_address_of_ones_own_and_a_log_that_breaks() -> None:
    async def act(street: Street) -> Told:
        router = street.world.routers["nas1"]
        secrets = router.menus["/ppp/secret"]
        row = secrets.named(WHO)
        assert row is not None
        secrets.set(row, {"remote-address": "10.9.8.7"})
        told = await street.isolate(WHO, Access.WALLED)
        assert told.end.verdict is Verdict.PROVEN, told.words
        [session] = street.oracle.sessions_really(WHO)
        assert session.address.startswith("172."), "the address is of the isolation's pool"
        back = await street.activate(WHO, wait_online=15.0)
        assert back.end.verdict is Verdict.PROVEN, back.words
        [session] = street.oracle.sessions_really(WHO)
        assert session.address == "10.9.8.7"
        router.faults.turn(reset_after_in=9)
        return await street.isolate(WHO)

    told = day(act)
    assert told.end.verdict is Verdict.PROVEN, told.words


def test_a_second_device_is_kept_out_while_the_first_is_online() -> None:
    """Another device with the customer's name is refused while the first is online: only-one."""

    async def act(street: Street) -> Told:
        customer = street.world.customers[WHO]
        twin = add_cpe(street.world, customer.nas.router, WHO, customer.password, "02:99:00:00:00:01")
        twin.switch_on(0.0)
        await street.until(lambda: twin.refusals > 0)
        assert len(street.oracle.sessions_really(WHO)) == 1
        return await street.isolate(WHO)

    told = day(act)
    assert told.end.verdict is Verdict.PROVEN, told.words
    assert any(isinstance(seen, DialWatched) and seen.refused for seen in told.log)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_seeds() -> None:
    failures = [words for seed in (*KEPT, *range(SEEDS)) for words in simulate(draw_secrets(seed)).violations]
    assert not failures, "\n".join(failures)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("operation", ["isolate-reject", "isolate-walled", "activate-walled"])
def test_faults_at_each_step(operation: str) -> None:
    failures, proven = [], 0
    for name, scenario in cells(operation):
        outcome = simulate(scenario)
        failures += [f"{name}: {violation}" for violation in outcome.violations]
        proven += outcome.verdicts.get("PROVEN", 0)
        if name.endswith("nothing") and set(outcome.verdicts) != {"PROVEN"}:
            failures.append(f"{name}: without a fault it ended {outcome.verdicts}")
    assert not failures, "\n".join(failures)
    assert proven > 10
