"""Vouchers that are over, ended: off their router, nobody online with them, and proved so.

Each that was ever used, or is online now, gets an operation of its own, one after the other in the order in which their
time was over. What nobody has used goes in bulk: the rows are taken away and read back to be gone, and nobody is in the
lists of who is online. Who is there all the same gets an operation, too.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from radiusbridge.db.repositories.voucher_ends import Place
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.records import Operation
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch
from radiusbridge.services.attempts import Attempts, Claimed
from radiusbridge.services.bulk.pacing import Brakes, Pace
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require
from radiusbridge.services.standby.voucher_mirrors import mirror_batch
from radiusbridge.services.vouchers.desks import desk_of
from radiusbridge.services.vouchers.guests import Guests, guests_at
from radiusbridge.services.vouchers.operations import enter_end

BRAKES = Brakes(per_second=0, server_per_second=5, side_by_side=16, canary=0, failure_limit=20)
"""Of one router."""
AT_ONCE, NOTED = 5_000, 100
"""Vouchers that are taken up together, and that are noted in one transaction."""
AGAIN = 600.0
"""Seconds until an end that was not proven is tried again."""

log = logging.getLogger(__name__)
Row = tuple[VoucherBatch, Voucher]


@dataclass(frozen=True, slots=True)
class Ended:
    """What one voucher's end came to. operation: None where it went in bulk."""

    batch: VoucherBatch
    voucher: Voucher
    status: Status
    verdict: Verdict | None
    words: tuple[str, ...] = ()
    operation: int | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """expired: vouchers whose time was found to be over. trouble: routers on which nothing more was tried, and why."""

    expired: int = 0
    ended: tuple[Ended, ...] = ()
    trouble: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """0 nothing was left, or all PROVEN; 1 one FAILED, 3 one waits, 5 one UNPROVEN: the worst of them."""
        if any(each.verdict is Verdict.FAILED for each in self.ended):
            return 1
        if self.trouble or any(each.status is not Status.DONE for each in self.ended):
            return 3
        return 5 if any(each.verdict is Verdict.UNPROVEN for each in self.ended) else 0


async def expire_due(context: Context) -> int:
    """Note of all vouchers whose time is over that they have expired; how many. From then on none of them is sold."""
    require(context, "voucher.expire")

    def work(unit: UnitOfWork) -> int:
        due = unit.voucher_ends.due(unit.now, NOTED)
        for batch_id, rows in groupby(sorted(due, key=lambda each: each[1]), key=lambda each: each[1]):
            ids = [each for each, _ in rows]
            about = {"vouchers": unit.voucher_ends.expire(batch_id, ids, unit.now)}
            mirror_batch(unit, unit.vouchers.get(batch_id), context, f"voucher batch {batch_id}: expired", ids)
            subject = f"voucher batch {batch_id}"
            unit.note("voucher.expired", subject, who=context.who, channel=context.channel, after=about)
        return len(due)

    total = 0
    while found := await context.database.write(work):
        total += found
    return total


async def over_now(context: Context) -> tuple[tuple[Row, ...], datetime | None]:
    """(vouchers that are over and not seen off their routers, when the next one is over); nothing is done."""

    def work(unit: UnitOfWork) -> tuple[tuple[Row, ...], datetime | None]:
        ends = unit.voucher_ends
        ids = [each for each, _ in (*ends.unfinished(unit.now, AT_ONCE), *ends.left(unit.now + timedelta(days=1)))]
        ids += [each for each, _ in ends.due(unit.now, AT_ONCE)]
        return tuple(unit.vouchers.some([*dict.fromkeys(ids)])), ends.next_due(unit.now)

    return await context.database.read(work)


def _nothing(_ended: Ended) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class Sweep:
    """Ends what is over. batch_id: only of that batch. told: hears of each as it ends."""

    context: Context
    batch_id: int | None = None
    brakes: Brakes = BRAKES
    told: Callable[[Ended], None] = _nothing
    again: float = AGAIN
    _ended: list[Ended] = field(default_factory=list)
    _trouble: dict[Place, str] = field(default_factory=dict)
    _taken: set[int] = field(default_factory=set)

    async def run(self) -> Swept:
        """Expire what is due, and end all that is over; router by router side by side."""
        expired = await expire_due(self.context) if self.batch_id is None else 0
        await self._carry_on()
        while rows := await self._next():
            self._taken.update(voucher.id for _, voucher in rows)
            places: dict[Place, list[Row]] = {}
            for row in rows:
                places.setdefault(Place(row[0].keeper, row[0].router_id), []).append(row)
            await asyncio.gather(*(self._at(place, some) for place, some in places.items()))
        return Swept(expired, tuple(self._ended), tuple(self._trouble.values()))

    async def _next(self) -> list[Row]:
        def work(unit: UnitOfWork) -> list[Row]:
            before = unit.now - timedelta(seconds=self.again)
            left = unit.voucher_ends.unfinished(before, len(self._taken) + AT_ONCE, self.batch_id)
            return unit.vouchers.some([each for each, _ in left if each not in self._taken][:AT_ONCE])

        return await self.context.database.read(work)

    async def _carry_on(self) -> None:
        """What an earlier process entered, and what waited for its router."""

        def work(unit: UnitOfWork) -> list[tuple[Row, int]]:
            left = ((unit.vouchers.with_batch(each), operation) for each, operation in unit.voucher_ends.left(unit.now))
            return [(row, number) for row, number in left if self.batch_id in {None, row[0].id}]

        room = asyncio.Semaphore(self.brakes.side_by_side)

        async def one(row: Row, number: int) -> None:
            async with room:
                # whether the server is dark says nothing about the NAS
                insist = row[0].keeper is Keeper.HOTSPOT
                if await Attempts(self.context).run(number, insist=insist):
                    over = await self.context.database.read(lambda unit: unit.operations.get(number))
                    self._tell(Ended(*row, over.status, over.verdict, over.reasons, number))

        await asyncio.gather(*(one(*each) for each in await self.context.database.read(work)))

    async def _at(self, place: Place, rows: Sequence[Row]) -> None:
        if place in self._trouble:
            return
        try:
            guests = await guests_at(self.context, place)
            names = guests.names
            singly = [row for row in rows if _used(row) or row[1].code in names]
            once = {voucher.id for _, voucher in singly}
            await self._one_by_one(place, singly)
            for _, some in groupby((row for row in rows if row[1].id not in once), key=lambda row: row[0].id):
                await self._together(place, list(some))
        except UnknownName as error:
            self._stop(place, f"{rows[0][0].router}: {error.line()}")
        except RadiusbridgeError as error:
            self._stop(place, error.line())

    def _stop(self, place: Place, why: str) -> None:
        if place not in self._trouble:
            log.warning("vouchers that are over stay as they are: %s", why)
        self._trouble[place] = why

    # -- by an operation each

    async def _one_by_one(self, place: Place, rows: Sequence[Row]) -> None:
        pace, room = Pace(self.brakes.server_per_second), asyncio.Semaphore(self.brakes.side_by_side)
        clock, failed = self.context.clock, 0

        async def one(row: Row) -> None:
            nonlocal failed
            try:
                ended = await self._by_operation(row)
            except RadiusbridgeError as error:
                self._stop(place, error.line())
                return
            finally:
                room.release()
            if ended is None:
                return
            failed += ended.verdict is Verdict.FAILED
            if self.brakes.failure_limit and failed >= self.brakes.failure_limit:
                self._stop(place, f"{row[0].router}: {failed} ends FAILED")
            if ended.status is not Status.DONE:
                self._stop(place, f"{row[0].router}: {'; '.join(ended.words) or ended.status}")
            self._tell(ended)

        async with asyncio.TaskGroup() as group:
            for row in rows:
                await room.acquire()
                if place in self._trouble:
                    room.release()
                    break
                await clock.sleep(max(0.0, pace.reserve(clock.monotonic()) - clock.monotonic()))
                group.create_task(one(row))

    def _tell(self, ended: Ended) -> None:
        self._ended.append(ended)
        self.told(ended)

    async def _by_operation(self, row: Row) -> Ended | None:
        batch, voucher = row
        attempts = Attempts(self.context)
        insist = batch.keeper is Keeper.HOTSPOT

        def work(unit: UnitOfWork) -> tuple[Operation, Claimed | None] | None:
            entered = enter_end(unit, self.context, voucher.id)
            return None if entered is None else (entered, attempts.claim(unit, entered, insist=insist))

        made = await self.context.database.write(work)
        if made is None:
            return None
        operation, claimed = made
        self.context.bus.changed(operation.id)
        if claimed is not None:
            operation = await attempts.carry(claimed)
        return Ended(batch, voucher, operation.status, operation.verdict, operation.reasons, operation.id)

    # -- together

    async def _together(self, place: Place, rows: list[Row]) -> None:
        batch = rows[0][0]
        desk = await desk_of(self.context, batch)
        ours = await desk.found({})
        await desk.remove([ours[voucher.code] for _, voucher in rows if voucher.code in ours])
        names = await desk.names()
        guests = await guests_at(self.context, place)
        # those who slipped in meanwhile, and rows of a name that is another's by now
        there = guests.names | names
        await self._noted([row for row in rows if row[1].code not in there], guests)
        await self._one_by_one(place, [row for row in rows if row[1].code in there])

    async def _noted(self, rows: Sequence[Row], guests: Guests) -> None:
        verdict, words = Verdict.PROVEN, ""
        if guests.unread:
            verdict, words = Verdict.UNPROVEN, f"who is online could not be read: {'; '.join(guests.unread)}"
        ids = [voucher.id for _, voucher in rows]
        await self.context.database.write(lambda unit: unit.voucher_ends.cleared(ids, unit.now, verdict, words))
        for batch, voucher in rows:
            self._tell(Ended(batch, voucher, Status.DONE, verdict, (words,) if words else ()))


def _used(row: Row) -> bool:
    return row[1].first_login_at is not None
