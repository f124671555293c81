"""A FreeRADIUS among the devices of the dashboard: accounts for all its customers, by keys."""

import asyncio
from pathlib import Path

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Customer, Nas, Profile, RadiusAccess, Server, SqlAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.context import Context
from radiusbridge.services.process import this_process
from radiusbridge.services.system import SystemClock, SystemEntropy
from radiusbridge.tui import keyboard
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.start import Start
from tests.peers.freeradius_sql import OUR_PASSWORD, OUR_ROLE, FreeRadiusPlace
from tests.tui.conftest import Stage
from tests.tui.fakes import Router

pytestmark = pytest.mark.peer

THERE = "SELECT count(*) FROM radcheck WHERE attribute = 'Cleartext-Password'"


def record(unit: UnitOfWork, place: FreeRadiusPlace) -> None:
    """The FreeRADIUS with 120 customers."""
    radius = place.radius
    access = RadiusAccess(radius.host, radius.ports["auth"], Secret(radius.secret))
    sql = SqlAccess("127.0.0.1", place.port, OUR_ROLE, Secret(OUR_PASSWORD))
    server = unit.servers.add(Server("fr-1", "freeradius", None, sql=sql, radius=access))
    unit.nases.add(Nas("bras-1", server.id))
    profile = unit.profiles.add(Profile("home-10", 2_000_000, 10_000_000))
    for number in range(120):
        unit.customers.add(Customer("", f"u{number}", server.id, profile.id, password=Secret("pw")))


async def test_accounts_are_made_once_their_number_is_typed(
    tmp_path: Path, radius_place: FreeRadiusPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyboard, "PAUSE", 0.0)
    clock, entropy = SystemClock(), SystemEntropy()
    database = await asyncio.to_thread(
        lambda: Database.open(tmp_path / "data.sqlite3", key=KeyFile(tmp_path / "key"), clock=clock)
    )
    context = Context(database, Gateways(clock, entropy), clock, entropy, this_process(), "ani", "tui")
    await database.write(lambda unit: record(unit, radius_place))
    app = Dashboard(context=context, start=Start("devices"))
    try:
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            stage = Stage(app, pilot, context, Router())
            await stage.until_shown("fr-1", "bras-1")
            await stage.press("g", "j", "f")
            await stage.until_shown("choose a server")
            await stage.press("g", "f")
            await stage.until_shown("Make 120 accounts on fr-1", "server fill fr-1 --yes-count 120", "Type 120")
            await stage.press("1", "2", "enter")
            await stage.until_shown("12 is not the number")
            assert radius_place.execute(THERE) == [(0,)]
            await stage.press("1", "2", "0")
            await stage.pilot.pause(0.06)
            await stage.press("enter")
            await stage.until_shown("PROVEN", "fill fr-1")
            assert radius_place.execute(THERE) == [(120,)]
            assert radius_place.login("u7", "pw")
            await stage.press("3")
            await stage.until_shown("fill")
            await stage.press("enter")
            await stage.until_shown("120 alike", "the test login of u0 is accepted")
            await stage.press("escape", "4", "g", "f")
            await stage.until_shown("There is nothing to do", "120 accounts are there as the database says")
            app.exit(0)
    finally:
        await app.close_desk()
        await context.close()
