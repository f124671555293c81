"""The isolation limitation and profile of a User Manager 6: made and kept by us, the same for every plan."""

import asyncio

from radiusbridge.domain.records import Server
from radiusbridge.gateways.accounts.userman6_profiles import Profiles
from radiusbridge.gateways.accounts.userman6_rows import Wall
from radiusbridge.routeros.commands import Value


class Isolation:
    """What a walled customer is put into. Looked at once in a process, then trusted until a write shows otherwise."""

    def __init__(self, profiles: Profiles, server: Server) -> None:
        self.wall = Wall(server.isolation_name, bool(server.isolation_pool))
        self._profiles = profiles
        self._rate = server.isolation_rate
        self._pool = server.isolation_pool
        self._there = False
        self._ensuring = asyncio.Lock()

    @property
    def name(self) -> str:
        """The name of limitation, profile and address list."""
        return self.wall.name

    def forget(self) -> None:
        """Look again before the next use."""
        self._there = False

    async def ensure(self) -> None:
        """Create or complete limitation, profile and their link, unless that was done in this process."""
        if self._there:
            return
        async with self._ensuring:
            if not self._there:
                limitation: dict[str, Value] = {
                    "address-list": self.name,
                    "rate-limit-rx": self._rate,
                    "rate-limit-tx": self._rate,
                }
                if self._pool:
                    limitation["ip-pool"] = self._pool
                profile: dict[str, Value] = {"validity": "0s", "starts-at": "now", "price": 0}
                await self._profiles.ensure_plan(self.name, limitation, profile)
                self._there = True
