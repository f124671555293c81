"""What is kept about one customer: holds, renewals, operations, and the test logins that these made."""

from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import Renewal
from radiusbridge.domain.line_quality import LineQuality
from radiusbridge.domain.probe_runs import ProbeRecord
from radiusbridge.domain.records import Hold, Operation, Step
from radiusbridge.services.context import Context

LIMIT = 12
"""Entries of each kind, newest first."""
TREND = 40
"""Measurements of the line, newest first."""
LOGIN = "test login"
"""The step of an operation that logs in as the customer would."""


@dataclass(frozen=True, slots=True)
class History:
    """Newest first. holds: open and closed ones; logins: with the operation that made them."""

    customer_id: int
    holds: tuple[Hold, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    operations: tuple[Operation, ...] = ()
    logins: tuple[tuple[Operation, Step], ...] = ()
    lines: tuple[LineQuality, ...] = ()
    probes: tuple[ProbeRecord, ...] = ()


async def history(context: Context, customer_id: int) -> History:
    """Read it; of a customer who is gone it is empty."""

    def work(unit: UnitOfWork) -> History:
        operations = unit.operations.listed(customer_id=customer_id, limit=LIMIT)
        logins = [
            (operation, step)
            for operation in operations
            for step in reversed(unit.operations.steps(operation.id))
            if step.name == LOGIN
        ]
        return History(
            customer_id,
            unit.holds.history(customer_id)[:LIMIT],
            unit.renewals.of(customer_id, LIMIT),
            operations,
            tuple(logins[:LIMIT]),
            unit.lines.of(customer_id, TREND),
            unit.probe_results.of_customer(customer_id, LIMIT),
        )

    return await context.database.read(work)
