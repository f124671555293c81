"""A whole database copied and compared row by row: 100,000 customers with their audit log and events, from SQLite to
PostgreSQL and back.

Beside it, in the same run: `pg_dump | psql` of what arrived, which compares nothing; both write the same rows into an
empty database, and make its indexes.
"""

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.search import _customers, _ground
from radiusbridge.db.copying.run import Copied, copy
from radiusbridge.db.database import Database
from radiusbridge.db.keys import Key, KeyFile
from radiusbridge.db.tables import customer
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.services.system import SystemClock
from tests.db.postgresql import programs, running_cluster

MANY, AT_ONCE = 100_000, 5_000
MOST = 4.0
"""Of pg_dump | psql's time: each row is read, written, and read on both sides once more."""


def _store(start: int, many: int, unit: UnitOfWork) -> None:
    records = _customers(start, many)
    repository: Any = unit.customers
    repository._transaction.insert_later(customer, map(repository._values, records))
    for each in records:
        unit.note("customer.add", each.username, who="noc", channel="cli", after=each)


async def _fill(file: Path, key: Key, many: int) -> None:
    database = Database.open(file, key=key, clock=SystemClock())
    await database.write(_ground)
    for start in range(0, many, AT_ONCE):
        await database.write(partial(_store, start, AT_ONCE))
    await database.close()


def _timed(work: Callable[[], Copied]) -> tuple[float, Copied]:
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


def _program(name: str) -> str:
    """Beside the server's, or on the path."""
    found = [programs() / name, *sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    return next((str(each) for each in found if each.exists()), None) or shutil.which(name) or name


def _by_dump(source: str, target: str) -> float:
    """Seconds."""
    dump, psql = _program("pg_dump"), _program("psql")
    began = time.perf_counter()
    with subprocess.Popen([dump, source], stdout=subprocess.PIPE) as dumping:
        subprocess.run([psql, "-q", "-o", "/dev/null", "-1", "-d", target], stdin=dumping.stdout, check=True)
    assert dumping.returncode == 0
    return time.perf_counter() - began


def run(many: int = MANY) -> list[dict[str, Any]]:
    """There and back."""
    with tempfile.TemporaryDirectory() as name, running_cluster() as cluster:
        folder = Path(name)
        key = KeyFile(folder / "key").create()
        asyncio.run(_fill(folder / "full.db", key, many))
        shared = cluster.create("copied")
        ours = partial(copy, key=key, now=datetime.now(UTC), dead=lambda _: frozenset())
        there, copied = _timed(lambda: ours(folder / "full.db", shared))
        back, returned = _timed(lambda: ours(shared, folder / "back.db"))
        assert copied.digest == returned.digest
        dumped = _by_dump(shared, cluster.create("dumped"))
    words = f"{copied.rows:,} rows of {many:,} customers with audit log and events"
    return [
        _line(f"{words}, from SQLite to PostgreSQL, compared", copied.rows, there, dumped),
        _line(f"{words}, from PostgreSQL to SQLite, compared", copied.rows, back, dumped),
    ]


def _line(name: str, rows: int, seconds: float, dumped: float) -> dict[str, Any]:
    return {
        "name": name,
        "ratio": round(seconds / dumped, 2),
        "goal": f"<= {MOST:g} of pg_dump | psql, which compares nothing",
        "ours_s": round(seconds, 1),
        "rows_s": round(rows / seconds),
        "pg_dump_psql_s": round(dumped, 1),
        "met": seconds <= MOST * dumped,
    }


if __name__ == "__main__":
    for result in run():
        print(result)
