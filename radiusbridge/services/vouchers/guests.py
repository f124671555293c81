"""Who is online with a voucher, by the lists of the NASes themselves."""

import asyncio
from dataclasses import dataclass

from radiusbridge.db.repositories.voucher_ends import Place
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import Nas
from radiusbridge.domain.text import beside
from radiusbridge.domain.vouchers.records import Keeper
from radiusbridge.gateways.vouchers.logins import seconds_of
from radiusbridge.services.context import Context

DEADLINE = 30.0
"""Seconds for the list of one NAS."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is logged in at a hotspot. uptime: as the router tells it."""

    nas: str
    user: str
    address: str
    mac: str
    uptime: str

    @property
    def seconds(self) -> float:
        """The uptime; 0 where it cannot be read."""
        return seconds_of(self.uptime)


@dataclass(frozen=True, slots=True)
class Guests:
    """Who is logged in. cookies: whose. unread: the NASes whose lists could not be read, one line each."""

    rows: tuple[Guest, ...] = ()
    cookies: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Who is logged in, or has been and left a cookie."""
        return self.cookies | {row.user for row in self.rows}


async def guests_at(context: Context, place: Place) -> Guests:
    """Who is logged in where codes of that place are good. UnknownName: it is not recorded any more."""

    def work(unit: UnitOfWork) -> tuple[Nas, ...]:
        if place.keeper is Keeper.HOTSPOT:
            return (unit.nases.get(place.router_id),)
        return tuple(unit.nases.of_server(unit.servers.get(place.router_id).id))

    nases = await context.database.read(work)
    found = await asyncio.gather(*(_on(context, nas) for nas in nases))
    if not nases:
        return Guests(unread=("no NAS is known for this server",))
    rows = tuple(row for each in found for row in each.rows)
    cookies = frozenset[str]().union(*(each.cookies for each in found))
    return Guests(rows, cookies, tuple(line for each in found for line in each.unread))


async def _on(context: Context, nas: Nas) -> Guests:
    port = context.gateways.guests(nas)
    if port is None:
        return Guests(unread=(f"{nas.name}: it has no API access here",))
    try:
        async with asyncio.timeout(DEADLINE):
            rows, cookies = await port.active(), await port.cookies()
    except TimeoutError:
        return Guests(unread=(f"{nas.name}: no answer within {DEADLINE:.0f} s",))
    except RadiusbridgeError as error:
        return Guests(unread=(f"{nas.name}: {beside(nas.name, error.line())}",))
    names = ("user", "address", "mac-address", "uptime")
    guests = tuple(Guest(nas.name, *(row.get(name, "") for name in names)) for row in rows)
    return Guests(guests, frozenset(row.get("user", "") for row in cookies))
