"""A router that is started anew, and traffic that is watched for an hour, on virtual time."""

import asyncio
import gc
import sys
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from radiusbridge.domain.errors import PeerRefused, Refused
from radiusbridge.domain.reboot import INTERFACES, NETWATCH, SERVERS, SESSIONS, Over
from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways.desk_traffic import AGGREGATE, Flow
from radiusbridge.services.router_desk.looking import api_of, home_of
from radiusbridge.services.router_desk.rebooting import Foretold, Rebooting, foretell
from radiusbridge.services.router_desk.traffic import KEPT, Gap, TrafficWatch
from radiusbridge.simulator.router import Router
from tests.sim.test_speed import Scene, play

HOUR = 3600


def bras_of(scene: Scene) -> Router:
    return scene.world.routers["nas1"]


async def restarted(scene: Scene, foretold: Foretold) -> tuple[Over, list[str]]:
    """What came of it; a verdict is held against the router itself."""
    boots = bras_of(scene).boots
    rebooting = Rebooting(scene.node.context, foretold, foretold.count)
    steps = [type(step.seen).__name__ async for step in rebooting.follow()]
    over = rebooting.over
    assert over is not None
    contrary = [*contradicting(scene, foretold, boots)]
    assert (over.verdict is Verdict.PROVEN) == (not contrary), (over, contrary)
    return over, steps


def contradicting(scene: Scene, foretold: Foretold, boots: int) -> Iterator[str]:
    """What is not as it has to be where a restart is PROVEN, asked of the world at once."""
    bras = bras_of(scene)
    if bras.boots != boots + 1:
        yield f"it was started {bras.boots - boots} times"
    live = {session.user for session in bras.nas.sessions.values() if session.alive}
    yield from (f"{name} is not on line" for name in foretold.before.names[SESSIONS] - live)
    off = [row for row in bras.nas.servers.rows() if row["disabled"] == "true"]
    yield from (f"the server on {row['interface']} is off" for row in off)


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
@pytest.mark.parametrize("answer", ["done", "none"])
def test_everything_is_back(ros: str, answer: str) -> None:
    async def script(scene: Scene) -> None:
        foretold = await foretell(scene.node.context, "nas1")
        assert (foretold.count, set(foretold.before.names[SERVERS])) == (2, {"internet on ether2"})
        assert foretold.before.names[NETWATCH] == {scene.world.routers["um1"].host}
        began, boots = scene.clock.monotonic(), bras_of(scene).boots
        over, steps = await restarted(scene, foretold)
        assert over == Over(Verdict.PROVEN)
        assert bras_of(scene).boots == boots + 1
        assert 20 < scene.clock.monotonic() - began < 60
        assert steps[:1] == ["Sent"]
        assert steps[-1] == "Inventory"
        assert steps.count("Silent") == 1, steps
        assert len(scene.limits()) == 1, "both customers are on line again"
        entries = await scene.node.context.database.read(lambda unit: unit.audit.recent(2))
        assert [entry.action for entry in entries] == ["router.rebooted", "router.reboot"]

    play(script, ros, reboot_answer=answer)


def test_what_is_not_back_is_named() -> None:
    async def script(scene: Scene) -> None:
        bras, context = bras_of(scene), scene.node.context
        server = next(iter(bras.nas.servers.rows()))
        bras.at_boot.append(lambda: bras.nas.servers.set(server, {"disabled": "yes"}))
        ports = bras.menus["/interface"]
        bras.at_boot.append(lambda: (ports.named("ether1") or {}).update(running="false"))
        um = scene.world.routers["um1"]
        bras.at_boot.append(lambda: um.faults.turn(dark=True))
        over, _steps = await restarted(scene, await foretell(context, "nas1"))
        assert over.verdict is Verdict.FAILED
        assert over.missing == {
            INTERFACES: ("ether1",),
            SERVERS: ("internet on ether2",),
            NETWATCH: (um.host,),
            SESSIONS: ("cust0001", "cust0002"),
        }
        assert over.reasons[-1] == "2 of 2 sessions not back: cust0001, cust0002"

    play(script)


def test_a_customer_who_stays_away_leaves_it_unproven_and_a_dark_router_fails() -> None:
    async def script(scene: Scene) -> None:
        bras, context = bras_of(scene), scene.node.context
        bras.at_boot.append(scene.world.customers["cust0002"].switch_off)
        over, _steps = await restarted(scene, await foretell(context, "nas1"))
        assert (over.verdict, over.missing) == (Verdict.UNPROVEN, {SESSIONS: ("cust0002",)})
        bras.boot_seconds = 1000.0
        over, _steps = await restarted(scene, await foretell(context, "nas1"))
        assert over.verdict is Verdict.FAILED
        assert over.reasons[0].startswith("it has not answered for 30")
        bras.boot_seconds = 20.0
        await scene.clock.sleep(1000.0)
        del bras.root_commands["/system/reboot"]
        over, steps = await restarted(scene, await foretell(context, "nas1"))
        assert (over.verdict, steps) == (Verdict.FAILED, ["Declined"])

    play(script)


def test_a_router_that_says_yes_and_does_nothing_and_a_wrong_number() -> None:
    async def script(scene: Scene) -> None:
        bras, context = bras_of(scene), scene.node.context
        foretold = await foretell(context, "nas1")
        with pytest.raises(Refused, match="2 sessions would drop, not 1"):
            await anext(Rebooting(context, foretold, 1).follow())
        bras.root_commands["/system/reboot"] = (frozenset(), lambda call: call.done())
        over, _steps = await restarted(scene, foretold)
        assert over.verdict is Verdict.FAILED
        assert over.reasons[0].startswith("it answers, and was not started anew within 30")
        assert len(bras.nas.sessions) == 2

    play(script)


def test_an_hour_of_traffic_is_one_stream_and_memory_stays_flat() -> None:
    async def script(scene: Scene) -> None:
        watch = TrafficWatch(scene.node.context, await home_of(scene.node.context, "nas1"), "ether2")
        bras = bras_of(scene)
        count, sizes, streams = 0, [], set()
        async with aclosing(watch.follow()) as news:
            async for each in news:
                assert isinstance(each, Flow), each
                count += 1
                if count % 900 == 0:
                    gc.collect()
                    sizes.append(sys.getallocatedblocks())
                    streams.add(sum(len(session._running) for session in bras.api.sessions))
                if count == HOUR:
                    break
        assert (len(watch.past), streams) == (KEPT, {1})
        assert sizes[-1] - sizes[0] < 2_000, sizes
        await scene.clock.sleep(1.0)
        assert not any(session._running for session in bras.api.sessions), "it was told to stop"

    play(script)


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
def test_a_restart_in_the_middle_of_a_stream_is_a_gap(ros: str) -> None:
    async def script(scene: Scene) -> None:
        context, bras = scene.node.context, bras_of(scene)
        watch = TrafficWatch(context, await home_of(context, "nas1"), AGGREGATE)
        kinds: list[str] = []

        async def follow() -> None:
            async with aclosing(watch.follow()) as news:
                async for each in news:
                    if not kinds or kinds[-1] != type(each).__name__:
                        kinds.append(type(each).__name__)

        following = asyncio.create_task(follow())
        await scene.clock.sleep(10.0)
        await context.gateways.router("nas1", api_of(watch.home)).write("/system/reboot", {})
        await scene.clock.sleep(90.0)
        assert kinds == ["Flow", "Gap", "Flow"]
        bras.faults.turn(dark=True)
        await scene.clock.sleep(60.0)
        assert kinds[-1] == "Gap", "silence is noticed"
        assert sum(isinstance(each, Gap) for each in watch.past) == 2
        following.cancel()

    play(script, ros)


def test_an_interface_that_is_not_there_is_refused_at_once() -> None:
    async def script(scene: Scene) -> None:
        watch = TrafficWatch(scene.node.context, await home_of(scene.node.context, "nas1"), "ether9")
        with pytest.raises(PeerRefused, match="does not match"):
            await anext(watch.follow())

    play(script)
