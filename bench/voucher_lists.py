"""Lists of vouchers among a million: the first page of batches with their counts, the stock, vouchers by a filter.

On SQLite, and on PostgreSQL where it is installed. Beside it: the same counted from the vouchers themselves, and how
fast vouchers are stored and changed beside the counts.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, select, text

from radiusbridge.db.database import Database
from radiusbridge.db.engines import make_engines, parsed
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.db.voucher_count_tables import state_of, stock_of
from radiusbridge.db.voucher_tables import voucher
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.records import Keeper, VoucherBatch
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.context import Context
from radiusbridge.services.process import this_process
from radiusbridge.services.system import SystemClock, SystemEntropy
from radiusbridge.services.vouchers import finding, stocking
from tests.db.postgresql import running_cluster

BATCHES, EACH = 100, 10_000
PAGE_MS, FILTERED_MS, FAILED_MS = 300.0, 300.0, 100.0
FILTERS = (
    "state:sold",
    "state:sold sold>=-7d",
    "state:failed",
    "verdict:failed batch>90",
    "code:ff7",
    "router:nowhere",
)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _row(random: Random, batch: VoucherBatch, number: int) -> dict[str, Any]:
    """Old batches are used up, the newest are ready."""
    drawn = NOW - timedelta(days=BATCHES - batch.id)
    code = f"{random.randrange(36**6):06x}{batch.id:03}{number:05}"
    row: dict[str, Any] = {
        "batch_id": batch.id, "row": number, "keeper": batch.keeper, "router_id": batch.router_id, "code": code,
        "code_key": code, "drawn_at": drawn, "written_at": drawn, "read_at": drawn, "verdict": Verdict.PROVEN,
        "first_login_by": "", "words": "", "printed_at": None, "sold_at": None, "first_login_at": None,
        "first_login_off": None, "expires_at": None, "expired_at": None,
    }  # fmt: skip
    fate = random.random() * BATCHES / batch.id
    if fate > 0.5:
        row |= {"printed_at": drawn, "sold_at": drawn + timedelta(hours=number % 48)}
    if fate > 0.7:
        used = drawn + timedelta(hours=50)
        row |= {"first_login_at": used, "first_login_off": 0.0, "expires_at": used, "expired_at": used}
    if number == 77:
        row |= {"verdict": Verdict.FAILED, "words": "not there"}
    return row


async def seed(database: Database) -> float:
    """Seconds that storing the vouchers took."""
    random, seconds = Random(7), 0.0
    for number in range(1, BATCHES + 1):
        profile, outlet = f"plan-{number % 10}", f"outlet-{number % 7}"
        batch = VoucherBatch(f"RB{number}", Keeper.HOTSPOT, number % 5 + 1, "bras", profile, EACH, outlet=outlet)
        made = await database.write(partial(_create, batch))
        rows = [_row(random, made, count) for count in range(1, EACH + 1)]
        began = time.perf_counter()
        await database.write(partial(_insert, rows))
        seconds += time.perf_counter() - began
    return seconds


def _create(batch: VoucherBatch, unit: UnitOfWork) -> VoucherBatch:
    return unit.vouchers.create(batch, NOW)


def _insert(rows: list[dict[str, Any]], unit: UnitOfWork) -> None:
    unit._transaction.connection.execute(insert(voucher), rows)


def _print_all(batch: int, unit: UnitOfWork) -> None:
    """Ten thousand rows, each by itself, as a look at a router stores them."""
    connection = unit._transaction.connection
    ids = list(connection.scalars(select(voucher.c.id).where(voucher.c.batch_id == batch)))
    statement = text("UPDATE voucher SET printed_at = drawn_at WHERE id = :of")
    connection.execute(statement, [{"of": each} for each in ids])


async def _timed(work: Callable[[], Awaitable[object]], times: int = 5) -> float:
    """Milliseconds, the median."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        found.append((time.perf_counter() - began) * 1000)
    return sorted(found)[len(found) // 2]


def _counted(unit: UnitOfWork) -> int:
    """From the vouchers themselves."""
    state, stock = state_of("voucher"), stock_of("voucher")
    statement = text(
        f"SELECT b.profile, b.outlet, voucher.batch_id, {state}, {stock}, count(*) FROM voucher "
        "JOIN voucher_batch b ON b.id = voucher.batch_id GROUP BY 1, 2, 3, 4, 5"
    )
    return len(unit._transaction.connection.execute(statement).all())


async def _measured(kind: str, context: Context, stored: float) -> list[dict[str, Any]]:
    database = context.database
    found = []
    anew = await _timed(lambda: database.read(_counted), 3)
    pages = {
        "batches, the first page": lambda: finding.batches(context, limit=50),
        "batches by a filter": lambda: finding.batches(context, "ready>0 profile:plan-3"),
        "stock": lambda: stocking.levels(context),
        "vouchers, the first page": lambda: finding.vouchers(context, limit=50),
    }
    for name, work in pages.items():
        spent = await _timed(work)
        found.append(_line(f"{kind}: {name}", spent, PAGE_MS, counted_anew_ms=round(anew)))
    for words in FILTERS:
        spent = await _timed(partial(finding.vouchers, context, words, limit=50, codes=True), 3)
        goal = FAILED_MS if kind == "SQLite" and "failed" in words else FILTERED_MS
        found.append(_line(f"{kind}: vouchers, {words}", spent, goal))
    began = time.perf_counter()
    await database.write(partial(_print_all, BATCHES))
    found.append(
        {
            "name": f"{kind}: {BATCHES * EACH:,} vouchers stored, counted as they are; then {EACH} changed one by one",
            "ratio": 0,
            "stored_rows_s": round(BATCHES * EACH / stored),
            "changed_rows_s": round(EACH / (time.perf_counter() - began)),
        }
    )
    return found


def _line(name: str, spent: float, goal: float, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "ratio": round(spent / goal, 2),
        "ours_ms": round(spent, 1),
        "goal": f"< {goal:g} ms",
        "met": spent < goal,
        **more,
    }


@contextmanager
def _places() -> Iterator[list[tuple[str, str]]]:
    with tempfile.TemporaryDirectory() as name:
        file = ("SQLite", str(Path(name) / "vouchers.db"))
        if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) and not shutil.which("initdb"):
            yield [file]
            return
        with running_cluster() as cluster:
            yield [file, ("PostgreSQL", cluster.create("vouchers"))]


async def _on(kind: str, place: str, key: KeyFile) -> list[dict[str, Any]]:
    clock, entropy = SystemClock(), SystemEntropy()
    database = Database.open(place, key=key, clock=clock, upgrade=True)
    context = Context(database, Gateways(clock, entropy), clock, entropy, this_process(), "noc", "bench")
    stored = await seed(database)
    if kind == "PostgreSQL":
        engines = make_engines(parsed(place))
        with engines.writer.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
        engines.dispose()
    found = await _measured(kind, context, stored)
    await context.close()
    return found


def run() -> list[dict[str, Any]]:
    """Each list on each kind of database."""
    with tempfile.TemporaryDirectory() as folder, _places() as places:
        key = KeyFile(Path(folder) / "key")
        key.create()
        return [line for kind, place in places for line in asyncio.run(_on(kind, place, key))]


if __name__ == "__main__":
    for result in run():
        print(result)
