"""The sessions' history against the world: who was online where, and what was lost together."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

from radiusbridge.domain.losses import By, Span
from radiusbridge.services.session_history import History, history, lost
from tests.sim.loop import START
from tests.sim.mass import Fleet, crowd
from tests.sim.test_mass_kick import on_fleet

ALL = timedelta(days=1)
EXACT = 3.0
"""Seconds by which an end that was watched may be told late."""


def seconds(moment: datetime) -> float:
    return (moment - START).total_seconds()


class Kept:
    """The history of a fleet, taken down by a process that may be ended and begun again."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self._task = asyncio.create_task(History(self._fleet.journaled.node.context).run())
        await asyncio.sleep(12.0)

    async def end(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def spans(self, who: str | None = None) -> tuple[Span, ...]:
        return await history(self._fleet.journaled.node.context, who, ALL)


def test_it_says_what_was_so_over_drops_redials_a_reboot_and_a_pause() -> None:
    async def act(fleet: Fleet) -> None:
        kept, world = Kept(fleet), fleet.street.world
        await kept.begin()
        names = sorted(fleet.before)
        for name in names[:6]:
            session = world.customers[name].session
            assert session is not None
            session.customer.nas.end(session, 1)
            fleet.street.wire.move()
            await asyncio.sleep(0.7)
        await asyncio.sleep(20.0)
        world.routers["nas2"].nas.reboot()
        fleet.street.wire.move()
        await asyncio.sleep(30.0)
        await kept.end()
        for name in names[10:13]:
            world.customers[name].switch_off()
        fleet.street.wire.move()
        unwatched = fleet.street.clock.monotonic()
        await asyncio.sleep(120.0)
        await kept.begin()
        await asyncio.sleep(10.0)
        spans = await kept.spans()
        live = {(span.username, span.nas, span.session_id) for span in spans if span.ended_at is None}
        assert live == {
            (name, cpe.nas.router.name, cpe.session.acct_session_id)
            for name, cpe in world.customers.items()
            if cpe.session is not None and cpe.online
        }
        assert Counter(span.username for span in spans if span.ended_at) == Counter(e.username for e in fleet.ended)
        for span in spans:
            assert span.interface == "ether2"
            if span.ended_at is None:
                continue
            truly = [each.at for each in fleet.ended if each.username == span.username]
            assert any(seconds(span.seen_at) - 0.1 <= at <= seconds(span.ended_at) + 0.1 for at in truly), span
            if seconds(span.ended_at) < unwatched:
                assert min(abs(at - seconds(span.ended_at)) for at in truly) < EXACT
        assert {span.username for span in await kept.spans(names[0])} == {names[0]}
        context = fleet.journaled.node.context
        (loss,) = await lost(context, ALL, least=8, share=0.3)
        assert (loss.place.by, loss.place.name, loss.lost, loss.back) == (By.NAS, "nas2", 10, 10)
        await kept.end()

    on_fleet(crowd(30, 3, redial=(1.0, 3.0)), act)


def test_a_dark_nas_ends_nothing() -> None:
    """Who cannot be seen is not said to be gone; who went meanwhile ended within the darkness."""

    async def act(fleet: Fleet) -> None:
        kept, world = Kept(fleet), fleet.street.world
        await kept.begin()
        world.routers["nas1"].faults.turn(dark=True)
        darkened = fleet.street.clock.monotonic()
        await asyncio.sleep(60.0)
        assert not [span for span in await kept.spans() if span.ended_at]
        gone = next(name for name, cpe in world.customers.items() if cpe.nas.router.name == "nas1")
        world.customers[gone].switch_off()
        fleet.street.wire.move()
        await asyncio.sleep(60.0)
        world.routers["nas1"].faults.turn(dark=False)
        await asyncio.sleep(40.0)
        (span,) = [span for span in await kept.spans() if span.ended_at]
        assert span.username == gone
        assert span.ended_at is not None
        assert seconds(span.seen_at) < darkened + 20.0 < darkened + 60.0 < seconds(span.ended_at)
        await kept.end()

    on_fleet(crowd(8, 2), act)
