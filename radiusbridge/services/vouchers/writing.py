"""Take a batch to its router: look, write what is not there, read back, judge each row. The same again finishes it.

What is on the router is asked of the router, never believed from our own marks, so that a process may be killed at any
point: a row that was made and not noted is found by the batch's label, and one of another's is never touched.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import NotAllowed, PeerRefused, RadiusbridgeError, Refused, Unreachable
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.records import BatchStatus, Voucher, VoucherBatch, on_sale, password_of
from radiusbridge.gateways.fence import LeaseOver, behind
from radiusbridge.gateways.vouchers.desk import CodeTaken, Found, VoucherDesk
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require
from radiusbridge.services.standby.voucher_mirrors import lacks, mirror_batch, roles
from radiusbridge.services.vouchers.desks import desk_of
from radiusbridge.services.vouchers.expiring import Sweep
from radiusbridge.services.vouchers.judging import Judged, judge, of_batch
from radiusbridge.services.vouchers.ordering import draw_more, drawn
from radiusbridge.services.vouchers.standing import Standing, refuse_imported, standing
from radiusbridge.services.vouchers.window import each_beside

LEASE, MARGIN, LOOK = 20.0, 2.0, 2.0
"""Seconds of a claim; before its end nothing more is sent; between two renewals."""
AT_ONCE = 100
"""Rows that were written, in one commit."""
TRIES, PAUSE = 3, 2.0
"""How often a router that does not answer is tried without getting on, and the seconds between."""
ALIKE = 5
"""Refusals one after the other after which no more rows are tried."""
REDRAWN = 5
"""How often one row gets another code."""

Told = Callable[[str, int, int], None]
"""(what is done, rows done, rows in all)."""
log = logging.getLogger(__name__)


def _nothing(_doing: str, _done: int, _total: int) -> None:
    """Nobody listens."""


class _Halted(Exception):
    """No more rows are to be tried; the reason stands in the runner."""


@dataclass(slots=True)
class BatchRunner:
    """One batch in this process."""

    context: Context
    batch_id: int
    told: Told = _nothing
    why: str = ""
    """Why no more rows are begun."""
    _epoch: int = 0
    _until: float = 0.0
    _got_on: int = 0
    _fresh: list[int] = field(default_factory=list)
    _words: dict[int, str] = field(default_factory=dict)
    """By id of a voucher: why the router refused it."""
    _alike: int = 0
    _roles: int = 0
    """Of the server and its standby, when this round began."""

    def stop(self, why: str) -> None:
        """Begin no more rows; `run` returns when those in flight have ended."""
        self.why = self.why or why

    async def run(self) -> Standing:
        """Claim the batch and carry out what is left of it. UnknownName; Refused: a living process has it."""
        require(self.context, "voucher.write")
        batch = await self._claimed()
        renewing = asyncio.create_task(self._renew())
        try:
            with behind(self._fence):
                await self._carry_out(batch)
        except LeaseOver:
            await self._finish(BatchStatus.STOPPED, "its lease ran out")
        except BaseException:
            await asyncio.shield(self._finish(BatchStatus.STOPPED, self.why or "interrupted"))
            raise
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
        return await standing(self.context, self.batch_id)

    # -- the claim

    async def _claimed(self) -> VoucherBatch:
        process = self.context.process

        def work(unit: UnitOfWork) -> VoucherBatch:
            refuse_imported(unit.vouchers.get(self.batch_id))
            dead = process.dead(unit.vouchers.owners())
            claimed = unit.vouchers.claim(self.batch_id, process.owner, unit.now, LEASE, dead)
            if claimed is None:
                hint = f"radiusbridge voucher show {self.batch_id}, or voucher stop {self.batch_id}"
                raise Refused("another process writes it", target=f"voucher batch {self.batch_id}", hint=hint)
            return claimed

        self._until = self.context.clock.monotonic() + LEASE
        batch = await self.context.database.write(work)
        assert batch.lease is not None
        self._epoch = batch.lease.epoch
        return batch

    def _fence(self, ahead: float) -> None:
        if self.context.clock.monotonic() + ahead > self._until - MARGIN:
            raise LeaseOver(f"voucher batch {self.batch_id}")

    async def _renew(self) -> None:
        clock = self.context.clock

        def work(unit: UnitOfWork) -> bool:
            return unit.vouchers.renew(self.batch_id, self._epoch, unit.now + timedelta(seconds=LEASE))

        while True:
            await clock.sleep(LOOK)
            asked = clock.monotonic()
            try:
                if await self.context.database.write(work):
                    self.stop("asked to")
            except LeaseLost:
                self.stop("it went on in other hands")
                self._until = asked
                return
            except RadiusbridgeError as error:
                log.debug("the claim on voucher batch %d was not renewed: %s", self.batch_id, error.line())
                continue
            self._until = asked + LEASE

    async def _finish(self, status: BatchStatus, why: str, verdict: Verdict | None = None, count: int = -1) -> None:
        context, counted = self.context, None if count < 0 else count

        def work(unit: UnitOfWork) -> None:
            unit.vouchers.finish(
                self.batch_id, self._epoch, status, unit.now, verdict=verdict, why=why, counted=counted
            )
            after = {"status": str(status), "verdict": verdict and str(verdict), "why": why, "counted": counted}
            subject = f"voucher batch {self.batch_id}"
            unit.note("voucher.written", subject, who=context.who, channel=context.channel, after=after)

        try:
            await context.database.write(work)
        except LeaseLost:
            log.warning("voucher batch %d went on elsewhere", self.batch_id)

    # -- the work

    async def _carry_out(self, batch: VoucherBatch) -> None:
        entropy, fruitless = self.context.entropy, 0
        while not await self.context.database.write(lambda unit: draw_more(unit, batch, entropy)):
            pass
        while True:
            before = self._got_on
            try:
                await self._round(batch)
            except (Unreachable, TimeoutError) as error:
                fruitless = fruitless + 1 if self._got_on == before else 1
                said = error.line() if isinstance(error, RadiusbridgeError) else "the router did not answer in time"
                if fruitless >= TRIES:
                    await self._finish(BatchStatus.WAITING, said)
                    return
                await self.context.clock.sleep(PAUSE)
            except RadiusbridgeError as error:
                if isinstance(error, LeaseLost):
                    raise
                await self._finish(BatchStatus.STOPPED, error.line(), Verdict.FAILED)
                return
            else:
                return

    async def _round(self, batch: VoucherBatch) -> None:
        self._roles, lacking = await self.context.database.read(lambda unit: (roles(unit, batch), lacks(unit, batch)))
        if lacking:
            # what is missing there may be under way, and is not gone
            raise Unreachable("it is in charge since lately, and being brought in step", target=safe(batch.router, 80))
        desk = await desk_of(self.context, batch)
        rows = await self._rows()
        going = any(row.over and row.gone_at is None for row in rows)
        wanted = [row for row in rows if not row.over]
        due = [row for row in wanted if row.read_at is None]
        if due:
            await desk.prepare()
            if batch.checked_at is None:
                due = await self._check(batch, desk, due)
        there = await desk.found(_passwords(batch, wanted))
        try:
            await self._write(batch, desk, due, there)
            if going and not self.why:
                await self._end()
        except _Halted:
            pass
        finally:
            await self._note_written()
        await self._judge(batch, desk)

    async def _rows(self) -> tuple[Voucher, ...]:
        return await self.context.database.read(lambda unit: unit.vouchers.rows(self.batch_id))

    async def _check(self, batch: VoucherBatch, desk: VoucherDesk, due: list[Voucher]) -> list[Voucher]:
        """Hold the codes against the router's list, once, and draw those again that are there already."""
        names = await desk.names()
        avoid = frozenset(map(folded, names))
        again = [row for row in due if row.key in avoid]

        def work(unit: UnitOfWork) -> list[Voucher]:
            others = self._redraw(unit, batch, again, avoid)
            unit.vouchers.checked(batch.id, self._epoch, unit.now)
            return others

        others = {row.id: row for row in await self.context.database.write(work)}
        return [others.get(row.id, row) for row in due]

    def _redraw(
        self, unit: UnitOfWork, batch: VoucherBatch, rows: Sequence[Voucher], avoid: frozenset[str]
    ) -> list[Voucher]:
        fresh = drawn(unit, batch, self.context.entropy, len(rows), avoid)
        others = [replace(row, code=code, password=password) for row, (code, password) in zip(rows, fresh, strict=True)]
        unit.vouchers.recode(self._epoch, others, unit.now)
        return others

    async def _write(
        self, batch: VoucherBatch, desk: VoucherDesk, due: Sequence[Voucher], there: dict[str, Found]
    ) -> None:
        done = 0

        async def work(row: Voucher) -> None:
            nonlocal done
            if self.why:
                raise _Halted
            await self._one(batch, desk, row, there.get(row.code))
            done += 1
            self.told("written", done, len(due))
            if len(self._fresh) >= AT_ONCE:
                await self._note_written()

        await each_beside(due, work)

    async def _one(self, batch: VoucherBatch, desk: VoucherDesk, row: Voucher, there: Found | None) -> None:
        try:
            if there is None:
                row = await self._added(batch, desk, row)
            elif there.repairable:
                await desk.complete(there, password_of(batch, row))
        except NotAllowed as refusal:
            self._words[row.id] = refusal.line()
            self.stop(refusal.line())
        except PeerRefused as refusal:
            self._words[row.id] = refusal.line()
            self._alike += 1
            if self._alike >= ALIKE:
                self.stop(f"{self._alike} refusals one after the other: {refusal.line()}")
        else:
            self._alike = 0
            self._got_on += 1
            self._words.pop(row.id, None)
            self._fresh.append(row.id)

    async def _added(self, batch: VoucherBatch, desk: VoucherDesk, row: Voucher) -> Voucher:
        avoid: frozenset[str] = frozenset()
        for _ in range(REDRAWN):
            try:
                await desk.add(row.code, password_of(batch, row))
            except CodeTaken:
                avoid |= {row.key}
                [row] = await self.context.database.write(partial(self._redraw, batch=batch, rows=[row], avoid=avoid))
            else:
                return row
        raise PeerRefused("the router has had a row of each code that was drawn", target=f"row {row.row}")

    async def _note_written(self) -> None:
        written, self._fresh = self._fresh, []
        if written:
            await self.context.database.write(
                lambda unit: unit.vouchers.wrote(self.batch_id, self._epoch, written, unit.now)
            )

    async def _end(self) -> None:
        """Take what is over off the router, with whoever is online with it."""
        swept = await Sweep(self.context, self.batch_id, again=0.0).run()
        if swept.trouble:
            raise Unreachable(swept.trouble[0], target=f"voucher batch {self.batch_id}")
        self._got_on += len(swept.ended)
        self.told("removed", len(swept.ended), len(swept.ended))

    # -- the verdict

    async def _judge(self, batch: VoucherBatch, desk: VoucherDesk) -> None:
        rows = await self._rows()
        there = await desk.found(_passwords(batch, rows))
        self.told("read back", len(there), len(rows))
        at = self.context.clock.now()
        judged = [judge(row, there.get(row.code), self._words.get(row.id, ""), at) for row in rows]
        changed = [each for row, each in zip(rows, judged, strict=True) if each != (row, row.verdict, row.words)]
        for start in range(0, len(changed), 5000):
            some = changed[start : start + 5000]
            await self.context.database.write(partial(self._keep, batch=batch, found=some))
        await self.context.database.read(partial(self._same_roles, batch=batch))
        strangers = there.keys() - {row.code for row in rows}
        await self._finish_judged(judged, len(there), len(strangers))

    def _keep(self, unit: UnitOfWork, batch: VoucherBatch, found: Sequence[Judged]) -> None:
        """What was read back is on sale, and so goes to the standby, too."""
        self._same_roles(unit, batch)
        unit.vouchers.judged(batch.id, self._epoch, found)
        if any(on_sale(replace(row, verdict=verdict)) for row, verdict, _ in found):
            mirror_batch(unit, batch, self.context, f"{batch.called} was written")

    def _same_roles(self, unit: UnitOfWork, batch: VoucherBatch) -> None:
        """Unreachable: what was read is of a server that is not in charge any more."""
        if roles(unit, batch) != self._roles:
            raise Unreachable("it has changed roles with its standby meanwhile", target=safe(batch.router, 80))

    async def _finish_judged(self, judged: Sequence[Judged], count: int, strangers: int) -> None:
        verdicts = [verdict for _, verdict, _ in judged]
        failed, open_ = verdicts.count(Verdict.FAILED), verdicts.count(None)
        why = self.why
        if self.why or open_:
            why = self.why or f"{open_} rows are not written"
            await self._finish(BatchStatus.STOPPED, why, Verdict.FAILED if failed else None, count)
            return
        verdict, said = of_batch(judged, strangers)
        await self._finish(BatchStatus.DONE, said, verdict, count)


def _passwords(batch: VoucherBatch, rows: Sequence[Voucher]) -> dict[str, str]:
    return {row.code: password_of(batch, row) for row in rows}
