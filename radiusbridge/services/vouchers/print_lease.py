"""The lease of a print: renewed while it goes on, looked at where a card leaves, and what is told when it was lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.vouchers.prints import PrintRun
from radiusbridge.gateways.fence import LeaseOver, behind
from radiusbridge.services import holding
from radiusbridge.services.context import Context
from radiusbridge.services.holding import LEASE, Holding, Moment


class PrintLost(RadiusbridgeError):
    """A print stood still for longer than its lease, and somebody else tells how it ended."""


@asynccontextmanager
async def held(context: Context, run: PrintRun) -> AsyncIterator[Holding]:
    """Hold a print that has begun. PrintLost."""
    lease = run.lease
    assert lease is not None

    def renew(unit: UnitOfWork, until: datetime) -> bool:
        return unit.voucher_prints.renew(run.id, lease.epoch, until)

    hold = Holding(context, f"print {run.id}", renew, Moment.at(context.clock, lease.until - timedelta(seconds=LEASE)))
    keeping = asyncio.create_task(hold.keep())
    try:
        with behind(hold.check):
            yield hold
    except (LeaseLost, LeaseOver) as error:
        raise await _lost(context, run.id) from error
    finally:
        await holding.end(keeping)


async def _lost(context: Context, run_id: int) -> PrintLost:
    run = await context.database.read(lambda unit: unit.voucher_prints.get(run_id))
    told = "another process finds out how it ended" if run.verdict is None else f"{run.verdict}: {run.words}"
    hint = "radiusbridge voucher prints"
    return PrintLost(f"it stood still for longer than its lease; {told}", target=f"print {run_id}", hint=hint)
