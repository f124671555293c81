"""Another user name or server: what the journal keeps of the account that was before, and the way back."""

from collections.abc import Mapping
from dataclasses import replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.observations import WriteBegan
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.domain.verdict import Status, Verdict

UNFINISHED = tuple(status for status in Status if not status.final)


def former_value(customer: Customer) -> dict[str, object]:
    """What the journal keeps of the account as it was."""
    return {"server_id": customer.server_id, "username": customer.username}


def former_of(operation: Operation) -> tuple[int, str] | None:
    """(server's id, user name) of the account that this operation takes another in the place of."""
    value = operation.wanted.get("former")
    if not isinstance(value, Mapping):
        return None
    return int(str(value["server_id"])), str(value["username"])


def never_stood(operation: Operation) -> bool:
    """Whether the account that the operation was to make may be somebody else's: it was not shown to be made."""
    return operation.status is Status.CANCELLED or operation.verdict is Verdict.FAILED


def take_back_move(unit: UnitOfWork, operation: Operation, who: str, channel: str) -> None:
    """Where the new account never stood, the customer's record says again what it said before.

    It stays where the former account may be gone, or where something else was submitted under the new name.
    """
    former = former_of(operation)
    if former is None or not never_stood(unit.operations.get(operation.id)):
        return
    if unit.customers.by_username(*former) is not None:
        return
    customer = unit.customers.by_username(operation.server_id, operation.username)
    if customer is None or customer.id != operation.customer_id or _turned_to_former(unit, operation):
        return
    if unit.operations.listed(status=UNFINISHED, customer_id=customer.id, limit=1):
        return
    server_id, username = former
    back = replace(customer, server_id=server_id, username=username)
    unit.customers.change(back)
    unit.note(
        "customer.edit",
        username,
        who=who,
        channel=channel,
        before=customer,
        after=back,
        reason="taken back: the new account was not made",
        operation_id=operation.id,
    )


def _turned_to_former(unit: UnitOfWork, operation: Operation) -> bool:
    return any(
        step.detail.get("kind") == WriteBegan.__name__ and bool(step.detail.get("former"))
        for step in unit.operations.steps(operation.id)
    )
