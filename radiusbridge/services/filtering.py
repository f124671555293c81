"""Customers by the filter language: what the database can tell by SQL, the rest by the NASes' lists, read first."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from radiusbridge.db.repositories.customer_orders import Order
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.customer_fields import CUSTOMERS, in_database, plain
from radiusbridge.domain.days import day_of
from radiusbridge.domain.filter_rows import decided
from radiusbridge.domain.filters import All, Node, Op, Term, parse, split
from radiusbridge.domain.records import Customer
from radiusbridge.domain.text import folded
from radiusbridge.services import sessions
from radiusbridge.services.context import Context
from radiusbridge.services.customer_fields import Fields, Lists
from radiusbridge.services.sessions import Reading

AT_ONCE = 500
"""Customers that are compared in one go."""
NO_NAS = "no NAS of its server can be read"


@dataclass(frozen=True, slots=True)
class Filtered:
    """Ids of customers, in the order that was asked for."""

    ids: tuple[int, ...]
    """Those who fit."""
    undecided: tuple[tuple[int, str], ...] = ()
    """(id, why): it hangs on lists that could not be read."""
    unread: tuple[Reading, ...] = ()
    """The lists that could not be read."""


async def filtered(context: Context, text: str, *, server: str | None = None, order: Order = "number") -> Filtered:
    """The customers who fit, on that server or all; an empty filter fits everybody.

    Where the filter asks for live fields, the lists of the NASes are read once. Errors: BadInput; UnknownName.
    """
    inside, outside = split(plain(parse(text, CUSTOMERS)), in_database)

    def work(unit: UnitOfWork) -> tuple[tuple[int, ...], date, frozenset[int]]:
        today = day_of(unit.now, context.zone)
        where = inside
        if server is not None:
            where = All((inside, _on_server(unit.servers.named(server).name)))
        ids = unit.customers.filtered_ids(where, today, context.zone, order)
        homes = frozenset() if outside == All() else unit.customers.servers_of(where, today, context.zone)
        return ids, today, homes

    ids, today, homes = await context.database.read(work)
    if outside == All():
        return Filtered(ids)
    readings = await sessions.live(context, servers=homes)
    fitting: list[int] = []
    undecided: list[tuple[int, str]] = []
    for start in range(0, len(ids), AT_ONCE):
        for fields in await _fields(context, ids[start : start + AT_ONCE], readings):
            said = decided(outside, fields.look, today)
            if said is None:
                undecided.append((fields.customer.id, _why(fields, readings)))
            elif said:
                fitting.append(fields.customer.id)
    return Filtered(tuple(fitting), tuple(undecided), tuple(reading for reading in readings if reading.error))


def _on_server(name: str) -> Node:
    return Term(CUSTOMERS.named("server"), Op.IS, (folded(name),))


async def _fields(context: Context, ids: tuple[int, ...], readings: tuple[Reading, ...]) -> list[Fields]:
    by_server: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        by_server[reading.server].append(reading)

    def work(unit: UnitOfWork) -> list[Fields]:
        servers = {row.id: row for row in unit.servers.all()}
        profiles = {row.id: row.name for row in unit.profiles.all()}
        lists = {row.id: Lists.of(by_server[row.name], row.isolation_name) for row in servers.values()}
        found, holds = unit.customers.by_ids(ids), unit.holds.open_of(ids)

        def fields_of(row: Customer) -> Fields:
            home = servers[row.server_id].name
            open_holds = holds.get(row.id, ())
            return Fields(row, home, profiles[row.profile_id], open_holds, lists[row.server_id], context.zone)

        return [fields_of(found[each]) for each in ids if each in found]

    return await context.database.read(work)


def _why(fields: Fields, readings: tuple[Reading, ...]) -> str:
    names = [reading.nas for reading in readings if reading.server == fields.server and reading.error]
    return f"the list of {', '.join(names)} could not be read" if names else NO_NAS
