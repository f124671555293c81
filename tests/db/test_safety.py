"""Several at once, and the end of a process at any moment: nothing twice, nothing lost."""

import asyncio
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from sqlalchemy import Connection, event

from radiusbridge.db.database import Database
from radiusbridge.db.engines import make_engines, parsed
from radiusbridge.db.errors import Busy
from radiusbridge.db.hop import InlineHop, ThreadHop
from radiusbridge.db.keys import Key
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.filters import parse
from radiusbridge.domain.records import Customer, Intent
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.domain.voucher_fields import VOUCHERS
from radiusbridge.services.system import SystemClock
from tests.db import samples
from tests.db.conftest import HandClock, fresh_url
from tests.db.worker import claim_all


def spawn(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.db.worker", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def submit_many(uow: UnitOfWork) -> set[int]:
    kicks = [samples.operation(Intent.KICK, customer_id=number % 7 + 1) for number in range(60)]
    return {uow.operations.submit(one, uow.now).id for one in kicks}


async def check_each_once(database: Database, expected: set[int], claimed: list[list[int]]) -> None:
    assert sorted(one for owner in claimed for one in owner) == sorted(expected)
    for one in await database.read(lambda uow: uow.operations.listed(limit=1000)):
        assert (one.verdict, one.attempts, len(one.reasons)) == (Verdict.PROVEN, 1, 1)
    steps = await database.read(lambda uow: [uow.operations.steps(one) for one in expected])
    assert [len(one) for one in steps] == [1] * len(expected)


async def test_threads_claim_each_operation_once(database: Database, url: str, key: Key) -> None:
    expected = await database.write(submit_many)
    together = threading.Barrier(4)

    def work(owner: str) -> list[int]:
        async def run() -> list[int]:
            own = Database.open(url, key=key, clock=SystemClock())
            together.wait()
            try:
                return await claim_all(own, owner)
            finally:
                await own.close()

        return asyncio.run(run())

    with ThreadPoolExecutor(4) as pool:
        claimed = await asyncio.gather(*(asyncio.wrap_future(pool.submit(work, owner)) for owner in "abcd"))
    await check_each_once(database, expected, claimed)


async def test_processes_claim_each_operation_once(database: Database, url: str, key: Key) -> None:
    expected = await database.write(submit_many)
    claimed = []
    workers = [spawn("claim", url, key.source, owner) for owner in "abc"]
    for worker in workers:
        output, errors = await asyncio.to_thread(worker.communicate, timeout=240)
        assert worker.returncode == 0, errors
        claimed.append([int(line) for line in output.split()])
    await check_each_once(database, expected, claimed)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 5])
async def test_a_killed_process_has_lost_nothing_that_it_reported(
    url: str, key: Key, clock: HandClock, when: str, number: int
) -> None:
    worker = spawn("die", url, key.source, when, number)
    output, errors = await asyncio.to_thread(worker.communicate, timeout=240)
    assert worker.returncode == -9, errors
    reported = output.split()
    assert reported == [f"C-{count:04}" for count in range(1, number)]
    database = Database.open(url, key=key, clock=clock)
    stored = [one.number for one in await database.read(lambda uow: uow.customers.all())]
    expected = number - 1 if when == "before" else number
    assert stored == [f"C-{count:04}" for count in range(1, expected + 1)]
    added = await database.write(samples.populate if not stored else lambda uow: uow.customers.add(fresh()))
    assert added.number == f"C-{expected + 1:04}"
    await database.close()


def fresh() -> Customer:
    return samples.customer(1, 1, username="fresh")


async def test_several_processes_may_make_the_same_new_file(tmp_path: Path, key: Key, clock: HandClock) -> None:
    url = tmp_path / "new" / "data.db"
    workers = [spawn("claim", url, key.source, owner) for owner in "abcde"]
    for worker in workers:
        _, errors = await asyncio.to_thread(worker.communicate, timeout=240)
        assert worker.returncode == 0, errors
    await Database.open(url, key=key, clock=clock).close()


class Crash(BaseException):
    """The end of a simulated process."""


async def test_a_crash_around_the_commit_of_an_inline_hop(tmp_path: Path, key: Key, clock: HandClock) -> None:
    def crash() -> None:
        raise Crash

    hop = InlineHop()
    database = Database.open(tmp_path / "data.db", key=key, clock=clock, hop=hop)
    hop.before_commit = crash
    with pytest.raises(Crash):
        await database.write(samples.populate)
    assert await database.read(lambda uow: uow.customers.count()) == 0
    hop.before_commit, hop.after_commit = lambda: None, crash
    with pytest.raises(Crash):
        await database.write(samples.populate)
    assert await database.read(lambda uow: uow.customers.count()) == 1
    await database.close()


async def test_a_cancelled_caller_does_not_stop_the_transaction(url: str, key: Key, clock: HandClock) -> None:
    entered, go_on = threading.Event(), threading.Event()
    committed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell() -> None:
        loop.call_soon_threadsafe(committed.set)

    hop = ThreadHop(after_commit=tell)
    database = Database.open(url, key=key, clock=clock, hop=hop)

    def slow(uow: UnitOfWork) -> Customer:
        entered.set()
        go_on.wait()
        return samples.populate(uow)

    def fails(uow: UnitOfWork) -> None:
        raise LookupError("nobody is left to hear this")

    callers = [asyncio.create_task(database.write(slow)), asyncio.create_task(database.write(fails))]
    await asyncio.to_thread(entered.wait)
    for caller in callers:
        caller.cancel()
    finished = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(one) for one in finished] == [asyncio.CancelledError] * 2
    assert not committed.is_set()
    go_on.set()
    await committed.wait()
    assert await database.read(lambda uow: uow.customers.count()) == 1
    with pytest.raises(LookupError):
        await database.write(fails)
    await database.close()
    with pytest.raises(RuntimeError):
        await database.write(samples.populate)


async def test_readers_go_on_while_a_writer_writes(database: Database) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(uow: UnitOfWork) -> None:
        samples.populate(uow)
        entered.set()
        go_on.wait()

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(entered.wait)
    counts = await asyncio.gather(*(database.read(lambda uow: uow.customers.count()) for _ in range(8)))
    assert counts == [0] * 8
    go_on.set()
    await writing
    assert await database.read(lambda uow: uow.customers.count()) == 1


async def test_nothing_blocks_the_event_loop(url: str, key: Key, clock: HandClock) -> None:
    with blockbuster_ctx():
        database = await asyncio.to_thread(Database.open, url, key=key, clock=clock)
        await database.write(samples.populate)
        assert await database.read(lambda uow: uow.customers.count()) == 1
        await database.close()


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"cannot be written|read-only"):
        await database.read(samples.populate)
    assert await database.read(lambda uow: uow.servers.count()) == 0


async def test_a_busy_file_is_tried_again_then_given_up(
    tmp_path: Path, key: Key, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("radiusbridge.db.engines.BUSY_SECONDS", 0.01)
    path = tmp_path / "data.db"
    database = Database.open(path, key=key, clock=clock)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match="another process is writing") as caught:
            await database.write(samples.populate)
        assert (caught.value.target, caught.value.retryable) == (str(path), True)
        assert clock.slept == [0.05, 0.2, 1.0]
        assert await database.read(lambda uow: uow.customers.count()) == 0
        other.execute("ROLLBACK")
    await database.write(samples.populate)
    await database.close()


@pytest.mark.peer
async def test_a_busy_postgresql_is_tried_again(
    tmp_path: Path, request: pytest.FixtureRequest, key: Key, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("radiusbridge.db.engines.BUSY_SECONDS", 0.01)
    url = fresh_url("postgresql", tmp_path, request)
    one, two = (Database.open(url, key=key, clock=clock) for _ in range(2))
    entered, go_on = threading.Event(), threading.Event()

    def slow(uow: UnitOfWork) -> None:
        entered.set()
        go_on.wait()

    writing = asyncio.create_task(one.write(slow))
    await asyncio.to_thread(entered.wait)
    with pytest.raises(Busy):
        await two.write(samples.populate)
    assert clock.slept == [0.05, 0.2, 1.0]
    go_on.set()
    await writing
    await two.write(samples.populate)
    await one.close()
    await two.close()


@contextmanager
def explained(path: Path, clock: HandClock) -> Iterator[tuple[UnitOfWork, list[str]]]:
    """A transaction on SQLite, and how its statements are carried out."""
    engines = make_engines(parsed(path))
    plans: list[str] = []

    def explain(connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith(("EXPLAIN", "BEGIN")):
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append(" | ".join(row[3] for row in rows))

    event.listen(engines.writer, "before_cursor_execute", explain)
    with engines.writer.begin() as connection:
        yield UnitOfWork(Transaction(connection), clock.now()), plans
    engines.dispose()


async def test_failed_vouchers_are_read_from_their_index(tmp_path: Path, key: Key, clock: HandClock) -> None:
    """One in each batch among a million must not cost a look at all of them."""
    path = tmp_path / "data.db"
    await Database.open(path, key=key, clock=clock).close()
    for text in ("state:failed", "verdict:failed"):
        with explained(path, clock) as (unit, plans):
            assert list(unit.vouchers.narrowed(1, parse(text, VOUCHERS), "", clock.now().date(), None)) == []
        assert plans == ["SEARCH voucher USING INDEX ix_voucher_failed (verdict=? AND batch_id=? AND row>?)"]


async def test_the_queue_is_read_from_indexes(tmp_path: Path, key: Key, clock: HandClock) -> None:
    """A journal of a million finished operations must not slow the next one down."""
    path = tmp_path / "data.db"
    await Database.open(path, key=key, clock=clock).close()
    with explained(path, clock) as (unit, plans):
        journal = unit.operations
        journal.claimable(clock.now(), 10, ["dead"])
        journal.claimable(clock.now(), 10, (), 1)
        journal.owners()
        journal.listed(status=[Status.QUEUED, Status.RUNNING, Status.WAITING])
        journal.listed(customer_id=1)
        journal.claim(1, "me", clock.now(), 30)
        submitted = journal.submit(samples.operation(), clock.now())
        assert tuple(journal.earlier(submitted, 10)) == ()
        assert journal.newest_of([submitted.customer_id, 7]) == {submitted.customer_id: submitted}
    assert len(plans) >= 8
    scans = [
        plan
        for plan in plans
        if re.search(r"SCAN (?!.*USING INDEX (ix_operation_open|uq_operation_running))|TEMP B-TREE FOR ORDER", plan)
    ]
    assert not scans, scans
