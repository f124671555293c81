"""The evidence of operations: append-only, numbered within each operation."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.tables import operation, operation_step
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.records import Step
from radiusbridge.domain.verdict import Status

_o = operation.c
_COUNT = (
    update(operation)
    .where(_o.id == bindparam("of"), _o.lease_epoch == bindparam("epoch"), _o.status == Status.RUNNING)
    .values(
        step_count=_o.step_count + bindparam("more"),
        rows_before=func.coalesce(_o.rows_before, bindparam("rows", type_=_o.rows_before.type)),
    )
    .returning(_o.step_count, _o.cancel_requested, _o.superseded_by)
)
_AFTER = (
    select(operation_step)
    .where(operation_step.c.operation_id == bindparam("of"), operation_step.c.sequence > bindparam("after"))
    .order_by(operation_step.c.sequence)
)
_SAME = ("operation_id", "sequence", "epoch", "name", "outcome", "started_at", "duration", "text", "detail")


class Appended(NamedTuple):
    """What appending evidence told about its operation."""

    last: int
    """The last sequence number."""
    stop: Status | None
    """As `Leases.stop_requested`."""


def asked_to_stop(cancel_requested: bool, superseded_by: int | None) -> Status | None:
    """What an operation shall end as when its holder lets go: CANCELLED, SUPERSEDED, or None: go on."""
    if superseded_by:
        return Status.SUPERSEDED
    return Status.CANCELLED if cancel_requested else None


class Steps:
    """What was done or seen."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def append(
        self, operation_id: int, epoch: int, steps: Sequence[Step], rows_before: Mapping[str, object] | None = None
    ) -> Appended:
        """Append evidence under a lease. LeaseLost: the lease is another's.

        rows_before: what the server held before the first write; a later attempt, which would see our own writes, does
        not replace it.
        """
        values = {"of": operation_id, "epoch": epoch, "more": len(steps), "rows": rows_before}
        row = self._transaction.connection.execute(_COUNT, values).one_or_none()
        if row is None:
            raise LeaseLost("the operation is in other hands or finished", target=f"operation {operation_id}")
        ours = {"operation_id": operation_id, "epoch": epoch}
        self._transaction.insert_later(
            operation_step,
            [
                {name: getattr(step, name) for name in _SAME} | ours | {"sequence": number}
                for number, step in enumerate(steps, row.step_count - len(steps) + 1)
            ],
        )
        return Appended(row.step_count, asked_to_stop(row.cancel_requested, row.superseded_by))

    def after(self, operation_id: int, sequence: int = 0) -> tuple[Step, ...]:
        """The steps of an operation after a sequence number, in order."""
        self._transaction.settle()
        rows = self._transaction.connection.execute(_AFTER, {"of": operation_id, "after": sequence}).mappings()
        return tuple(Step(**{name: row[name] for name in _SAME}) for row in rows)
