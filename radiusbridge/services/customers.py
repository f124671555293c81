"""Customers: add, change, remove, list, show. What the server has to know is submitted in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change as RecordChange
from radiusbridge.domain.records import Customer, Hold
from radiusbridge.domain.refusals import Refusal
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE, Live
from radiusbridge.services import foretelling, servers
from radiusbridge.services.conflicts import refuse_lost_update
from radiusbridge.services.context import Context
from radiusbridge.services.customer_changes import (
    Change,
    Editing,
    checked,
    edited,
    enter_edit,
    enter_removal,
    enter_unbind,
)
from radiusbridge.services.customer_changes import Changed as Changed
from radiusbridge.services.foretelling import Foretold
from radiusbridge.services.permissions import require
from radiusbridge.services.provisioning import Handling, provision


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer with what belongs to them by name."""

    customer: Customer
    server: str
    profile: str
    holds: tuple[Hold, ...] = ()
    """Open ones. Access = none."""
    refusal: Refusal | None = None
    """The last one that a log told of; only where it was asked for."""


async def add(
    context: Context, customer: Customer, *, profile: str, server: str | None = None, provisioned: bool = True
) -> Changed:
    """Store a new customer (its number too where none is given) and submit the account to its server.

    provisioned False: the account is there already and is only recorded. Without a server's name: the only one.
    Errors: AlreadyThere, UnknownName, BadInput.
    """
    require(context, "customer.add")

    def work(unit: UnitOfWork) -> Changed:
        home, plan = servers.chosen(unit, server), unit.profiles.named(profile)
        stored = unit.customers.add(checked(replace(customer, server_id=home.id, profile_id=plan.id)))
        unit.note("customer.add", stored.username, who=context.who, channel=context.channel, after=stored)
        if not provisioned:
            return Changed(stored, None)
        change = RecordChange(after=stored)
        return Changed(stored, provision(unit, context, stored, "customer added", change=change))

    return await context.database.write(work)


async def foretell(
    context: Context, who: str, change: Change, *, profile: str | None = None, server: str | None = None
) -> Foretold:
    """What `edit` with the same would change, and what the customer would experience; nothing is done."""
    return await foretelling.foretell(context, who, lambda unit, before: edited(unit, before, change, profile, server))


async def edit(
    context: Context,
    who: str,
    change: Change,
    *,
    profile: str | None = None,
    server: str | None = None,
    live: Live | None = None,
    settle: float = SETTLE,
    deadline: float = DEADLINE,
    provisioned: bool = True,
    adopt: bool = False,
    seen: Customer | None = None,
) -> Changed:
    """Store what `change` makes of the customer; what the server holds too is submitted.

    live: what becomes of a live session; None: it stays, except with another user name or server, where it ends with
    the former account. adopt: an account of the new name that is on the server already is this customer's, and is taken
    over. An empty caller_id or static_address takes it away, on the server too. seen: the record as whoever edits it
    read it before.
    Errors: UnknownName, AlreadyThere; BadInput, also for another name or server while operations are unfinished;
    Refused where somebody else has changed the same fields since they were `seen`.
    """
    require(context, "customer.edit")
    how = Editing(change, profile, server, live, settle, deadline, provisioned, adopt)

    def work(unit: UnitOfWork) -> Changed:
        if seen is None:
            return enter_edit(unit, context, unit.customers.find(who), how)
        customer = unit.customers.get(seen.id)
        refuse_lost_update(unit, seen, customer, lambda old: edited(unit, old, change, profile, server))
        return enter_edit(unit, context, customer, how)

    return await context.database.write(work)


async def unbind(context: Context, who: str, *, reason: str = "", deadline: float = DEADLINE) -> Changed:
    """Have the account let in the next device that dials: its lock to a device becomes `bind`, or stays none.

    The live session stays. Errors: UnknownName, BadInput.
    """
    require(context, "customer.unbind")
    return await context.database.write(
        lambda unit: enter_unbind(unit, context, unit.customers.find(who), reason=reason, deadline=deadline)
    )


async def remove(
    context: Context,
    who: str,
    *,
    reason: str = "",
    live: Live = Live.KICK,
    settle: float = SETTLE,
    deadline: float = DEADLINE,
    provisioned: bool = True,
) -> Changed:
    """Submit the removal of the customer's account; the record goes once the account is proven gone.

    live: what becomes of a live session. provisioned False: only the record goes, at once; the account stays on the
    server. Until then, or after a verdict that is not PROVEN, the customer stays listed. Errors: UnknownName; BadInput
    while another operation is unfinished.
    """
    require(context, "customer.remove")
    handling = Handling(live, settle, deadline)

    def work(unit: UnitOfWork) -> Changed:
        customer = unit.customers.find(who)
        return enter_removal(unit, context, customer, reason=reason, handling=handling, provisioned=provisioned)

    return await context.database.write(work)


async def views(context: Context, customer_ids: Sequence[int]) -> tuple[CustomerView, ...]:
    """Those customers, in that order; one that was removed meanwhile is left out."""

    def work(unit: UnitOfWork) -> tuple[CustomerView, ...]:
        found = unit.customers.by_ids(customer_ids)
        return _views(unit, tuple(found[each] for each in customer_ids if each in found))

    return await context.database.read(work)


async def show(context: Context, who: str) -> CustomerView:
    """The customer with that number, user name or name. UnknownName, with the nearest; BadInput: several."""

    def work(unit: UnitOfWork) -> CustomerView:
        view = _views(unit, (unit.customers.find(who),))[0]
        return replace(view, refusal=unit.refusals.last(view.customer.server_id, view.customer.username))

    return await context.database.read(work)


async def by_id(context: Context, customer_id: int) -> Customer:
    """The customer of that id. UnknownName."""
    return await context.database.read(lambda unit: unit.customers.get(customer_id))


def _views(unit: UnitOfWork, found: tuple[Customer, ...]) -> tuple[CustomerView, ...]:
    names = {row.id: row.name for row in unit.servers.all()}
    plans = {row.id: row.name for row in unit.profiles.all()}
    holds = unit.holds.open_of(customer.id for customer in found)
    return tuple(CustomerView(row, names[row.server_id], plans[row.profile_id], holds.get(row.id, ())) for row in found)
