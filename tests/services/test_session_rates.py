"""What sessions move, at simulated routers of both generations: redials, doubles, resets, odd names, a dark NAS."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.records import Customer, Nas, Profile
from radiusbridge.domain.session_rates import Counters, SessionRate, rate_between, short_rate
from radiusbridge.services import customers, live_list, session_list, sessions
from radiusbridge.services.context import Context
from radiusbridge.services.process import this_process
from radiusbridge.services.session_rates import SessionRates
from radiusbridge.simulator import accounts
from radiusbridge.simulator.build import add_cpe
from radiusbridge.simulator.nas.session import Session
from tests.gateways.support import Place, SeededEntropy, api_of, place


@dataclass
class Town:
    """An ISP, and a database that knows its NASes."""

    place: Place
    context: Context

    async def rows(self, name: str | None = None) -> dict[str, list[SessionRow]]:
        return {each.nas: list(each.sessions) for each in await sessions.live(self.context, name)}

    def really(self, name: str) -> Session:
        return self.place.isp.oracle.sessions_really(name)[0]

    async def online(self, name: str, password: str, router: str, mac: str) -> Session:
        cpe = add_cpe(self.place.isp.world, self.place.isp.router(router), name, password, mac)
        cpe.switch_on()
        await self.place.isp.until(lambda: cpe.online)
        assert cpe.session is not None
        return cpe.session


@asynccontextmanager
async def town(tmp_path: Path, **knobs: Any) -> AsyncIterator[Town]:
    key = KeyFile(tmp_path / "key").create()
    async with place(tmp_path / "trace.jsonl", nases=2, customers=4, redial=(0.1, 0.2), **knobs) as made:
        database = await asyncio.to_thread(lambda: Database.open(tmp_path / "db", key=key, clock=made.clock))
        server = await database.write(lambda unit: unit.servers.add(made.server))
        for router in made.isp.endpoints()["routers"]:
            if "nas" in router["roles"]:
                nas = Nas(router["name"], server.id, api=api_of(router))
                await database.write(lambda unit, nas=nas: unit.nases.add(nas))  # type: ignore[misc]
        profile = await database.write(lambda unit: unit.profiles.add(Profile("20M", 1, 1)))
        budi = Customer("", "cust0001", server.id, profile.id, area="timur")
        await database.write(lambda unit: unit.customers.add(budi))
        context = Context(database, made.gateways, made.clock, SeededEntropy(1), this_process(), "noc", "cli")
        try:
            yield Town(made, context)
        finally:
            await database.close()


@pytest.fixture(params=["7.16.2", "6.49.18"])
async def isp(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path, ros=request.param, shared_users="3") as made:
        yield made


async def test_two_readings_make_a_rate_and_a_redial_or_a_reset_none(isp: Town) -> None:
    rates = SessionRates(isp.context)
    rows = await isp.rows()
    assert {name: len(each) for name, each in rows.items()} == {"nas1": 2, "nas2": 2}
    await rates.look(rows)
    assert all(rates.rate(row) is None for each in rows.values() for row in each)
    reset, redialled = isp.really("cust0002"), isp.really("cust0003")
    reset.received = reset.sent = 0.0
    redialled.customer.nas.end(redialled, 1)
    await isp.place.isp.until(lambda: redialled.customer.online)
    await isp.place.clock.sleep(0.3)
    again = await isp.rows()
    await rates.look(again)
    found = {row.username: rates.rate(row) for each in again.values() for row in each}
    steady = found["cust0001"]
    assert steady is not None
    assert steady.down / steady.up == pytest.approx(10, rel=0.1)
    assert not steady.reset
    assert steady.seconds >= 0.3
    assert found["cust0002"] is not None
    assert (found["cust0002"].reset, found["cust0002"].down) == (True, 0)
    assert found["cust0003"] is None, "the session that dialled in between has one reading"
    assert rates.errors == {}


async def test_two_sessions_of_one_name_and_a_name_like_an_id_keep_their_own_counters(isp: Town) -> None:
    world = isp.place.isp.world
    password = isp.place.isp.customers["cust0001"].password
    near = await isp.online("cust0001", password, "nas1", "02:AA:00:00:00:01")
    far = await isp.online("cust0001", password, "nas2", "02:AA:00:00:00:02")
    manager = isp.place.um.user_manager
    assert manager is not None
    odd = []
    for number, name in enumerate(("*1", "cust0001-1", "<pppoe-cust0001>")):
        accounts.add_user(manager, name, "pw", isp.place.isp.options)
        odd.append(await isp.online(name, "pw", "nas1", f"02:BB:00:00:00:{number:02}"))
    for number, session in enumerate((near, far, *odd), 2):
        session.customer.download = number * 1_000_000.0
        session.move(world.now)
    rates = SessionRates(isp.context)
    rows = await isp.rows()
    await rates.look(rows)
    await isp.place.clock.sleep(0.3)
    await rates.look(rows)
    by_mac = {row.caller_id: rates.rate(row) for each in rows.values() for row in each}
    shares = [by_mac[session.mac] for session in (near, far, *odd)]
    assert all(each is not None and each.up > 0 for each in shares)
    assert [round(each.down / each.up / 5) for each in shares if each is not None] == [2, 3, 4, 5, 6]
    [only] = [row for row in rows["nas1"] if row.username == "*1"]
    one = SessionRates(isp.context)
    for _ in range(2):
        await one.look({"nas1": [only]})
        await isp.place.clock.sleep(0.05)
    assert one.rate(only) is not None


async def test_a_dark_nas_has_no_rates_and_delays_nobody(tmp_path: Path) -> None:
    async with town(tmp_path) as isp:
        rates, rows = SessionRates(isp.context), await isp.rows()
        await rates.look(rows)
        isp.place.isp.faults("nas2").turn(refuse_tcp=True)
        for session in list(isp.place.isp.router("nas2").api.sessions):
            session.end(reset=True)
        await isp.place.clock.sleep(0.05)
        await rates.look(rows)
        assert [rates.rate(row) is not None for name in ("nas1", "nas2") for row in rows[name]] == [
            True,
            True,
            False,
            False,
        ]
        assert list(rates.errors) == ["nas2"]


async def test_sessions_that_fit_a_filter_with_whose_they_are(tmp_path: Path) -> None:
    async with town(tmp_path, shared_users="3") as isp:
        await isp.online("cust0001", isp.place.isp.customers["cust0001"].password, "nas2", "02:AA:00:00:00:01")
        for words, count in (
            ("area:timur", 2),
            ("mark:duplicate", 2),
            ("nas:nas2 mark:duplicate", 1),
            ("mark:stranger", 3),
        ):
            found = await session_list.listed(isp.context, words=words)
            assert len(found.sessions) == count, words
        isp.place.isp.faults("nas2").turn(list_lies=True)
        ghosts = await session_list.listed(isp.context, words="mark:ghost")
        assert {each.row.username for each in ghosts.ghosts} == {"cust0001", "cust0002", "cust0004"}
        assert [len(ghosts.of(name)) for name in ("nas1", "nas2")] == [0, 0]


async def test_whose_a_session_is_is_asked_again_when_the_audit_log_has_grown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_list, "FORGET", 0.0)
    async with town(tmp_path) as isp:
        names = live_list.LiveList(isp.context)
        snapshot = await session_list.snapshot_of(isp.context, await sessions.live(isp.context), 0.0)
        first = await names.sessions(snapshot)
        assert {(each.customer.area, each.customer.password) for each in first if each.customer} == {("timur", None)}
        assert await names.sessions(snapshot) is first
        whose = next(each.customer for each in first if each.customer is not None)
        await customers.edit(isp.context, whose.number, lambda now: replace(now, area="barat"), provisioned=False)
        after = await names.sessions(snapshot)
        assert [each.customer.area for each in after if each.customer and each.customer.id == whose.id] == ["barat"]
        kept = [(old.whose, new.whose) for old, new in zip(first, after, strict=True) if old.customer != whose]
        assert kept
        assert all(old is new for old, new in kept)


async def test_a_session_that_is_on_a_list_is_not_kept_as_counted_and_is_a_ghost_once_counted_without(
    tmp_path: Path,
) -> None:
    async with town(tmp_path) as isp:
        names, context = live_list.LiveList(isp.context), isp.context

        async def ghosts() -> set[str]:
            now = context.clock.monotonic()
            snapshot = await session_list.snapshot_of(context, await sessions.live(context), now)
            found = {each.row.username for each in await names.sessions(snapshot) if "ghost" in each.marks}
            await names.count(snapshot)
            return found

        assert await ghosts() == set()
        assert await ghosts() == set()
        isp.place.isp.faults("nas2").turn(list_lies=True)
        assert await ghosts() == set()
        assert await ghosts() == {"cust0002", "cust0004"}
        isp.place.isp.faults("nas2").turn(list_lies=False)
        assert await ghosts() == set()


def test_a_rate_needs_the_same_interface_and_time_that_passed() -> None:
    first = Counters("*1", 1000, 8000, 10.0)
    assert rate_between(first, Counters("*1", 2000, 8000, 12.0)) == SessionRate(4000, 0, 2.0)
    assert rate_between(first, replace(first, interface="*2", at=12.0)) is None
    assert rate_between(first, first) is None
    assert rate_between(None, first) is None
    assert rate_between(first, Counters("*1", 999, 9000, 12.0)) == SessionRate(0, 0, 2.0, reset=True)


@given(st.integers(min_value=0, max_value=10**12))
def test_a_short_rate_is_short_and_near(bits: int) -> None:
    text = short_rate(bits)
    scale = {"k": 1e3, "M": 1e6, "G": 1e9}.get(text[-1], 1.0)
    assert float(text.rstrip("kMG")) * scale == pytest.approx(bits, rel=0.06, abs=0.5)
    assert len(text) <= 5
