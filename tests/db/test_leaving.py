"""Who leaves a reading stops it; nobody else's reading is hit."""

import asyncio
import threading
import time
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import func, literal, select
from sqlalchemy import text as sql

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork

FOREVER = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
}
READERS = 3
MANY = 8
"""More than there are readers."""


def endless(began: threading.Event, ended: list[str], unit: UnitOfWork) -> None:
    connection = unit.customers._connection
    began.set()
    try:
        connection.execute(sql(FOREVER[connection.dialect.name]))
    finally:
        ended.append("endless")


def three(unit: UnitOfWork) -> int | None:
    return unit.customers._connection.scalar(select(func.abs(literal(-3))))


async def test_a_reading_that_nobody_wants_any_more_ends_at_once(database: Database) -> None:
    ended: list[str] = []
    begun = [threading.Event() for _ in range(MANY)]
    tasks = [asyncio.create_task(database.read_while_wanted(partial(endless, each, ended))) for each in begun]
    await asyncio.to_thread(begun[0].wait, 60)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    # All readers are free again, at one time; what had not begun never does.
    free = threading.Barrier(READERS)

    def at_one_time(unit: UnitOfWork) -> int | None:
        free.wait(60)
        return three(unit)

    assert await asyncio.gather(*(database.read(at_one_time) for _ in range(READERS))) == [3] * READERS
    assert len(ended) == sum(each.is_set() for each in begun) < MANY
    for _ in range(MANY):
        assert await database.read_while_wanted(three) == 3


@pytest.mark.parametrize("seed", range(3))
async def test_stopping_hits_no_other_reading(database: Database, seed: int) -> None:
    def brief(unit: UnitOfWork) -> int | None:
        time.sleep(0.0005 * seed)
        return three(unit)

    async def leave(number: int) -> None:
        task = asyncio.create_task(database.read_while_wanted(brief))
        for _ in range(number % 7):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def stay() -> None:
        for _ in range(40):
            assert await database.read_while_wanted(brief) == 3

    await asyncio.gather(*map(leave, range(120)), stay(), stay())
