"""Batches and vouchers by the filter language."""

from functools import partial

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.days import day_of
from radiusbridge.domain.filter_rows import matches
from radiusbridge.domain.filters import parse
from radiusbridge.domain.voucher_fields import BATCHES, VOUCHERS, Day, look_at_batch, look_at_voucher
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers.standing import Standing, standings

ALL = 100_000
"""Batches that are looked through."""


async def batches(context: Context, text: str = "", *, limit: int = 50) -> tuple[Standing, ...]:
    """The newest batches that fit. BadInput."""
    node, day = parse(text, BATCHES), _days(context)

    def work(unit: UnitOfWork) -> tuple[Standing, ...]:
        found = standings(unit, unit.vouchers.listed(ALL if text.strip() else limit))
        today = day(unit.now)
        fitting = (each for each in found if matches(node, partial(look_at_batch, each.batch, each.states, day), today))
        return tuple(fitting)[:limit]

    return await context.database.read(work)


async def vouchers(context: Context, text: str = "", *, limit: int = 50) -> tuple[tuple[VoucherBatch, Voucher], ...]:
    """The vouchers that fit, those of the newest batch first. BadInput."""
    node, day = parse(text, VOUCHERS), _days(context)

    def work(unit: UnitOfWork) -> tuple[tuple[VoucherBatch, Voucher], ...]:
        today = day(unit.now)
        found: list[tuple[VoucherBatch, Voucher]] = []
        for batch in unit.vouchers.listed(ALL):
            if len(found) >= limit:
                break
            rows = unit.vouchers.rows(batch.id)
            fitting = (each for each in rows if matches(node, partial(look_at_voucher, batch, each, day), today))
            found.extend((batch, each) for each in fitting)
        return tuple(found[:limit])

    return await context.database.read(work)


def _days(context: Context) -> Day:
    return lambda moment: day_of(moment, context.zone)
