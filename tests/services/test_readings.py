"""Readings of simulated routers of both generations: figures, rates, restarts, resets, the dark, what is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.domain.minutes import Minute, minute_of
from radiusbridge.domain.records import Customer, Hold, HoldKind, Nas, Profile
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways import vitals as gateway
from radiusbridge.services.context import Context
from radiusbridge.services.drift.reading import read_lists
from radiusbridge.services.overview import overview
from radiusbridge.services.process import this_process
from radiusbridge.services.readings import watching
from radiusbridge.services.readings.states import Contact, RouterState
from radiusbridge.services.readings.watching import Readings
from radiusbridge.simulator.router import Router
from tests.gateways.support import LoopClock, Place, SeededEntropy, place

CLOCK = LoopClock()


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not this machine: a router that answers late is told by what the test has it do."""
    monkeypatch.setattr(watching, "SLOW", 600.0)


@dataclass
class Town:
    place: Place
    context: Context
    readings: Readings

    def state(self, name: str) -> RouterState:
        return next(state for state in self.readings.states if state.home.name == name)

    @property
    def bras(self) -> Router:
        return self.place.isp.router("nas1")


@asynccontextmanager
async def town(tmp_path: Path, ros: str = "7.16.2", **knobs: Any) -> AsyncIterator[Town]:
    key = KeyFile(tmp_path / "key").create()
    async with place(tmp_path / "trace.jsonl", ros=ros, redial=(0.1, 0.2), **knobs) as made:
        database = Database.open(tmp_path / "db", key=key, clock=made.clock)
        server = await database.write(lambda unit: unit.servers.add(made.server))
        await database.write(lambda unit: unit.nases.add(replace(made.nas, server_id=server.id)))
        context = Context(database, made.gateways, made.clock, SeededEntropy(1), this_process(), "noc", "agent")
        yield Town(made, context, Readings(context, interval=0.05))
        await database.close()


@pytest.fixture(params=["7.16.2", "6.49.18"])
async def isp(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path, request.param) as made:
        yield made


async def test_figures_and_a_rate_over_the_true_interval(isp: Town) -> None:
    clock = isp.context.clock
    earliest = clock.monotonic()
    await isp.readings.read_all()
    first, between = isp.state("nas1"), clock.monotonic()
    assert first.contact is Contact.UP
    assert first.vitals is not None
    assert first.vitals.version.startswith(isp.bras.version)
    assert (first.vitals.sessions, first.vitals.cpu, first.vitals.missing) == (3, 3, ())
    assert first.vitals.memory_total == 1_073_741_824
    assert first.traffic.why == "a rate needs two readings"
    await asyncio.sleep(0.1)
    again = clock.monotonic()
    await isp.readings.read_all()
    latest, flow = clock.monotonic(), isp.state("nas1").traffic
    assert flow.received is not None
    moved = flow.received * flow.seconds
    assert again - between <= flow.seconds <= latest - earliest
    assert 0.99 * (again - between) <= moved / (3 * 2_200_000) <= 1.01 * (latest - earliest)
    assert flow.sent == pytest.approx(flow.received, rel=0.01)
    server = isp.state("um1").vitals
    assert server is not None
    assert (server.accounts, server.accounted, server.sessions) == (3, 3, None)
    assert [len(router.api.sessions) for router in isp.place.isp.world.routers.values()] == [1, 1]


async def test_a_reset_and_a_restart_are_told_apart(isp: Town) -> None:
    isp.bras.booted -= 5_000
    await asyncio.sleep(0.05)
    await isp.readings.read_all()
    api = isp.place.gateways.router("nas1", isp.place.nas.api or isp.place.server.router)
    await api.write("/interface/reset-counters", {"numbers": "ether2"})
    await isp.readings.read_all()
    assert isp.state("nas1").traffic.why == "the counters of ether2 were reset"
    await isp.readings.read_all()
    assert isp.state("nas1").traffic.received is not None
    isp.bras.nas.reboot()
    await isp.readings.read_all()
    assert isp.state("nas1").traffic.why == "the router was started between two readings"


async def test_a_dark_router_delays_no_other_and_keeps_its_figures_with_their_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "RENEWAL", 0.05)
    monkeypatch.setattr(watching, "DEADLINE", 60.0)
    monkeypatch.setattr(watching, "LATE", 0.1)
    async with town(tmp_path) as isp:
        task = asyncio.create_task(isp.readings.run())
        try:
            await until(lambda: len(isp.readings.states) == 2 and not any(s.stale for s in isp.readings.states))
            isp.bras.faults.dark = True
            await until(lambda: isp.state("nas1").contact is Contact.SLOW)
            read = isp.state("um1").vitals
            await until(lambda: isp.state("um1").vitals is not read)
            assert isp.state("nas1").contact is Contact.SLOW, "the other was read meanwhile"
            isp.bras.faults.turn(dark=False, refuse_tcp=True)
            for session in tuple(isp.bras.api.sessions):
                session.end(reset=True)
            await until(lambda: isp.state("nas1").contact is Contact.DARK)
            dark = isp.state("nas1")
            assert dark.stale
            assert dark.vitals is not None
            assert dark.vitals.sessions == 3
            assert dark.since is not None
            assert (dark.age(isp.context.clock.now() + timedelta(minutes=3)) or 0) >= 180
            shown = await overview(isp.context, isp.readings)
            assert [line.state.home.name for line in shown.routers] == ["nas1", "um1"]
            assert (shown.totals.sessions, shown.totals.partial) == (None, True)
            isp.bras.faults.turn(refuse_tcp=False)
            await until(lambda: isp.state("nas1").contact is Contact.UP)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_reading_that_is_given_up_at_any_turn_leaves_nothing_undone(isp: Town) -> None:
    """What was prepared and never begun is a warning of Python's, which is an error here."""
    nas = await isp.context.database.read(lambda unit: unit.nases.named("nas1"))
    server = await isp.context.database.read(lambda unit: unit.servers.get(nas.server_id))
    assert nas.api is not None
    reader = isp.place.gateways.vitals("nas1", nas.api, "", nas=True)
    for work in (reader.read, partial(read_lists, isp.context, server, [nas])):
        await work()
        for turns in range(12):
            task: asyncio.Task[object] = asyncio.create_task(work())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await CLOCK.sleep(0.01)


async def test_a_menu_that_is_missing_is_told_and_the_rest_is_read(isp: Town) -> None:
    for menu in ("/interface", "/ppp/active"):
        del isp.bras.menus[menu]
    await isp.readings.read_all()
    state = isp.state("nas1")
    assert state.contact is Contact.UP
    assert state.vitals is not None
    assert state.vitals.version
    assert set(state.vitals.missing) == {"there is no /interface", "there is no /ppp/active"}
    assert state.traffic.why == "the router does not show its counters"


async def test_who_refuses_us_is_not_dark_and_who_has_no_api_is_not_known(tmp_path: Path) -> None:
    async with town(tmp_path) as isp:

        def work(unit: Any) -> None:
            nas = unit.nases.named("nas1")
            unit.nases.change(replace(nas, api=replace(nas.api, password=Secret("wrong"))))
            unit.nases.add(Nas("bare", nas.server_id))

        await isp.context.database.write(work)
        await isp.readings.read_all()
        assert isp.state("nas1").contact is Contact.REFUSED
        assert isp.state("bare").error == "no API access is known"
        assert isp.state("bare").contact is Contact.UNKNOWN


async def test_minutes_are_kept_once_and_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LEARN_EVERY", 0.0)
    monkeypatch.setattr(gateway, "COUNT_EVERY", 0.0)
    async with town(tmp_path) as isp:
        other = Readings(isp.context)
        for _ in range(3):
            await isp.readings.read_all()
            await other.read_all()
            isp.place.clock.ahead += 60
        await other.read_all()
        await isp.readings.read_all()
        start = minute_of(isp.context.clock.now()) - timedelta(minutes=3)
        kept = await isp.context.database.read(lambda unit: unit.minutes.since(start))
        nas = isp.state("nas1").home
        assert [minute.sessions for minute in kept[nas.endpoint]] == [3, 3, 3]
        fresh = Readings(isp.context)
        shown = await fresh.read_all()
        line = next(each for each in (await overview(isp.context, fresh)).routers if each.state.home == nas)
        assert line.sessions[-4:] == (3, 3, 3, 3)
        assert {state.contact for state in shown} == {Contact.UP}
        reading = Readings(replace(isp.context.only_reading()))
        isp.place.clock.ahead += 60
        await reading.read_all()
        isp.place.clock.ahead += 60
        await reading.read_all()
        assert await isp.context.database.read(lambda unit: unit.minutes.since(start)) == kept
        await isp.context.database.write(lambda unit: unit.minutes.forget(isp.context.clock.now()))
        assert await isp.context.database.read(lambda unit: unit.minutes.since(start)) == {}
        await isp.context.database.write(lambda unit: unit.minutes.keep([("x", Minute(start))] * 250))


async def test_what_the_database_says(tmp_path: Path) -> None:
    async with town(tmp_path) as isp:

        def work(unit: Any) -> None:
            profile = unit.profiles.add(Profile("20M", 1, 1))
            for number, days in enumerate((0.001, 2, 5, 30, -3)):
                until = unit.now + timedelta(days=days)
                one = unit.customers.add(Customer("", f"user{number}", 1, profile.id, paid_until=until))
                if number < 2:
                    unit.holds.open(Hold(one.id, HoldKind.UNPAID, "ani", unit.now))
            unit.holds.open(Hold(1, HoldKind.ABUSE, "ani", unit.now))

        await isp.context.database.write(work)
        found = (await overview(isp.context, isp.readings)).standing
        assert (found.customers, found.held, found.holds) == (5, 2, {"unpaid": 2, "abuse": 1})
        assert found.soon == 3
        assert [each.username for each in found.next][-2:] == ["user1", "user2"]
