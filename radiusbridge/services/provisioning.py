"""The intents that bring an account to its server, or take it away, entered inside a caller's transaction."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Customer, Intent, Operation
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.domain.verdict import Status
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter

UNFINISHED = tuple(status for status in Status if not status.final)


def provision(unit: UnitOfWork, context: Context, customer: Customer, reason: str) -> Operation:
    """Have account and plan on the server as the database says when the operation runs."""
    return _enter(unit, context, customer, Intent.PROVISION, reason)


def removal(unit: UnitOfWork, context: Context, customer: Customer, reason: str) -> Operation:
    """Have the account gone from the server."""
    return _enter(unit, context, customer, Intent.REMOVE, reason)


def unfinished(unit: UnitOfWork, customer: Customer) -> tuple[Operation, ...]:
    """The customer's operations that are not over, oldest first."""
    return unit.operations.listed(status=UNFINISHED, customer_id=customer.id)[::-1]


def forget_removed(unit: UnitOfWork, operation: Operation, who: str, channel: str) -> None:
    """The account is proven gone: the customer's record goes in the same transaction as the verdict.

    A customer for whom something was submitted after the removal stays, so that no intent loses its subject.
    """
    left = unit.operations.listed(status=UNFINISHED, customer_id=operation.customer_id, limit=1)
    if left or unit.customers.by_username(operation.server_id, operation.username) is None:
        return
    removed = unit.customers.remove(operation.customer_id)
    unit.note("customer.remove", removed.username, who=who, channel=channel, before=removed, operation_id=operation.id)


def _enter(unit: UnitOfWork, context: Context, customer: Customer, intent: Intent, reason: str) -> Operation:
    wanted: dict[str, object] = {"deadline": DEADLINE}
    operation = Operation(intent, customer.server_id, customer.id, customer.username, wanted, reason=reason)
    return enter(unit, context, operation)
