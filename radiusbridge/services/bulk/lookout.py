"""Look at the NASes while a run puts people out: who is on line, how many RADIUS requests they give up, their CPU."""

import asyncio
import logging
from collections.abc import Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from radiusbridge.domain.brakes import Strain
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import Nas
from radiusbridge.services.watch import DEADLINE, INTERVAL, NasReading, Watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from radiusbridge.gateways.vitals import RouterVitals
    from radiusbridge.services.context import Context

EVERY = 2.0
"""Seconds between two readings of one NAS."""
PIECE = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Strained:
    """A reading of one NAS; `at` grows."""

    at: int
    strain: Strain


@dataclass(slots=True)
class Lookout:
    """The NASes of some servers. None of them is waited for by the others."""

    context: "Context"
    nases: tuple[Nas, ...]
    watch: Watch
    strains: dict[str, Strained] = field(default_factory=dict)
    """By NAS."""

    def readings(self, server_id: int) -> tuple[NasReading, ...]:
        """The newest lists of a server's NASes."""
        return tuple(each for each in self.watch.snapshot.nases if each.server_id == server_id)

    async def run(self) -> None:
        """Look until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.watch.run())
            for nas in self.nases:
                if nas.api is not None:
                    reader = self.context.gateways.vitals(nas.name, nas.api, "", nas=True)
                    tasks.create_task(self._strain(nas, reader))

    async def seen(self) -> None:
        """Wait until each list was read once or could not be."""
        clock = self.context.clock
        end = clock.monotonic() + DEADLINE + INTERVAL
        while clock.monotonic() < end:
            readings = self.watch.snapshot.nases
            if self.watch.snapshot.generation and all(each.began is not None or each.error for each in readings):
                return
            await clock.sleep(PIECE)

    async def _strain(self, nas: Nas, reader: "RouterVitals") -> None:
        count = 0
        while True:
            try:
                async with asyncio.timeout(DEADLINE):
                    vitals = await reader.read()
            except (RadiusbridgeError, TimeoutError) as error:
                log.debug("how %s stands it is not known: %s", nas.name, error)
            else:
                count += 1
                self.strains[nas.name] = Strained(count, Strain(vitals.timeouts, vitals.cpu))
            await self.context.clock.sleep(EVERY)


@asynccontextmanager
async def looking_out(context: "Context", servers: Collection[int]) -> "AsyncIterator[Lookout]":
    """A lookout on the NASes of these servers, which has seen each list once."""
    nases = await context.database.read(
        lambda unit: tuple(each for each in unit.nases.all() if each.server_id in servers)
    )
    lookout = Lookout(context, nases, Watch(context, servers=servers))
    looking = asyncio.create_task(lookout.run())
    try:
        await lookout.seen()
        yield lookout
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


def where(readings: Iterable[NasReading], username: str) -> frozenset[str]:
    """The NASes that have sessions of a name, as they listed last."""
    return frozenset(each.nas for each in readings if username in each.sessions)
