"""Accounts for all customers of a server who have none there: one operation of the journal, however many they are.

Nothing is kept of who they are: the customers of the server are in the database, and whoever has no account there gets
one, batch by batch. An account that is there stays as it is; `plan` and `apply` are for those.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from radiusbridge.domain.accounts import ACCESS_OF, Access, AccessChange
from radiusbridge.domain.errors import BadInput, PeerRefused, RadiusbridgeError, Refused, Unreachable
from radiusbridge.domain.observations import AccountsCounted, Observation, ReadRefused, ServerSilent
from radiusbridge.domain.records import Customer, Intent, Operation, Profile, Server, StartsAt
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import folded, safe
from radiusbridge.gateways.ports import WantedAccount
from radiusbridge.services.comparing import compare_accounts
from radiusbridge.services.journal import enter
from radiusbridge.services.keeping_out import held_by
from radiusbridge.services.permissions import require
from radiusbridge.services.profile_sync import Side

if TYPE_CHECKING:
    from radiusbridge.db.repositories.customers import Plain
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.gateways.ports import AccountLoader, AccountServer
    from radiusbridge.services.context import Context

BATCH = 4000
"""Accounts of one transaction on the server."""
MORE_THAN_TYPED = 100
"""So many more accounts, or a tenth, may be made than the operator typed."""
_NAMED = 20


@dataclass(slots=True)
class Foretold:
    """What a fill would do."""

    server: Server
    found: Counter[Side]
    without_password: int = 0
    """Of those without an account; none can be made for them."""

    @property
    def count(self) -> int:
        """How many accounts would be made: the number to be typed."""
        return self.found[Side.HERE] - self.without_password


async def foretell(context: "Context", name: str) -> Foretold:
    """What would be done; nothing is. Errors: UnknownName; BadInput for a server that takes one account at a time;
    Unreachable and PeerRefused as the server answers."""
    server = await context.database.read(lambda unit: unit.servers.named(name))
    _loader(context, server)
    told = Foretold(server, Counter())

    def counted(number: int) -> None:
        told.found[Side.SAME] += number

    async for line in compare_accounts(context, server.name, counted):
        told.found[line.side] += 1
        if line.side is Side.HERE and line.ours is not None and not line.ours.password:
            told.without_password += 1
    return told


async def submit(context: "Context", foretold: Foretold, typed: int, *, reason: str = "", key: str = "") -> Operation:
    """Have the accounts made. typed: the number that the operator typed. Refused: it is another one; BadInput:
    customers are without a password."""
    require(context, "server.fill")
    server = foretold.server
    if foretold.without_password:
        words = f"{foretold.without_password} customers have no password here, and an account needs one"
        raise BadInput(words, target=server.name, hint="radiusbridge customer edit --password-file, or customer remove")
    if typed != foretold.count:
        told = f"{foretold.count} accounts would be made, not {typed}; nothing was done"
        raise Refused(told, target=server.name, hint=f"--yes-count {foretold.count}")

    def work(unit: "UnitOfWork") -> Operation:
        wanted = {"count": typed}
        return enter(unit, context, Operation(Intent.FILL, server.id, 0, server.name, wanted, key=key, reason=reason))

    return await context.database.write(work)


def example_of(unit: "UnitOfWork", server: Server) -> Customer | None:
    """A customer of the server whose test login starts, binds and ends nothing; None: there is none."""
    profiles = {profile.id for profile in unit.profiles.all() if profile.starts_at is StartsAt.ASSIGNED}
    held = unit.customers.held_of_server(server.id)
    ids = sorted(unit.customers.ids_of_server(server.id) - held)
    for start in range(0, min(len(ids), 5 * _NAMED), _NAMED):
        for customer in unit.customers.by_ids(ids[start : start + _NAMED]).values():
            if customer.password and not customer.caller_id and customer.profile_id in profiles:
                return customer
    return None


def _loader(context: "Context", server: Server) -> "AccountLoader":
    loader = context.gateways.account_loader(server)
    if loader is None:
        words = f"a server of kind {server.kind} takes its accounts one at a time"
        raise BadInput(words, target=server.name, hint="radiusbridge plan, then radiusbridge apply")
    return loader


def filling_of(context: "Context", operation: Operation, server: Server) -> "Filling":
    """The hands of a fill."""
    count = operation.wanted["count"]
    assert isinstance(count, int)
    return Filling(context, server, context.gateways.account_server(server), _loader(context, server), count)


@dataclass(frozen=True, slots=True)
class Filling:
    """All accounts of a server. typed: how many the operator said would be made."""

    context: "Context"
    server: Server
    accounts: "AccountServer"
    loader: "AccountLoader"
    typed: int

    async def fill(self) -> tuple[bool, str]:
        """Make what is missing; whether anything was, and in words what. Errors as `AccountServer`."""
        made = batches = 0
        profiles: set[str] = set()
        walled: list[str] = []
        async for batch in _ahead(self._batches()):
            if made + len(batch) > self.typed + max(MORE_THAN_TYPED, self.typed // 10):
                raise PeerRefused(f"by now more accounts are missing than {self.typed}; {made} were made")
            for wanted in batch:
                if wanted.profile.name not in profiles:
                    profiles.add(wanted.profile.name)
                    await self.accounts.ensure_profile(wanted.profile)
            made += await self.loader.ensure_accounts(batch)
            batches += 1
            walled += await self._wall(batch)
        words = f"{made} accounts with {len(profiles)} plans in {batches} transactions"
        return made > 0, words + (f", {len(walled)} of them walled" if walled else "")

    async def count(self, now: Callable[[], float]) -> Observation:
        """Hold all accounts against the customers."""
        began, found, names = now(), Counter[Side](), list[str]()

        def counted(number: int) -> None:
            found[Side.SAME] += number

        try:
            async for line in compare_accounts(self.context, self.server.name, counted):
                found[line.side] += 1
                if line.side in {Side.HERE, Side.DIFFERS} and len(names) < _NAMED:
                    names.append(safe(line.username, 80))
        except Unreachable as error:
            return ServerSilent(began=began, at=now(), doing="read-accounts", error=error.line())
        except RadiusbridgeError as error:
            return ReadRefused(began=began, at=now(), error=error.line())
        return AccountsCounted(
            began=began,
            at=now(),
            alike=found[Side.SAME],
            missing=found[Side.HERE],
            differ=found[Side.DIFFERS],
            names=tuple(names),
        )

    async def _batches(self) -> AsyncIterator[list[WantedAccount]]:
        """Those who have no account, of whom no more is read than an account needs: they may be very many."""
        there = {folded(listed.username) async for listed in self.accounts.accounts()}
        everybody = await self.context.database.read(partial(_everybody, self.server.id))
        missing = sorted((each for each in everybody.plain if folded(each[0]) not in there), key=itemgetter(1))
        for start in range(0, len(missing), BATCH):
            yield [everybody.wanted(plain) for plain in missing[start : start + BATCH]]
        held = [wanted for wanted in everybody.held if folded(wanted.username) not in there]
        for start in range(0, len(held), BATCH):
            yield held[start : start + BATCH]

    async def _wall(self, batch: Sequence[WantedAccount]) -> list[str]:
        """Those who are held by `walled` were made disabled: there is no moment in which they are let in."""
        held = [wanted.username for wanted in batch if wanted.disabled]
        walled = await self.context.database.read(partial(self._walled, held)) if held else {}
        for username, plan in walled.items():
            account = await self.accounts.read_account(username)
            if account is not None:
                change = AccessChange(Access.WALLED, self.server.isolation_name, plan)
                await self.accounts.write_access(account, change)
        return list(walled)

    def _walled(self, usernames: Sequence[str], unit: "UnitOfWork") -> dict[str, str]:
        found = unit.customers.by_usernames(self.server.id, usernames)
        return {
            customer.username: unit.profiles.get(customer.profile_id).name
            for customer in found.values()
            if ACCESS_OF[held_by(unit, customer.id, self.server)] is Access.WALLED
        }


async def _ahead(batches: AsyncIterator[list[WantedAccount]]) -> AsyncIterator[list[WantedAccount]]:
    """The same, the next one read while the caller has one in hand."""

    async def following() -> list[WantedAccount] | None:
        return await anext(batches, None)

    coming = asyncio.create_task(following())
    try:
        while (batch := await coming) is not None:
            coming = asyncio.create_task(following())
            yield batch
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Everybody:
    """The customers of a server. open: for `Plain`'s passwords. held: whose accounts are made disabled."""

    plain: "Sequence[Plain]"
    held: Sequence[WantedAccount]
    profiles: Mapping[int, Profile]
    open: Callable[[bytes], bytes]

    def wanted(self, plain: "Plain") -> WantedAccount:
        """The account of one whom no hold keeps out."""
        username, _, sealed, profile, caller, address = plain
        password = None if sealed is None else Secret(self.open(sealed).decode())
        return WantedAccount(username, password, self.profiles[profile], caller or None, address or None)


def _everybody(server_id: int, unit: "UnitOfWork") -> _Everybody:
    profiles = {profile.id: profile for profile in unit.profiles.all()}
    held = [
        WantedAccount(
            customer.username,
            customer.password,
            profiles[customer.profile_id],
            customer.caller_id or None,
            customer.static_address or None,
            disabled=True,
        )
        for customer in unit.customers.by_ids(unit.customers.held_of_server(server_id)).values()
    ]
    plain = [*unit.customers.plain_of_server(server_id).values()]
    return _Everybody(plain, held, profiles, unit.customers.password_opener())
