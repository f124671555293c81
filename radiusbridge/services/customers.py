"""Customers: add, change, remove, list, show. What the server has to know is submitted in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from radiusbridge.db.repositories.customers import Order
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Hold, Operation
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE, Live
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_address, parse_label, parse_username
from radiusbridge.services import foretelling, servers
from radiusbridge.services.access import is_paid
from radiusbridge.services.checks import caller_id, plain_text
from radiusbridge.services.context import Context
from radiusbridge.services.foretelling import FIELDS, MOVING, Foretold, changed_fields
from radiusbridge.services.moving import former_value
from radiusbridge.services.permissions import require
from radiusbridge.services.provisioning import Handling, provision, removal, unfinished

Change = Callable[[Customer], Customer]
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


def checked(customer: Customer) -> Customer:
    """The plain form of a customer. BadInput for one that cannot be."""
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
        stored = unit.customers.add(checked(replace(customer, server_id=home.id, profile_id=plan.id)))
        unit.note("customer.add", stored.username, who=context.who, channel=context.channel, after=stored)
        operation = provision(unit, context, stored, "customer added") if provisioned else None
        return Changed(stored, operation)

    return await context.database.write(work)


def _wanted(unit: UnitOfWork, before: Customer, change: Change, profile: str | None, server: str | None) -> Customer:
    """What `change`, and the profile and server by name, make of a customer."""
    after = change(before)
    if profile is not None:
        after = replace(after, profile_id=unit.profiles.named(profile).id)
    if server is not None:
        after = replace(after, server_id=unit.servers.named(server).id)
    return checked(after)


async def foretell(
    context: Context, who: str, change: Change, *, profile: str | None = None, server: str | None = None
) -> Foretold:
    """What `edit` with the same would change, and what the customer would experience; nothing is done."""
    return await foretelling.foretell(context, who, lambda unit, before: _wanted(unit, before, change, profile, server))


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
) -> Changed:
    """Store what `change` makes of the customer; what the server holds too is submitted.

    live: what becomes of a live session; None: it stays, except with another user name or server, where it ends with
    the former account. adopt: an account of the new name that is on the server already is this customer's, and is taken
    over. An empty caller_id or static_address takes it away, on the server too.
    Errors: UnknownName, AlreadyThere; BadInput, also for another name or server while operations are unfinished.
    """
    require(context, "customer.edit")

    def work(unit: UnitOfWork) -> Changed:
        before = unit.customers.find(who)
        after = _wanted(unit, before, change, profile, server)
        if after == before:
            return Changed(before, None)
        fields = changed_fields(before, after)
        moves = provisioned and any(name in MOVING for name in fields)
        if moves:
            _check_move(unit, before, after, live)
        unit.customers.change(after)
        unit.note("customer.edit", after.username, who=context.who, channel=context.channel, before=before, after=after)
        if not (provisioned and fields):
            return Changed(after, None)
        handling = Handling(live or (Live.KICK if moves else Live.KEEP), settle, deadline)
        wanted = {**handling.wanted(), "changed": [FIELDS[name].replace(" ", "-") for name in fields]}
        if moves:
            wanted["former"] = former_value(before)
            if adopt:
                wanted["adopt"] = True
        elif "profile_id" in fields:
            wanted["retired"] = unit.profiles.get(before.profile_id).name
            if is_paid(unit, context, after):
                wanted["anew"] = True
        reason = f"changed: {', '.join(FIELDS[name] for name in fields)}"
        return Changed(after, provision(unit, context, after, reason, wanted))

    return await context.database.write(work)


def _check_move(unit: UnitOfWork, before: Customer, after: Customer, live: Live | None) -> None:
    target = safe(before.username, 80)
    if live is Live.KEEP:
        raise BadInput(
            "a live session cannot stay when user name or server change: its account goes",
            target=target,
            hint="leave --live out, or give --live kick",
        )
    if not after.password:
        raise BadInput("no password is known, and a new account needs one", target=target, hint="give --password-file")
    _refuse_unfinished(unit, before, "not moved")


def _refuse_unfinished(unit: UnitOfWork, customer: Customer, what: str) -> None:
    left = unfinished(unit, customer)
    if left:
        listed = ", ".join(f"{each.id} ({each.intent}, {each.status})" for each in left[:5])
        raise BadInput(
            f"{what} while operations are unfinished: {listed}",
            target=safe(customer.username, 80),
            hint="run or cancel them first: radiusbridge op run, radiusbridge op cancel",
        )


async def unbind(context: Context, who: str, *, reason: str = "", deadline: float = DEADLINE) -> Changed:
    """Have the account let in the next device that dials: its lock to a device becomes `bind`, or stays none.

    The live session stays. Errors: UnknownName, BadInput.
    """
    require(context, "customer.unbind")

    def work(unit: UnitOfWork) -> Changed:
        before = unit.customers.find(who)
        lock = "bind" if before.caller_id else ""
        after = replace(before, caller_id=lock)
        if after != before:
            unit.customers.change(after)
        unit.note(
            "customer.unbind",
            after.username,
            who=context.who,
            channel=context.channel,
            before=before,
            after=after,
            reason=reason,
        )
        handling = Handling(Live.KEEP, min(SETTLE, deadline / 2), deadline)
        wanted = {**handling.wanted(), "changed": ["caller-id"], "unbind": lock}
        return Changed(after, provision(unit, context, after, reason or "unbound", wanted))

    return await context.database.write(work)


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
        _refuse_unfinished(unit, customer, "not removed")
        if provisioned:
            return Changed(customer, removal(unit, context, customer, reason, handling))
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
