"""The live sessions of one moment that fit a filter: whose they are, what is odd about them, what they move."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.days import day_of
from radiusbridge.domain.filter_rows import matches
from radiusbridge.domain.filters import Node, fields_of, parse
from radiusbridge.domain.session_fields import RATES, SESSIONS, LiveSession, look
from radiusbridge.services import sessions
from radiusbridge.services.context import Context
from radiusbridge.services.live_list import LiveList
from radiusbridge.services.session_rates import SessionRates
from radiusbridge.services.sessions import Reading
from radiusbridge.services.watch import NasReading, Snapshot

RATE_INTERVAL = 2.0
"""Seconds between the two readings that a rate comes of."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the NASes showed. rates: None where they were not asked for."""

    readings: tuple[Reading, ...]
    sessions: tuple[LiveSession, ...]
    rates: SessionRates | None = field(default=None, compare=False)

    def of(self, nas: str) -> tuple[LiveSession, ...]:
        """Those of one NAS; ghosts are on none."""
        return tuple(each for each in self.sessions if each.row.nas == nas and "ghost" not in each.marks)

    @property
    def ghosts(self) -> tuple[LiveSession, ...]:
        """What a server counts and no NAS has; only looked for where the filter asks for marks."""
        return tuple(each for each in self.sessions if "ghost" in each.marks)


async def listed(
    context: Context, who: str | None = None, *, nas: str | None = None, words: str = "", rates: bool = False
) -> Listed:
    """The sessions that fit `words`, a filter of `session_fields.SESSIONS`. rates: read the counters twice.

    Errors as `sessions.live`; BadInput for the filter. Of a NAS that could not be read there are none.
    """
    node = parse(words, SESSIONS)
    names = LiveList(context)
    if "mark" in fields_of(node):
        await names.count()
    readings = await sessions.live(context, who, nas=nas)
    rows = await names.sessions(await snapshot_of(context, readings, context.clock.monotonic()))
    asked = tuple(row for row in rows if _asked(row, readings, who, nas))
    by_rate = bool(fields_of(node) & RATES)
    if not (rates or by_rate):
        return Listed(readings, tuple(row for row in asked if fits(context, node, row)))
    moved = SessionRates(context)
    measured = asked if by_rate else tuple(row for row in asked if fits(context, node, row))
    await moved.look(by_nas(measured))
    await context.clock.sleep(RATE_INTERVAL)
    await moved.look(by_nas(measured))
    return Listed(readings, tuple(row for row in measured if fits(context, node, row, moved)), moved)


def fits(context: Context, node: Node, row: LiveSession, rates: SessionRates | None = None) -> bool:
    """Whether a session fits a filter."""
    return matches(node, lambda name: field_of(row, name, rates), day_of(context.clock.now(), context.zone))


def field_of(row: LiveSession, name: str, rates: SessionRates | None) -> object:
    """A field of `SESSIONS`, those that need rates too."""
    if name not in RATES:
        return look(row, name)
    rate = None if rates is None else rates.rate(row.row)
    if rate is None or rate.reset:
        return None
    return rate.down if name == "down" else rate.up


def by_nas(rows: Iterable[LiveSession]) -> Mapping[str, list[SessionRow]]:
    """Their rows as `SessionRates.look` takes them."""
    found: dict[str, list[SessionRow]] = {}
    for each in rows:
        if "ghost" not in each.marks:
            found.setdefault(each.row.nas, []).append(each.row)
    return found


async def snapshot_of(context: Context, readings: tuple[Reading, ...], at: float) -> Snapshot:
    """Readings of one moment as the watch tells them. at: of the monotonic clock."""

    def work(unit: UnitOfWork) -> dict[str, tuple[int, str]]:
        return {each.name: (each.id, each.isolation_name) for each in unit.servers.all()}

    servers = await context.database.read(work)
    return Snapshot(1, tuple(_as_watched(each, *servers[each.server], at) for each in readings))


def _as_watched(reading: Reading, server_id: int, isolation: str, at: float) -> NasReading:
    found: dict[str, tuple[SessionRow, ...]] = {}
    for row in reading.sessions:
        found[row.username] = (*found.get(row.username, ()), row)
    began = None if reading.error else at
    return NasReading(reading.nas, server_id, isolation, found, len(reading.sessions), began, reading.error)


def _asked(row: LiveSession, readings: tuple[Reading, ...], who: str | None, nas: str | None) -> bool:
    """A ghost is everybody's, unless one user or NAS was asked for."""
    return "ghost" not in row.marks or (who is None and nas is None and bool(readings))
