"""Whether anything was committed is told without reading it; PostgreSQL does not tell."""

import asyncio
import threading
from functools import partial

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Profile


def add(name: str, unit: UnitOfWork) -> None:
    unit.profiles.add(Profile(name, 10_000_000, 20_000_000))


async def test_the_version_is_another_one_after_each_commit_and_after_nothing_else(database: Database) -> None:
    before = await database.version()
    assert await database.version() == before
    await database.read(lambda unit: unit.profiles.all())
    assert await database.version() == before

    def nothing(unit: UnitOfWork) -> None:
        unit.profiles.all()

    await database.write(nothing)
    assert await database.version() == before
    seen = [before]
    for name in ("10M", "20M", "50M"):
        await database.write(partial(add, name))
        seen.append(await database.version())
        assert await database.only_reading().version() == seen[-1]
    assert len(set(seen)) == (4 if before is not None else 1)


async def test_nothing_is_closed_while_somebody_reads(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def slow(_unit: UnitOfWork) -> None:
        begun.set()
        assert go_on.wait(60)
        order.append("read")

    dispose = database._dispose

    def closed() -> None:
        order.append("closed")
        dispose()

    monkeypatch.setattr(database, "_dispose", closed)
    reading = asyncio.create_task(database.read(slow))
    assert await asyncio.to_thread(begun.wait, 60)
    reading.cancel()  # whoever leaves does not end what the thread does
    await asyncio.wait([reading])
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    await database._hop.run_write(lambda: None)  # so far the writer comes; it has closed nothing
    assert order == []
    go_on.set()
    await closing
    assert order == ["read", "closed"]
