"""The live graph of an interface over an hour, in virtual time: one stream, and memory that stays flat.

The peer is what a program does that has no streams: `/interface/monitor-traffic` with `once`, each second, over the
same connection. The ratio is that of the sentences that go to the router. Memory is counted in blocks of Python's
allocator after a collection, at the end of the first and of the last quarter of an hour.
"""

import gc
import sys
import time
from contextlib import aclosing
from typing import Any

from radiusbridge.services.router_desk.looking import api_of, home_of
from radiusbridge.services.router_desk.traffic import KEPT, TrafficWatch
from tests.sim.test_speed import Scene, play

HOUR = 3600
GROWTH = 2_000
"""Blocks by which memory may grow from the first quarter of an hour to the last."""
GOAL = 100.0


def _sent(scene: Scene) -> int:
    return scene.world.routers["nas1"].api.requests


def run() -> dict[str, Any]:
    """One measurement."""
    found: dict[str, Any] = {}

    async def script(scene: Scene) -> None:
        context, router = scene.node.context, scene.world.routers["nas1"]
        home = await home_of(context, "nas1")
        watch = TrafficWatch(context, home, "ether2")
        began, before, count, sizes, streams = time.perf_counter(), _sent(scene), 0, [], set()
        async with aclosing(watch.follow()) as news:
            async for _each in news:
                count += 1
                if count % (HOUR // 4) == 0:
                    gc.collect()
                    sizes.append(sys.getallocatedblocks())
                    streams.add(sum(len(session._running) for session in router.api.sessions))
                if count == HOUR:
                    break
        ours, seconds = _sent(scene) - before, time.perf_counter() - began
        before = _sent(scene)
        api = context.gateways.router(home.name, api_of(home))
        for _second in range(60):
            await api.read("/interface/monitor-traffic", {"interface": "ether2", "once": ""})
        peer = (_sent(scene) - before) * HOUR // 60
        grown = sizes[-1] - sizes[0]
        ratio = peer / max(1, ours)
        found.update(
            name="traffic of an interface for an hour: sentences, against asking once a second",
            ratio=round(ratio, 1),
            goal=GOAL,
            sentences=ours,
            peer=peer,
            streams=max(streams),
            readings=HOUR,
            kept=len(watch.past),
            memory_growth_blocks=grown,
            real_seconds=round(seconds, 1),
            met=ratio >= GOAL and grown < GROWTH and streams == {1} and len(watch.past) == KEPT,
        )

    play(script)
    return found
