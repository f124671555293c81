"""The journal: submit an intent, follow an operation, cancel it. Watching never drives."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change
from radiusbridge.domain.records import Operation, Step
from radiusbridge.services.context import Context
from radiusbridge.services.intents import written
from radiusbridge.services.moving import take_back_move
from radiusbridge.services.permissions import require

LOOK = 0.2
"""Seconds between two looks for steps that another process committed."""


@dataclass(frozen=True, slots=True)
class News:
    """Steps that were committed since the last news, and the operation as it stands."""

    steps: tuple[Step, ...]
    operation: Operation


def enter(unit: UnitOfWork, context: Context, operation: Operation, change: Change | None = None) -> Operation:
    """Write an intent, its audit row and its event inside the caller's transaction.

    change: what the database said before and says now, so that it can be undone.
    """
    known = bool(operation.key) and unit.operations.by_key(operation.key) is not None
    entered = written(unit, replace(operation, who=context.who, channel=context.channel))
    if change is not None and not known:
        unit.changes.add(replace(change, operation_id=entered.id))
    return entered


def enter_recorded(unit: UnitOfWork, context: Context, operation: Operation, change: Change) -> Operation:
    """Write an intent that concerns no server, and is over by that, so that it can be looked up and undone. The caller
    has written the audit row."""
    entered = unit.operations.record(replace(operation, who=context.who, channel=context.channel), unit.now)
    unit.changes.add(replace(change, operation_id=entered.id))
    return entered


async def get(context: Context, operation_id: int) -> Operation:
    """The operation as it stands; UnknownName if there is none."""
    return await context.database.read(lambda unit: unit.operations.get(operation_id))


async def steps(context: Context, operation_id: int, after: int = 0) -> tuple[Step, ...]:
    """The committed evidence after a sequence number."""
    return await context.database.read(lambda unit: tuple(unit.operations.steps(operation_id, after)))


async def links(context: Context, operation_id: int) -> tuple[int | None, int | None]:
    """(the operation that this one undoes, the newest that undoes this one)."""

    def work(unit: UnitOfWork) -> tuple[int | None, int | None]:
        change = unit.changes.of(operation_id)
        return change.undoes if change is not None else None, unit.changes.undone_by(operation_id)

    return await context.database.read(work)


async def follow(context: Context, operation_id: int) -> AsyncIterator[News]:
    """News until the operation is final; the last one carries the end. Leave off when it waits for too long.

    Reads what is committed, by notification from this process and by sequence number from others, so that
    leaving off changes nothing.
    """
    seen = 0
    while True:
        last = seen

        def look(unit: UnitOfWork, after: int = last) -> News:
            operation = unit.operations.get(operation_id)
            return News(tuple(unit.operations.steps(operation_id, after)), operation)

        news = await context.database.read(look)
        seen = max([seen, *(step.sequence for step in news.steps)])
        yield news
        if news.operation.status.final:
            return
        await context.bus.wait(operation_id, LOOK)


async def cancel(context: Context, operation_id: int) -> Operation:
    """Cancel: at once if it has not begun, else as soon as what is in flight has ended. What is over stays as it is."""

    require(context, "operation.cancel")

    def work(unit: UnitOfWork) -> Operation:
        before = unit.operations.get(operation_id)
        if before.status.final:
            return before
        after = unit.operations.cancel(operation_id, unit.now)
        unit.note(
            "operation.cancel",
            before.username,
            who=context.who,
            channel=context.channel,
            before={"status": str(before.status)},
            after={"status": str(after.status)},
            operation_id=operation_id,
        )
        take_back_move(unit, after, context.who, context.channel)
        return unit.operations.get(operation_id)

    operation = await context.database.write(work)
    context.bus.changed(operation_id)
    return operation
