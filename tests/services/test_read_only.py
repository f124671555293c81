"""A context that only reads: every service that changes something refuses, and below them the database does."""

import ast
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import radiusbridge.services
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Profile
from radiusbridge.services import (
    access,
    carrying,
    customers,
    journal,
    kicking,
    nases,
    profiles,
    renewal,
    servers,
)
from radiusbridge.services.context import Context
from tests.services.test_records import BUDI, SERVER, counts
from tests.services.test_records import context as context
from tests.services.test_records import stocked as stocked

Change = Callable[[Context], Awaitable[object]]
CHANGES: Sequence[Change] = (
    lambda to: customers.add(to, replace(BUDI, username="ani"), profile="home-10"),
    lambda to: customers.edit(to, "budi", lambda old: replace(old, name="x")),
    lambda to: customers.remove(to, "budi"),
    lambda to: customers.unbind(to, "budi"),
    lambda to: access.isolate(to, "budi"),
    lambda to: access.activate(to, "budi"),
    lambda to: renewal.renew(to, "budi", months=1),
    lambda to: kicking.kick(to, "budi"),
    lambda to: journal.cancel(to, 1),
    lambda to: carrying.carry_out(to, 1),
    carrying.hasten,
    lambda to: servers.add(to, replace(SERVER, name="um-9")),
    lambda to: servers.edit(to, "um-1", lambda old: replace(old, isolation_rate=1)),
    lambda to: servers.remove(to, "um-1"),
    lambda to: nases.remove(to, "bras-1"),
    lambda to: profiles.add(to, Profile("p", 1, 1)),
    lambda to: profiles.remove(to, "home-10"),
    lambda to: to.database.write(lambda unit: None),
)


async def test_every_change_is_refused_and_leaves_no_trace(stocked: Context) -> None:
    led = await customers.add(stocked, BUDI, profile="home-10")
    assert led.operation is not None
    before, reading = await counts(stocked), stocked.only_reading()
    for change in CHANGES:
        with pytest.raises(Refused):
            await change(reading)
    assert await counts(stocked) == before
    assert (await customers.show(reading, "budi")).customer.username == "budi"
    assert (await journal.get(reading, led.operation.id)).attempts == 0


def test_services_change_the_database_by_its_write_alone() -> None:
    """So that refusing there refuses everything: no service reaches for an engine or a writer of its own."""
    folder = Path(radiusbridge.services.__file__).parent
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"_writer", "_engines", "_written", "engine"}, f"{file}:{node.lineno}"
