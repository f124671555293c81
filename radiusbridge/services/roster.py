"""The customers as a list on a screen: filter, pages, and what stands beside each name."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiusbridge.domain.customer_fields import CUSTOMERS, in_database, plain
from radiusbridge.domain.days import day_of
from radiusbridge.domain.filters import All, Node, parse, split
from radiusbridge.domain.records import Customer, Hold, Operation, Server
from radiusbridge.domain.verdict import Status

if TYPE_CHECKING:
    from radiusbridge.db.repositories.customer_orders import Way
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

_UNFINISHED = (Status.QUEUED, Status.RUNNING, Status.WAITING)


EVERYBODY = All()


@dataclass(frozen=True, slots=True)
class Query:
    """A filter in two parts that both have to hold: what the database can tell, and what hangs on the NASes' lists."""

    inside: Node = EVERYBODY
    outside: Node = EVERYBODY

    @property
    def live(self) -> bool:
        """Whether it hangs on the lists."""
        return self.outside != EVERYBODY


@dataclass(frozen=True, slots=True)
class Entry:
    """One customer of the list."""

    customer: Customer
    profile: str
    server: Server
    holds: tuple[Hold, ...]
    """Open ones."""
    last: Operation | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, and how many match in all; None: counting that would take longer than the page, see `count`."""

    entries: tuple[Entry, ...]
    total: int | None


def parse_query(text: str) -> Query:
    """`budi area:timur state:live` in two parts. BadInput: it cannot be understood."""
    inside, outside = split(plain(parse(text, CUSTOMERS)), in_database)
    return Query(inside, outside)


async def page(context: "Context", query: Query, offset: int, limit: int, order: "Way" = "number") -> Page:
    """A slice of the customers that fit; of a query that the database can answer alone."""

    def work(unit: "UnitOfWork") -> Page:
        today, zone = day_of(unit.now, context.zone), context.zone
        found, total = unit.customers.filtered_slice(query.inside, today, zone, offset=offset, limit=limit, order=order)
        return Page(_entries(unit, found), total)

    return await context.database.read_while_wanted(work)


async def count(context: "Context", query: Query) -> int:
    """How many customers fit; of a query that the database can answer alone. Cancelled, it ends at once."""

    def work(unit: "UnitOfWork") -> int:
        return unit.customers.filtered_count(query.inside, day_of(unit.now, context.zone), context.zone)

    return await context.database.read_while_wanted(work)


async def entries(context: "Context", customer_ids: tuple[int, ...]) -> tuple[Entry, ...]:
    """The entries of those customers, in that order; one that was removed meanwhile is left out."""

    def work(unit: "UnitOfWork") -> tuple[Entry, ...]:
        found = unit.customers.by_ids(customer_ids)
        return _entries(unit, tuple(found[each] for each in customer_ids if each in found))

    return await context.database.read(work)


async def unfinished(context: "Context", limit: int = 200) -> tuple[Operation, ...]:
    """Operations that are queued, running or waiting, newest first."""
    return await context.database.read(lambda unit: unit.operations.listed(status=_UNFINISHED, limit=limit))


def _entries(unit: "UnitOfWork", customers: tuple[Customer, ...]) -> tuple[Entry, ...]:
    profiles = {profile.id: profile.name for profile in unit.profiles.all()}
    servers = {server.id: server for server in unit.servers.all()}
    holds = unit.holds.open_of(customer.id for customer in customers)
    last = unit.operations.newest_of([customer.id for customer in customers])
    return tuple(
        Entry(
            customer,
            profiles.get(customer.profile_id, ""),
            servers[customer.server_id],
            holds.get(customer.id, ()),
            last.get(customer.id),
        )
        for customer in customers
    )
