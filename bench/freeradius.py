"""100,000 accounts made on a FreeRADIUS's PostgreSQL as one operation, against plain executemany of the same rows.

Ours is the whole operation: the journal; customers read from our database and their passwords decrypted, accounts
looked up there and written in transactions of some thousands (`write_s` so far); all accounts read back and compared
with the customers field by field. Plain is psycopg's executemany of the rows that this wrote, table by table, in one
transaction, by the same role into the same tables, emptied before.
"""

import asyncio
import gc
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.ground import settings_in
from radiusbridge.cli.main import COLLECT_EVERY
from radiusbridge.domain.imports import Kind, Terms
from radiusbridge.domain.records import Profile, Server, SqlAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import profiles, servers
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.carrying import carry_out
from radiusbridge.services.context import Context
from radiusbridge.services.filling import foretell, submit
from radiusbridge.services.importing.csv_source import CsvSource
from radiusbridge.services.importing.taking_in import look, take_in
from tests.db.postgresql import Cluster, running_cluster
from tests.peers.freeradius_sql import OUR_PASSWORD, OUR_ROLE, prepare

MANY = int(os.environ.get("FREERADIUS_ACCOUNTS", "100000"))
TURNS = 2
GOAL = 0.5
COLUMNS = {
    "radcheck": ("username", "attribute", "op", "value"),
    "radreply": ("username", "attribute", "op", "value"),
    "radusergroup": ("username", "groupname", "priority"),
}


async def _stocked(folder: Path, port: int) -> Context:
    """A database with a server and all its customers."""
    context = await asyncio.to_thread(open_context, settings_in(folder), "cli")
    sql = SqlAccess("127.0.0.1", port, OUR_ROLE, Secret(OUR_PASSWORD))
    await servers.add(context, Server("fr1", "freeradius", None, sql=sql))
    await profiles.add(context, Profile("home-10", 10_000_000, 10_000_000))
    file = folder / "list.csv"
    with file.open("w") as out:
        out.write("user,password,profile\n")
        out.writelines(f"user-{number},pw{number * 31},home-10\n" for number in range(MANY))
    looked = await look(context, CsvSource(file), Terms())
    assert looked.tally.kinds == {Kind.NEW: MANY}, looked.tally
    await take_in(context, looked)
    return context


async def _fill(context: Context) -> tuple[float, float]:
    """(seconds of the operation, seconds until its write was confirmed)."""
    foretold = await foretell(context, "fr1")
    assert foretold.count == MANY
    began = time.perf_counter()
    operation = await submit(context, foretold, MANY)
    ended = await carry_out(context, operation.id)
    seconds = time.perf_counter() - began
    # without a RADIUS server nobody's login is tried
    assert ended.verdict is Verdict.UNPROVEN, ended
    steps = await context.database.read(lambda unit: unit.operations.steps(operation.id))
    return seconds, next(step.duration for step in steps if step.name == "write" and step.outcome == "confirmed")


def _rows(cluster: Cluster) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(cluster.url("radius")) as connection:
        return {
            table: connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY id".encode()).fetchall()
            for table, names in COLUMNS.items()
        }


def _empty(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("radius"), autocommit=True) as connection:
        connection.execute(f"TRUNCATE {', '.join(COLUMNS)}".encode())


def _plain(port: int, rows: dict[str, list[tuple[Any, ...]]]) -> float:
    address = f"postgresql://{OUR_ROLE}:{OUR_PASSWORD}@127.0.0.1:{port}/radius"
    began = time.perf_counter()
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        for table, names in COLUMNS.items():
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})".encode(), rows[table])
        connection.commit()
    return time.perf_counter() - began


async def _measured(folder: Path, cluster: Cluster) -> dict[str, Any]:
    port = cluster.port
    assert port is not None
    context = await _stocked(folder, port)
    ours, writes, theirs = [], [], []
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for _ in range(TURNS):
        await asyncio.to_thread(_empty, cluster)
        whole, write = await _fill(context)
        ours.append(whole)
        writes.append(write)
        rows = await asyncio.to_thread(_rows, cluster)
        await asyncio.to_thread(_empty, cluster)
        theirs.append(await asyncio.to_thread(_plain, port, rows))
        assert await asyncio.to_thread(_rows, cluster) == rows
    await context.close()
    count, whole, write, plain = sum(map(len, rows.values())), min(ours), min(writes), min(theirs)
    ratio = plain / whole
    return {
        "name": f"{MANY} accounts on a FreeRADIUS's PostgreSQL in one operation, against plain executemany of its rows",
        "ratio": round(ratio, 2),
        "goal": f">= {GOAL:g}",
        "rows": count,
        "ours_s": round(whole, 1),
        "plain_s": round(plain, 1),
        "write_s": round(write, 1),
        "write_ratio": round(plain / write, 2),
        "ours_rows_a_second": round(count / whole),
        "plain_rows_a_second": round(count / plain),
        "met": ratio >= GOAL,
    }


def run() -> dict[str, Any]:
    """The best of some turns of each, one after the other, since others may be busy on the machine."""
    before = gc.get_threshold()
    gc.set_threshold(COLLECT_EVERY, *before[1:])  # as in every verb
    try:
        with tempfile.TemporaryDirectory() as name, running_cluster(tcp=True) as cluster:
            prepare(cluster, "radius")
            return asyncio.run(_measured(Path(name), cluster))
    finally:
        gc.set_threshold(*before)


if __name__ == "__main__":
    print(run())
