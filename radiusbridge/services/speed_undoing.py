"""Undo of another speed: the one that was before it, for what is left of its period, or the profile's."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.profiles import limits_of, limits_text
from radiusbridge.domain.records import Customer, Intent, Operation
from radiusbridge.domain.speeds import rate_text
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import format_duration
from radiusbridge.services.context import Context
from radiusbridge.services.speeding import check_speed, enter_back, enter_speed, former_speed
from radiusbridge.services.undo_checks import refusal


def check_speed_undo(unit: UnitOfWork, operation: Operation) -> tuple[Change, Customer]:
    """What the operation changed, and whose it is. Refused: not finished, a return, or something came after it."""
    if not operation.status.final:
        raise refusal(operation, f"it is {operation.status}", f"radiusbridge op cancel {operation.id}")
    if operation.wanted.get("back"):
        raise refusal(operation, "it went back to the profile's rate", "radiusbridge speed CUSTOMER RATE sets another")
    newest = next(
        (
            one
            for one in unit.operations.listed(customer_id=operation.customer_id, limit=50)
            if one.intent is Intent.SPEED and one.id > operation.id
        ),
        None,
    )
    if newest is not None:
        what = f"operation {newest.id} ({newest.intent}, {newest.verdict or newest.status}) came after it"
        raise refusal(operation, what, f"undo that one first: radiusbridge undo {newest.id}")
    try:
        customer = unit.customers.get(operation.customer_id)
    except UnknownName:
        raise refusal(operation, "the customer is not here any more") from None
    if customer.server_id != operation.server_id:
        raise refusal(operation, "the customer is on another server now; the session ended with the move")
    check_speed(unit, customer)
    return unit.changes.of(operation.id) or Change(customer, customer, operation_id=operation.id), customer


def speed_undo_words(unit: UnitOfWork, operation: Operation, customer: Customer) -> tuple[str, ...]:
    """What it would do."""
    name, former = safe(customer.username, 60), former_speed(operation, unit.now)
    if former is not None:
        left = format_duration(former.lasts or 0)
        return (f"live sessions of {name} run on {rate_text(former.rate)} again, for {left}",)
    own = limits_text(limits_of(unit.profiles.get(customer.profile_id)))
    return (f"live sessions of {name} run on the profile's rate again, {own}",)


def undo_speed(unit: UnitOfWork, context: Context, operation: Operation, reason: str) -> Operation:
    """Submit it, inside the caller's transaction. Refused."""
    _, customer = check_speed_undo(unit, operation)
    former = former_speed(operation, unit.now)
    if former is not None:
        return enter_speed(unit, context, customer, former, reason=reason, undoes=operation.id).operation
    return enter_back(unit, context, customer, reason=reason, undoes=operation.id).operation
