"""Batches that wait for their router, or whose process is gone, carried on by the agent; what was stopped stays so."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError, Refused
from radiusbridge.domain.vouchers.records import Keeper, VoucherBatch
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers.writing import BatchRunner

log = logging.getLogger(__name__)


async def carry_on(context: Context) -> int:
    """Carry on what nobody does, router by router side by side; how many batches were."""
    process = context.process

    def work(unit: UnitOfWork) -> tuple[VoucherBatch, ...]:
        return unit.vouchers.unattended(unit.now, process.dead(unit.vouchers.owners()))

    routers: dict[tuple[Keeper, int], list[int]] = defaultdict(list)
    for batch in await context.database.read(work):
        routers[batch.keeper, batch.router_id].append(batch.id)
    return sum(await asyncio.gather(*(_one_by_one(context, batches) for batches in routers.values())))


async def _one_by_one(context: Context, batches: Iterable[int]) -> int:
    carried = 0
    for batch_id in batches:
        try:
            standing = await BatchRunner(context, batch_id).run()
        except Refused:
            log.debug("voucher batch %d went to another process", batch_id)
        except RadiusbridgeError as error:
            log.warning("voucher batch %d was let go: %s", batch_id, error.line())
        else:
            carried += 1
            if standing.exit_status == 3:
                break  # the router does not answer: the others would only wait as well
    return carried
