"""50,000 customers imported from CSV as one operation, against a bulk insert by SQLAlchemy Core of the rows it wrote.

The rows are taken from the database that the import has written: customers, audit, events, what undo needs, and the
operation. They are inserted into an empty database of the same schema in one transaction, with a statement for a
thousand rows, sealed and written as JSON by the same column types, and indexed for the search in the same way. Memory
is that of the look at a list ten times as long, in a process of its own.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bench.ground import settings_in
from radiusbridge.db import search
from radiusbridge.db.import_tables import import_row
from radiusbridge.db.tables import audit_entry, customer, operation, operation_change, outbox_event
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.imports import Kind, Terms
from radiusbridge.domain.records import ApiAccess, Profile, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.services import profiles, servers
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from radiusbridge.services.importing.csv_source import CsvSource
from radiusbridge.services.importing.taking_in import look, take_in

MANY, LONG, TURNS = 50_000, 1_000_000, 3
GOAL = 3.0
MOST_MIB = 64.0
"""What a list of a million rows may take more than one of fifty thousand."""
TABLES = (operation, operation_change, customer, audit_entry, outbox_event, import_row)


def write_list(file: Path, count: int) -> None:
    """A list as an ISP keeps it."""
    with file.open("w") as out:
        out.write("Username,Password,Nama,No HP,Alamat,Wilayah,Paket,Jatuh Tempo\n")
        for number in range(count):
            phone, area = f"0812-{number // 10_000:04}-{number % 10_000:04}", number % 40
            name = f"Pelanggan {number * 7919 % count}"
            out.write(f"user-{number},pw{number * 31},{name},{phone},Jl. Mawar {number},Blok {area},10M,31/12/2026\n")


async def stocked(folder: Path) -> Context:
    """A database with a server and a profile."""
    context = await asyncio.to_thread(open_context, settings_in(folder), "cli")
    await servers.add(context, Server("um1", "userman7", ApiAccess("127.0.0.1", 1, "noc", Secret("p"))))
    await profiles.add(context, Profile("home-10", 10_000_000, 10_000_000))
    return context


def _rows(unit: UnitOfWork) -> list[tuple[Any, list[dict[str, Any]]]]:
    connection = unit._transaction.connection
    found = []
    for table in TABLES:
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
        found.append((table, rows))
    return found


def _insert(unit: UnitOfWork, rows: list[tuple[Any, list[dict[str, Any]]]]) -> None:
    connection = unit._transaction.connection
    for table, values in rows:
        for start in range(0, len(values), 1000):
            connection.execute(insert(table), values[start : start + 1000])
    search.catch_up(connection)


async def _import(folder: Path, file: Path) -> tuple[float, float, list[tuple[Any, list[dict[str, Any]]]]]:
    context = await stocked(folder)
    kept = {row["id"] for _, rows in await context.database.read(_rows) for row in rows if "id" in row}
    began = time.perf_counter()
    looked = await look(context, CsvSource(file), Terms())
    seen = time.perf_counter()
    assert looked.tally.kinds == {Kind.NEW: MANY}, looked.tally
    await take_in(context, looked)
    ended = time.perf_counter()
    rows = await context.database.read(_rows)
    fresh = [
        (table, [row for row in found if table not in (audit_entry, outbox_event) or row["id"] not in kept])
        for table, found in rows
    ]
    await context.close()
    return seen - began, ended - seen, fresh


async def _bulk(folder: Path, rows: list[tuple[Any, list[dict[str, Any]]]]) -> float:
    context = await stocked(folder)
    began = time.perf_counter()
    await context.database.write(lambda unit: _insert(unit, rows))
    seconds = time.perf_counter() - began
    count = await context.database.read(lambda unit: unit.customers.count())
    assert count == MANY, count
    await context.close()
    return seconds


async def _look_alone(folder: Path, count: int) -> dict[str, Any]:
    file = folder / f"list-{count}.csv"
    write_list(file, count)
    context = await stocked(folder)
    began = time.perf_counter()
    looked = await look(context, CsvSource(file), Terms())
    seconds = time.perf_counter() - began
    assert looked.tally.kinds == {Kind.NEW: count}
    await context.close()
    return {"mib": _most_mib(), "seconds": seconds}


def _most_mib() -> float:
    """Of this process; `getrusage` would tell what its parent had before it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _in_child(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "bench.imports", name, str(count)]
        found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def run() -> dict[str, Any]:
    """The best of some turns of each, one after the other, since others may be busy on the machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "list.csv"
        write_list(file, MANY)
        ours, theirs, looks = [], [], []
        for turn in range(TURNS):
            for each in ("ours", "theirs"):
                (folder / f"{each}{turn}").mkdir()
            looking, writing, rows = asyncio.run(_import(folder / f"ours{turn}", file))
            looks.append(looking)
            ours.append(writing)
            theirs.append(asyncio.run(_bulk(folder / f"theirs{turn}", rows)))
        looking, writing, bulk = min(looks), min(ours), min(theirs)
    few, many = _in_child(MANY), _in_child(LONG)
    ratio = writing / bulk
    more = many["mib"] - few["mib"]
    return {
        "name": f"{MANY} customers imported from CSV as one operation, against a Core bulk insert of the same rows",
        "ratio": round(ratio, 2),
        "goal": f"<= {GOAL:g}",
        "ours_s": round(writing, 1),
        "theirs_s": round(bulk, 1),
        "the_look_s": round(looking, 1),
        "rows": sum(len(values) for _, values in rows),
        "a_million_looked_at_s": round(many["seconds"], 1),
        "mib": round(few["mib"], 1),
        "a_million_more_mib": round(more, 1),
        "met": ratio <= GOAL and more <= MOST_MIB,
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(_look_alone(Path(sys.argv[1]), int(sys.argv[2])))))
    else:
        print(run())
