"""Prints whose process is gone: how they ended is found out, and told; and the trace of cards."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.prints import Act, PrintRun, Trace
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch
from radiusbridge.services.context import Context
from radiusbridge.services.holding import LEASE
from radiusbridge.services.process import Process
from radiusbridge.services.vouchers import paper_files
from radiusbridge.services.vouchers.asides import Aside, here


def cards_of(count: int) -> str:
    """`1 card`, `1,000 cards`."""
    return "1 card" if count == 1 else f"{count:,} cards"


async def settle(context: Context, aside: Aside = here) -> tuple[PrintRun, ...]:
    """End the prints whose process is gone, or has let its lease run out, on whichever host. A file that is whole gets
    its name; of what went to a printer the last card is doubtful. aside: where files are read."""
    process, found = context.process, []

    def left(unit: UnitOfWork) -> tuple[int, ...]:
        return unit.voucher_prints.left(unit.now, process.dead(unit.voucher_prints.owners()))

    for run_id in await context.database.read(left):
        run = await context.database.write(partial(_taken_over, process, run_id))
        if run is not None:
            with suppress(LeaseLost):
                found.append(await _settled(context, run, aside))
    return tuple(found)


def _taken_over(process: Process, run_id: int, unit: UnitOfWork) -> PrintRun | None:
    dead = process.dead(unit.voucher_prints.owners())
    return unit.voucher_prints.take_over(run_id, process.owner, unit.now, LEASE, dead)


async def _settled(context: Context, run: PrintRun, aside: Aside) -> PrintRun:
    on_host = context.process.beside(run.owner)
    there = await aside(_finished, run, on_host) if run.part else False
    gone = _gone(context.process, run.owner)

    def work(unit: UnitOfWork) -> PrintRun:
        begun = unit.voucher_prints.begun(run.id)
        prints, now, total = unit.voucher_prints, unit.now, len(begun)
        if there:
            words = f"{cards_of(total)} in the file, read back; {gone} it said so"
            over = replace(run, cards=total, handed=total, verdict=Verdict.PROVEN, words=words)
        elif there is None:
            prints.told(run, Act.DOUBTFUL, begun, now, f"{gone} it said how it ended")
            words = f"{gone} it said how it ended; look whether the file is there, with {cards_of(total)}"
            over = replace(run, cards=total, handed=0, verdict=Verdict.UNPROVEN, words=words)
        elif run.part or not begun:
            words = f"{gone} {'the file was there' if run.part else 'the first card'}"
            prints.unsent(run, begun, now, words)
            over = replace(run, cards=0, handed=0, octets=0, verdict=Verdict.FAILED, words=words)
        else:
            prints.told(run, Act.DOUBTFUL, begun[-1:], now, f"{gone} the card was through")
            words = f"{gone} the last card; {cards_of(total - 1)} handed over, look at the paper of the last one"
            over = replace(run, cards=total, handed=total - 1, verdict=Verdict.UNPROVEN, words=words)
        return prints.end(replace(over, ended_at=now))

    return await context.database.write(work)


def _gone(process: Process, owner: str) -> str:
    if process.dead([owner]):
        return "the process ended before"
    return f"the process on {safe(owner.split('/')[0].split('~')[0], 80)} fell silent before"


def _finished(run: PrintRun, on_host: bool) -> bool | None:
    """Whether the file is there, whole; a draft that is gets its name. None: from here nobody can tell."""
    part, target = Path(run.part), Path(run.target)
    named = paper_files.digest(target)
    if named == run.digest:
        paper_files.forget(part)
        return True
    draft = paper_files.digest(part)
    if draft == run.digest:
        try:
            paper_files.put(part, target, replace=False)
        except RadiusbridgeError:
            paper_files.forget(part)
            return False
        return True
    if None in {named, draft} or not (on_host or draft):
        return None
    paper_files.forget(part)
    return False


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
