"""Prints whose process is gone: how they ended is found out, and told; and the trace of cards."""

from dataclasses import replace
from pathlib import Path

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.prints import Act, PrintRun, Trace
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers import paper_files
from radiusbridge.services.vouchers.asides import Aside, here

_GONE = "the process ended before"


def cards_of(count: int) -> str:
    """`1 card`, `1,000 cards`."""
    return "1 card" if count == 1 else f"{count:,} cards"


async def settle(context: Context, aside: Aside = here) -> tuple[PrintRun, ...]:
    """End the prints of processes that are gone. A file that is whole gets its name; of what went to a printer the last
    card is doubtful. aside: where files are read."""
    runs = await context.database.read(lambda unit: unit.voucher_prints.open())
    dead = context.process.dead(run.owner for run in runs)
    return tuple([await _settled(context, run, aside) for run in runs if run.owner in dead])


async def _settled(context: Context, run: PrintRun, aside: Aside) -> PrintRun:
    there = bool(run.part) and await aside(_finished, run)

    def work(unit: UnitOfWork) -> PrintRun:
        begun = unit.voucher_prints.begun(run.id)
        now, total = unit.now, len(begun)
        if there:
            words = f"{cards_of(total)} in the file, read back after the process had ended"
            over = replace(run, cards=total, handed=total, verdict=Verdict.PROVEN, words=words)
        elif run.part or not begun:
            unit.voucher_prints.unsent(run, begun, now, _GONE)
            over = replace(run, cards=0, handed=0, octets=0, verdict=Verdict.FAILED, words=f"{_GONE} the file was")
        else:
            unit.voucher_prints.told(run, Act.DOUBTFUL, begun[-1:], now, _GONE)
            words = f"{_GONE}; {cards_of(total - 1)} handed over, look at the paper of the last one"
            over = replace(run, cards=total, handed=total - 1, verdict=Verdict.UNPROVEN, words=words)
        over = replace(over, ended_at=now)
        unit.voucher_prints.change(over)
        return over

    return await context.database.write(work)


def _finished(run: PrintRun) -> bool:
    """Whether the file is there, whole; a draft that is gets its name."""
    part, target = Path(run.part), Path(run.target)
    if paper_files.digest(target) == run.digest:
        part.unlink(missing_ok=True)
        return True
    if paper_files.digest(part) != run.digest:
        part.unlink(missing_ok=True)
        return False
    try:
        paper_files.put(part, target, replace=False)
    except RadiusbridgeError:
        part.unlink(missing_ok=True)
        return False
    return True


async def runs(context: Context, limit: int = 50) -> tuple[PrintRun, ...]:
    """Prints, newest first."""
    return await context.database.read(lambda unit: unit.voucher_prints.listed(limit))


async def traces(context: Context, code: str | None = None, limit: int = 200) -> tuple[tuple[Trace, Voucher], ...]:
    """What was done with cards, newest first; of one code, or of all. UnknownName."""

    def work(unit: UnitOfWork) -> tuple[tuple[Trace, Voucher], ...]:
        ids: list[int] | None = None
        if code is not None:
            found: tuple[tuple[VoucherBatch, Voucher], ...] = unit.vouchers.coded(code)
            ids = [voucher.id for _, voucher in found]
        lines = unit.voucher_prints.traces(voucher_ids=ids, limit=limit)
        known = {each: unit.vouchers.with_batch(each)[1] for each in {line.voucher_id for line in lines}}
        return tuple((line, known[line.voucher_id]) for line in lines)

    return await context.database.read(work)
