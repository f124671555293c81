"""Looking for customers among 100,000, letter by letter, as a list on a screen does: one page, which is shown at once;
then how many there are, all of them. Beside it both together, counted to 10,000.

On SQLite, and on PostgreSQL where it is installed. Beside it: the same without an index, and what the index costs while
50,000 customers are stored.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from radiusbridge.db import search
from radiusbridge.db.database import Database
from radiusbridge.db.engines import make_engines, parsed
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.repositories.customers import Customers
from radiusbridge.db.tables import customer
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.customer_fields import CUSTOMERS
from radiusbridge.domain.filters import parse
from radiusbridge.domain.records import ApiAccess, Customer, LoginMethod, Profile, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.services.system import SystemClock
from tests.db.postgresql import running_cluster

MANY, ADDED, AT_ONCE, COUNTED = 100_000, 50_000, 5_000, 10_000
TYPED_MS, CLEARED_MS, COST = 50.0, 30.0, 3.0
TODAY = date(2026, 11, 22)
FIRST = ("Budi", "Ani", "Siti", "Agus", "Dewi", "Joko", "Rina", "Hendra", "Putri", "Eko", "Wahyu", "Sri")
LAST = ("Santoso", "Wijaya", "Utami", "Pratama", "Lestari", "Saputra", "Hidayat", "Nugroho", "Kusuma")
AREAS = ("utara", "timur", "barat", "selatan")
TEXTS = (
    "budi santoso", "wahyu42", "C-042317", "081234", "melati 17", "sri lestari utara", "4c:5e:0c:01:0a", "10.1.77",
    "odp-33 rina", "xyzzy", "area:utara budi", "name:hendra*ma", "caller:5e:0c:00",
)  # fmt: skip


def _customers(start: int, many: int) -> list[Customer]:
    random = Random(start)
    return [_one(random, number) for number in range(start, start + many)]


def _one(random: Random, number: int) -> Customer:
    first = random.choice(FIRST)
    high, low = number >> 8 & 255, number & 255
    return Customer(
        f"C-{number:06}", f"{first.lower()}{number}@wisp", 1, 1, name=f"{first} {random.choice(LAST)}",
        phone=f"0812{random.randrange(10**8):08}", address=f"Jl. Melati {number % 200}", area=random.choice(AREAS),
        odp=f"ODP-{number % 500}", vlan=str(number % 4000), static_address=f"10.{number >> 16}.{high}.{low}",
        caller_id=f"4C:5E:0C:{number >> 16:02X}:{high:02X}:{low:02X}",
    )  # fmt: skip


def _ground(unit: UnitOfWork) -> None:
    unit.servers.add(Server("um1", "userman7", ApiAccess("::1", 1, "u", Secret("x")), method=LoginMethod.CHAP))
    unit.profiles.add(Profile("Home", 1, 1))


def _store(start: int, many: int, unit: UnitOfWork) -> None:
    """As an import stores rows: many in one statement."""
    repository: Customers = unit.customers
    repository._transaction.insert_later(customer, map(repository._values, _customers(start, many)))


async def _fill(database: Database, start: int, many: int) -> float:
    began = time.perf_counter()
    for first in range(start, start + many, AT_ONCE):
        await database.write(partial(_store, first, AT_ONCE))
    return time.perf_counter() - began


def _page(text: str, unit: UnitOfWork) -> int | None:
    where = parse(text, CUSTOMERS)
    return unit.customers.filtered_slice(where, TODAY, None, limit=50, order="number")[1]


def _count(text: str, unit: UnitOfWork) -> int:
    return unit.customers.filtered_count(parse(text, CUSTOMERS), TODAY, None)


def _both(text: str, unit: UnitOfWork) -> int:
    where = parse(text, CUSTOMERS)
    _rows, total = unit.customers.filtered_slice(where, TODAY, None, limit=50, order="number")
    return unit.customers.filtered_count(where, TODAY, None, COUNTED) if total is None else total


class _Letter(NamedTuple):
    """Milliseconds until the rows are there, until they are counted, and of both in one reading."""

    page: float
    counted: float
    together: float


async def _timed(database: Database, text: str) -> _Letter:
    began = time.perf_counter()
    total = await database.read(partial(_page, text))
    shown = time.perf_counter()
    if total is None:
        await database.read(partial(_count, text))
    counted = time.perf_counter()
    await database.read(partial(_both, text))
    return _Letter(*((at - since) * 1000 for at, since in (
        (shown, began), (counted, began), (time.perf_counter(), counted)
    )))  # fmt: skip


async def _typed(database: Database) -> tuple[list[_Letter], list[float]]:
    """Of each letter, and milliseconds of each clearing until all is shown."""
    letters: list[_Letter] = []
    cleared: list[float] = []
    for text in TEXTS:
        name = text.partition(":")[0] if ":" in text[:7] and not text[0].isdigit() else ""
        first = len(name) + 2 if name else 1
        letters += [await _timed(database, text[:length]) for length in range(first, len(text) + 1)]
        cleared += [(await _timed(database, "")).counted for _ in range(4)]
    return letters, sorted(cleared)


async def _deep(database: Database) -> tuple[float, float]:
    """Milliseconds of the page at 99,000 by its offset, and behind a customer."""

    def page(unit: UnitOfWork, **where: int) -> tuple[Customer, ...]:
        return unit.customers.filtered(parse("", CUSTOMERS), TODAY, None, limit=50, order="number", **where)

    (before,) = (await database.read(partial(page, offset=MANY - 1001)))[:1]
    began = time.perf_counter()
    await database.read(partial(page, offset=MANY - 1000))
    middle = time.perf_counter()
    await database.read(partial(page, after=before.id))
    return (middle - began) * 1000, (time.perf_counter() - middle) * 1000


async def _measure(url: str, folder: Path) -> dict[str, Any]:
    database = Database.open(url, key=KeyFile(folder / "key"), clock=SystemClock(), upgrade=True)
    await database.write(_ground)
    await _fill(database, 1, MANY)
    if url.startswith("postgresql"):
        _analyze(url)
    await _typed(database)
    (letters, cleared), deep = await _typed(database), await _deep(database)
    await database.close()
    shown, counted, together = (sorted(kind) for kind in zip(*letters, strict=True))
    found = {f"p{part}_ms": round(_part(shown, part), 1) for part in (50, 99)}
    found |= {"counted_p99_ms": round(_part(counted, 99), 1), "in_one_p99_ms": round(_part(together, 99), 1)}
    return {
        "name": f"a filter typed letter by letter among {MANY} customers, {url.partition(':')[0]}",
        "goal": f"p99 < {TYPED_MS:g} ms, clearing < {CLEARED_MS:g} ms",
        **found,
        "letters": len(letters),
        "clearing_p99_ms": round(_part(cleared, 99), 1),
        "deep_page_ms": round(deep[0], 1),
        "deep_page_by_key_ms": round(deep[1], 1),
        "by_index": database.indexed,
        "met": found["p99_ms"] < TYPED_MS and _part(cleared, 99) < CLEARED_MS,
    }


def _part(ordered: list[float], hundredths: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * hundredths // 100)]


def _analyze(url: str) -> None:
    """What the server's autovacuum does within a minute."""
    engines = make_engines(parsed(url))
    with engines.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE customer")
    engines.dispose()


@contextmanager
def _without_index() -> Iterator[None]:
    """Databases that are opened meanwhile."""
    real = search.capable
    setattr(search, "capable", lambda _: False)  # noqa: B010
    try:
        yield
    finally:
        setattr(search, "capable", real)  # noqa: B010


async def _added(url: str, folder: Path) -> float:
    database = Database.open(url, key=KeyFile(folder / "key"), clock=SystemClock(), upgrade=True)
    await database.write(_ground)
    seconds = await _fill(database, 1, ADDED)
    await database.close()
    return seconds


def run() -> list[dict[str, Any]]:
    """The ratio is that of the time without an index."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with_index = asyncio.run(_measure(f"sqlite:///{folder}/with.sqlite3", folder))
        more = asyncio.run(_added(f"{folder}/more.sqlite3", folder))
        with _without_index():
            without = asyncio.run(_measure(f"sqlite:///{folder}/without.sqlite3", folder))
            less = asyncio.run(_added(f"{folder}/less.sqlite3", folder))
        with_index |= {"ratio": round(with_index["p50_ms"] / without["p50_ms"], 2), "p99_without_ms": without["p99_ms"]}
        found.append(with_index)
        found.append({
            "name": f"{ADDED} customers stored with the index, against without",
            "ratio": round(more / less, 2), "goal": f"<= {COST:g}", "seconds": round(more, 1),
            "seconds_without": round(less, 1), "met": more / less <= COST,
        })  # fmt: skip
        if shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
            with running_cluster() as cluster:
                shared = asyncio.run(_measure(cluster.create("bench"), folder))
            found.append({**shared, "ratio": round(shared["p50_ms"] / with_index["p50_ms"], 2)})
    return found


if __name__ == "__main__":
    for result in run():
        print(result)
