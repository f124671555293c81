"""The intents that bring an account to its server, or take it away, entered inside a caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Intent, Operation
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE, Live
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter
from radiusbridge.services.moving import UNFINISHED


@dataclass(frozen=True, slots=True)
class Handling:
    """What becomes of a live session when the account changes, and how long it is watched. Seconds."""

    live: Live = Live.KEEP
    settle: float = SETTLE
    deadline: float = DEADLINE

    def __post_init__(self) -> None:
        if not 0 <= self.settle <= 600 or not 1 <= self.deadline <= 3600 or self.settle >= self.deadline:
            raise BadInput(
                "settle or deadline is out of range",
                hint="settle 0 to 600 s, deadline 1 to 3600 s, and settle is the shorter one",
            )

    def wanted(self) -> dict[str, object]:
        """As the journal keeps it."""
        return {"live": str(self.live), "settle": self.settle, "deadline": self.deadline}


def provision(
    unit: UnitOfWork,
    context: Context,
    customer: Customer,
    reason: str,
    wanted: Mapping[str, object] | None = None,
    change: Change | None = None,
) -> Operation:
    """Have account and plan on the server as the database says when the operation runs.

    wanted: what is changed, and how; None: sessions are not looked at. change: so that it can be undone.
    """
    return _enter(unit, context, customer, Intent.PROVISION, reason, wanted, change)


def removal(
    unit: UnitOfWork,
    context: Context,
    customer: Customer,
    reason: str,
    handling: Handling | None = None,
    undoes: int | None = None,
) -> Operation:
    """Have the account gone from the server, and its live sessions unless they are to stay."""
    how = handling or Handling(Live.KICK)
    change = Change(before=customer, holds_before=unit.holds.open_holds(customer.id), undoes=undoes)
    return _enter(unit, context, customer, Intent.REMOVE, reason, how.wanted(), change)


def unfinished(unit: UnitOfWork, customer: Customer) -> tuple[Operation, ...]:
    """The customer's operations that are not over, oldest first."""
    return unit.operations.listed(status=UNFINISHED, customer_id=customer.id)[::-1]


def forget_removed(unit: UnitOfWork, operation: Operation, who: str, channel: str) -> None:
    """The account is proven gone: the customer's record goes in the same transaction as the verdict.

    A customer for whom something was submitted after the removal stays, so that no intent loses its subject.
    """
    if not operation.customer_id:
        return
    left = unit.operations.listed(status=UNFINISHED, customer_id=operation.customer_id, limit=1)
    if left or unit.customers.by_username(operation.server_id, operation.username) is None:
        return
    removed = unit.customers.remove(operation.customer_id)
    unit.note("customer.remove", removed.username, who=who, channel=channel, before=removed, operation_id=operation.id)


def _enter(
    unit: UnitOfWork,
    context: Context,
    customer: Customer,
    intent: Intent,
    reason: str,
    how: Mapping[str, object] | None,
    change: Change | None,
) -> Operation:
    wanted = {"deadline": DEADLINE, **(how or {})}
    operation = Operation(intent, customer.server_id, customer.id, customer.username, wanted, reason=reason)
    return enter(unit, context, operation, change)
