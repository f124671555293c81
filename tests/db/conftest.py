"""Databases for the tests: each test with `database` runs on SQLite and on PostgreSQL."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import Key, KeyFile
from tests.db.postgresql import Cluster, running_cluster

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.peer))


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - START).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return KeyFile(tmp_path_factory.mktemp("key") / "key").create()


@pytest.fixture(scope="session")
def cluster(key: Key) -> Iterator[Cluster]:
    """A PostgreSQL server with a migrated database named `migrated`, to copy."""
    with running_cluster() as running:
        url = running.create("migrated")
        asyncio.run(Database.open(url, key=key, clock=HandClock(), upgrade=True).close())
        yield running


_numbers = itertools.count()


def fresh_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of a database that nobody else uses; on PostgreSQL with its tables."""
    if dialect == "sqlite":
        return str(tmp_path / "data" / "radiusbridge.db")
    running: Cluster = request.getfixturevalue("cluster")
    name = f"t{next(_numbers)}"
    request.addfinalizer(lambda: running.drop(name))
    return running.create(name, "migrated")


@pytest.fixture(params=BOTH)
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    return fresh_url(request.param, tmp_path, request)


@pytest.fixture
async def database(url: str, key: Key, clock: HandClock) -> AsyncIterator[Database]:
    opened = Database.open(url, key=key, clock=clock)
    yield opened
    await opened.close()
