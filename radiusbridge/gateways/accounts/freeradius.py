"""The account server of an ISP that has outgrown User Manager: FreeRADIUS, with its accounts in PostgreSQL.

We write its own tables, which it reads at each login; of itself we only see its answers (the prober). It keeps
sessions in radacct, and cannot end one. Why this mapping: docs/decisions/0029.
"""

from collections.abc import AsyncIterator, Awaitable, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from radiusbridge.domain.accounts import Access, AccessChange, AccountRow, ServerSession
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import PeerRefused
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.profiles import NONE, Difference, ProfileRow
from radiusbridge.domain.records import Profile, Server
from radiusbridge.gateways.accounts import freeradius_reading as reading
from radiusbridge.gateways.accounts.freeradius_database import SqlDatabase
from radiusbridge.gateways.accounts.freeradius_edits import Join, Writing, isolation_edits
from radiusbridge.gateways.accounts.freeradius_profiles import profile_edits, profile_row, refuse_beyond
from radiusbridge.gateways.accounts.freeradius_rows import (
    GROUP_REPLY,
    Group,
    UserRows,
    account_row,
)
from radiusbridge.gateways.accounts.freeradius_values import meant
from radiusbridge.gateways.accounts.profile_rows import listed
from radiusbridge.gateways.accounts.trusted import Trusted
from radiusbridge.gateways.ports import (
    AccountDifferences,
    Comparison,
    Finding,
    KickReply,
    ListedAccount,
    Prober,
    Usual,
    WantedAccount,
)

if TYPE_CHECKING:
    from radiusbridge.gateways.accounts.freeradius_tables import Connection, Tables

Groups = Mapping[str, Group]


class FreeRadius:
    """An `AccountServer`. prober: test logins to the same server, for `inspect`; None: no RADIUS address is known."""

    def __init__(self, server: Server, database: SqlDatabase, clock: Clock, prober: Prober | None = None) -> None:
        self._server = server
        self._database = database
        self._clock = clock
        self._prober = prober
        self._trusted = Trusted(clock)
        self._writing = Writing.of(server)

    async def read_account(self, username: str) -> AccountRow | None:
        """The account with its plan and open radacct rows, in one statement; None: unknown."""
        rows, groups = await self._rows(username)
        return self._account(rows, groups) if rows.there else None

    async def _rows(self, username: str) -> tuple[UserRows, Groups]:
        return await self._database.read(lambda known, connection: known.user(connection, username))

    def _account(self, rows: UserRows, groups: Groups) -> AccountRow:
        server = self._server
        return account_row(rows, groups, server.isolation_name, server.isolation_pool, self._clock.now())

    async def accounts(self, usual: Awaitable[Usual] | None = None) -> AsyncIterator[ListedAccount]:
        """Every account by name, without sessions; some thousand rows are in memory at a time."""
        groups = await self._database.read(lambda known, connection: known.groups(connection))
        everybody = self._everybody() if usual is None else self._unusual(groups, usual)
        async for user in everybody:
            if user.there:
                yield self._listed(user, groups)

    async def _everybody(self) -> AsyncIterator[UserRows]:
        async for users in _by_user(self._database.stream(lambda known: known.everybody())):
            yield users

    async def _unusual(self, groups: Groups, usual: Awaitable[Usual]) -> AsyncIterator[UserRows]:
        """Those who are not certain to be open, with their plan, and as wanted: the database tells in one row of whom
        not more than that is said, and all rows of the others are read after it."""
        isolation = self._server.isolation_name
        plans = {name for name, group in groups.items() if not group.rejects and name != isolation}
        known: Usual | None = None
        async for batch in self._database.stream(lambda tables: tables.plainly()):
            known = known or await usual
            closely = [*_unlike(batch, plans, known)]
            if closely:
                for rows in await self._database.read(partial(_rows_of, closely)):
                    yield rows

    async def listed_account(self, username: str) -> ListedAccount | None:
        """One account as `accounts` lists it."""
        rows, groups = await self._rows(username)
        return self._listed(rows, groups) if rows.there else None

    def _listed(self, rows: UserRows, groups: Groups) -> ListedAccount:
        row = {"name": rows.username, "password": rows.password() or ("***" if rows.has_password() else "")}
        return ListedAccount(
            rows.username,
            row,
            partial(self._account, rows, groups),
            lambda _account, _row, wanted: _differences(rows, wanted),
        )

    async def sessions(self) -> AsyncIterator[tuple[str, ServerSession]]:
        """Every radacct row without a stop, with its user name."""
        async for batch in self._database.stream(lambda known: known.sessions()):
            for row in batch:
                yield row.owner or "", reading.session(row)

    async def write_access(self, account: AccountRow, change: AccessChange) -> bool:
        """Bring the account to the wanted access in one transaction; False: it was there already."""
        now = self._clock.now()

        def work(known: "Tables", connection: "Connection") -> bool:
            users, groups = known.locked(connection, (account.username,))
            rows = users[account.username]
            if not rows.there:
                raise PeerRefused(
                    f"the server has no account {account.username} any more", target=self._database.target
                )
            found = False
            if change.access is Access.WALLED:
                found = self._ensure_isolation(known, connection)
            if change.access is Access.OPEN:
                self._refuse_shut(rows, groups)
            edits = self._writing.access(rows, change, now)
            if any(isinstance(edit, Join) and edit.group == change.profile for edit in edits):
                self._refuse_unknown(change.profile, known, connection)
            return known.apply(connection, edits) or found

        return await self._database.write(work)

    def _ensure_isolation(self, known: "Tables", connection: "Connection") -> bool:
        name = self._server.isolation_name
        have = known.groups(connection, name).get(name, Group())
        return known.apply(connection, isolation_edits(self._server, have, GROUP_REPLY))

    def _refuse_shut(self, rows: UserRows, groups: Groups) -> None:
        """What a group turns down, no row of the customer's opens."""
        for member in rows.members:
            if member.group != self._server.isolation_name:
                if groups.get(member.group, Group()).rejects:
                    hint = f"take {rows.username} out of it; other programs put customers there to disable them"
                    raise PeerRefused(
                        f"the group {member.group} turns its members down", target=self._database.target, hint=hint
                    )
                return

    def _refuse_unknown(self, plan: str, known: "Tables", connection: "Connection") -> None:
        """In a group that says nothing a customer would have no limit."""
        if plan not in known.groups(connection, plan):
            raise PeerRefused(f"the server has no profile {plan}", target=self._database.target, hint="profile sync")

    # -- profiles

    async def ensure_profile(self, profile: Profile, *, trusting: bool = False) -> bool:
        """Create or complete the group; False: all was so already. BadInput for one that the tables cannot carry."""
        async with self._trusted.ensuring(profile, trusting=trusting) as due:
            return due and await self._database.write(partial(self._ensure_profile, profile))

    @staticmethod
    def _ensure_profile(profile: Profile, known: "Tables", connection: "Connection") -> bool:
        have = known.groups(connection, profile.name).get(profile.name, Group())
        return known.apply(connection, profile_edits(profile, have))

    async def read_profiles(self) -> tuple[ProfileRow, ...]:
        """Every group, by name."""

        def work(known: "Tables", connection: "Connection") -> tuple[ProfileRow, ...]:
            groups = known.groups(connection)
            return tuple(profile_row(name, groups.get(name, Group())) for name in known.group_names(connection))

        return await self._database.read(work)

    async def read_profile(self, name: str) -> ProfileRow | None:
        """The group of that name; None: nothing is said of it."""
        groups = await self._database.read(lambda known, connection: known.groups(connection, name))
        return profile_row(name, groups[name]) if name in groups else None

    async def profile_users(self, name: str) -> tuple[str, ...]:
        """Who is in the group, by name."""
        return tuple(await self._database.read(lambda known, connection: known.members(connection, name)))

    async def remove_profile(self, name: str) -> bool:
        """Take all that is said of the group away; False: nothing was. PeerRefused where somebody is in it."""

        def work(known: "Tables", connection: "Connection") -> bool:
            users = known.members(connection, name)
            if users:
                raise PeerRefused(
                    f"profile {name} is used by {listed(users)}",
                    target=self._database.target,
                    hint="give them another one first",
                )
            there = name in known.groups(connection, name)
            known.remove_group(connection, name)
            return there

        async with self._trusted.alone(name):
            return await self._database.write(work)

    # -- accounts

    async def ensure_account(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """Create or complete the account with its plan; False: all was so already. BadInput.

        absent: it is looked at in the same transaction anyway.
        """
        del absent
        return bool(await self.ensure_accounts([wanted]))

    async def ensure_accounts(self, wanted: Sequence[WantedAccount]) -> int:
        """The same for many, each name once, in one transaction; how many there was something to write for."""
        for profile in {id(each.profile): each.profile for each in wanted}.values():
            refuse_beyond(profile)
        now = self._clock.now()

        def work(known: "Tables", connection: "Connection") -> int:
            names = [each.username for each in wanted]
            users = known.locked_many(connection, names) if len(names) > 1 else known.locked(connection, names)[0]
            edits = [self._writing.account(users.get(each.username), each, now) for each in wanted]
            joined = {edit.group for own in edits for edit in own if isinstance(edit, Join)}
            plans = {each.profile.name: each.profile for each in wanted if each.profile.name in joined}
            there = known.groups(connection, *plans) if plans else {}
            # somebody may have taken the group away since it was looked at
            missing = [edit for name in plans.keys() - there.keys() for edit in profile_edits(plans[name], Group())]
            known.apply(connection, (*missing, *(edit for own in edits for edit in own)))
            return sum(map(bool, edits))

        return await self._database.write(work)

    async def compare_account(self, wanted: WantedAccount) -> Comparison:
        """Hold the account against what it is to be; no account: nothing differs."""
        rows, groups = await self._rows(wanted.username)
        if not rows.there:
            return Comparison(())
        told = _differences(rows, wanted)
        return Comparison(tuple(sorted(each.field for each in told.fields)), told.hidden, self._account(rows, groups))

    async def remove_account(self, account: AccountRow) -> None:
        """Remove all rows of the account but radacct's; one that is gone already is fine."""
        await self._database.write(lambda known, connection: known.remove_user(connection, account.username))

    async def close_session(self, row_id: str) -> KickReply:
        """FreeRADIUS cannot."""
        return KickReply(KickAnswer.UNAVAILABLE, f"FreeRADIUS cannot end session {row_id}: only its NAS can")

    async def forget_session(self, username: str, session: ServerSession) -> None:
        """Give its row a stop, now. NotAllowed: our role may not."""
        await self._database.write(lambda known, connection: known.end_session(connection, username, session))

    def inspect(self) -> AsyncIterator[Finding]:
        """Test the server step by step."""
        from radiusbridge.gateways.accounts.freeradius_check import Check  # wanted by `server test` alone

        return Check(self._server, self._database, self._prober, self._clock).run()


def _text(value: str | None) -> str:
    return (value and meant(value)) or ""


def _unlike(users: Iterable[Sequence[Any]], plans: Container[str], known: Usual) -> Iterator[str]:
    """Of users as `Tables.plainly` reads them the names of those who cannot be passed by."""
    for name, secret, plan, lock, address in users:
        password = None if secret is None or plan not in plans else meant(secret)
        if password is None or not known.passed_by(name, password, plan, _text(lock), _text(address)):
            yield name


def _rows_of(usernames: Sequence[str], known: "Tables", connection: "Connection") -> list[UserRows]:
    return known.named(connection, usernames)


async def _by_user(stream: AsyncIterator[Sequence[reading.Read]]) -> AsyncIterator[UserRows]:
    """Users from the rows of all of them, which come together."""
    last = None
    pending: list[reading.Read] = []
    async for batch in stream:
        for row in batch:
            name = reading.whose(row.owner)
            if name != last and pending:
                yield next(reading.users(pending))
                pending = []
            last = name
            pending.append(row)
    if pending:
        yield next(reading.users(pending))


def _differences(rows: UserRows, wanted: WantedAccount) -> AccountDifferences:
    found: list[Difference] = []
    hidden = rows.has_password() and rows.password() is None
    if wanted.password is not None and not hidden and rows.password() != wanted.password.reveal():
        found.append(Difference("password", "another", "another"))
    pairs = (
        ("caller_id", wanted.caller_id, rows.caller_id()),
        ("static_address", wanted.static_address, rows.static()),
    )
    found += [
        Difference(field, want or NONE, have or NONE)
        for field, want, have in pairs
        if want is not None and want != have and not (want == "bind" and have)
    ]
    return AccountDifferences(tuple(found), ("password",) if hidden and wanted.password is not None else ())
