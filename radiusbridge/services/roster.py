"""The customers as a list on a screen: filter, pages, and what stands beside each name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Hold, Operation, Server
from radiusbridge.domain.verdict import Status

if TYPE_CHECKING:
    from radiusbridge.db.repositories.customer_lists import Outline as Outline
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

STATES = ("live", "offline", "held", "walled", "unknown")
"""What `state:` understands."""
_UNFINISHED = (Status.QUEUED, Status.RUNNING, Status.WAITING)


@dataclass(frozen=True, slots=True)
class Query:
    """A filter: every word has to occur, and of the states one has to hold."""

    words: str = ""
    states: frozenset[str] = frozenset()


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
    """Some entries, and how many match in all."""

    entries: tuple[Entry, ...]
    total: int


def parse_query(text: str) -> Query:
    """`budi timur state:live` as words and states. BadInput: no such state."""
    words, states = [], set()
    for word in text.split():
        name, colon, value = word.partition(":")
        if colon and name.lower() == "state":
            if value.lower() not in STATES:
                raise BadInput(f"no such state: {value[:20] or '(empty)'}", hint=f"one of {', '.join(STATES)}")
            states.add(value.lower())
        else:
            words.append(word)
    return Query(" ".join(words), frozenset(states))


async def page(context: "Context", words: str, offset: int, limit: int) -> Page:
    """A slice of the customers that hold every word, by number."""

    def work(unit: "UnitOfWork") -> Page:
        found, total = unit.customers.page_and_count(offset, limit, text=words, order="number")
        return Page(_entries(unit, found), total)

    return await context.database.read(work)


async def entries(context: "Context", customer_ids: tuple[int, ...]) -> tuple[Entry, ...]:
    """The entries of those customers, in that order; one that was removed meanwhile is left out."""

    def work(unit: "UnitOfWork") -> tuple[Entry, ...]:
        found = unit.customers.by_ids(customer_ids)
        return _entries(unit, tuple(found[each] for each in customer_ids if each in found))

    return await context.database.read(work)


async def chosen(
    context: "Context", words: str, keep: Callable[["Outline"], bool], *, held_only: bool = False
) -> tuple[int, ...]:
    """Ids of the customers that hold every word and that `keep` keeps, by number.

    keep: is called in another thread, and asks nothing but values.
    """

    def work(unit: "UnitOfWork") -> tuple[int, ...]:
        return tuple(each.id for each in unit.customers.outlines(words, held_only=held_only) if keep(each))

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
