"""Carry an operation to its end in this process, or see who else does; and leave it to another process."""

import os
import subprocess
import sys
from collections.abc import Iterable

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Operation, about
from radiusbridge.domain.verdict import Status
from radiusbridge.services import breaker
from radiusbridge.services.attempts import Attempts
from radiusbridge.services.context import Context
from radiusbridge.services.moving import UNFINISHED

LOOK = 0.2
"""Seconds between two looks at an operation that another process runs."""

_left: list["subprocess.Popen[bytes]"] = []
"""Processes that work was left to; kept, since a forgotten handle warns."""


async def carry_out(context: Context, operation_id: int, *, insist: bool = True) -> Operation:
    """Run the operation, after what is before it in its subject's queue; the operation when it is over or waits.

    What another process runs is only awaited. Cancelled, what this process holds goes back to the queue.
    insist: ask its server although it was dark a moment ago; else the operation as it waits.
    """
    attempts = Attempts(context)
    tried: set[int] = set()
    while True:
        operation, first = await _first_of(context, operation_id)
        if operation.status.final or (operation.id in tried and operation.status is Status.WAITING):
            return operation
        if first.id in tried and first.status is Status.WAITING:
            return operation
        if not insist and await _waits(context, first):
            return operation
        if first.status is Status.WAITING:
            await hasten(context, (first.id,))
        if await attempts.run(first.id, insist=insist):
            tried.add(first.id)
        elif first.status is not Status.WAITING:
            await context.bus.wait(operation_id, LOOK)


async def _waits(context: Context, operation: Operation) -> bool:
    return await context.database.read(lambda unit: breaker.waits_for_server(unit, operation.id, operation.server_id))


async def _first_of(context: Context, operation_id: int) -> tuple[Operation, Operation]:
    """The operation, and the oldest unfinished one of its subject, which may be itself."""

    def work(unit: UnitOfWork) -> tuple[Operation, Operation]:
        operation = unit.operations.get(operation_id)
        ahead = [
            each
            for each in unit.operations.listed(
                status=UNFINISHED, customer_id=operation.customer_id, server_id=operation.server_id, limit=1000
            )
            if each.sequence < operation.sequence
            and each.username == operation.username
            and about(each.intent) == about(operation.intent)
        ]
        return operation, min(ahead, key=lambda each: each.sequence, default=operation)

    return await context.database.read(work)


async def hasten(context: Context, operation_ids: tuple[int, ...] | None = None) -> None:
    """Make what waits for its server due now: these operations, or all that wait, of dark servers too."""

    def work(unit: UnitOfWork) -> None:
        unit.operations.hasten(operation_ids)
        if operation_ids is None:
            breaker.hasten(unit, unit.now)

    await context.database.write(work)


async def unfinished(context: Context) -> tuple[Operation, ...]:
    """Every operation that is not over, oldest first."""
    found = await context.database.read(lambda unit: unit.operations.listed(status=UNFINISHED, limit=10_000))
    return found[::-1]


async def operations(
    context: Context, *, unfinished_only: bool = False, customer: str | None = None, limit: int = 50
) -> tuple[Operation, ...]:
    """Operations, newest first. UnknownName for the customer."""

    def work(unit: UnitOfWork) -> tuple[Operation, ...]:
        customer_id = None if customer is None else unit.customers.find(customer).id
        status = UNFINISHED if unfinished_only else ()
        return unit.operations.listed(status=status, customer_id=customer_id, limit=limit)

    return await context.database.read(work)


def leave_to_another_process(database: str, operation_id: int) -> None:
    """Have a process of its own run the operation: no terminal, no pipes; the database's URL in its environment."""
    _detach(database, "op", "run", str(operation_id))


def leave_runs_to_another_process(database: str, run_ids: Iterable[int]) -> None:
    """The same for bulk runs, one after the other."""
    _detach(database, "bulk", "resume", *map(str, run_ids))


def _detach(database: str, *verb: str) -> None:
    _left.append(
        subprocess.Popen(  # noqa: S603 - our own interpreter and module, a verb and a number
            [sys.executable, "-m", "radiusbridge", *verb],
            env={**os.environ, "RADIUSBRIDGE_DATABASE": database},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    )
