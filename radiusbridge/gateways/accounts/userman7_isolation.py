"""The isolation group, limitation and profile of a User Manager 7: made and kept by us, the same for every plan."""

import asyncio

from radiusbridge.domain.records import Server
from radiusbridge.domain.values import format_rate
from radiusbridge.gateways.accounts.named import NamedRows
from radiusbridge.gateways.accounts.userman7_profiles import ensure_plan
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros import menus
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.routeros.commands import Value

STATIC_ADDRESS = "Framed-IP-Address"
POOL = "Framed-Pool"
ADDRESS_LIST = "Mikrotik-Address-List"
RATE_LIMIT = "Mikrotik-Rate-Limit"


class Isolation:
    """What a walled customer is put into. Looked at once in a process, then trusted until a write shows otherwise."""

    def __init__(self, router: Router, server: Server) -> None:
        self.name = server.isolation_name
        self._router = router
        self._rate = server.isolation_rate
        self._pool = server.isolation_pool
        self._there = False
        self._ensuring = asyncio.Lock()

    @property
    def attributes(self) -> dict[str, str]:
        """The RADIUS attributes of the group, in the order in which they are written."""
        rate = format_rate(self._rate)
        wanted = {ADDRESS_LIST: self.name, RATE_LIMIT: f"{rate}/{rate}"}
        if self._pool:
            wanted[POOL] = self._pool
        return wanted

    @property
    def overriding(self) -> frozenset[str]:
        """Attributes of a user that would stand in the isolation's way: those of the group's own names, and a static
        address where walled customers get one from a pool (it makes Framed-Pool ignored)."""
        names = {ADDRESS_LIST, RATE_LIMIT, POOL}
        return frozenset(names | {STATIC_ADDRESS} if self._pool else names)

    def forget(self) -> None:
        """Look again before the next use."""
        self._there = False

    async def ensure(self) -> None:
        """Create or complete group, limitation, profile and their link, unless that was done in this process."""
        if self._there:
            return
        async with self._ensuring:
            if not self._there:
                limitation: dict[str, Value] = {"rate-limit-rx": self._rate, "rate-limit-tx": self._rate}
                profile: dict[str, Value] = {"validity": "unlimited", "starts-when": "assigned"}
                await together(self._ensure_group(), ensure_plan(self._router, self.name, limitation, profile))
                self._there = True

    async def _ensure_group(self) -> bool:
        groups = NamedRows(self._router, menus.UM_GROUP)
        wanted: dict[str, Value] = {"attributes": str(AttributeList().merged(self.attributes))}
        rows = await groups.read(self.name, wanted)
        if not rows:
            return await groups.ensure(self.name, wanted, rows)
        now = AttributeList.parse(rows[0].get("attributes", "")).merged(self.attributes)
        return await groups.complete(rows[0], {"attributes": str(now)})
