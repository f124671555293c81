"""Group commit: many writers share transactions, and each keeps what it was promised alone; on both dialects."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, event

from radiusbridge.db.database import Database
from radiusbridge.db.hop import ThreadHop
from radiusbridge.db.keys import Key
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, UnknownName
from radiusbridge.domain.records import Nas
from tests.db import samples
from tests.db.conftest import HandClock

MANY = 60


class Counting(ThreadHop):
    """Counts commits; `fail_at` breaks the commit of that number."""

    commits = 0
    fail_at = 0

    def __init__(self) -> None:
        super().__init__(before_commit=self._count)

    def _count(self) -> None:
        self.commits += 1
        if self.commits == self.fail_at:
            raise OSError("no commit")


def add(number: int, unit: UnitOfWork) -> int:
    """Every seventh fails after it has written, every eleventh breaks a constraint."""
    added = unit.customers.add(samples.customer(1, 1, username=f"user{number}"))
    if number % 7 == 0:
        raise UnknownName("told to", target=str(number))
    if number % 11 == 0:
        unit.operations.submit(samples.operation(customer_id=added.id), unit.now)
        unit.bulk.create(samples.RUN, [samples.row(1), samples.row(1)], unit.now)
    return number


async def test_those_who_wait_share_a_commit_and_nothing_else(url: str, key: Key, clock: HandClock) -> None:
    hop = Counting()
    database = Database.open(url, key=key, clock=clock, hop=hop)
    await database.write(samples.populate)
    before = hop.commits
    results = await asyncio.gather(*(database.write(partial(add, n)) for n in range(1, MANY)), return_exceptions=True)
    failed = {n for n in range(1, MANY) if n % 7 == 0 or n % 11 == 0}
    for number, result in enumerate(results, 1):
        if number % 7 == 0:
            assert isinstance(result, UnknownName)
            assert result.target == str(number), "each hears of its own failure"
        elif number % 11 == 0:
            assert isinstance(result, RadiusbridgeError)
        else:
            assert result == number
    stored = await database.read(lambda unit: {customer.username for customer in unit.customers.all()})
    assert stored == {"budi"} | {f"user{number}" for number in range(1, MANY) if number not in failed}
    assert await database.read(lambda unit: unit.bulk.listed()) == ()

    good = [n for n in range(MANY, 2 * MANY) if n % 7 and n % 11]
    between = hop.commits
    assert await asyncio.gather(*(database.write(partial(add, n)) for n in good)) == good
    assert hop.commits - between < len(good) / 2, "fewer commits than writes"
    assert between > before
    await database.close()


async def test_nobody_hears_of_success_before_the_commit(url: str, key: Key, clock: HandClock) -> None:
    hop = Counting()
    database = Database.open(url, key=key, clock=clock, hop=hop)
    await database.write(samples.populate)
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(unit: UnitOfWork) -> None:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(60)

    first = asyncio.create_task(database.write(slow))
    writes = [asyncio.create_task(database.write(partial(add, number))) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    hop.fail_at = hop.commits + 2
    writes[1].cancel()
    await asyncio.sleep(0)
    gate.set()
    await first
    results = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(result) for result in results] == [int, asyncio.CancelledError, int]
    stored = await database.read(lambda unit: {customer.username for customer in unit.customers.all()})
    assert stored == {"budi", "user1", "user2", "user3"}, "the group failed, each ran again; who left was not forgotten"
    await database.close()


async def test_a_busy_database_is_asked_again_by_each(url: str, key: Key, clock: HandClock) -> None:
    database = Database.open(url, key=key, clock=clock)
    await database.write(samples.populate)
    clock.time += timedelta(days=1)
    numbers = [number for number in range(1, 40) if number % 7 and number % 11]
    other = Database.open(url, key=key, clock=clock)
    both = [base.write(partial(add, number)) for number in numbers for base in ((database, other)[number % 2],)]
    assert await asyncio.gather(*both) == numbers
    for base in (database, other):
        await base.close()


@pytest.mark.parametrize("count", [1, 200])
async def test_order_is_the_order_of_asking(database: Database, count: int) -> None:
    await database.write(samples.populate)

    def work(number: int, unit: UnitOfWork) -> int:
        return unit.customers.add(samples.customer(1, 1, username=f"u{number}")).id

    ids = await asyncio.gather(*(database.write(partial(work, number)) for number in range(count)))
    assert ids == sorted(ids)


async def test_what_belongs_to_changes_is_inserted_together_and_seen_at_once(database: Database) -> None:
    await database.write(samples.populate)
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()
    inserts: list[str] = []

    def note(number: int, unit: UnitOfWork) -> int:
        unit.note("act", f"subject{number}", who="me", channel="cli", reason="x" * 200_000 if number == 7 else "")
        if number == 3:
            assert unit.audit.recent(1)[0].subject == "subject3", "who looks finds it"
        return number

    def slow(unit: UnitOfWork) -> None:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(60)

    def counted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT INTO audit_entry", "INSERT INTO outbox_event")):
            inserts.append(statement)

    async def together(numbers: range) -> list[int | BaseException]:
        gate.clear()
        first = asyncio.create_task(database.write(slow))
        writes = [asyncio.create_task(database.write(partial(note, number))) for number in numbers]
        await asyncio.sleep(0)
        gate.set()
        await first
        return await asyncio.gather(*writes, return_exceptions=True)

    event.listen(Engine, "before_cursor_execute", counted)
    try:
        assert await together(range(10, 40)) == [*range(10, 40)]
        assert len(inserts) <= 4, "one statement for the rows of all"
        results = await together(range(10))
    finally:
        event.remove(Engine, "before_cursor_execute", counted)
    assert [type(result) for result in results] == [BadInput if number == 7 else int for number in range(10)]
    subjects = await database.read(lambda unit: [entry.subject for entry in unit.audit.recent(100)][::-1])
    expected = [*range(10, 40), *(number for number in range(10) if number != 7)]
    assert subjects == [f"subject{number}" for number in expected], "in the order of asking, but for one"


async def test_what_one_of_a_group_changes_the_next_one_sees(database: Database) -> None:
    await database.write(samples.populate)
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(unit: UnitOfWork) -> None:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(60)

    def read(unit: UnitOfWork) -> tuple[int, int, int]:
        all_of_them = {server.id: server for server in unit.servers.all()}
        return unit.servers.get(1).isolation_rate, all_of_them[1].isolation_rate, len(unit.nases.of_server(1))

    def change(unit: UnitOfWork) -> None:
        unit.servers.change(replace(unit.servers.get(1), isolation_rate=64_000))
        unit.nases.add(Nas("bras-2", 1))

    first = asyncio.create_task(database.write(slow))
    before = asyncio.create_task(database.write(read))
    changed = asyncio.create_task(database.write(change))
    after = asyncio.create_task(database.write(read))
    await asyncio.sleep(0)
    gate.set()
    await first
    rate, same, count = await before
    assert rate == same != 64_000
    await changed
    assert await after == (64_000, 64_000, count + 1)
