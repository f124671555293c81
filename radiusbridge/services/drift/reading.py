"""The NASes of a server, read side by side: their session lists, and what they decide without a RADIUS server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import count
from typing import TypeVar

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.drift.finding import TOLD_BY, Place, Unread
from radiusbridge.domain.drift.view import Ground
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.local_access import LocalAccess, keeps_accounts
from radiusbridge.domain.records import Nas, Server
from radiusbridge.gateways.ports import NasSessions
from radiusbridge.services.context import Context
from radiusbridge.services.plans import addresses_of
from radiusbridge.services.sessions import DEADLINE

STALL = 30.0
"""Seconds without anything new after which an account server counts as dark."""
BY_NAME = 50
"""Names up to which a list is asked for these names alone."""
TURN = 25
"""Rows after which others have their turn: a chunk comes at once, and would keep every router's poll waiting."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lists:
    """One reading of a server's NASes."""

    ground: Ground
    live: Mapping[str, tuple[SessionRow, ...]]
    """By user name."""
    unread: tuple[Unread, ...] = ()

    def count(self) -> dict[str, int]:
        """How many sessions each NAS lists."""
        counts: dict[str, int] = {}
        for rows in self.live.values():
            for row in rows:
                counts[row.nas] = counts.get(row.nas, 0) + 1
        return counts


@dataclass(frozen=True, slots=True)
class _OfNas:
    nas: str
    at: datetime
    sessions: tuple[SessionRow, ...] | None = None
    local: LocalAccess | None = None
    errors: tuple[tuple[Place, str], ...] = ()


async def read_lists(
    context: Context,
    server: Server,
    nases: Iterable[Nas],
    *,
    names: Collection[str] | None = None,
    left_out: Collection[str] = (),
) -> Lists:
    """Read them. names: only these are of interest. left_out: NASes of the server that are not to be asked.

    What a NAS fails with is in `unread`.
    """
    nases = tuple(nases)
    database_at = context.clock.now()
    asked = [nas for nas in nases if nas.name not in left_out]
    read = await asyncio.gather(*(_read(context, nas, server, names) for nas in asked))
    live: dict[str, tuple[SessionRow, ...]] = {}
    for each in read:
        for row in each.sessions or ():
            live[row.username] = (*live.get(row.username, ()), row)
    listed = {each.nas: each.at for each in read if each.sessions is not None}
    ground = Ground(
        server,
        database_at,
        listed,
        frozenset(nas.name for nas in nases if nas.name not in listed),
        {each.nas: each.local for each in read if each.local is not None},
        {each.nas: each.at for each in read},
        {nas.name: addresses_of(nas, server) for nas in nases},
    )
    unread = [
        Unread(server.name, each.nas, place, error, each.at, tuple(sorted(TOLD_BY[place])))
        for each in read
        for place, error in each.errors
    ]
    if not nases:
        words = "no NAS of this server is known; add it with: radiusbridge nas add"
        unread.append(
            Unread(server.name, server.name, Place.SESSIONS, words, database_at, tuple(TOLD_BY[Place.SESSIONS]))
        )
    return Lists(ground, live, tuple(unread))


async def _read(context: Context, nas: Nas, server: Server, names: Collection[str] | None) -> _OfNas:
    port = context.gateways.nas_sessions(nas, isolation=server.isolation_name)
    now = context.clock.now()
    if port is None:
        error = "no API access is stored; add it with: radiusbridge nas edit NAME --api HOST"
        return _OfNas(nas.name, now, errors=((Place.SESSIONS, error), (Place.SECRETS, error)))
    (sessions, first), (local, second) = await asyncio.gather(
        _tried(partial(_listed, port, names)), _tried(port.local_access)
    )
    if local is not None and keeps_accounts(nas, server):
        local = replace(local, secrets=())  # they are the accounts
    errors = [(place, error) for place, error in ((Place.SESSIONS, first), (Place.SECRETS, second)) if error]
    return _OfNas(nas.name, now, sessions, local, tuple(errors))


async def _listed(port: NasSessions, names: Collection[str] | None) -> tuple[SessionRow, ...]:
    """Guests whom a router's hotspot knows by itself are no server's business."""
    if names is None or len(names) > BY_NAME:
        rows = [await port.sessions()]
    else:
        rows = await asyncio.gather(*(port.sessions(name) for name in names))
    return tuple(row for each in rows for row in each if row.radius)


async def _tried(work: Callable[[], Awaitable[T]]) -> tuple[T | None, str]:
    try:
        async with asyncio.timeout(DEADLINE):
            return await work(), ""
    except TimeoutError:
        return None, f"no answer within {DEADLINE:.0f} s"
    except RadiusbridgeError as error:
        return None, error.line()


async def flowing(rows: AsyncIterator[T], seconds: float = STALL) -> AsyncIterator[T]:
    """The same rows; TimeoutError where the next one does not come in time. Gives way to others now and then."""
    for number in count(1):
        try:
            async with asyncio.timeout(seconds):
                row = await anext(rows)
        except StopAsyncIteration:
            return
        yield row
        if number % TURN == 0:
            await asyncio.sleep(0)


def batches(names: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """Pieces of a list."""
    return (names[start : start + size] for start in range(0, len(names), size))
