"""A router that answers more slowly is asked less; in virtual time."""

import asyncio

from radiusbridge.domain.records import Policy
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services.bulk.access_actions import Isolate
from radiusbridge.services.bulk.actions import preview_of
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.bulk.preview import create
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.runs import Standing
from radiusbridge.services.bulk.subjects import Subjects
from tests.sim.rungs import Street, on_street
from tests.sim.test_dark_routers import Journaled, isp_of

MOST = 16
COUNT = 120
SLOW = (15.0, 35.0)
"""From when to when, in seconds since the run began."""


async def _watched(street: Street, runner: BulkRunner) -> tuple[list[int], Standing]:
    """How many places the server's rows had in each second, while its router is slow for a time; and the end."""
    running, places = asyncio.create_task(runner.run()), list[int]()
    faults, began = street.world.routers["um1"].faults, street.clock.monotonic()
    while not running.done():
        now = street.clock.monotonic() - began
        faults.turn(rtt=1.2 if SLOW[0] <= now < SLOW[1] else 0.02)
        if runner.driver is not None:
            places += [each.room.places for each in runner.driver.places.values()]
        await asyncio.sleep(1.0)
    return places, running.result()


def test_places_follow_the_latency_of_the_server() -> None:
    async def act(street: Street) -> None:
        for name in street.world.customers:
            await street.online(name)
        journaled = Journaled(street)
        await journaled.fill()
        context = journaled.node.context
        preview = await preview_of(context, Isolate(Policy.REJECT, settle=1.0), Subjects(everybody=True))
        brakes = Brakes(per_second=0, server_per_second=2, side_by_side=MOST, canary=0)
        run = await create(context, preview, typed=COUNT, brakes=brakes)
        places, standing = await _watched(street, BulkRunner(context, run.id))
        assert standing.states == {Verdict.PROVEN: COUNT}
        fast, slow, after = places[5 : int(SLOW[0])], places[int(SLOW[0]) + 8 : int(SLOW[1])], places[-3:]
        assert set(fast) == {MOST}
        assert max(slow) <= MOST // 2
        assert min(slow) >= MOST // 8
        assert min(after) > MOST // 2, "it comes back when the router does"
        await journaled.node.stop()

    on_street(isp_of("7.16.2", nases=1, customers=COUNT), act)
