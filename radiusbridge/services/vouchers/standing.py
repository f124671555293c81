"""How batches stand; and what is done to them from outside: stop, void."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, Refused
from radiusbridge.domain.verdict import Status, exit_status
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import BatchStatus, Voucher, VoucherBatch
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require
from radiusbridge.services.standby.voucher_mirrors import mirror_batch


@dataclass(frozen=True, slots=True)
class Standing:
    """A batch, and how many of its vouchers are in which state."""

    batch: VoucherBatch
    states: Mapping[str, int]

    @property
    def exit_status(self) -> int:
        """0 PROVEN, 1 FAILED or stopped, 3 not on the router yet, 5 UNPROVEN."""
        if self.batch.status is BatchStatus.STOPPED:
            return 1
        if self.batch.status is BatchStatus.DONE:
            return exit_status(Status.DONE, self.batch.verdict)
        return 3


def standings(unit: UnitOfWork, batches: Iterable[VoucherBatch]) -> tuple[Standing, ...]:
    """These batches with their counts."""
    found = tuple(batches)
    counts = unit.vouchers.counts(batch.id for batch in found)
    return tuple(Standing(batch, counts.get(batch.id, {})) for batch in found)


async def standing(context: Context, batch_id: int) -> Standing:
    """One batch. UnknownName."""
    [found] = await context.database.read(lambda unit: standings(unit, [unit.vouchers.get(batch_id)]))
    return found


async def vouchers(context: Context, batch_id: int) -> tuple[Voucher, ...]:
    """The vouchers of a batch, in their order. UnknownName."""
    return await context.database.read(lambda unit: unit.vouchers.rows(unit.vouchers.get(batch_id).id))


async def worst(context: Context, batch_id: int, limit: int) -> tuple[Voucher, ...]:
    """So many vouchers of a batch, those that FAILED first; without passwords."""
    return await context.database.read(lambda unit: unit.vouchers.worst(batch_id, limit))


async def coded(context: Context, code: str) -> tuple[tuple[VoucherBatch, Voucher], ...]:
    """The vouchers of a code as it was typed or read, one on each router at most. UnknownName."""
    return await context.database.read(lambda unit: unit.vouchers.coded(code))


def refuse_imported(batch: VoucherBatch) -> None:
    """Refused: the rows of that batch on the router are none of ours to write."""
    if batch.origin is not Origin.HERE:
        raise Refused(
            "it was imported: its rows on the router are Mikhmon's",
            target=f"voucher batch {batch.id}",
            hint="radiusbridge hotspot user remove; radiusbridge voucher import mikhmon looks again",
        )


async def stop(context: Context, batch_id: int) -> VoucherBatch:
    """Begin no more rows of a batch. UnknownName."""
    require(context, "voucher.stop")
    process = context.process

    def work(unit: UnitOfWork) -> VoucherBatch:
        unit.vouchers.get(batch_id)
        stopped = unit.vouchers.request_stop(batch_id, unit.now, process.dead(unit.vouchers.owners()))
        unit.note("voucher.stop", f"voucher batch {batch_id}", who=context.who, channel=context.channel)
        return stopped

    return await context.database.write(work)


async def void(
    context: Context, batch_id: int, *, code: str | None = None, row: int | None = None, reason: str = ""
) -> VoucherBatch:
    """Nobody may log in with the batch's vouchers, or with that one, any more; row: its place in the batch. What is on
    the router is taken away by the next run of the batch. UnknownName; BadInput: it is void already, or there is none
    such; Refused: it was imported."""
    require(context, "voucher.void")

    def work(unit: UnitOfWork) -> VoucherBatch:
        batch = unit.vouchers.get(batch_id)
        refuse_imported(batch)
        subject = f"voucher batch {batch_id}"
        if code is None and row is None:
            if batch.void:
                raise BadInput("the batch is void already", target=f"voucher batch {batch_id}")
            batch = unit.vouchers.make_void(batch_id, unit.now)
            ids: tuple[int, ...] = ()
        else:
            one = unit.vouchers.of_batch(batch_id, code=code, row=row)
            unit.vouchers.void_one(one, unit.now)
            subject, ids = f"voucher {one.number}", (one.id,)
        mirror_batch(unit, batch, context, f"{subject} is void{f': {reason}' if reason else ''}", ids)
        unit.voucher_prints.void(batch_id, unit.now, context.who, context.channel, reason)
        unit.note("voucher.void", subject, who=context.who, channel=context.channel, reason=reason)
        return batch

    return await context.database.write(work)
