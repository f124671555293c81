"""A server's accounts beside the customers, on both generations of User Manager."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import Access, AccessChange
from radiusbridge.domain.profiles import Difference
from radiusbridge.domain.records import Customer, Hold, HoldKind, Profile
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways import routers
from radiusbridge.services import access, comparing, customers, profiles, servers
from radiusbridge.services.comparing import AccountLine, compare_accounts
from radiusbridge.services.context import Context
from radiusbridge.services.process import this_process
from radiusbridge.services.profile_sync import Side
from tests.gateways.conftest import either as either
from tests.gateways.support import Place, SeededEntropy


@pytest.fixture
async def town(either: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Context]:
    """A database that says of every account what the server has; looked up two at a time, while no more are read."""
    monkeypatch.setattr(comparing, "CHUNK", 2)
    monkeypatch.setattr(routers, "LONG_BUFFER", 1)
    key = KeyFile(tmp_path / "key").create()
    database = Database.open(tmp_path / "data.db", key=key, clock=either.clock)
    context = Context(database, either.gateways, either.clock, SeededEntropy(1), this_process(), "noc", "test")
    await servers.add(context, replace(either.server, id=0))
    known: dict[str, Any] = either.isp.endpoints()
    await profiles.add(context, Profile(known["profile"], 10_000_000, 20_000_000))
    for row in known["customers"]:
        customer = Customer("", row["username"], 0, 0, password=Secret(row["password"]))
        await customers.add(context, customer, profile=known["profile"], server="um1", provisioned=False)
    yield context
    await database.close()


async def lines(town: Context) -> dict[str, AccountLine]:
    """Every account; those that are plainly alike may be passed by, and nobody else."""
    found = {line.username: line async for line in compare_accounts(town, "um1")}
    passed_by: list[int] = []
    rest = {line.username: line async for line in compare_accounts(town, "um1", passed_by.append)}
    assert sum(passed_by) + len(rest) == len(found)
    told = {name: (line.side, line.differences, line.hidden, line.theirs) for name, line in found.items()}
    assert all(told[name] == (line.side, line.differences, line.hidden, line.theirs) for name, line in rest.items())
    assert {line.side for name, line in found.items() if name not in rest} <= {Side.SAME}
    return found


async def test_what_is_alike_shows_no_difference(town: Context, either: Place) -> None:
    names = set(either.isp.customers)
    found = await lines(town)
    assert set(found) == names
    assert {(line.side, line.differences) for line in found.values()} == {(Side.SAME, ())}
    first, second, _ = sorted(names)
    for state in (True, False):
        await access.isolate(town, first, hold=HoldKind.PAUSE)
        either.menu("user").set(either.stored(first), {"disabled": "yes" if state else "no"})
        wanted = () if state else (Difference("access", "held", "open"),)
        assert (await lines(town))[first].differences == wanted
    assert (await lines(town))[second].side is Side.SAME
    walled = AccessChange(Access.WALLED, either.server.isolation_name, either.isp.endpoints()["profile"])
    assert await either.accounts.write_access(await either.account(first), walled)
    assert (await lines(town))[first].side is Side.SAME, "either way to keep out is right"
    await access.activate(town, first)
    assert [str(each) for each in (await lines(town))[first].differences] == ["access is walled, not open"]
    opened = replace(walled, access=Access.OPEN)
    assert await either.accounts.write_access(await either.account(first), opened)
    assert (await lines(town))[first].side is Side.SAME, "and nothing of the isolation is left to be told"


async def test_each_difference_is_told_by_its_field(town: Context, either: Place) -> None:
    first, second, third = sorted(either.isp.customers)
    other = replace(await found_in(town, first), password=Secret("another"), static_address="10.9.8.7")
    await town.database.write(lambda unit: unit.customers.change(other))
    lock = replace(await found_in(town, second), caller_id="4C:5E:0C:00:00:01")
    await town.database.write(lambda unit: unit.customers.change(lock))
    await profiles.add(town, Profile("other", 1_000_000, 1_000_000, shared_users=3))
    other_id = (await town.database.read(lambda unit: unit.profiles.named("other"))).id
    moved = replace(await found_in(town, third), profile_id=other_id)
    await town.database.write(lambda unit: unit.customers.change(moved))
    missing = replace(moved, id=0, number="", username="nobody")
    await town.database.write(lambda unit: unit.customers.add(missing))
    stranger = {"customer": "admin", "username": "stranger"} if either.six else {"name": "stranger"}
    either.menu("user").add({**stranger, "password": "x"})
    either.menu("user").set(either.stored(second), {"disabled": "yes"})

    found = await lines(town)
    told = {name: {each.field: (each.wanted, each.have) for each in line.differences} for name, line in found.items()}
    assert told[first] == {"password": ("another", "another"), "static_address": ("10.9.8.7", "none")}
    assert told[second] == {"caller_id": ("4C:5E:0C:00:00:01", "none"), "access": ("open", "disabled")}
    assert told[third].pop("profile") == ("other", either.isp.endpoints()["profile"])
    assert told[third] == {"shared_users": ("3", "1")}
    assert {name: line.side for name, line in found.items() if name in {"nobody", "stranger"}} == {
        "nobody": Side.HERE,
        "stranger": Side.THERE,
    }
    assert found["stranger"].ours is None
    assert found["nobody"].theirs is None


async def test_nobody_is_passed_by_for_another(town: Context, either: Place) -> None:
    """Names in other letters, a second account of one customer, a held customer without one, a profile's own pool."""
    first, second, third = sorted(either.isp.customers)
    loud = replace(await found_in(town, first), username=first.upper())
    await town.database.write(lambda unit: unit.customers.change(loud))
    name, owner = ("username", {"customer": "admin"}) if either.six else ("name", {})
    either.menu("user").add({**owner, name: second.upper(), "password": either.stored(second)["password"]})
    gone = replace(await found_in(town, third), id=0, number="", username="gone")

    def held(unit: UnitOfWork) -> None:
        unit.holds.open(Hold(unit.customers.add(gone).id, HoldKind.UNPAID, "noc", unit.now))

    await town.database.write(held)
    found = await lines(town)
    assert found[first].differences == (Difference("username", first.upper(), first),)
    assert (found[second].side, found[second.upper()].side) == (Side.SAME, Side.THERE)
    assert (found["gone"].side, len(found["gone"].holds)) == (Side.HERE, 1)
    assert found[third].side is Side.SAME
    either.menu("user").set(either.stored(third), {"password": "changed by hand"})
    assert (await lines(town))[third].differences == (Difference("password", "another", "another"),)
    pooled = replace(await town.database.read(lambda unit: unit.profiles.all()[0]), pool="vip")
    await town.database.write(lambda unit: unit.profiles.change(pooled))
    pools = {line.side for name, line in (await lines(town)).items() if name == second}
    assert pools == {Side.SAME if either.six else Side.DIFFERS}, "the older one has pools with the profile alone"


async def found_in(town: Context, username: str) -> Customer:
    return await town.database.read(lambda unit: unit.customers.find(username))
