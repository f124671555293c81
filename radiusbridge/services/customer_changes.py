"""What a change of a customer is, entered inside a caller's transaction: edit, unbind, remove."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change as RecordChange
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE, Live
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_address, parse_label, parse_username
from radiusbridge.services.access import is_paid
from radiusbridge.services.checks import caller_id, plain_text
from radiusbridge.services.context import Context
from radiusbridge.services.foretelling import FIELDS, MOVING, changed_fields
from radiusbridge.services.left_behind import left_behind
from radiusbridge.services.moving import former_value
from radiusbridge.services.provisioning import Handling, provision, removal, unfinished
from radiusbridge.services.servers import chosen

Change = Callable[[Customer], Customer]
_TEXTS = ("name", "phone", "address", "area", "odp", "vlan", "note", "exempt")


@dataclass(frozen=True, slots=True)
class Changed:
    """A customer after a change. operation: what carries it to the server; None: nothing has to."""

    customer: Customer
    operation: Operation | None


@dataclass(frozen=True, slots=True)
class Editing:
    """What `customers.edit` is given."""

    change: Change
    profile: str | None = None
    server: str | None = None
    live: Live | None = None
    settle: float = SETTLE
    deadline: float = DEADLINE
    provisioned: bool = True
    adopt: bool = False


def checked(customer: Customer) -> Customer:
    """The plain form of a record. BadInput."""
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


def edited(unit: UnitOfWork, before: Customer, change: Change, profile: str | None, server: str | None) -> Customer:
    """What `change`, and the profile and server by name, make of a customer."""
    after = change(before)
    if profile is not None:
        after = replace(after, profile_id=unit.profiles.named(profile).id)
    if server is not None:
        after = replace(after, server_id=chosen(unit, server).id)
    return checked(after)


def enter_edit(unit: UnitOfWork, context: Context, before: Customer, how: Editing) -> Changed:
    """`customers.edit` inside the caller's transaction, which has asked for the permission."""
    after = edited(unit, before, how.change, how.profile, how.server)
    if after == before:
        return Changed(before, None)
    fields = changed_fields(before, after)
    if how.provisioned and any(name in MOVING for name in fields):
        _check_move(unit, before, after, how.live)
    unit.customers.change(after)
    unit.note("customer.edit", after.username, who=context.who, channel=context.channel, before=before, after=after)
    if not (how.provisioned and fields):
        return Changed(after, None)
    handling = Handling(how.live or usual_live(before, after), how.settle, how.deadline)
    return Changed(after, submit_edit(unit, context, before, after, handling, adopt=how.adopt))


def usual_live(before: Customer, after: Customer) -> Live:
    """What becomes of a live session where nobody says: it stays, unless its account goes."""
    return Live.KICK if any(name in MOVING for name in changed_fields(before, after)) else Live.KEEP


def submit_edit(
    unit: UnitOfWork,
    context: Context,
    before: Customer,
    after: Customer,
    handling: Handling,
    *,
    adopt: bool = False,
    reason: str = "",
    more: Mapping[str, object] | None = None,
    undoes: int | None = None,
) -> Operation:
    """Submit what the server has to know of an edit that is stored. more: what the journal is told beside."""
    fields = changed_fields(before, after)
    wanted = {**handling.wanted(), "changed": [FIELDS[name].replace(" ", "-") for name in fields], **(more or {})}
    if any(name in MOVING for name in fields):
        _refuse_left_behind(unit, after)
        wanted["former"] = former_value(before)
        if adopt:
            wanted["adopt"] = True
    elif "profile_id" in fields:
        wanted["retired"] = unit.profiles.get(before.profile_id).name
        if is_paid(unit, context, after):
            wanted["anew"] = True
    told = reason or f"changed: {', '.join(FIELDS[name] for name in fields)}"
    holds = unit.holds.open_holds(after.id)
    change = RecordChange(before, after, holds, holds, undoes=undoes)
    return provision(unit, context, after, told, wanted, change)


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


def _refuse_left_behind(unit: UnitOfWork, after: Customer) -> None:
    """One former account at a time is looked after."""
    left = left_behind(unit, after)
    if left is None:
        return
    number, (server_id, username) = left
    where = f"{safe(username, 80)} on {unit.servers.get(server_id).name}"
    raise BadInput(
        f"not moved while operation {number} may have left a session of {where}",
        target=safe(after.username, 80),
        hint="end it first: radiusbridge kick",
    )


def enter_unbind(
    unit: UnitOfWork, context: Context, before: Customer, *, reason: str = "", deadline: float = DEADLINE
) -> Changed:
    """`customers.unbind` inside the caller's transaction, which has asked for the permission."""
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
    holds = unit.holds.open_holds(after.id)
    change = RecordChange(before, after, holds, holds)
    return Changed(after, provision(unit, context, after, reason or "unbound", wanted, change))


def enter_removal(
    unit: UnitOfWork, context: Context, customer: Customer, *, reason: str, handling: Handling, provisioned: bool
) -> Changed:
    """`customers.remove` inside the caller's transaction, which has asked for the permission."""
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
