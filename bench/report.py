"""Reports over a ledger of 1,000,000 sales of vouchers in a year, some returned, half of them expired.

From the days that are kept beside it, on SQLite, and on PostgreSQL where it is installed. Beside it: one plain SUM over
the ledger, and the same report from the ledger alone, as it is asked for in another zone than the books'.
"""

import asyncio
import shutil
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, select, text

from radiusbridge.db.columns import TIME
from radiusbridge.db.database import Database
from radiusbridge.db.engines import make_engines, parsed
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.db.voucher_tables import voucher_sale
from radiusbridge.domain.vouchers.records import Keeper, VoucherBatch
from radiusbridge.domain.vouchers.reports import Grouping
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from radiusbridge.services.settings import Settings
from radiusbridge.services.system import SystemClock
from radiusbridge.services.vouchers import reporting
from radiusbridge.services.vouchers.reporting import Ask
from tests.db.postgresql import running_cluster

SALES, BATCH, AT_ONCE = 1_000_000, 5_000, 100
FIRST, DAYS = date(2025, 11, 1), 365
PROFILES, OUTLETS, ROUTERS = 8, 25, 3
WITHIN_MS = 200.0
TIMES = 7
ELSEWHERE = "Asia/Makassar"


def _batches(unit: UnitOfWork) -> None:
    for number in range(SALES // BATCH):
        router, outlet = f"bras-{number % ROUTERS}", f"outlet {number % OUTLETS}"
        batch = VoucherBatch(
            f"rb-{number}", Keeper.HOTSPOT, number % ROUTERS + 1, router, f"profile {number % PROFILES}", BATCH,
            price=4000, selling_price=5000, outlet=outlet,
        )  # fmt: skip
        unit.vouchers.create(batch, unit.now)


_VOUCHERS = text("""
    INSERT INTO voucher (batch_id, row, keeper, router_id, code, code_key, drawn_at, written_at, read_at, sold_at,
        first_login_by, expires_at, expired_at, verdict, words)
    SELECT id, :row, keeper, router_id, id || 'x' || :text, id || 'x' || :text, :at, :at, :at, :at, '', :over, :over,
        'PROVEN', ''
    FROM voucher_batch ORDER BY id
""").bindparams(bindparam("at", type_=TIME), bindparam("over", type_=TIME))
_LINES = text("""
    INSERT INTO voucher_sale (at, entry, voucher_id, batch_id, code, profile, router, outlet, cashier, price, amount,
        turn, note)
    SELECT :at, :entry, v.id, b.id, v.code, b.profile, b.router, b.outlet, :shift || b.outlet, 4000, :amount, :turn, ''
    FROM voucher v JOIN voucher_batch b ON b.id = v.batch_id
    WHERE v.id > :after AND v.id <= :to AND v.id % :part = 0
""").bindparams(bindparam("at", type_=TIME))


def _sold(rows: range, unit: UnitOfWork) -> None:
    """One voucher of each batch is sold at a time; some come back; every other one is over a month later."""
    run, together = unit.vouchers._connection.execute, SALES // BATCH
    for row in rows:
        begun = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
        at = begun + timedelta(days=DAYS * (row - 1) / BATCH)
        over = at + timedelta(days=30) if row % 2 else None
        run(_VOUCHERS, {"row": row, "text": str(row), "at": at, "over": over})
        line = {"at": at, "after": (row - 1) * together, "to": row * together, "shift": f"cashier {row % 2} of "}
        run(_LINES, {**line, "entry": "sale", "amount": 5000, "turn": 1, "part": 1})
        run(_LINES, {**line, "entry": "return", "amount": -5000, "turn": 2, "part": 97})


async def _fill(url: str, folder: Path) -> float:
    """Seconds in which the books are added up anew."""
    database = Database.open(url, key=KeyFile(folder / "key"), clock=SystemClock(), upgrade=True)
    await database.write(_batches)
    for first in range(1, BATCH + 1, AT_ONCE):
        await database.write(partial(_sold, range(first, min(first + AT_ONCE, BATCH + 1))))
    began = time.perf_counter()
    await database.write(lambda unit: unit.voucher_totals.rebuild(unit.voucher_totals.zone()))
    seconds = time.perf_counter() - began
    await database.close()
    return seconds


def _asks(zone: str | None = None) -> dict[str, Ask]:
    last = FIRST + timedelta(days=DAYS)
    ways = (Grouping.DAY, Grouping.MONTH, Grouping.OUTLET, Grouping.CASHIER)
    found = {f"by_{by}": Ask(by, first=FIRST, last=last, zone=zone) for by in ways}
    return found | {"one_outlet": Ask(Grouping.PROFILE, first=FIRST, last=last, zone=zone, outlet="outlet 7")}


async def _timed(context: Context, ask: Ask, times: int = TIMES) -> float:
    """Milliseconds in the middle."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        told = await reporting.report(context, ask)
        found.append((time.perf_counter() - began) * 1000)
        assert told.total.sold == (SALES if ask.outlet is None else SALES // OUTLETS)
    return statistics.median(found)


def _plain_sum(unit: UnitOfWork) -> int:
    return int(unit.voucher_sales._connection.scalar(select(func.sum(voucher_sale.c.amount))) or 0)


async def _measure(url: str, folder: Path) -> dict[str, Any]:
    rebuilt = await _fill(url, folder)
    if url.startswith("postgresql"):
        _analyze(url)
    context = await asyncio.to_thread(open_context, Settings(url, folder / "key", None, "bench"), "cli")
    try:
        ours = {name: await _timed(context, ask) for name, ask in _asks().items()}
        month = Ask(first=FIRST + timedelta(days=200), last=FIRST + timedelta(days=230))
        began = time.perf_counter()
        await reporting.report(context, month)
        of_month = (time.perf_counter() - began) * 1000
        began = time.perf_counter()
        await context.database.read(_plain_sum)
        plain = (time.perf_counter() - began) * 1000
        elsewhere = await _timed(context, _asks(ELSEWHERE)["by_day"], 1)
    finally:
        await context.close()
    worst = max(ours.values())
    return {
        "name": f"a year's report over {SALES} sales, {url.partition(':')[0]}, against one plain SUM over the ledger",
        "ratio": round(worst / plain, 2),
        "goal": f"< {WITHIN_MS:g} ms",
        **{f"{name}_ms": round(value, 1) for name, value in ours.items()},
        "a_month_ms": round(of_month, 1),
        "plain_sum_ms": round(plain, 1),
        "from_the_ledger_ms": round(elsewhere, 1),
        "rebuilt_s": round(rebuilt, 1),
        "met": worst < WITHIN_MS,
    }


def _analyze(url: str) -> None:
    """What the server's autovacuum does within a minute."""
    engines = make_engines(parsed(url))
    with engines.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    engines.dispose()


def run() -> list[dict[str, Any]]:
    """The ratio is that of the slowest report to the plain SUM."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = [asyncio.run(_measure(f"sqlite:///{folder}/bench.sqlite3", folder))]
        if shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
            with running_cluster() as cluster:
                found.append(asyncio.run(_measure(cluster.create("bench"), folder)))
    return found


if __name__ == "__main__":
    for result in run():
        print(result)
