"""Customers: add, change, remove, list, show. What the server has to know is submitted in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from radiusbridge.db.repositories.customers import Order
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Hold, Operation
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_address, parse_label, parse_username
from radiusbridge.services import servers
from radiusbridge.services.checks import caller_id, plain_text
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require
from radiusbridge.services.provisioning import provision, removal, unfinished

PROVISIONED = ("profile_id", "password", "caller_id", "static_address")
"""Fields that the server holds too: a change of one is submitted."""
_TEXTS = ("name", "phone", "address", "area", "odp", "vlan", "note", "exempt")


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer with what belongs to them by name."""

    customer: Customer
    server: str
    profile: str
    holds: tuple[Hold, ...] = ()
    """Open ones. Access = none."""


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of the customers that match; `total` of them there are."""

    rows: tuple[CustomerView, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A customer after a change. operation: what carries it to the server; None: nothing has to."""

    customer: Customer
    operation: Operation | None


def _checked(customer: Customer) -> Customer:
    texts: dict[str, Any] = {name: plain_text(getattr(customer, name), name) for name in _TEXTS}
    static = customer.static_address
    if customer.grace_days is not None and not 0 <= customer.grace_days <= 3650:
        raise BadInput(f"{customer.grace_days} days of grace cannot be", hint="0 to 3650")
    return replace(
        customer,
        username=parse_username(customer.username),
        number=parse_label(customer.number, "customer number", 40) if customer.number else "",
        static_address=parse_address(static) if static else static,
        caller_id=None if customer.caller_id is None else caller_id(customer.caller_id),
        routes=plain_text(customer.routes, "routes") if customer.routes else customer.routes,
        **texts,
    )


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
        stored = unit.customers.add(_checked(replace(customer, server_id=home.id, profile_id=plan.id)))
        unit.note("customer.add", stored.username, who=context.who, channel=context.channel, after=stored)
        operation = provision(unit, context, stored, "customer added") if provisioned else None
        return Changed(stored, operation)

    return await context.database.write(work)


async def edit(
    context: Context,
    who: str,
    change: Callable[[Customer], Customer],
    *,
    profile: str | None = None,
    provisioned: bool = True,
) -> Changed:
    """Store what `change` makes of the customer; profile, password, caller-id and address go to the server as well.

    An empty caller_id or static_address takes it away, on the server too. The user name and the server stay.
    Errors: UnknownName, AlreadyThere, BadInput.
    """
    require(context, "customer.edit")

    def work(unit: UnitOfWork) -> Changed:
        before = unit.customers.find(who)
        wanted = change(before)
        if profile is not None:
            wanted = replace(wanted, profile_id=unit.profiles.named(profile).id)
        after = _checked(wanted)
        if (after.username, after.server_id) != (before.username, before.server_id):
            raise BadInput(
                "user name and server of a customer stay",
                target=safe(before.username, 80),
                hint="remove the customer and add them anew",
            )
        if after == before:
            return Changed(before, None)
        unit.customers.change(after)
        unit.note("customer.edit", after.username, who=context.who, channel=context.channel, before=before, after=after)
        differs = [name for name in PROVISIONED if getattr(before, name) != getattr(after, name)]
        if not (provisioned and differs):
            return Changed(after, None)
        names = ", ".join(name.replace("profile_id", "profile").replace("_", " ") for name in differs)
        return Changed(after, provision(unit, context, after, f"changed: {names}"))

    return await context.database.write(work)


async def remove(context: Context, who: str, *, reason: str = "", provisioned: bool = True) -> Changed:
    """Submit the removal of the customer's account; the record goes once the account is proven gone.

    provisioned False: only the record goes, at once; the account stays on the server. Until then, or after a verdict
    that is not PROVEN, the customer stays listed. Errors: UnknownName; BadInput while another operation is unfinished.
    """
    require(context, "customer.remove")

    def work(unit: UnitOfWork) -> Changed:
        customer = unit.customers.find(who)
        left = unfinished(unit, customer)
        if left:
            listed = ", ".join(f"{each.id} ({each.intent}, {each.status})" for each in left[:5])
            raise BadInput(
                f"not removed while operations are unfinished: {listed}",
                target=safe(customer.username, 80),
                hint="run or cancel them first: radiusbridge op run, radiusbridge op cancel",
            )
        if provisioned:
            return Changed(customer, removal(unit, context, customer, reason))
        unit.customers.remove(customer.id)
        unit.note(
            "customer.remove",
            customer.username,
            who=context.who,
            channel=context.channel,
            before=customer,
            reason=reason,
        )
        return Changed(customer, None)

    return await context.database.write(work)


async def page(
    context: Context,
    *,
    text: str = "",
    server: str | None = None,
    offset: int = 0,
    limit: int = 100,
    order: Order = "username",
) -> Page:
    """Customers that hold every word of `text`, with their holds. UnknownName for the server."""

    def work(unit: UnitOfWork) -> Page:
        server_id = None if server is None else unit.servers.named(server).id
        found = unit.customers.page(offset, limit, text=text, server_id=server_id, order=order)
        return Page(_views(unit, found), unit.customers.count(text, server_id))

    return await context.database.read(work)


async def show(context: Context, who: str) -> CustomerView:
    """The customer with that number, user name or name. UnknownName, with the nearest; BadInput: several."""
    return await context.database.read(lambda unit: _views(unit, (unit.customers.find(who),))[0])


async def by_id(context: Context, customer_id: int) -> Customer:
    """The customer of that id. UnknownName."""
    return await context.database.read(lambda unit: unit.customers.get(customer_id))


def _views(unit: UnitOfWork, found: tuple[Customer, ...]) -> tuple[CustomerView, ...]:
    names = {row.id: row.name for row in unit.servers.all()}
    plans = {row.id: row.name for row in unit.profiles.all()}
    holds = unit.holds.open_of(customer.id for customer in found)
    return tuple(CustomerView(row, names[row.server_id], plans[row.profile_id], holds.get(row.id, ())) for row in found)
