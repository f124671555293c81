"""The account server of an ISP without User Manager: the PPP secrets of a NAS (`/ppp/secret`), over its API.

The NAS is its own server: `/ppp/active` is the list of its sessions and the server's at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

from radiusbridge.domain.accounts import AccessChange, AccountRow, ServerSession
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import NotAllowed, NotSuchPeer, Unreachable
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.profiles import ProfileRow
from radiusbridge.domain.records import Profile, Server
from radiusbridge.gateways.accounts.ppp_access import AccessWriter
from radiusbridge.gateways.accounts.ppp_accounts import AccountKeeper
from radiusbridge.gateways.accounts.ppp_profiles import PppProfiles
from radiusbridge.gateways.accounts.ppp_rows import (
    ACTIVE_PROPERTIES,
    SECRET_PROPERTIES,
    account_row,
    chosen,
    ours,
    plainly_alike,
    session_row,
)
from radiusbridge.gateways.accounts.ppp_secrets import Secrets
from radiusbridge.gateways.accounts.rows import Row
from radiusbridge.gateways.accounts.trusted import Trusted
from radiusbridge.gateways.ports import Comparison, Finding, KickReply, ListedAccount, Usual, WantedAccount
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros import menus
from radiusbridge.routeros.errors import RouterTrap, TrapKind

_LISTED = (*SECRET_PROPERTIES, "password")
_SECRETS = menus.PPP_SECRET.command("print")
_ACTIVE = menus.PPP_ACTIVE.command("print")


class PppSecrets:
    """An `AccountServer`. Nobody can try a secret by RADIUS, so that there are no test logins."""

    def __init__(self, server: Server, router: Router, clock: Clock) -> None:
        self._server = server
        self._router = router
        self._clock = clock
        self._profiles = PppProfiles(router, server)
        self._trusted = Trusted(clock)
        secrets = Secrets(router)
        self._access = AccessWriter(router, secrets, self._profiles, self.read_account)
        self._accounts = AccountKeeper(router, secrets, self._profiles)

    async def read_account(self, username: str) -> AccountRow | None:
        """The secret and the sessions of that name; both commands go out together. None: unknown."""
        secrets, active = await together(
            self._router.read_of(_SECRETS, ("name",), (username,), proplist=SECRET_PROPERTIES),
            self._router.read_of(_ACTIVE, ("name",), (username,), proplist=ACTIVE_PROPERTIES),
        )
        secret = chosen(secrets)
        return None if secret is None else self._row(secret, active)

    def _row(self, secret: Row, active: list[dict[str, str]]) -> AccountRow:
        profiles = self._profiles
        return account_row(secret, active, profiles.isolation, profiles.pool, self._router.endpoint.host)

    async def accounts(self, usual: Awaitable[Usual] | None = None) -> AsyncIterator[ListedAccount]:
        """Every secret by which a PPPoE customer is let in; those of VPNs are left out."""
        async with self._router.long_print(_SECRETS, proplist=_LISTED) as rows:
            known = None if usual is None else await usual
            while batch := await rows.batch():
                for row in batch:
                    if ours(row) and (known is None or not plainly_alike(row, known)):
                        yield self._listed(row)

    async def listed_account(self, username: str) -> ListedAccount | None:
        """One account as `accounts` lists it."""
        secret = chosen(await self._router.read_of(_SECRETS, ("name",), (username,), proplist=_LISTED))
        return None if secret is None else self._listed(secret)

    def _listed(self, row: Row) -> ListedAccount:
        return ListedAccount(row.get("name", ""), row, lambda: self._row(row, []), self._accounts.differences)

    async def sessions(self) -> AsyncIterator[tuple[str, ServerSession]]:
        """Every row of `/ppp/active`, with its user name."""
        async with self._router.long_print(_ACTIVE, proplist=ACTIVE_PROPERTIES) as rows:
            async for row in rows:
                yield row.get("name", ""), session_row(row, self._router.endpoint.host)

    async def write_access(self, account: AccountRow, change: AccessChange) -> bool:
        """Bring the account to the wanted access; False: it was there already."""
        return await self._access.write(account, change)

    async def ensure_profile(self, profile: Profile, *, trusting: bool = False) -> bool:
        """Create or complete the PPP profile; False: all was so already. BadInput for one that it cannot carry."""
        async with self._trusted.ensuring(profile, trusting=trusting) as due:
            return due and await self._profiles.ensure(profile)

    async def read_profiles(self) -> tuple[ProfileRow, ...]:
        """Every profile, by name."""
        return await self._profiles.all()

    async def read_profile(self, name: str) -> ProfileRow | None:
        """The profile of that name; None: there is none."""
        return await self._profiles.one(name)

    async def profile_users(self, name: str) -> tuple[str, ...]:
        """The secrets that have it, or go back to it once their customers are let in again."""
        return await self._profiles.users(name)

    async def remove_profile(self, name: str) -> bool:
        """Take the row away; False: there was none. PeerRefused where a secret or a PPPoE server has it."""
        async with self._trusted.alone(name):
            return await self._profiles.remove(name)

    async def ensure_account(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """Create or complete the secret with its profile; False: all was so already. BadInput."""
        return await self._trusted.ensure_account(self._accounts, wanted, self.ensure_profile, absent=absent)

    async def compare_account(self, wanted: WantedAccount) -> Comparison:
        """Hold the account against what it is to be; no account: nothing differs."""
        account, found = await asyncio.gather(self.read_account(wanted.username), self._accounts.compare(wanted))
        return replace(found, account=account)

    async def remove_account(self, account: AccountRow) -> None:
        """Remove the secret; one that is gone already is fine."""
        await self._accounts.remove(account)

    async def close_session(self, row_id: str) -> KickReply:
        """End a session by `/ppp/active/remove`."""
        remove = menus.PPP_ACTIVE.command("remove")
        if not row_id:
            return KickReply(KickAnswer.UNAVAILABLE, f"{remove}: no row of this session is known")
        try:
            await self._router.write(remove, {".id": row_id})
        except RouterTrap as trap:
            answer = KickAnswer.NOT_FOUND if trap.kind is TrapKind.NO_SUCH_ITEM else KickAnswer.REFUSED
            return KickReply(KickAnswer.UNAVAILABLE if isinstance(trap, NotAllowed) else answer, trap.line())
        except (Unreachable, NotSuchPeer) as error:
            return KickReply(KickAnswer.UNAVAILABLE, f"{remove}: {error.line()}")
        return KickReply(KickAnswer.ACCEPTED, f"{remove}: the router took it")

    def inspect(self) -> AsyncIterator[Finding]:
        """Test the server step by step."""
        from radiusbridge.gateways.accounts.ppp_check import Check  # wanted by `server test` alone

        return Check(self._server, self._router, self._clock).run()
