"""A User Manager whose generation is not recorded: it is asked at the first use, once a process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

from radiusbridge.domain.accounts import AccessChange, AccountRow, ServerSession
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.profiles import ProfileRow
from radiusbridge.domain.records import Profile
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.generation import Generation, told
from radiusbridge.gateways.ports import (
    AccountServer,
    Comparison,
    Finding,
    KickReply,
    ListedAccount,
    Mark,
    SessionKeeper,
    Usual,
    WantedAccount,
)
from radiusbridge.gateways.routers import Router

Make = Callable[[str], AccountServer]
"""The account server of a kind."""


class UserManager:
    """An `AccountServer` that is whichever answers. Its methods raise NotSuchPeer where no User Manager does."""

    def __init__(
        self, router: Router, clock: Clock, make: Make, known: Callable[[], Generation | None] = lambda: None
    ) -> None:
        """known: what is remembered of the generation, which saves a question while the version is the same."""
        self._router = router
        self._clock = clock
        self._make = make
        self._known = known
        self._asking = asyncio.Lock()
        self._found: AccountServer | None = None

    async def _server(self) -> AccountServer:
        if self._found is None:
            async with self._asking:
                if self._found is None:
                    self._found = self._make((await self.generation()).kind)
        return self._found

    async def generation(self) -> Generation:
        """Which generation answers there now. NotSuchPeer; otherwise as `Router.read`."""
        return await told(self._router, self._known())

    async def read_account(self, username: str) -> AccountRow | None:
        """As the port says."""
        return await (await self._server()).read_account(username)

    async def accounts(self, usual: Awaitable[Usual] | None = None) -> AsyncIterator[ListedAccount]:
        """As the port says."""
        async for listed in (await self._server()).accounts(usual):
            yield listed

    async def listed_account(self, username: str) -> ListedAccount | None:
        """As the port says."""
        return await (await self._server()).listed_account(username)

    async def sessions(self) -> AsyncIterator[tuple[str, ServerSession]]:
        """As the port says."""
        async for session in (await self._server()).sessions():
            yield session

    async def write_access(self, account: AccountRow, change: AccessChange) -> bool:
        """As the port says."""
        return await (await self._server()).write_access(account, change)

    async def ensure_profile(self, profile: Profile, *, trusting: bool = False) -> bool:
        """As the port says."""
        return await (await self._server()).ensure_profile(profile, trusting=trusting)

    async def read_profiles(self) -> tuple[ProfileRow, ...]:
        """As the port says."""
        return await (await self._server()).read_profiles()

    async def read_profile(self, name: str) -> ProfileRow | None:
        """As the port says."""
        return await (await self._server()).read_profile(name)

    async def profile_users(self, name: str) -> tuple[str, ...]:
        """As the port says."""
        return await (await self._server()).profile_users(name)

    async def remove_profile(self, name: str) -> bool:
        """As the port says."""
        return await (await self._server()).remove_profile(name)

    async def ensure_account(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """As the port says."""
        return await (await self._server()).ensure_account(wanted, absent=absent)

    async def compare_account(self, wanted: WantedAccount) -> Comparison:
        """As the port says."""
        return await (await self._server()).compare_account(wanted)

    async def remove_account(self, account: AccountRow) -> None:
        """As the port says."""
        await (await self._server()).remove_account(account)

    async def close_session(self, row_id: str) -> KickReply:
        """As the port says."""
        return await (await self._server()).close_session(row_id)

    async def forget_session(self, username: str, session: ServerSession) -> None:
        """As the port says."""
        server = cast("SessionKeeper", await self._server())
        await server.forget_session(username, session)

    async def inspect(self) -> AsyncIterator[Finding]:
        """Test it step by step: the way there first, then what the generation that answers is tested for."""
        failed = False
        async for finding in steps.run(steps.reaching(self._router), self._clock):
            failed |= finding.mark is Mark.FAILED
            yield finding
        if failed:
            return
        async for finding in steps.run([("package", self._ask)], self._clock):
            if finding.mark is Mark.FAILED:
                yield finding
                return
        reached = {name for name, _ in steps.reaching(self._router)}
        async for finding in (await self._server()).inspect():
            if finding.step not in reached:
                yield finding

    async def _ask(self) -> list[Finding]:
        await self._server()
        return steps.found("package", Mark.OK, "")
