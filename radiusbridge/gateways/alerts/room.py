"""What is left in a router's pools, and its clock: two small prints over the connection that everybody shares."""

from collections.abc import Awaitable, Sequence
from datetime import datetime

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.room import PoolRoom, Room
from radiusbridge.domain.text import safe
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.gateways.steps import router_time
from radiusbridge.gateways.why.pools import pool_use
from radiusbridge.routeros.errors import RouterTrap

CLOCK = "/system/clock/print"
CLOCK_PROPERTIES = ("date", "time", "gmt-offset")
POOLS = "/ip/pool/print"
POOL_PROPERTIES = ("name", "ranges", "next-pool", "total", "used")
MOST_POOLS = 64
"""Pools of one router that are looked at: where the router has no counters, each takes a command."""


class RouterRoom:
    """Reads one router. nas: it has sessions, and so pools that count."""

    def __init__(self, router: Router, clock: Clock, *, nas: bool) -> None:
        self._router = router
        self._clock = clock
        self._nas = nas

    async def read(self) -> Room:
        """One reading. Raises Unreachable and below, PeerRefused and below for what is not about one menu."""
        missing: list[str] = []
        work: list[Awaitable[Rows]] = [self._unless_refused(CLOCK, CLOCK_PROPERTIES, missing)]
        if self._nas:
            work.append(self._unless_refused(POOLS, POOL_PROPERTIES, missing))
        before = self._clock.now()
        clock, *pools = await together(*work)
        off = _off(router_time(clock[0]), before, self._clock.now()) if clock else None
        return Room(off, await self._pools(pools[0]) if pools else None, tuple(missing))

    async def _unless_refused(self, command: str, properties: Sequence[str], missing: list[str]) -> Rows:
        try:
            return await self._router.read(command, proplist=properties)
        except RouterTrap as trap:
            missing.append(safe(trap.summary, 200))
            return []

    async def _pools(self, rows: Rows) -> tuple[PoolRoom, ...]:
        """Those that no other goes on to, each with what it goes on to."""
        followed = {row.get("next-pool", "") for row in rows}
        heads = [row.get("name", "") for row in rows if row.get("name", "") not in followed]
        uses = await together(*(pool_use(self._router, name, rows) for name in heads[:MOST_POOLS]))
        return tuple(
            PoolRoom(use.name, use.total, use.used) for use in uses if use.total is not None and use.used is not None
        )


def _off(theirs: datetime | None, before: datetime, after: datetime) -> float | None:
    """Seconds that a clock is ahead; it was read at some moment between those two."""
    if theirs is None:
        return None
    return (theirs - min(max(theirs, before), after)).total_seconds()
