"""The evidence of operations: append-only, numbered within each operation."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert, select, update

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.tables import operation, operation_step
from radiusbridge.domain.records import Step
from radiusbridge.domain.verdict import Status

_SAME = ("operation_id", "sequence", "epoch", "name", "outcome", "started_at", "duration", "text", "detail")


class Steps:
    """What was done or seen."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, operation_id: int, epoch: int, steps: Sequence[Step]) -> int:
        """Append evidence under a lease; returns the last sequence number. LeaseLost: the lease is another's."""
        statement = (
            update(operation)
            .where(
                operation.c.id == operation_id,
                operation.c.lease_epoch == epoch,
                operation.c.status == Status.RUNNING,
            )
            .values(step_count=operation.c.step_count + len(steps))
            .returning(operation.c.step_count)
        )
        last = self._connection.scalar(statement)
        if last is None:
            raise LeaseLost("the operation is in other hands or finished", target=f"operation {operation_id}")
        first = int(last) - len(steps) + 1
        numbered = [
            replace(step, operation_id=operation_id, epoch=epoch, sequence=number)
            for number, step in enumerate(steps, first)
        ]
        if numbered:
            values = [{name: getattr(step, name) for name in _SAME} for step in numbered]
            self._connection.execute(insert(operation_step), values)
        return int(last)

    def after(self, operation_id: int, sequence: int = 0, limit: int | None = None) -> tuple[Step, ...]:
        """The steps of an operation after a sequence number, in order."""
        statement = (
            select(operation_step)
            .where(operation_step.c.operation_id == operation_id, operation_step.c.sequence > sequence)
            .order_by(operation_step.c.sequence)
            .limit(limit)
        )
        rows = self._connection.execute(statement).mappings()
        return tuple(Step(**{name: row[name] for name in _SAME}) for row in rows)
