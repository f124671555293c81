"""20,000 account changes through the whole journal on SQLite with synchronous=FULL: operations/s, and what bounds them.

Each changes a customer in the database and brings the account on the server to it: intent, claim, look, write, read
back, verdict, audit and events. The simulated ISP runs in a process of its own, without a round trip. Beside them: how
many transactions of one row the same disk commits one after the other.
"""

import asyncio
import itertools
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from bench.ground import prepared, simulated
from radiusbridge.db import database
from radiusbridge.db.hop import ThreadHop
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.bulk.preview import Preview, create
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.context import Context
from radiusbridge.services.provisioning import provision

MANY = 20_000
CUSTOMERS = 2_000
SIDE_BY_SIDE = 32
BARE = 300
BRAKES = Brakes(per_second=0, server_per_second=0, side_by_side=SIDE_BY_SIDE, canary=0, failure_limit=0)


@dataclass(slots=True)
class Commits:
    """What the writer thread spent: CPU, and in commits, which wait for the disk."""

    count: int = 0
    seconds: float = 0.0
    writer: float = 0.0
    _began: float = field(default=0.0)

    def before(self) -> None:
        self._began = time.perf_counter()

    def after(self) -> None:
        self.count += 1
        self.seconds += time.perf_counter() - self._began
        self.writer = time.thread_time()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Databases that are opened meanwhile."""
        real = ThreadHop
        setattr(database, "ThreadHop", partial(real, before_commit=self.before, after_commit=self.after))  # noqa: B010
        try:
            yield
        finally:
            setattr(database, "ThreadHop", real)  # noqa: B010


def _changed(numbers: Iterator[int], unit: UnitOfWork, context: Context, _run: BulkRun, who: Customer) -> Operation:
    number = next(numbers)
    lock = f"4C:5E:0C:{number >> 16 & 255:02X}:{number >> 8 & 255:02X}:{number & 255:02X}"
    after = unit.customers.change(replace(who, caller_id=lock))
    unit.note("customer.edit", who.username, who=context.who, channel=context.channel, before=who, after=after)
    return provision(unit, context, after, "bench")


async def _round(context: Context, found: tuple[Customer, ...], numbers: Iterator[int]) -> None:
    run = await create(
        context, Preview("journal", Selection(everybody=True), {}, found), typed=len(found), brakes=BRAKES
    )
    standing = await BulkRunner(context, run.id, submit=partial(_changed, numbers)).run()
    assert standing.states == {"PROVEN": len(found)}, standing


async def _measure(endpoints: dict[str, Any], folder: Path, many: int) -> dict[str, Any]:
    commits, numbers = Commits(), itertools.count(1)
    with commits.watched():
        async with prepared(endpoints, folder) as context:
            found = await context.database.read(lambda unit: unit.customers.all())
            await _round(context, found[:100], numbers)
            before, loop, began = replace(commits), time.thread_time(), time.perf_counter()
            for start in range(0, many, len(found)):
                await _round(context, found[: many - start], numbers)
            seconds, loop = time.perf_counter() - began, time.thread_time() - loop
    writer, disk = commits.writer - before.writer, commits.seconds - before.seconds
    shares = {"writer_cpu": writer / seconds, "commits": disk / seconds, "loop_cpu": loop / seconds}
    spent = (loop + writer) / seconds
    bound = "the interpreter" if spent > 0.8 else max(shares, key=lambda name: shares[name])
    bare = await asyncio.to_thread(_bare, folder)
    return {
        "name": f"{many} account changes through the journal, SQLite synchronous=FULL, against bare commits",
        "ratio": round(many / seconds / bare, 2),
        "goal": "printed",
        "operations_per_s": round(many / seconds, 1),
        "bare_commits_per_s": round(bare),
        "operations_per_commit": round(many / (commits.count - before.count), 2),
        "loop_cpu_ms": round(loop / many * 1000, 2),
        "writer_cpu_ms": round(writer / many * 1000, 2),
        **{f"share_of_{name}": round(share, 2) for name, share in shares.items()},
        "bound_by": bound if max(spent, shares["commits"]) > 0.5 else "the simulated router",
    }


def _bare(folder: Path) -> float:
    """Transactions of one row that the disk takes a second."""
    with sqlite3.connect(folder / "bare.sqlite3", isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE row (text TEXT)")
        began = time.perf_counter()
        for number in range(BARE):
            connection.execute("INSERT INTO row VALUES (?)", (f"{number:0200}",))
        seconds = time.perf_counter() - began
    connection.close()
    return BARE / seconds


def run(many: int = MANY) -> dict[str, Any]:
    """Operations a second, and the shares of the time."""
    with tempfile.TemporaryDirectory() as name, simulated(Path(name), min(many, CUSTOMERS), 0.0) as endpoints:
        return asyncio.run(_measure(endpoints, Path(name), many))


if __name__ == "__main__":
    print(run())
