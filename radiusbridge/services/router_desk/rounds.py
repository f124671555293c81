"""Files of many routers, one round of it: exports, backups, User Manager's databases, and how each came here."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import folded, safe
from radiusbridge.gateways.desk_files import What as What
from radiusbridge.services.readings.states import RouterHome, routers
from radiusbridge.services.router_desk.keeping import KEEP as KEEP
from radiusbridge.services.router_desk.keeping import Run, Wanted, keep

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

SIDE_BY_SIDE = 4
"""Routers that write and send at once."""
WITHIN = 300.0
"""Seconds for one file."""


@dataclass(frozen=True, slots=True)
class Round:
    """folder: under which each router has a folder. what: kinds of files; User Manager's only of those that have one.
    names: of servers or NASes; none: all. password: of backups; None: they are not encrypted."""

    folder: Path
    what: tuple[What, ...] = (What.EXPORT, What.DATABASE)
    names: tuple[str, ...] = ()
    keep: int = KEEP
    sensitive: bool = False
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """One file that was to be kept. error: why it is not here; empty: it is."""

    router: str
    what: What
    at: datetime
    octets: int = 0
    error: str = ""

    @property
    def subject(self) -> str:
        """`bras-1/export`."""
        return f"{self.router}/{self.what}"


TIMER = "files of routers"
"""The agent's timer that does it; its figures have how each file came here, for alerts and metrics."""


def figures(filed: Iterable[Filed], every: float) -> dict[str, object]:
    """What the timer's run keeps."""
    files = {
        each.subject: {"at": each.at.timestamp(), "octets": each.octets, "error": each.error or None} for each in filed
    }
    return {"files": files, "failed": sum(each["error"] is not None for each in files.values()), "every": every}


async def keep_all(context: "Context", wanted: Round, run: Run) -> tuple[Filed, ...]:
    """All of them, several routers at once, the files of one after each other. One that fails stops no other."""
    homes = await context.database.read(_homes)
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def of_router(home: RouterHome) -> list[Filed]:
        async with room:
            return [await _file(context, home, wanted, what, run) for what in _kinds(home, wanted.what)]

    chosen = list(_chosen(homes, wanted.names))
    found = await asyncio.gather(*(of_router(home) for home in chosen if isinstance(home, RouterHome)))
    now = context.clock.now()
    unknown = (Filed(safe(name, 80), wanted.what[0], now, error="there is no such router, or no API access to it")
               for name in chosen if isinstance(name, str))  # fmt: skip
    return (*(each for files in found for each in files), *unknown)


def _homes(unit: "UnitOfWork") -> tuple[RouterHome, ...]:
    return tuple(home for home in routers(unit) if home.api is not None)


def _chosen(homes: tuple[RouterHome, ...], names: tuple[str, ...]) -> Iterator[RouterHome | str]:
    """The routers that are meant, each once, and names that nobody has."""
    if not names:
        yield from homes
        return
    known = {folded(name): home for home in homes for name in (home.name, home.nas) if name}
    yield from dict.fromkeys(known.get(folded(name), name) for name in names)


def _kinds(home: RouterHome, what: tuple[What, ...]) -> Iterator[What]:
    yield from (each for each in what if each is not What.DATABASE or home.server)


async def _file(context: "Context", home: RouterHome, wanted: Round, what: What, run: Run) -> Filed:
    one = Wanted(what, wanted.folder, wanted.keep, wanted.sensitive, wanted.password)
    try:
        async with asyncio.timeout(WITHIN):
            kept = await keep(context, home, one, run)
    except RadiusbridgeError as error:
        return Filed(home.name, what, context.clock.now(), error=safe(error.line(), 300))
    except TimeoutError:
        return Filed(home.name, what, context.clock.now(), error=f"not done within {WITHIN:g} s")
    if kept.path is None:
        return Filed(home.name, what, context.clock.now(), error=f"it stays on the router: {safe(kept.why, 250)}")
    return Filed(home.name, what, context.clock.now(), kept.octets)
