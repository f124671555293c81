"""Accounts that are plainly alike on both sides: passed by as they come, so that only the others are looked at closely.

The customers are read once, while the server's plans are read, in the few columns that it takes; their passwords stay
encrypted but for the moment in which one is compared.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from radiusbridge.db.repositories.customers import Plain
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Profile, Server
from radiusbridge.domain.text import folded
from radiusbridge.gateways.ports import AccountServer, ListedAccount, PlainAccount
from radiusbridge.services.context import Context


class Seen:
    """Ids, a bit for each."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> bool:
        """Whether it was not there before."""
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits) + 1024))
        new = not self._bits[place] & bit
        self._bits[place] |= bit
        return new

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] & (1 << (number & 7)))


@dataclass(slots=True)
class _Usual:
    customers: Mapping[str, Plain]
    profiles: Mapping[int, Profile]
    opened: Callable[[bytes], bytes]
    seen: Seen = field(default_factory=Seen)
    count: int = 0

    def wanted(self, username: str) -> PlainAccount | None:
        customer = self.customers.get(folded(username))
        if customer is None:
            return None
        _, _, name, _, profile, caller_id, address = customer
        return PlainAccount(name, self.profiles[profile], caller_id, address)

    def passed_by(self, username: str, password: str) -> bool:
        _, number, _, sealed, *_ = self.customers[folded(username)]
        if sealed is not None and not (password.strip("*") and self.opened(sealed) == password.encode()):
            return False
        if not self.seen.add(number):
            return False
        self.count += 1
        return True


async def unusual(
    context: Context, home: Server, server: AccountServer, seen: Seen, counted: Callable[[int], None]
) -> AsyncIterator[ListedAccount]:
    """The server's accounts that are not plainly alike. counted: is told, at the end, how many were; seen: is told of
    their customers. Errors as `AccountServer.accounts`."""

    def work(unit: UnitOfWork) -> _Usual:
        profiles = {profile.id: profile for profile in unit.profiles.all()}
        return _Usual(unit.customers.plain_of_server(home.id), profiles, unit.customers.password_opener(), seen)

    reading = asyncio.create_task(context.database.read(work))
    try:
        async for listed in server.accounts(reading):
            yield listed
    finally:
        if reading.done() and not reading.cancelled() and reading.exception() is None:
            counted(reading.result().count)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
