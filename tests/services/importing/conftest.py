"""A database with a server and two profiles, and what imports are looked at by."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.domain.imports import Judged, Terms
from radiusbridge.domain.records import ApiAccess, Customer, Operation, Profile, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services import profiles, servers
from radiusbridge.services.context import Context
from radiusbridge.services.importing.sources import Source
from radiusbridge.services.importing.taking_in import Looked, look, take_in
from radiusbridge.services.process import this_process
from radiusbridge.services.system import SystemClock, SystemEntropy


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    clock, entropy = SystemClock(), SystemEntropy()
    database = Database.open(tmp_path / "r.db", key=KeyFile(tmp_path / "key"), clock=clock)
    opened = Context(database, Gateways(clock, entropy), clock, entropy, this_process(), "noc", "test")
    await servers.add(opened, Server("um1", "userman7", ApiAccess("127.0.0.1", 1, "noc", Secret("p"))))
    await profiles.add(opened, Profile("home-10", 10_000_000, 10_000_000, price=150_000))
    await profiles.add(opened, Profile("home-20", 20_000_000, 20_000_000, price=200_000))
    yield opened
    await opened.close()


class Importing:
    """Looks at a source, and imports it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.rows: list[Judged] = []

    async def look(self, source: Source, terms: Terms | None = None) -> Looked:
        self.rows = []
        return await look(self.context, source, terms or Terms(), self.rows.extend)

    async def all(self, source: Source, terms: Terms | None = None) -> Operation:
        return await take_in(self.context, await self.look(source, terms))

    def outcomes(self) -> list[tuple[int, str, str]]:
        """Line, what becomes of it, and which fields or why."""
        return [(row.row.line, str(row.kind), row.reason or ", ".join(row.fields)) for row in self.rows]

    async def customers(self) -> dict[str, Customer]:
        found = await self.context.database.read(lambda unit: unit.customers.all())
        return {customer.username: customer for customer in found}

    async def written(self) -> tuple[Any, ...]:
        """All that a transaction may have left behind, except its own tables' inner counters."""
        return await self.context.database.read(
            lambda unit: (
                unit.customers.all(),
                unit.profiles.all(),
                unit.audit.recent(1000),
                unit.outbox.pending(1000),
                unit.operations.listed(limit=1000),
            )
        )


@pytest.fixture
def importing(context: Context) -> Importing:
    return Importing(context)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """A file with this in it."""

    def write(content: str | bytes) -> Path:
        file = tmp_path / "pelanggan.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write
