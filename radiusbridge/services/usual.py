"""Accounts that are plainly alike on both sides: passed by as they come, so that only the others are looked at closely.

The customers are read once, while the server's plans are read, in the few columns that it takes; their passwords stay
encrypted but for the moment in which one is compared.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from radiusbridge.db.repositories.customers import Plain
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.local_access import PPP
from radiusbridge.domain.records import Profile, Server
from radiusbridge.gateways.ports import AccountServer, ListedAccount
from radiusbridge.services.context import Context


@dataclass(slots=True)
class Met:
    """Customers of a server, by id, while its accounts come. seen: whose account came. known: all whom the database
    had when it began; None: they were not read."""

    seen: set[int] = field(default_factory=set)
    known: set[int] | None = None


@dataclass(slots=True)
class _Usual:
    customers: Mapping[str, Plain]
    by_id: Mapping[int, Profile]
    opened: Callable[[bytes], bytes]
    held: set[int]
    met: Met
    count: int = 0

    @property
    def profiles(self) -> Iterable[Profile]:
        return self.by_id.values()

    def passed_by(self, username: str, password: str, profile: str, caller_id: str, address: str) -> bool:
        known = self.customers.get(username)
        if known is None:
            return False
        _, number, sealed, profile_id, lock, static = known
        if self.by_id[profile_id].name != profile or (lock or "") != caller_id or (static or "") != address:
            return False
        if sealed is not None and not (password.strip("*") and self.opened(sealed) == password.encode()):
            return False
        if number in self.met.seen:
            return False
        self.met.seen.add(number)
        self.count += 1
        return True


async def unusual(
    context: Context, home: Server, server: AccountServer, met: Met, counted: Callable[[int], None]
) -> AsyncIterator[ListedAccount]:
    """The server's accounts that are not plainly alike. counted: is told, at the end, how many were; met: is told of
    their customers, and at the end of everybody's. Errors as `AccountServer.accounts`."""

    def work(unit: UnitOfWork) -> _Usual:
        customers, held = unit.customers.plain_of_server(home.id), unit.customers.held_of_server(home.id)
        if home.kind == PPP:  # the only ones whose accounts have routes
            routed = unit.customers.routed_of_server(home.id)
            customers = {name: row for name, row in customers.items() if row[1] not in routed}
            held |= routed
        profiles = {profile.id: profile for profile in unit.profiles.all()}
        return _Usual(customers, profiles, unit.customers.password_opener(), held, met)

    reading = asyncio.create_task(context.database.read(work))
    try:
        async for listed in server.accounts(reading):
            yield listed
        await reading  # a server with hardly any account is read sooner
    finally:
        if reading.done() and not reading.cancelled() and reading.exception() is None:
            usual = reading.result()
            counted(usual.count)
            met.known = {row[1] for row in usual.customers.values()} | usual.held
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
