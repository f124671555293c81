"""Which customers fit what a filter asks about the NASes' lists, by the newest snapshot of them.

Whoever was live on a list that went stale stays among the live, and is `unknown` as well: the screen marks them.
"""

from collections.abc import Callable
from datetime import date
from functools import partial

from radiusbridge.db.repositories.customer_lists import Outline
from radiusbridge.db.repositories.customer_orders import Way
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.customer_fields import LIVE
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.filter_rows import matches
from radiusbridge.domain.filters import Node, fields_of
from radiusbridge.domain.values import parse_duration
from radiusbridge.services.context import Context
from radiusbridge.services.customer_fields import Fields, Lists
from radiusbridge.services.roster import Query
from radiusbridge.services.watch import Live, Presence, Snapshot

AT_ONCE = 500
"""Customers whose whole records are in memory at a time."""
_NOWHERE = Lists({}, "", False)


async def chosen(
    context: Context, query: Query, snapshot: Snapshot, now: float, order: Way = "number"
) -> tuple[int, ...]:
    """Ids of the customers that fit, in that order. now: of the monotonic clock, as the snapshot's ages."""
    whole = not fields_of(query.outside) <= LIVE

    def work(unit: UnitOfWork) -> tuple[int, ...]:
        today = day_of(unit.now, context.zone)
        if whole:
            return _by_records(unit, context, query, partial(_presence, snapshot, now), today, order)
        keep = keeper(query.outside, snapshot, now, today)
        found = unit.customers.outlines(query.inside, today, context.zone, order=order)
        return tuple(each.id for each in found if keep(each))

    return await context.database.read_while_wanted(work)


_RANKS = {state: rank for rank, state in enumerate((Live.LIVE, Live.WALLED, Live.UNKNOWN, Live.OFFLINE))}


async def by_state(
    context: Context, query: Query, snapshot: Snapshot, now: float, *, descending: bool = False
) -> tuple[int, ...]:
    """As `chosen`, in the order live, walled, unknown, offline, or the other way round; in each by their numbers."""
    fitting = frozenset(await chosen(context, query, snapshot, now)) if query.live else None

    def work(unit: UnitOfWork) -> tuple[int, ...]:
        names = snapshot.live_names()
        absent: dict[int, int] = {}
        ranked: list[list[int]] = [[] for _ in _RANKS]

        def rank(who: Outline) -> int:
            if (who.server_id, who.username) not in names and who.server_id in absent:
                return absent[who.server_id]
            found = _RANKS[snapshot.presence(who.server_id, who.username, now).state]
            if (who.server_id, who.username) not in names:
                absent[who.server_id] = found
            return found

        today = day_of(unit.now, context.zone)
        for who in unit.customers.outlines(query.inside, today, context.zone, order="number"):
            if fitting is None or who.id in fitting:
                ranked[rank(who)].append(who.id)
        return tuple(each for some in (reversed(ranked) if descending else ranked) for each in some)

    return await context.database.read_while_wanted(work)


def _presence(snapshot: Snapshot, now: float, server_id: int, username: str) -> Presence:
    return snapshot.presence(server_id, username, now)


def keeper(node: Node, snapshot: Snapshot, now: float, today: date) -> Callable[[Outline], bool]:
    """Whether a customer fits; decided once for all who are on no list of the same server."""
    names = snapshot.live_names()
    absent: dict[tuple[int, bool], bool] = {}

    def fits(who: Outline) -> bool:
        presence = snapshot.presence(who.server_id, who.username, now)
        return matches(node, lambda name: live_field(name, presence, who.held), today)

    def keep(who: Outline) -> bool:
        if (who.server_id, who.username) in names:
            return fits(who)
        group = (who.server_id, who.held)
        if group not in absent:
            absent[group] = fits(who)
        return absent[group]

    return keep


def live_field(name: str, presence: Presence, held: bool) -> object:
    """A field of `domain.customer_fields.LIVE`."""
    if name == "state":
        seen = ("live",) if presence.state is Live.UNKNOWN and presence.sessions else ()
        return (str(presence.state), *seen, *(("held", "isolated") if held else ("open",)))
    return tuple(value for row in presence.sessions if (value := session_field(name, row)) is not None)


def session_field(name: str, row: SessionRow) -> object:
    """What one session says of `up`, `ip`, `mac` or `nas`."""
    match name:
        case "up":
            try:
                return parse_duration(row.uptime)
            except BadInput:
                return None
        case "ip":
            return row.address
        case "mac":
            return row.caller_id
    return row.nas


def _by_records(
    unit: UnitOfWork,
    context: Context,
    query: Query,
    presence: Callable[[int, str], Presence],
    today: date,
    order: Way,
) -> tuple[int, ...]:
    """Where one part of the filter asks the database and the lists at once, like `area:x or state:live`."""
    servers = {row.id: row.name for row in unit.servers.all()}
    profiles = {row.id: row.name for row in unit.profiles.all()}
    ids = unit.customers.filtered_ids(query.inside, today, context.zone, order)
    fitting: list[int] = []
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        records, holds = unit.customers.by_ids(some), unit.holds.open_of(some)
        for each in some:
            record, held = records[each], holds.get(each, ())
            known = Fields(record, servers[record.server_id], profiles[record.profile_id], held, _NOWHERE, context.zone)
            there = presence(record.server_id, record.username)
            if matches(query.outside, partial(_either, known, there), today):
                fitting.append(each)
    return tuple(fitting)


def _either(known: Fields, presence: Presence, name: str) -> object:
    return live_field(name, presence, bool(known.holds)) if name in LIVE else known.look(name)
