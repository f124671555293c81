"""Vouchers printed: each for the first time once, again only with a reason, and what is known of it told as it is.

Before a card leaves it counts as printed, and its trace says so; what did not leave is taken back, what may have left
in part is doubtful. So nobody gets a second card of a voucher without a trace, however the first print ended. A file
that was read back is PROVEN. Octets that a printer took are UNPROVEN: nobody here sees the paper.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, Refused
from radiusbridge.domain.verdict import Status, Verdict, exit_status
from radiusbridge.domain.vouchers.cards import Card, card
from radiusbridge.domain.vouchers.prints import Act, PrintRun
from radiusbridge.domain.vouchers.templates import spoken
from radiusbridge.gateways.fence import LeaseOver
from radiusbridge.services.context import Context
from radiusbridge.services.holding import LEASE, Holding
from radiusbridge.services.permissions import require
from radiusbridge.services.vouchers import looks, paper_files
from radiusbridge.services.vouchers.asides import Aside, here, whole
from radiusbridge.services.vouchers.cards.making import Making, octets_of, pieces
from radiusbridge.services.vouchers.print_choice import NothingToPrint, Row, Wanted, chosen, hint
from radiusbridge.services.vouchers.print_ends import cards_of, settle
from radiusbridge.services.vouchers.print_lease import held

Told = Callable[[int, int], bool]
"""(cards that are through, of how many): whether to go on."""
_STOOD_STILL = "it stood still for longer than its lease"


class Taker(Protocol):
    """Takes cards one by one: a printer, a terminal."""

    @property
    def sent(self) -> int:
        """Octets that it took."""
        ...

    @property
    def words(self) -> str:
        """What it says of itself; empty: nothing."""
        ...

    async def open(self) -> None:
        """Unreachable, PeerRefused: nothing was sent."""
        ...

    async def hand(self, octets: bytes) -> None:
        """A card. RadiusbridgeError: it left in part at most."""
        ...

    async def carried_out(self) -> bool | None:
        """Whether it says that the card came out; None: it does not say."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(frozen=True, slots=True)
class Printed:
    """What came of it. left_out: why, and how many. earlier: prints whose process was gone, and how they ended."""

    run: PrintRun
    left_out: Mapping[str, int] = field(default_factory=dict)
    earlier: tuple[PrintRun, ...] = ()

    @property
    def exit_status(self) -> int:
        """0 PROVEN, 1 FAILED, 5 UNPROVEN."""
        return exit_status(Status.DONE, self.run.verdict)


@dataclass(frozen=True, slots=True)
class _Job:
    context: Context
    run: PrintRun
    rows: Sequence[Row]
    making: Making
    left_out: Counter[str]
    earlier: tuple[PrintRun, ...]

    def cards(self) -> list[Card]:
        zone = self.context.zone
        return [card(self.making.template, batch, voucher, zone) for batch, voucher in self.rows]

    @property
    def counts(self) -> Mapping[str, int]:
        return Counter(str(voucher.batch_id) for _, voucher in self.rows)

    def over(self, run: PrintRun) -> Printed:
        return Printed(run, dict(self.left_out), self.earlier)


async def to_file(
    context: Context,
    wanted: Wanted,
    path: Path,
    *,
    replace_file: bool = False,
    told: Told = lambda _done, _total: True,
    aside: Aside = here,
) -> Printed:
    """Print into a file. aside: where what blocks is done. Refused: it was asked to stop, and nothing is printed;
    AlreadyThere; BadInput; NothingToPrint; UnknownName; PrintLost."""
    await aside(paper_files.check, path, replace_file)
    job = await _job(context, wanted, await aside(paper_files.place, path), aside)
    draft = await aside(paper_files.begun, path, context.entropy.octets(4).hex(), context.clock.now())
    made = pieces(job.making, job.cards())
    try:
        done = 0
        while await whole(aside(paper_files.add, draft, made)):
            done = min(done + paper_files.AT_ONCE, len(job.rows))
            if not told(done, len(job.rows)):
                raise Refused("asked to stop: nothing was printed", target=str(path))
            await context.clock.sleep(0)
        run = replace(job.run, part=str(draft.path), digest=draft.digest, octets=draft.octets, cards=len(job.rows))
        run = await context.database.write(
            lambda unit: _begin(unit, run, [voucher.id for _, voucher in job.rows], job.counts)
        )
    except BaseException:
        draft.drop()
        raise
    async with held(context, run) as hold:
        try:
            _still(hold)
            await whole(aside(paper_files.put_draft, draft, path, replace_file))
        except RadiusbridgeError as error:
            await aside(draft.drop)
            await _end(context, replace(run, handed=0, octets=0), Verdict.FAILED, error.summary, unsent=True)
            raise
        there = await aside(paper_files.digest, path) == run.digest
        all_ = f"{cards_of(len(job.rows))} in the file, {run.octets:,} octets, read back"
        ended = replace(run, handed=len(job.rows) if there else 0)
        verdict, words = (Verdict.PROVEN, all_) if there else (Verdict.FAILED, "read back otherwise")
        return job.over(await _end(context, ended, verdict, words))


async def to_taker(
    context: Context,
    wanted: Wanted,
    taker: Taker,
    target: str,
    *,
    told: Told = lambda _done, _total: True,
    aside: Aside = here,
) -> Printed:
    """Print card by card; aside: as `to_file`. Unreachable, PeerRefused: nothing was sent; BadInput; NothingToPrint;
    UnknownName; PrintLost."""
    job = await _job(context, wanted, target, aside)
    try:
        await taker.open()
        run = await context.database.write(lambda unit: _begin(unit, job.run, (), job.counts))
        async with held(context, run) as hold:
            return job.over(await _all(job, run, taker, told, hold))
    finally:
        await taker.close()


async def _all(job: _Job, run: PrintRun, taker: Taker, told: Told, hold: Holding) -> PrintRun:
    for done, (row, made) in enumerate(zip(job.rows, job.cards(), strict=True)):
        going = told(done, len(job.rows))
        run, why = await _one(job, run, row[1].id, made, taker, hold) if going else (run, "asked to stop")
        if why:
            left = len(job.rows) - run.handed
            words = f"{cards_of(run.handed)} handed over, {left} were not: {why}"
            return await _end(job.context, run, Verdict.FAILED, words)
    said = f"; the printer says: {taker.words}" if taker.words else ""
    words = f"{cards_of(run.handed)}, {run.octets:,} octets were handed over{said}; nobody here saw the paper"
    verdict = Verdict.UNPROVEN if run.handed else Verdict.FAILED
    return await _end(job.context, run, verdict, words if run.handed else "others printed them meanwhile")


async def _one(
    job: _Job, run: PrintRun, voucher_id: int, made: Card, taker: Taker, hold: Holding
) -> tuple[PrintRun, str]:
    """(the print as it stands, why it cannot go on; empty: it can)."""
    context = job.context
    if not await context.database.write(lambda unit: unit.voucher_prints.claim(run, [voucher_id], unit.now)):
        job.left_out["printed by another meanwhile"] += 1
        return run, ""
    before, begun = taker.sent, replace(run, cards=run.cards + 1)
    why = "stopped"
    try:
        octets = octets_of(job.making, made)
        hold.check()
        await taker.hand(octets)
        if await taker.carried_out() is not False:
            return replace(begun, handed=begun.handed + 1, octets=taker.sent), ""
        why = f"the printer says: {taker.words or 'no paper'}"
    except RadiusbridgeError as error:
        why = error.summary
    except LeaseOver:
        why = _STOOD_STILL
    except BaseException:
        with suppress(LeaseLost):
            await _doubt(context, begun, voucher_id, taker.sent - before, "stopped")
            await _end(context, begun, Verdict.FAILED, f"stopped after {cards_of(begun.handed)}")
        raise
    return await _doubt(context, begun, voucher_id, taker.sent - before, why)


async def _doubt(context: Context, run: PrintRun, voucher_id: int, left: int, why: str) -> tuple[PrintRun, str]:
    def work(unit: UnitOfWork) -> None:
        if left:
            unit.voucher_prints.told(run, Act.DOUBTFUL, [voucher_id], unit.now, why)
        else:
            unit.voucher_prints.unsent(run, [voucher_id], unit.now, why)

    await context.database.write(work)
    if not left:
        return replace(run, cards=run.cards - 1), why
    return run, f"{why}; look at the paper of the last one, of which {left:,} octets left"


def _still(hold: Holding) -> None:
    try:
        hold.check()
    except LeaseOver as error:
        raise Refused(_STOOD_STILL, target=hold.what) from error


async def _job(context: Context, wanted: Wanted, target: str, aside: Aside) -> _Job:
    require(context, "voucher.reprint" if wanted.again else "voucher.print")
    if wanted.again and not wanted.reason.strip():
        raise BadInput("a second card of a voucher needs a reason", hint="--reason TEXT")
    look = await looks.template(context, wanted.template or looks.template_for(wanted.form))
    template = spoken(look.template, wanted.language, wanted.operator_speaks)
    making = Making(
        wanted.form, template, wanted.code_page, wanted.raster, wanted.ascii_only, wanted.light_ink, "vouchers"
    )
    earlier = await settle(context, aside)
    rows, left_out = await context.database.read(lambda unit: chosen(unit, wanted))
    if not rows:
        told = ", ".join(f"{count} {why}" for why, count in left_out.items()) or "there are none"
        raise NothingToPrint(f"nothing is to be printed: {told}", hint=hint(left_out, wanted))
    run = PrintRun(
        context.clock.now(), context.process.owner, context.who, context.channel, wanted.form, look.name, target,
        wanted.reason, wanted.again,
    )  # fmt: skip
    return _Job(context, run, rows, making, left_out, earlier)


def _begin(unit: UnitOfWork, run: PrintRun, voucher_ids: Sequence[int], counts: Mapping[str, int]) -> PrintRun:
    """counts: how many are to be printed of which batch."""
    begun = unit.voucher_prints.begin(run, unit.now, LEASE)
    if len(unit.voucher_prints.claim(begun, voucher_ids, unit.now)) != len(voucher_ids):
        raise RadiusbridgeError("others printed some of them meanwhile", hint="again", retryable=True)
    about = {"form": run.form, "template": run.template, "target": run.target, "vouchers": dict(counts)}
    action = "voucher.reprint" if run.again else "voucher.print"
    unit.note(action, f"print {begun.id}", who=run.who, channel=run.channel, after=about, reason=run.reason)
    return begun


async def _end(context: Context, run: PrintRun, verdict: Verdict, words: str, *, unsent: bool = False) -> PrintRun:
    def work(unit: UnitOfWork) -> PrintRun:
        over = replace(run, verdict=verdict, words=words, ended_at=unit.now)
        if unsent:
            unit.voucher_prints.unsent(over, unit.voucher_prints.begun(over.id), unit.now, words)
        return unit.voucher_prints.end(over)

    return await context.database.write(work)
