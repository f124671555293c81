"""The RADIUS servers that we provision: add, change, remove, list, show."""

from collections.abc import Callable
from dataclasses import replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.records import Server
from radiusbridge.domain.values import parse_label
from radiusbridge.gateways.accounts.kinds import FREERADIUS, PPP
from radiusbridge.gateways.factory import KINDS
from radiusbridge.services.context import Context
from radiusbridge.services.named import Book

RESERVED = "default"
"""User Manager's own group, which cannot be told from an isolation group of that name."""


def _checked(server: Server) -> Server:
    if server.kind not in KINDS:
        raise BadInput(f"servers of kind “{server.kind[:40]}” are not known", hint=f"use {', '.join(KINDS)}")
    _reached(server)
    isolation = parse_label(server.isolation_name, "isolation name", 40)
    if isolation.casefold() == RESERVED:
        raise BadInput("the isolation name must not be that of User Manager's own group", hint="use isolir")
    if server.isolation_rate < 0:
        raise BadInput("the isolation rate is negative")
    pool = parse_label(server.isolation_pool, "isolation pool") if server.isolation_pool else None
    return replace(
        server, name=parse_label(server.name, "server's name"), isolation_name=isolation, isolation_pool=pool
    )


def _reached(server: Server) -> None:
    """BadInput: its accounts are not kept where its kind keeps them."""
    if server.kind == FREERADIUS:
        if server.sql is None or server.api is not None:
            words = "a FreeRADIUS is reached by its SQL database, and by no API"
            raise BadInput(words, target=server.name[:80], hint="give --sql-host HOST, and add its routers as NASes")
    elif server.kind == PPP and server.radius is not None:
        words = "PPP secrets are asked for by no RADIUS packet"
        raise BadInput(words, target=server.name[:80], hint="leave --radius out: the customer's own dial is the proof")
    elif server.api is None or server.sql is not None:
        words = f"a server of kind {server.kind} is reached by its API, and by no SQL database"
        raise BadInput(words, target=server.name[:80], hint="give --api HOST[:PORT], or --kind freeradius")


BOOK: Book[Server] = Book("server", lambda unit: unit.servers, _checked)


async def add(context: Context, server: Server) -> Server:
    """Store a new server. AlreadyThere, BadInput."""
    return await BOOK.add(context, lambda _unit: server)


async def edit(context: Context, name: str, change: Callable[[Server], Server]) -> Server:
    """Store what `change` makes of the server. UnknownName, AlreadyThere, BadInput."""
    return await BOOK.edit(context, name, change)


async def remove(context: Context, name: str) -> Server:
    """Forget a server that no customer, NAS or unfinished operation uses; nothing is done on the router."""
    return await BOOK.remove(context, name)


async def listed(context: Context) -> tuple[Server, ...]:
    """All servers, by name."""
    return await BOOK.listed(context)


async def show(context: Context, name: str) -> Server:
    """One server. UnknownName."""
    return await BOOK.show(context, name)


def active(unit: UnitOfWork) -> tuple[Server, ...]:
    """All servers that are no standby, by name."""
    standbys = {pair.standby_id for pair in unit.standbys.all()}
    return tuple(server for server in unit.servers.all() if server.id not in standbys)


def chosen(unit: UnitOfWork, name: str | None) -> Server:
    """The server of that name; without a name the only one there is. A standby is none for customers and NASes.

    UnknownName; BadInput where there are several, and for a standby.
    """
    if name is not None:
        named = unit.servers.named(name)
        pair = unit.standbys.among(named.id)
        if pair is not None and pair.standby_id == named.id:
            other = unit.servers.get(pair.server_id).name
            words = f"stands by for {other}: customers and NASes belong to that one"
            raise BadInput(words, target=named.name, hint=f"name {other}, or see: radiusbridge standby check")
        return named
    servers = active(unit)
    if not servers:
        raise UnknownName("there is no server yet", hint="add one with: radiusbridge server add")
    if len(servers) > 1:
        names = ", ".join(server.name for server in servers[:5])
        raise BadInput(f"there are several servers: {names}", hint="name one with --server")
    return servers[0]
