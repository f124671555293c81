"""Profiles that were seen to be as wanted a moment ago: many accounts of one profile do not look at it each anew."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.records import Profile
from radiusbridge.gateways.ports import WantedAccount
from radiusbridge.routeros.errors import RouterTrap, TrapKind

TRUST_SECONDS = 10.0
"""How long a profile is believed to be as it was made or found by us."""


class Keeper(Protocol):
    """Who writes one router's accounts."""

    async def ensure(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """Create or complete the account; False: all was so already. absent: it was just looked for."""
        ...


class Trusted:
    """What of one router's profiles is believed, and the one place where they are written: one at a time, or two
    accounts of a new profile would each make its link."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._believed: dict[str, tuple[Profile, float]] = {}
        self._lock = asyncio.Lock()

    def holds(self, profile: Profile) -> bool:
        """Whether it was just so, to the last field."""
        known, until = self._believed.get(profile.name, (None, 0.0))
        return known == profile and self._clock.monotonic() < until

    def forget(self, name: str) -> None:
        """Believe nothing of that profile."""
        self._believed.pop(name, None)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Nobody else writes profiles meanwhile; what was believed of this one is over."""
        async with self._lock:
            self.forget(name)
            yield

    @asynccontextmanager
    async def ensuring(self, profile: Profile, *, trusting: bool) -> AsyncIterator[bool]:
        """Whether there is something to do; once it is done without an error, the profile is believed.

        trusting: a moment ago is good enough.
        """
        if trusting and self.holds(profile):
            yield False
            return
        async with self._lock:
            if trusting and self.holds(profile):
                yield False
                return
            self.forget(profile.name)
            until = self._clock.monotonic() + TRUST_SECONDS
            yield True
            self._believed[profile.name] = (profile, until)

    async def ensure_account(
        self,
        keeper: Keeper,
        wanted: WantedAccount,
        ensure_profile: Callable[[Profile], Awaitable[object]],
        *,
        absent: bool,
    ) -> bool:
        """`Keeper.ensure`; once more where the router refuses an account of a profile that is only believed."""
        try:
            return await keeper.ensure(wanted, absent=absent)
        except RouterTrap as trap:
            if trap.kind is not TrapKind.VALUE_REFUSED or not self.holds(wanted.profile):
                raise
        # somebody may have taken the profile away since it was looked at
        await ensure_profile(wanted.profile)
        return await keeper.ensure(wanted)
