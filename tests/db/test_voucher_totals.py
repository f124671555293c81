"""The days of the books say what the ledger says, in any zone; on both dialects."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from bench import report
from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.db.voucher_book_tables import voucher_day, voucher_day_part
from radiusbridge.db.voucher_tables import voucher
from radiusbridge.domain.days import day_of, start_of, zone_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch
from radiusbridge.domain.vouchers.reports import Scope
from radiusbridge.domain.vouchers.sales import Entry, Sale, Takings, taken
from tests.db.conftest import START
from tests.db.test_vouchers import execute

ZONES = (
    "Asia/Jakarta",
    "Asia/Kolkata",  # 5:30
    "Asia/Kathmandu",  # 5:45
    "Australia/Lord_Howe",  # summer time of half an hour
    "Pacific/Chatham",  # 12:45, with summer time
    "America/Santiago",  # skips midnight
    "America/St_Johns",  # -3:30
    "UTC",
)
NAMES = st.sampled_from(("", "a", "b"))
# around changes of the clocks
WEEKS = st.sampled_from((date(2026, 4, 1), date(2026, 9, 2), date(2026, 10, 1)))
MINUTES = st.integers(0, 7 * 1440)
COLUMNS = ("day", "profile", "router", "outlet", "cashier")


@st.composite
def lines(draw: st.DrawFn) -> list[Sale]:
    found, week = [], datetime.combine(draw(WEEKS), time(), UTC)
    for number in range(draw(st.integers(0, 25))):
        at = week + timedelta(minutes=draw(MINUTES))
        profile, router, outlet, cashier = (draw(NAMES) for _ in range(4))
        amount, price = draw(st.integers(0, 9_000)), draw(st.integers(0, 9_000))
        for turn, entry in enumerate((Entry.SALE, Entry.RETURN)[: draw(st.integers(1, 2))], 1):
            at += timedelta(minutes=draw(st.integers(0, 2000)) * (turn - 1))
            money = amount if entry is Entry.SALE else -amount
            found.append(Sale(at, entry, number + 1, 1, "c", profile, router, outlet, cashier, price, money, turn))
    return found


def by_hand(found: list[Sale], scope: Scope, zone: str, columns: tuple[str, ...]) -> dict[tuple[object, ...], Takings]:
    sums: dict[tuple[object, ...], Takings] = defaultdict(Takings)
    for line in found:
        day = day_of(line.at, zone_of(zone))
        if scope.first <= day <= scope.last and all(getattr(line, name) == one for name, one in scope.names.items()):
            sums[tuple(day if name == "day" else getattr(line, name) for name in columns)] += taken(line)
    return dict(sums)


def filled(found: list[Sale], unit: UnitOfWork) -> None:
    for table in (voucher_day, voucher_day_part):
        unit.vouchers._connection.execute(delete(table))
    batch = unit.vouchers.create(VoucherBatch(f"rb-{unit.now}", Keeper.HOTSPOT, 7, "bras-1", "a", 30), unit.now)
    rows = [Voucher(batch.id, row, f"c{batch.id}x{row}", drawn_at=START) for row in range(1, 31)]
    unit.vouchers.add(batch, rows)
    ids = [each.id for each in unit.vouchers.rows(batch.id)]
    for line in found:
        unit.voucher_sales.append(replace(line, voucher_id=ids[line.voucher_id - 1], batch_id=batch.id))


class _Undone(Exception):
    """Rolls a transaction back: a ledger forgets nothing."""


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    found=lines(),
    books=st.sampled_from(ZONES),
    asked=st.sampled_from(ZONES),
    columns=st.sets(st.sampled_from(COLUMNS), min_size=1).map(lambda some: tuple(sorted(some))),
    only=st.none() | NAMES,
    first=st.dates(date(2026, 3, 30), date(2026, 4, 9)),
    days=st.sampled_from((0, 1, 5, 160, 200)),
)
async def test_days_and_ledger_say_the_same(
    database: Database,
    found: list[Sale],
    books: str,
    asked: str,
    columns: tuple[str, ...],
    only: str | None,
    first: date,
    days: int,
) -> None:
    scope = Scope(first, first + timedelta(days=days), outlet=only)

    def work(unit: UnitOfWork) -> None:
        totals = unit.voucher_totals
        totals.rebuild(books)
        filled(found, unit)
        for zone in (books, asked):
            told = totals.grouped(scope, zone, columns)
            assert len(told) == len(dict(told))
            assert dict(told) == by_hand(found, scope, zone, columns)
        assert totals.differences() == 0
        totals.rebuild(asked)
        assert totals.zone() == asked
        assert dict(totals.grouped(scope, asked, columns)) == by_hand(found, scope, asked, columns)
        assert totals.differences() == 0
        raise _Undone

    with pytest.raises(_Undone):
        await database.write(work)


async def test_what_was_written_past_the_books_is_seen_and_mended(database: Database) -> None:
    line = Sale(START, Entry.SALE, 1, 1, "c", "harian", "bras-1", "kios", "sari", 4000, 5000, 1)
    await database.write(partial(filled, [line]))
    assert await database.read(lambda unit: unit.voucher_totals.differences()) == 0
    for spoilt in (
        update(voucher_day).values(amount=1),
        delete(voucher_day),
        update(voucher).values(expired_at=START),
    ):
        await database.write(partial(execute, spoilt))
        assert await database.read(lambda unit: unit.voucher_totals.differences()) > 0
        await database.write(lambda unit: unit.voucher_totals.rebuild("Asia/Jayapura"))
        assert await database.read(lambda unit: unit.voucher_totals.differences()) == 0
    day = Scope(date(2026, 3, 1), date(2026, 3, 1))
    assert await database.read(lambda unit: unit.voucher_totals.expired(day, "Asia/Jayapura")) == {"a": (30, 30)}
    assert await database.read(lambda unit: unit.voucher_totals.expired(day, "UTC")) == {"a": (30, 30)}
    with pytest.raises(BadInput):
        await database.write(lambda unit: unit.voucher_totals.rebuild("Asia/Atlantis"))


@pytest.mark.parametrize("zone", ZONES)
def test_days_meet_without_gap_and_without_overlap(zone: str) -> None:
    place, before = zone_of(zone), timedelta(microseconds=1)
    for count in range(370):
        day = date(2026, 1, 1) + timedelta(days=count)
        begins = start_of(day, place).astimezone(UTC)
        assert (day_of(begins, place), day_of(begins - before, place)) == (day, day - timedelta(days=1))


def test_the_bench_measures_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "SALES", 250)
    monkeypatch.setattr(report, "BATCH", 10)
    told = asyncio.run(report._measure(f"sqlite:///{tmp_path}/bench.sqlite3", tmp_path))
    assert {"by_day_ms", "one_outlet_ms", "a_month_ms", "plain_sum_ms", "from_the_ledger_ms"} <= set(told)
