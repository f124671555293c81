"""The account server of RouterOS 6: User Manager (package `user-manager`), provisioned over the API."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

from radiusbridge.domain.accounts import AccessChange, AccountRow, PlanRow, ServerSession
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.profiles import ProfileRow
from radiusbridge.domain.records import Profile, Server
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.accounts.closing import close_session
from radiusbridge.gateways.accounts.generation import USERMAN6, expected
from radiusbridge.gateways.accounts.rows import ACTIVE, Row, is_yes
from radiusbridge.gateways.accounts.trusted import Trusted
from radiusbridge.gateways.accounts.userman6_access import AccessWriter
from radiusbridge.gateways.accounts.userman6_accounts import AccountKeeper
from radiusbridge.gateways.accounts.userman6_isolation import Isolation
from radiusbridge.gateways.accounts.userman6_profiles import Profiles
from radiusbridge.gateways.accounts.userman6_rows import (
    NAMED_BY,
    SESSION_PROPERTIES,
    USER_PROPERTIES,
    account_row,
    chosen,
    name_of,
    plain_terms,
    plainly_alike,
    plan_name,
    plan_row,
    session_row,
    unseen_since,
)
from radiusbridge.gateways.accounts.userman6_users import Users
from radiusbridge.gateways.ports import Comparison, Finding, KickReply, ListedAccount, Prober, Usual, WantedAccount
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros import menus6

_LISTED = (*USER_PROPERTIES, "password")


class UserManager6:
    """An `AccountServer`. prober: test logins to the same server, for `inspect`; None: no RADIUS address is known."""

    def __init__(self, server: Server, router: Router, clock: Clock, prober: Prober | None = None) -> None:
        self._server = server
        self._router = router
        self._clock = clock
        self._prober = prober
        self._profiles = Profiles(router, server.owner, clock)
        self._trusted = Trusted(clock)
        self._isolation = Isolation(self._profiles, server)
        users = Users(router, server.owner, self._profiles)
        self._access = AccessWriter(router, users, self._profiles, self._isolation, self.read_account)
        self._accounts = AccountKeeper(router, users, self._profiles, self._isolation.wall)

    async def read_account(self, username: str) -> AccountRow | None:
        """The account with its actual plan and active session rows; both commands go out together.

        For one who never logged in, or whose plan waits for that, it takes a second one where the plan's terms are not
        known from the last minute.
        """
        async with expected(self._router, USERMAN6):
            users, sessions = await together(
                self._router.read_of(menus6.UM_USER.command("print"), NAMED_BY, (username,), proplist=USER_PROPERTIES),
                self._router.read_of(
                    menus6.UM_SESSION.command("print"),
                    ("user",),
                    (username,),
                    among=ACTIVE,
                    proplist=SESSION_PROPERTIES,
                ),
            )
            user = chosen(users, self._server.owner)
            if user is None:
                return None
            return account_row(user, sessions, self._isolation.wall, await self._plan(user))

    async def _plan(self, user: Row) -> PlanRow | None:
        name = plan_name(user)
        if not name or (user.get("actual-profile") and not unseen_since(user)):
            return plan_row(user, at_login=False, endless=False)
        terms = await self._profiles.terms(name)
        return plan_row(user, at_login=terms.at_login, endless=not terms.lasts)

    async def accounts(self, usual: Awaitable[Usual] | None = None) -> AsyncIterator[ListedAccount]:
        """Every account of our owner's, without asking for the terms of plans that wait or were not used yet."""
        command, owner = menus6.UM_USER.command("print"), self._server.owner
        async with expected(self._router, USERMAN6), self._router.long_print(command, proplist=_LISTED) as rows:
            known = None if usual is None else await usual
            terms = {} if known is None else plain_terms(known.profiles)
            while batch := await rows.batch():
                for row in batch:
                    if row.get("customer", owner) == owner and (known is None or not plainly_alike(row, terms, known)):
                        yield self._listed(row)

    async def listed_account(self, username: str) -> ListedAccount | None:
        """One account as `accounts` lists it."""
        async with expected(self._router, USERMAN6):
            command = menus6.UM_USER.command("print")
            user = chosen(
                await self._router.read_of(command, NAMED_BY, (username,), proplist=_LISTED), self._server.owner
            )
            return None if user is None else self._listed(user)

    def _listed(self, row: Row) -> ListedAccount:
        def typed() -> AccountRow:
            return account_row(row, (), self._isolation.wall, plan_row(row, at_login=False, endless=False))

        return ListedAccount(name_of(row), row, typed, self._accounts.differences)

    async def sessions(self) -> AsyncIterator[tuple[str, ServerSession]]:
        """Every active session row, with its user name."""
        command = menus6.UM_SESSION.command("print")
        async with (
            expected(self._router, USERMAN6),
            self._router.long_print(command, queries=ACTIVE, proplist=SESSION_PROPERTIES) as rows,
        ):
            async for row in rows:
                if is_yes(row.get("active")):
                    yield row.get("user", ""), session_row(row)

    async def write_access(self, account: AccountRow, change: AccessChange) -> bool:
        """Bring the account to the wanted access; False: it was there already. `reject` is one round trip.

        Raises PeerRefused, before anything is written, for a plan that cannot be walled without loss.
        """
        return await self._access.write(account, change)

    async def ensure_profile(self, profile: Profile, *, trusting: bool = False) -> bool:
        """Create or complete limitation, profile and profile-limitation; False: all was so already."""
        async with expected(self._router, USERMAN6), self._trusted.ensuring(profile, trusting=trusting) as due:
            return due and await self._profiles.ensure(profile)

    async def read_profiles(self) -> tuple[ProfileRow, ...]:
        """Every profile, by name, with the limitation that binds it."""
        async with expected(self._router, USERMAN6):
            return await self._profiles.reader.all()

    async def read_profile(self, name: str) -> ProfileRow | None:
        """The profile of that name; None: there is none."""
        async with expected(self._router, USERMAN6):
            return await self._profiles.reader.one(name)

    async def profile_users(self, name: str) -> tuple[str, ...]:
        """Who has it, whoever made them, as far as 6 shows it: not a plan that waits for a first login."""
        async with expected(self._router, USERMAN6):
            return await self._profiles.reader.users(name)

    async def remove_profile(self, name: str) -> bool:
        """Take link, profile and limitation away; False: nothing was there. PeerRefused where a user has it."""
        async with expected(self._router, USERMAN6), self._trusted.alone(name):
            return await self._profiles.remove(name)

    async def ensure_account(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """Create or complete the account and assign its plan; False: all was so already.

        What `wanted` leaves out (None) stays as it is on the router; an empty caller-id or address is taken away.
        Raises BadInput for an account that would be made without a password, PeerRefused where the plan may be over.
        """
        async with expected(self._router, USERMAN6):
            return await self._trusted.ensure_account(self._accounts, wanted, self.ensure_profile, absent=absent)

    async def compare_account(self, wanted: WantedAccount) -> Comparison:
        """Hold the account against what it is to be; no account: nothing differs."""
        async with expected(self._router, USERMAN6):
            account, found = await asyncio.gather(self.read_account(wanted.username), self._accounts.compare(wanted))
            return replace(found, account=account)

    async def remove_account(self, account: AccountRow) -> None:
        """Remove the account with its plans; one that is gone already is fine."""
        await self._accounts.remove(account)

    async def close_session(self, row_id: str) -> KickReply:
        """Ask User Manager to end a session; it answers before the NAS has."""
        return await close_session(self._router, menus6.UM_SESSION, row_id)

    async def forget_session(self, username: str, session: ServerSession) -> None:
        """Remove its row."""
        del username
        await gone_is_fine(self._router, menus6.UM_SESSION.command("remove"), session.id)

    def inspect(self) -> AsyncIterator[Finding]:
        """Test the server step by step."""
        from radiusbridge.gateways.accounts.userman6_check import Check  # wanted by `server test` alone

        return Check(self._server, self._router, self._prober, self._clock).run()
