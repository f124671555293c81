"""Vouchers: one code once on each router, dates apart, one process at a time; on both dialects."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Executable, delete, select, update

from radiusbridge.db.database import Database
from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.db.voucher_tables import voucher, voucher_sale
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, UnknownName
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.first_login import Span
from radiusbridge.domain.vouchers.records import BatchStatus, Keeper, Mode, Starts, Voucher, VoucherBatch, expiry
from radiusbridge.domain.vouchers.sales import Entry, Sale, Takings, takings
from tests.db.conftest import START, HandClock

BATCH = VoucherBatch("rb-one", Keeper.HOTSPOT, 7, "bras-1", "daily", 3, mode=Mode.PAIR, form=CodeForm(prefix="k"))
LATER = START + timedelta(hours=1)


def made(unit: UnitOfWork, *codes: str, batch: VoucherBatch = BATCH) -> VoucherBatch:
    stored = unit.vouchers.create(batch, unit.now)
    password = Secret("rahasia")
    unit.vouchers.add(
        stored, [Voucher(stored.id, row, code, password=password, drawn_at=START) for row, code in enumerate(codes, 1)]
    )
    return stored


async def test_a_batch_comes_back_as_it_was_stored(database: Database) -> None:
    batch = replace(BATCH, time_limit=3600, data_limit=2 * 10**12, validity=86_400, selling_price=5000, outlet="kios")
    stored = await database.write(lambda unit: made(unit, "kABC", "kDEF", batch=batch))
    assert stored == replace(batch, id=stored.id, created_at=START)
    assert await database.read(lambda unit: (unit.vouchers.get(stored.id), *unit.vouchers.listed())) == (stored,) * 2
    first, second = await database.read(lambda unit: unit.vouchers.rows(stored.id))
    assert (first.row, first.code, first.password, second.code) == (1, "kABC", Secret("rahasia"), "kDEF")
    [(of, found)] = await database.read(lambda unit: unit.vouchers.coded("kabc"))
    assert (of, found) == (stored, first)
    with pytest.raises(UnknownName):
        await database.read(lambda unit: unit.vouchers.coded("nobody"))

    def sealed(unit: UnitOfWork) -> bytes:
        kept = unit.vouchers._connection.exec_driver_sql(str(select(voucher.c.password))).scalars().all()
        return b"".join(bytes(each) for each in kept)

    assert b"rahasia" not in await database.read(sealed)


async def test_a_code_is_there_once_on_each_router_whatever_its_case(database: Database) -> None:
    await database.write(lambda unit: made(unit, "kABC"))
    other = replace(BATCH, label="rb-two")
    with pytest.raises(RadiusbridgeError):
        await database.write(lambda unit: made(unit, "KaBc", batch=other))
    elsewhere = replace(BATCH, label="rb-three", router_id=8)
    await database.write(lambda unit: made(unit, "kABC", batch=elsewhere))
    user_manager = replace(BATCH, label="rb-four", keeper=Keeper.USER_MANAGER)
    await database.write(lambda unit: made(unit, "kABC", batch=user_manager))
    keys = ["kabc", "knew", *(f"k{count}" for count in range(1200))]
    taken = await database.read(lambda unit: unit.vouchers.taken(Keeper.HOTSPOT, 7, keys))
    assert taken == {"kabc"}


async def test_one_process_writes_at_a_time_and_only_while_it_holds(database: Database, clock: HandClock) -> None:
    batch = await database.write(lambda unit: made(unit, "A1", "A2", "A3"))

    def claimed(owner: str, unit: UnitOfWork) -> VoucherBatch | None:
        return unit.vouchers.claim(batch.id, owner, unit.now, 20)

    first = await database.write(partial(claimed, "a/1/1"))
    assert first is not None
    assert first.lease is not None
    assert (first.status, first.lease.epoch) == (BatchStatus.RUNNING, 1)
    assert await database.write(partial(claimed, "b/2/2")) is None
    assert await database.read(lambda unit: unit.vouchers.owners()) == {"a/1/1"}
    one, two, three = await database.read(lambda unit: unit.vouchers.rows(batch.id))
    await database.write(lambda unit: unit.vouchers.wrote(batch.id, 1, [one.id, two.id], unit.now))
    seen = [(replace(one, written_at=START, read_at=LATER), Verdict.PROVEN, ""), (three, Verdict.FAILED, "refused")]
    await database.write(lambda unit: unit.vouchers.judged(batch.id, 1, seen))
    await database.write(lambda unit: unit.vouchers.recode(1, [replace(three, code="B3", password=None)], unit.now))
    assert await database.read(lambda unit: unit.vouchers.counts([batch.id])) == {
        batch.id: {"ready": 1, "written": 1, "failed": 1}
    }
    rows = await database.read(lambda unit: unit.vouchers.rows(batch.id))
    assert [(each.state, each.code) for each in rows] == [("ready", "A1"), ("written", "A2"), ("failed", "B3")]
    assert rows[0].read_at == LATER
    worst = await database.read(lambda unit: unit.vouchers.worst(batch.id, 2))
    assert [(each.code, each.password) for each in worst] == [("B3", None), ("A1", None)]
    asked = await database.write(lambda unit: unit.vouchers.request_stop(batch.id, unit.now))
    assert (asked.status, asked.stop_requested) == (BatchStatus.RUNNING, True)
    assert await database.write(lambda unit: unit.vouchers.renew(batch.id, 1, LATER))
    clock.time = LATER
    second = await database.write(partial(claimed, "b/2/2"))
    assert second is not None, "a lease that is over is free"
    assert not second.stop_requested
    for late in (
        lambda unit: unit.vouchers.wrote(batch.id, 1, [], unit.now),
        lambda unit: unit.vouchers.judged(batch.id, 1, []),
        lambda unit: unit.vouchers.renew(batch.id, 1, LATER),
        lambda unit: unit.vouchers.finish(
            batch.id, 1, BatchStatus.DONE, unit.now, verdict=Verdict.PROVEN, why="", counted=3
        ),
    ):
        with pytest.raises(LeaseLost):
            await database.write(late)
    await database.write(
        lambda unit: unit.vouchers.finish(
            batch.id, 2, BatchStatus.DONE, unit.now, verdict=Verdict.PROVEN, why="", counted=3
        )
    )
    over = await database.write(lambda unit: unit.vouchers.make_void(batch.id, unit.now))
    assert (over.status, over.lease, over.void, over.verdict) == (BatchStatus.DONE, None, True, None)
    assert await database.read(lambda unit: unit.vouchers.counts([batch.id])) == {batch.id: {"void": 3}}


async def test_a_voucher_is_sold_once_and_the_ledger_only_grows(database: Database) -> None:
    batch = await database.write(lambda unit: made(unit, "A1", "A2"))
    await database.write(lambda unit: unit.vouchers.claim(batch.id, "a/1/1", unit.now, 20))
    one, two = await database.read(lambda unit: unit.vouchers.rows(batch.id))
    line = Sale(START, Entry.SALE, one.id, batch.id, "A1", "daily", "bras-1", "kios", "sari", 4000, 5000, 0, key="k1")

    def sold(turn: Sale, unit: UnitOfWork) -> Sale | None:
        which = one if turn.voucher_id == one.id else two
        act = unit.voucher_sales.sell if turn.entry is Entry.SALE else unit.voucher_sales.take_back
        return act(batch, which, turn)

    assert await database.write(partial(sold, line)) is None, "nobody has seen it on its router"
    assert await database.read(lambda unit: unit.voucher_sales.next_ready("daily", START)) is None
    seen = [(replace(one, written_at=START, read_at=START), Verdict.PROVEN, "")]
    await database.write(lambda unit: unit.vouchers.judged(batch.id, 1, seen))
    assert await database.read(lambda unit: unit.voucher_sales.next_ready("daily", START)) == one.id
    cashiers = [replace(line, cashier=f"cashier {number}", key=None) for number in range(4)]
    results = await asyncio.gather(*(database.write(partial(sold, each)) for each in cashiers))
    assert [result is not None for result in results].count(True) == 1, "the last one is sold once"
    back = replace(line, entry=Entry.RETURN, amount=-5000, key=None)
    assert await database.write(partial(sold, replace(back, voucher_id=two.id))) is None
    returned = await database.write(partial(sold, back))
    assert returned is not None
    assert returned.turn == 2
    assert await database.write(partial(sold, back)) is None
    again = await database.write(partial(sold, line))
    assert again is not None
    assert await database.read(lambda unit: unit.voucher_sales.keyed("k1")) == again
    lines = await database.read(lambda unit: unit.voucher_sales.lines(START, LATER))
    assert [(each.entry, each.turn) for each in lines] == [(Entry.SALE, 1), (Entry.RETURN, 2), (Entry.SALE, 3)]
    assert takings(lines) == Takings(2, 1, 5000, 4000, refunded=5000)
    assert await database.read(lambda unit: unit.voucher_sales.lines(LATER)) == ()
    [stock] = await database.read(lambda unit: unit.voucher_sales.stock(START))
    assert (stock.profile, stock.ready, stock.others, stock.sold) == ("daily", 0, 1, 1)
    for statement in (update(voucher_sale).values(amount=1), delete(voucher_sale)):
        with pytest.raises(RadiusbridgeError):
            await database.write(partial(execute, statement))


async def test_what_is_over_is_not_sold_though_nobody_has_noted_it(database: Database) -> None:
    batch = await database.write(lambda unit: made(unit, "A1", batch=replace(BATCH, validity=60)))
    await database.write(lambda unit: unit.vouchers.claim(batch.id, "a/1/1", unit.now, 20))
    [one] = await database.read(lambda unit: unit.vouchers.rows(batch.id))
    seen = [(replace(one, written_at=START, read_at=START), Verdict.PROVEN, "")]
    await database.write(lambda unit: unit.vouchers.judged(batch.id, 1, seen))
    ends = update(voucher).values(expires_at=LATER)
    await database.write(partial(execute, ends))
    line = Sale(START, Entry.SALE, one.id, batch.id, "A1", "daily", "bras-1", "", "sari", 4000, 5000, 0)
    for now, ready in ((START, one.id), (LATER, None)):
        found = await database.read(partial(lambda at, unit: unit.voucher_sales.next_ready("daily", at), now))
        [stock] = await database.read(partial(lambda at, unit: unit.voucher_sales.stock(at), now))
        assert (found, stock.ready) == (ready, int(ready is not None))
    late = replace(line, at=LATER)
    assert await database.write(lambda unit: unit.voucher_sales.sell(batch, one, late)) is None
    lasting = replace(batch, validity=None)
    assert await database.write(lambda unit: unit.voucher_sales.sell(lasting, one, line)) is not None
    await database.write(partial(execute, ends))
    back = replace(late, entry=Entry.RETURN, amount=-5000)
    assert await database.write(lambda unit: unit.voucher_sales.take_back(lasting, one, back)) is None


async def test_the_next_voucher_is_one_of_the_router_that_is_named(database: Database) -> None:
    for number in (7, 8):
        new = replace(BATCH, label=f"rb-{number}", router_id=number, router=f"bras-{number}")
        await database.write(partial(lambda new, unit: made(unit, f"A{new.router_id}", batch=new), new))
    await database.write(partial(execute, update(voucher).values(read_at=START, verdict=Verdict.PROVEN)))

    def looked(unit: UnitOfWork) -> tuple[object, ...]:
        of = [unit.voucher_sales.next_ready("daily", START, router=f"bras-{number}") for number in (7, 8, 9)]
        codes = [each and unit.vouchers.with_batch(each)[1].code for each in of]
        return (*codes, unit.voucher_sales.routers("daily", START))

    assert await database.read(looked) == ("A7", "A8", None, ("bras-7", "bras-8"))
    await database.write(partial(execute, update(voucher).where(voucher.c.code == "A7").values(sold_at=START)))
    assert (await database.read(looked))[-1] == ("bras-8",)


async def test_what_has_expired_is_not_made_void(database: Database) -> None:
    batch = await database.write(lambda unit: made(unit, "A1", "A2"))
    over = update(voucher).where(voucher.c.code == "A1")
    await database.write(partial(execute, over.values(expired_at=START, gone_at=START, verdict=Verdict.PROVEN)))
    await database.write(lambda unit: unit.vouchers.make_void(batch.id, LATER))
    rows = await database.read(lambda unit: unit.vouchers.rows(batch.id))
    assert [(each.state, each.verdict) for each in rows] == [("expired", Verdict.PROVEN), ("void", None)]
    with pytest.raises(BadInput, match="void or expired"):
        await database.write(lambda unit: unit.vouchers.void_one(unit.vouchers.of_batch(batch.id, code="a1"), LATER))


async def test_what_is_used_and_was_never_sold_does_not_last_for_ever(database: Database) -> None:
    stored = replace(BATCH, validity=60, starts=Starts.SALE)
    batch = await database.write(lambda unit: made(unit, "A1", "A2", batch=stored))
    one, two = await database.read(lambda unit: unit.vouchers.rows(batch.id))
    sold = replace(two, sold_at=START)
    span, minute = Span(START, LATER, "log"), timedelta(seconds=60)
    assert await database.write(lambda unit: unit.voucher_ends.first_login(batch, one, span)) == LATER + minute
    assert await database.write(lambda unit: unit.voucher_ends.first_login(batch, sold, span)) == START + minute


def execute(statement: Executable, unit: UnitOfWork) -> None:
    unit.vouchers._connection.execute(statement)


def test_validity_counts_from_what_the_plan_says_and_takes_nothing_away() -> None:
    one = Voucher(1, 1, "A", drawn_at=START, sold_at=LATER, first_login_at=LATER, first_login_off=30.0)
    ends = [expiry(replace(BATCH, validity=60, starts=starts), one) for starts in Starts]
    assert ends == [START + timedelta(seconds=60), LATER + timedelta(seconds=60), LATER + timedelta(seconds=90)]
    assert expiry(BATCH, one) is None
    assert expiry(replace(BATCH, validity=60), replace(one, first_login_at=None)) is None
