"""One agent watches 200 routers, of which some are dark, some slow: nobody is polled late. One that does not lead lets
go of routers. On virtual time."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from radiusbridge.agent.config import Config
from radiusbridge.agent.daemon import QUIET, STATUS_EVERY, Agent
from radiusbridge.agent.jobs import READINGS_EVERY
from radiusbridge.agent.leadership import DUTY
from radiusbridge.agent.notify import Notifier
from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways.session_feed import CONFIRM
from radiusbridge.services import access, journal
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.world import World
from tests.sim.filled import filled
from tests.sim.loop import VirtualLoop, run_virtually
from tests.sim.node import Node

SERVERS, NASES = 20, 9
"""NASes to each server: 200 routers."""
BEGIN, END = 20.0, 20.0 + READINGS_EVERY + 15.0
"""Seconds until when each was asked for the first time, and of it all: two rounds of readings."""
RTT, SLOW = 0.02, 1.5
LATE = 0.5
"""Seconds that no poll may be late by, beside what its own router needs."""
CALM = Config(metrics=None, executor=False, drift=None)
VITALS, SESSIONS = "/system/resource/print", "/ppp/active/print"


class Seen:
    """What every router was asked, when, and over how many connections at a time."""

    def __init__(self, world: World, loop: VirtualLoop) -> None:
        self._world, self._loop = world, loop
        self.asked: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        self.most: defaultdict[str, int] = defaultdict(int)
        for name in world.routers:
            self._hear(name)

    def _hear(self, name: str) -> None:
        api = self._world.routers[name].api

        def heard(command: str) -> None:
            self.most[name] = max(self.most[name], sum(one.user is not None for one in api.sessions))
            self.asked[name, command].append(self._loop.time())

        api.heard = heard

    def late(self, name: str, command: str, every: float) -> float:
        """By how much the latest poll came too late, seconds; one that is due at the end and did not come counts."""
        moments = [at for at in self.asked[name, command] if at <= END]
        assert moments[0] <= BEGIN, f"{name} was asked {command} for the first time at {moments[0]:.1f} s"
        gaps = [after - before for before, after in pairwise([*moments, END]) if after > BEGIN]
        return max(gaps) - every


@pytest.mark.slow
def test_nobody_is_polled_late_among_200_of_which_some_are_dark_or_slow() -> None:
    async def act() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        options = IspOptions(servers=SERVERS, nases=NASES, customers=SERVERS * NASES, rtt=RTT)
        world, wire, _ = filled(options, loop)
        names = list(world.routers)
        assert len(names) == 200
        dark, slow = set(names[3::10]), set(names[7::10])
        for name in dark:
            world.routers[name].faults.turn(dark=True)
        for name in slow:
            world.routers[name].faults.turn(rtt=SLOW)
        seen = Seen(world, loop)
        node = Node("simulated/0/0", 0, wire, Random(1), set(), lambda: None)
        agent = Agent(node.context, CALM, Notifier(), lambda: CALM)
        running = asyncio.create_task(agent.run())
        await asyncio.sleep(END + 1.0)
        agent.stop()
        assert await running == 0
        assert {name: most for name, most in seen.most.items() if most != 1} == {}, "one connection each"
        for name in names:
            if name in dark:
                assert not seen.asked[name, VITALS]
                continue
            answer = 6 * SLOW if name in slow else 0.0
            assert seen.late(name, VITALS, READINGS_EVERY) < LATE + answer, name
            if world.routers[name].user_manager is None:
                assert seen.late(name, SESSIONS, CONFIRM) < LATE + answer, name
        await node.stop()

    run_virtually(VirtualLoop(), act())


def test_an_agent_that_does_not_lead_lets_go_of_routers_after_its_operations() -> None:
    async def act() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        world, wire, clock = filled(IspOptions(nases=2, customers=2, rtt=RTT), loop)
        node = Node("simulated/0/0", 0, wire, Random(1), set(), lambda: None)
        context = node.context
        await context.database.write(lambda unit: unit.duties.take(DUTY, "elsewhere/1/1", unit.now, 3600.0))
        config = replace(CALM, executor=True)
        agent = Agent(context, config, Notifier(), lambda: config)
        running = asyncio.create_task(agent.run())
        await clock.sleep(10.0)

        def connected() -> list[int]:
            return [len(router.api.sessions) for router in world.routers.values()]

        assert connected() == [0, 0, 0], "nobody asked for anything"
        for name in world.customers:
            done = (await access.isolate(context, name)).operation
            assert done is not None
            while (ended := await journal.get(context, done.id)).finished_at is None:
                await clock.sleep(1.0)
            assert ended.verdict is Verdict.PROVEN
            assert connected() == [1, 1, 1], "the next one finds them open"
            await clock.sleep((QUIET + 1) * STATUS_EVERY)
            assert connected() == [0, 0, 0]
        agent.stop()
        assert await running == 0
        await node.stop()

    run_virtually(VirtualLoop(), act())
