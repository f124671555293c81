"""The live sessions as the NASes themselves list them, side by side: one that is dark never stops the others."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.records import Nas, Server
from radiusbridge.domain.values import parse_username
from radiusbridge.services.context import Context

DEADLINE = 15.0
"""Seconds for one NAS."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one NAS answered, in `seconds`. error: why its list could not be read, one line; empty: it was."""

    nas: str
    server: str
    sessions: tuple[SessionRow, ...] = ()
    error: str = ""
    seconds: float = 0.0


async def live(
    context: Context, who: str | None = None, *, nas: str | None = None, servers: Collection[int] | None = None
) -> tuple[Reading, ...]:
    """One reading for each NAS, by name: of one NAS, of those of some servers (ids), or of all; of one customer's user
    name, or of all names.

    who: a customer's number, user name or name (then only the NASes of their server are asked), else a user name as it
    stands. Errors: UnknownName for the NAS, BadInput for what cannot be a user name; what a NAS fails with is in its
    reading.
    """

    def work(unit: UnitOfWork) -> tuple[str | None, list[tuple[Nas, Server]]]:
        known = {server.id: server for server in unit.servers.all()}
        chosen = unit.nases.all() if nas is None else (unit.nases.named(nas),)
        if servers is not None:
            chosen = tuple(one for one in chosen if one.server_id in servers)
        username, home = whose(unit, who)
        return username, [(one, known[one.server_id]) for one in chosen if home in {None, one.server_id} or nas]

    username, asked = await context.database.read(work)
    return tuple(await asyncio.gather(*(_read(context, one, server, username) for one, server in asked)))


def whose(unit: UnitOfWork, who: str | None) -> tuple[str | None, int | None]:
    """The user name that is meant, and the server (id) of the customer who has it, if one has."""
    if who is None:
        return None, None
    try:
        customer = unit.customers.find(who)
    except UnknownName:
        return parse_username(who), None
    return customer.username, customer.server_id


async def _read(context: Context, nas: Nas, server: Server, username: str | None) -> Reading:
    began = context.clock.monotonic()
    sessions: tuple[SessionRow, ...] = ()
    error = ""
    try:
        port = context.gateways.nas_sessions(nas, isolation=server.isolation_name)
        if port is None:
            error = "no API access is stored; add it with: radiusbridge nas edit NAME --api HOST"
        else:
            async with asyncio.timeout(DEADLINE):
                sessions = await port.sessions(username)
    except TimeoutError:
        error = f"no answer within {DEADLINE:.0f} s"
    except RadiusbridgeError as failure:
        error = failure.line()
    return Reading(nas.name, server.name, sessions, error, context.clock.monotonic() - began)
