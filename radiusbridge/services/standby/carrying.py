"""Where no agent runs, whoever changes something brings it to the standby, too: beside its own operation."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from radiusbridge.services.attempts import Attempts
from radiusbridge.services.standby.mirroring import mirrors_of
from radiusbridge.services.standby.pairs import named
from radiusbridge.services.standby.voucher_mirrors import pair_of, unfinished

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.domain.records import Operation
    from radiusbridge.services.context import Context

SIDE_BY_SIDE = 8


async def carry_mirrors_of(context: "Context", operation_id: int) -> tuple["Operation", ...]:
    """Bring what an operation changes to the standby; those that wait or are done elsewhere are left."""
    return await _carry(context, await context.database.read(lambda unit: mirrors_of(unit, operation_id)))


async def carry_vouchers(context: "Context", batch_ids: Iterable[int]) -> tuple["Operation", ...]:
    """Bring what changed of these batches to the standby of their server; as `carry_mirrors_of`."""
    wanted = sorted(set(batch_ids))

    def work(unit: "UnitOfWork") -> "tuple[Operation, ...]":
        batches = (unit.vouchers.get(each) for each in wanted) if unit.standbys.all() else ()
        pairs = ((batch, pair) for batch in batches if (pair := pair_of(unit, batch)) is not None)
        return tuple(each for batch, pair in pairs for each in unfinished(unit, pair.standby_id, batch))

    return await _carry(context, await context.database.read(work))


async def carry_mirrors(context: "Context", name: str | None) -> int:
    """Bring everything to a standby that waits for that; how many operations are not over then. UnknownName."""

    def work(unit: "UnitOfWork") -> "tuple[Operation, ...]":
        return unit.standbys.behind(named(unit, name).standby_id)

    while True:
        before = await context.database.read(work)
        await _carry(context, before)
        left = await context.database.read(work)
        # another process may have one in hand; what was entered meanwhile is another's
        if not left or {each.id for each in left} & {each.id for each in before} == {each.id for each in before}:
            return len(left)


async def _carry(context: "Context", mirrors: "tuple[Operation, ...]") -> "tuple[Operation, ...]":
    """One account after the other where they are the same; else some side by side."""
    room = asyncio.Semaphore(SIDE_BY_SIDE)
    attempts = Attempts(context)
    queues: dict[str, list[Operation]] = {}
    for each in mirrors:
        queues.setdefault(each.username, []).append(each)

    async def run(queue: "list[Operation]") -> None:
        async with room:
            for each in queue:
                await attempts.run(each.id)

    await asyncio.gather(*(run(queue) for queue in queues.values()))
    ids = [each.id for each in mirrors]
    return await context.database.read(lambda unit: tuple(unit.operations.get(each) for each in ids))
