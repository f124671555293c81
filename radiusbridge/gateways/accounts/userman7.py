"""The account server of RouterOS 7: User Manager (package `user-manager`), provisioned over the API."""

from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from functools import partial

from radiusbridge.domain.accounts import AccessChange, AccountRow, ServerSession
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.profiles import ProfileRow
from radiusbridge.domain.records import Profile, Server
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.accounts.closing import close_session
from radiusbridge.gateways.accounts.generation import USERMAN7, expected
from radiusbridge.gateways.accounts.profile_rows import ProfileReader
from radiusbridge.gateways.accounts.rows import ACTIVE, Row, is_yes
from radiusbridge.gateways.accounts.trusted import Trusted
from radiusbridge.gateways.accounts.userman7_access import AccessWriter
from radiusbridge.gateways.accounts.userman7_accounts import AccountKeeper
from radiusbridge.gateways.accounts.userman7_isolation import Isolation
from radiusbridge.gateways.accounts.userman7_profiles import MENUS, ensure_profile
from radiusbridge.gateways.accounts.userman7_rows import (
    PLAN_PROPERTIES,
    ROOT,
    SESSION,
    SESSION_PROPERTIES,
    USER,
    USER_PROFILE,
    USER_PROPERTIES,
    account_row,
    bare_plan,
    plain_terms,
    plainly_alike,
    session_row,
)
from radiusbridge.gateways.ports import Comparison, Finding, KickReply, ListedAccount, Prober, Usual, WantedAccount
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros import menus
from radiusbridge.routeros.stream import RowStream

_LISTED = (*USER_PROPERTIES, "password", "comment")


class UserManager7:
    """An `AccountServer`. prober: test logins to the same server, for `inspect`; None: no RADIUS address is known."""

    def __init__(self, server: Server, router: Router, clock: Clock, prober: Prober | None = None) -> None:
        self._server = server
        self._router = router
        self._clock = clock
        self._prober = prober
        self._isolation = Isolation(router, server)
        self._trusted = Trusted(clock)
        self._reader = ProfileReader(router, MENUS)
        self._access = AccessWriter(router, self._isolation, self.read_account)
        self._accounts = AccountKeeper(router, self._isolation, self.read_account)

    async def read_account(self, username: str) -> AccountRow | None:
        """The account with its plans and active session rows; the four commands go out together."""
        async with expected(self._router, USERMAN7):
            users, plans, sessions, settings = await together(
                self._router.read_of(f"{USER}/print", ("name",), (username,), proplist=USER_PROPERTIES),
                self._router.read_of(f"{USER_PROFILE}/print", ("user",), (username,), proplist=PLAN_PROPERTIES),
                self._router.read_of(
                    f"{SESSION}/print", ("user",), (username,), among=ACTIVE, proplist=SESSION_PROPERTIES
                ),
                self._router.read_all(f"{ROOT}/print", proplist=("enabled", "use-profiles")),
            )
            return account_row(users[0], plans, sessions, settings) if users else None

    async def accounts(self, usual: Awaitable[Usual] | None = None) -> AsyncIterator[ListedAccount]:
        """Every account, after all plans; of those is kept which account has which, in which state.

        Both prints go out at once; the router keeps the accounts back until the plans have come.
        """
        router = self._router
        async with expected(router, USERMAN7):
            settings = await router.read_all(f"{ROOT}/print", proplist=("enabled", "use-profiles"))
            async with (
                router.long_print(f"{USER_PROFILE}/print", proplist=("user", "profile", "state")) as assigned,
                router.long_print(f"{USER}/print", proplist=_LISTED) as rows,
            ):
                plans = await _by_user(assigned)
                known = None if usual is None else await usual
                terms = {} if known is None else plain_terms(known.profiles)
                while batch := await rows.batch():
                    for row in batch:
                        own = plans.get(row.get("name", ""), ())
                        if known is None or not plainly_alike(row, own, terms, known):
                            yield self._listed(row, own, settings)

    async def listed_account(self, username: str) -> ListedAccount | None:
        """One account as `accounts` lists it, in one round trip."""
        async with expected(self._router, USERMAN7):
            users, plans, settings = await together(
                self._router.read_of(f"{USER}/print", ("name",), (username,), proplist=_LISTED),
                self._router.read_of(f"{USER_PROFILE}/print", ("user",), (username,), proplist=PLAN_PROPERTIES),
                self._router.read_all(f"{ROOT}/print", proplist=("enabled", "use-profiles")),
            )
            return self._listed(users[0], plans, settings) if users else None

    def _listed(self, row: Row, plans: Sequence[Row], settings: Iterable[Row]) -> ListedAccount:
        return ListedAccount(
            row.get("name", ""),
            row,
            partial(account_row, row, plans, (), settings),
            self._accounts.differences,
        )

    async def sessions(self) -> AsyncIterator[tuple[str, ServerSession]]:
        """Every active session row, with its user name."""
        command = f"{SESSION}/print"
        async with (
            expected(self._router, USERMAN7),
            self._router.long_print(command, queries=ACTIVE, proplist=SESSION_PROPERTIES) as rows,
        ):
            async for row in rows:
                if is_yes(row.get("active")):
                    yield row.get("user", ""), session_row(row)

    async def write_access(self, account: AccountRow, change: AccessChange) -> bool:
        """Bring the account to the wanted access; False: it was there already. `reject` is one round trip."""
        return await self._access.write(account, change)

    async def ensure_profile(self, profile: Profile, *, trusting: bool = False) -> bool:
        """Create or complete limitation, profile and profile-limitation; False: all was so already."""
        async with expected(self._router, USERMAN7), self._trusted.ensuring(profile, trusting=trusting) as due:
            return due and await ensure_profile(self._router, profile)

    async def read_profiles(self) -> tuple[ProfileRow, ...]:
        """Every profile, by name, with the limitation that binds it."""
        async with expected(self._router, USERMAN7):
            return await self._reader.all()

    async def read_profile(self, name: str) -> ProfileRow | None:
        """The profile of that name; None: there is none."""
        async with expected(self._router, USERMAN7):
            return await self._reader.one(name)

    async def profile_users(self, name: str) -> tuple[str, ...]:
        """Who has it, whoever made them."""
        async with expected(self._router, USERMAN7):
            return await self._reader.users(name)

    async def remove_profile(self, name: str) -> bool:
        """Take link, profile and limitation away; False: nothing was there. PeerRefused where a user has it."""
        async with expected(self._router, USERMAN7), self._trusted.alone(name):
            return await self._reader.remove(name)

    async def ensure_account(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """Create or complete the account and assign its plan; False: all was so already.

        What `wanted` leaves out (None) stays as it is on the router; an empty caller-id or address is taken away.
        Raises BadInput for an account that would be made without a password.
        """
        return await self._trusted.ensure_account(self._accounts, wanted, self.ensure_profile, absent=absent)

    async def compare_account(self, wanted: WantedAccount) -> Comparison:
        """Hold the account against what it is to be; no account: nothing differs."""
        return await self._accounts.compare(wanted)

    async def remove_account(self, account: AccountRow) -> None:
        """Remove the account with its plans; one that is gone already is fine."""
        await self._accounts.remove(account)

    async def close_session(self, row_id: str) -> KickReply:
        """Ask User Manager to end a session; it answers before the NAS has."""
        return await close_session(self._router, menus.UM_SESSION, row_id)

    async def forget_session(self, username: str, session: ServerSession) -> None:
        """Remove its row."""
        del username
        await gone_is_fine(self._router, menus.UM_SESSION.command("remove"), session.id)

    def inspect(self) -> AsyncIterator[Finding]:
        """Test the server step by step."""
        from radiusbridge.gateways.accounts.userman7_check import Check  # wanted by `server test` alone

        return Check(self._server, self._router, self._prober, self._clock).run()


async def _by_user(rows: RowStream) -> dict[str, tuple[Row, ...]]:
    plans: dict[str, tuple[Row, ...]] = {}
    while batch := await rows.batch():
        for row in batch:
            user, plan = row.get("user", ""), bare_plan(row.get("profile", ""), row.get("state", ""))
            plans[user] = plans[user] + plan if user in plans else plan
    return plans
