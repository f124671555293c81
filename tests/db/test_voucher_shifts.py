"""Shifts at the cash drawer, and stock: closed once, whoever sells meanwhile; on both dialects."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, update

from radiusbridge.db.database import Database
from radiusbridge.db.engines import make_engines, parsed
from radiusbridge.db.keys import Key
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.db.voucher_book_tables import voucher_shift, voucher_shift_end
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, Refused, UnknownName
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch
from radiusbridge.domain.vouchers.reports import Grouping, Period
from radiusbridge.domain.vouchers.sales import Takings
from radiusbridge.domain.vouchers.shifts import Drawer
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.context import Context
from radiusbridge.services.process import this_process
from radiusbridge.services.system import SystemEntropy
from radiusbridge.services.vouchers import drawer, reporting, selling, stocking
from radiusbridge.services.vouchers.drawer import NotThatShift
from radiusbridge.services.vouchers.selling import NotForSale, Wish
from tests.db.conftest import START, HandClock
from tests.db.test_vouchers import execute

HARIAN = Wish(profile="harian")


def context_of(database: Database, clock: HandClock, who: str) -> Context:
    entropy = SystemEntropy()
    return Context(database, Gateways(clock, entropy), clock, entropy, this_process(), who, "cli")


def ready(many: int, unit: UnitOfWork, outlet: str = "", profile: str = "harian") -> None:
    """On their router, each for 5,000."""
    new = VoucherBatch(f"rb-{profile}-{outlet}", Keeper.HOTSPOT, 7, "bras-1", profile, many, selling_price=5000)
    batch = unit.vouchers.create(replace(new, outlet=outlet), unit.now)
    rows = [Voucher(batch.id, row, f"{profile}{outlet}{row}", drawn_at=START) for row in range(1, many + 1)]
    unit.vouchers.add(batch, [replace(row, written_at=START, read_at=START, verdict=Verdict.PROVEN) for row in rows])


async def test_a_shift_from_the_float_to_the_count(database: Database, clock: HandClock) -> None:
    sari, budi = context_of(database, clock, "sari"), context_of(database, clock, "budi")
    await database.write(partial(ready, 5))
    with pytest.raises(NotThatShift):
        await drawer.drawer(sari)
    before = await selling.sell(sari, HARIAN)
    assert before.sale.shift_id is None
    first = await drawer.open_shift(sari, "kios", 50_000, note="pagi")
    with pytest.raises(NotThatShift, match="open already"):
        await drawer.open_shift(sari, "loket", 0)
    sold = [await selling.sell(sari, HARIAN) for _ in range(2)]
    assert {(each.sale.shift_id, each.sale.outlet) for each in sold} == {(first.shift.id, "kios")}
    await selling.sell(budi, HARIAN)
    assert (await drawer.drawer(sari)).expected == 60_000
    with pytest.raises(Refused, match="not what has to be in the drawer"):
        await drawer.close_shift(sari, 59_000)
    closed = await drawer.close_shift(sari, 59_000, reason="kembalian")
    assert closed.end is not None
    assert (closed.end.expected, closed.end.difference, closed.end.reason) == (60_000, -1000, "kembalian")
    assert await drawer.drawer(sari, first.shift.id) == closed
    for again in (None, first.shift.id):
        with pytest.raises(NotThatShift):
            await drawer.close_shift(sari, 60_000, shift_id=again)

    # what comes back in a later shift counts there, whoever sold it and whenever
    second = await drawer.open_shift(budi, "loket", 20_000)
    back = await selling.take_back(budi, sold[0].sale.code)
    assert (back.sale.shift_id, back.sale.outlet) == (second.shift.id, "kios")
    now = await drawer.drawer(budi)
    assert (now.takings, now.expected) == (Takings(0, 1, -5000, 0, 5000), 15_000)
    assert await drawer.drawer(sari, first.shift.id) == closed, "what is closed stays as it was counted"
    over = await drawer.close_shift(sari, 15_000, shift_id=second.shift.id)
    assert over.end is not None
    assert (over.shift.cashier, over.end.who, over.end.difference) == ("budi", "sari", 0)
    assert [each.shift.id for each in await drawer.drawers(sari)] == [second.shift.id, first.shift.id]
    assert await drawer.drawers(sari, only_open=True) == ()
    for statement in (
        update(voucher_shift).values(cash=0),
        delete(voucher_shift),
        update(voucher_shift_end).values(counted=1),
        delete(voucher_shift_end),
    ):
        with pytest.raises(RadiusbridgeError):
            await database.write(partial(execute, statement))
    for wrong in (drawer.open_shift(sari, "kios", -1), drawer.open_shift(sari, "kios", 0, note="a\nb")):
        with pytest.raises(BadInput):
            await wrong
    with pytest.raises(UnknownName):
        await drawer.drawer(sari, 77)


async def test_of_two_cashiers_one_has_the_last_card_and_of_two_closers_one_closes(
    database: Database, clock: HandClock
) -> None:
    await database.write(partial(ready, 1))
    who = [context_of(database, clock, name) for name in ("sari", "budi")]
    shifts = [await drawer.open_shift(each, "kios", 0) for each in who]
    told = await asyncio.gather(*(selling.sell(each, HARIAN) for each in who), return_exceptions=True)
    [sold] = [each for each in told if isinstance(each, selling.Sold)]
    assert [type(each) for each in told if each is not sold] == [NotForSale]
    assert {sold.sale.shift_id} < {each.shift.id for each in shifts}

    await database.write(partial(ready, 20, profile="mingguan"))
    [mine] = [each for each in who if each.who == sold.sale.cashier]
    sales = [selling.sell(mine, Wish(profile="mingguan")) for _ in range(20)]
    counts = [drawer.close_shift(mine, 0, reason="test") for _ in range(3)]
    mixed = [*sales[:10], *counts, *sales[10:]]
    results = await asyncio.gather(*mixed, return_exceptions=True)
    [closed] = [each for each in results if isinstance(each, Drawer)]
    in_it = [each for each in results if isinstance(each, selling.Sold) and each.sale.shift_id == closed.shift.id]
    assert closed.end is not None
    assert closed.takings.sold == len(in_it) + 1
    assert closed.end.expected == 5000 * (len(in_it) + 1), "nothing is sold into a drawer that was counted"
    assert sum(isinstance(each, NotThatShift) for each in results) == 2


async def test_stock_that_runs_short_is_told(database: Database, clock: HandClock) -> None:
    sari = context_of(database, clock, "sari")
    await database.write(partial(ready, 3, outlet="kios"))
    await database.write(partial(ready, 2, outlet="loket"))
    assert await stocking.shortages(sari) == ()
    await stocking.set_least(sari, "harian", 3, outlet="kios")
    await stocking.set_least(sari, "harian", 6)
    await stocking.set_least(sari, "bulanan", 1, outlet="kios")
    assert [(each.place, each.ready, each.least) for each in await stocking.shortages(sari)] == [
        ("bulanan at kios", 0, 1),
        ("harian", 5, 6),
    ]
    await selling.sell(sari, Wish(profile="harian", outlet="kios"))
    levels = {each.place: (each.ready, each.sold, each.least, each.short) for each in await stocking.levels(sari)}
    assert levels == {
        "bulanan at kios": (0, 0, 1, True),
        "harian at kios": (2, 1, 3, True),
        "harian at loket": (2, 0, None, False),
        "harian": (4, 1, 6, True),
    }
    for place in ("kios", ""):
        await stocking.set_least(sari, "harian", 0, outlet=place)
    assert [each.place for each in await stocking.shortages(sari)] == ["bulanan at kios"]
    with pytest.raises(BadInput):
        await stocking.set_least(sari, "harian", -1)


async def test_what_is_ready_is_not_counted_voucher_by_voucher(tmp_path: Path, key: Key, clock: HandClock) -> None:
    path, plans = tmp_path / "data.db", list[str]()
    database = Database.open(path, key=key, clock=clock)
    await database.write(partial(ready, 3))
    await stocking.set_least(context_of(database, clock, "sari"), "harian", 5)
    await database.close()

    def explain(connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith(("EXPLAIN", "BEGIN")):
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append(" | ".join(row[3] for row in rows))

    engines = make_engines(parsed(path))
    event.listen(engines.writer, "before_cursor_execute", explain)
    with engines.writer.begin() as connection:
        unit = UnitOfWork(Transaction(connection), clock.now())
        [level] = unit.voucher_stock.watched()
        assert (level.ready, level.short) == (3, True)
        assert plans[-1].startswith("SCAN voucher_count"), "not each voucher is looked at"
        unit.voucher_sales.next_ready("harian", unit.now)
        assert "ix_voucher_for_sale" in plans[-1]
        # what can still be used is counted without those that were ever sold
        place = (Keeper.HOTSPOT, 7)
        assert unit.vouchers.live(*place) == 3
        assert "ix_voucher_live" in plans[-1]
        [(of, [risk])] = unit.voucher_watch.risks().items()
        assert (of, risk.live) == (place, 3)
        assert "ix_voucher_live" in plans[-1]
        keys = {f"harian{row}" for row in (1, 2, 9)}
        books = unit.voucher_watch.books(*place, keys, unit.now)
        assert (len(books.expected), set(books.known & keys)) == (3, {"harian1", "harian2"})
        assert all("ix_voucher_live" in plan for plan in plans[-4:-1]), plans[-4:]
    engines.dispose()


async def test_outlets_that_differ_by_case_are_one(database: Database, clock: HandClock) -> None:
    sari = context_of(database, clock, "sari")
    await drawer.open_shift(sari, "Kios Pak Min", 0)
    await database.write(lambda unit: ready(3, unit, outlet="Kios Pak Min"))
    await stocking.set_least(sari, "harian", 5, outlet="kios pak min")
    assert [level.place for level in await stocking.shortages(sari)] == ["harian at Kios Pak Min"]
    for name in ("KIOS PAK MIN", "kios pak min", "Loket"):
        sold = await selling.sell(sari, replace(HARIAN, outlet=None if name == "Loket" else name, look=False))
        assert sold.sale.outlet == "Kios Pak Min"
    report = await reporting.report(sari, reporting.Ask(Grouping.OUTLET, Period.ALL, outlet="kios PAK min"))
    assert [(name, sums.sold) for name, sums in report.groups] == [("Kios Pak Min", 3)]
