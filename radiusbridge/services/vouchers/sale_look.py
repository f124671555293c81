"""A look at the router before a voucher is sold: whether it is there, as it is to be, and unused. A cashier does not
wait for a router that is dark: what could not be asked is told, and the sale stands."""

import asyncio
from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch, password_of
from radiusbridge.gateways.vouchers.desk import Seen
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers.desks import desk_of
from radiusbridge.services.vouchers.first_logins import note_used
from radiusbridge.services.vouchers.judging import judge

LOOKING = 2.0
"""Seconds that a cashier waits for a router at most."""


@dataclass(frozen=True, slots=True)
class Looked:
    """bad: why it is not to be sold; unasked: why that is not known. Both empty: it is good."""

    bad: str = ""
    unasked: str = ""


async def look(context: Context, batch: VoucherBatch, voucher: Voucher, seconds: float = LOOKING) -> Looked:
    """Look, for so long at most; what is wrong is written down with the voucher."""
    try:
        async with asyncio.timeout(seconds):
            desk = await desk_of(context, batch)
            seen = await desk.one(voucher.code, password_of(batch, voucher))
            if seen.used:
                await note_used(context, batch, voucher)
    except TimeoutError:
        return Looked(unasked=f"{batch.router}: no answer within {seconds:.1f} s")
    except RadiusbridgeError as error:
        return Looked(unasked=error.line())
    if seen.used:
        return Looked("its router says that somebody has used it")
    return await _judged(context, batch, voucher, seen)


async def _judged(context: Context, batch: VoucherBatch, voucher: Voucher, seen: Seen) -> Looked:
    found = seen.found
    if batch.origin is not Origin.HERE:
        # Mikhmon writes comments and limits as it likes: only that guests are let in is looked at
        if found is not None:
            found = replace(found, differs=tuple(each for each in found.differs if each == "disabled"))
    elif not seen.comment.startswith(batch.label):
        found = None
    _, verdict, words = judge(voucher, found, "", context.clock.now())
    if verdict is not Verdict.FAILED:
        return Looked()
    if found is None and seen.found is not None:
        words = "the router has another's of that name"

    def work(unit: UnitOfWork) -> None:
        unit.vouchers.seen_bad(voucher.id, words)
        subject = f"voucher {batch.id}/{voucher.row}"
        unit.note("voucher.bad", subject, who=context.who, channel=context.channel, after={"why": words})

    await context.database.write(work)
    return Looked(words)
