"""Traffic that is watched for an hour, on virtual time."""

import asyncio
import gc
import sys
from contextlib import aclosing

import pytest

from radiusbridge.domain.errors import PeerRefused
from radiusbridge.gateways.desk_traffic import AGGREGATE, Flow
from radiusbridge.services.router_desk.looking import api_of, home_of
from radiusbridge.services.router_desk.traffic import KEPT, Gap, TrafficWatch
from radiusbridge.simulator.router import Router
from tests.sim.test_speed import Scene, play

HOUR = 3600


def bras_of(scene: Scene) -> Router:
    return scene.world.routers["nas1"]


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
