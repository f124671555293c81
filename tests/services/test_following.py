"""Followers at simulated routers of both generations: refusals, logins, breaks, lost lines, wrong clocks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.domain.refusals import Refusal, RefusalCause
from radiusbridge.gateways.following import line_time
from radiusbridge.services.context import Context
from radiusbridge.services.following import Followers, Following
from radiusbridge.services.process import this_process
from radiusbridge.services.refusals import Book, last
from radiusbridge.simulator.router import Router
from tests.gateways.support import Place, SeededEntropy, place


@dataclass
class Town:
    """An ISP that is followed."""

    place: Place
    context: Context
    book: Book
    followers: Followers

    def state(self, name: str) -> Following:
        return next(state for home, state in self.followers.states.items() if home.name == name)

    @property
    def bras(self) -> Router:
        return self.place.isp.router("nas1")

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await self.place.clock.sleep(0.01)

    async def followed(self) -> None:
        await self.until(lambda: len(self.followers.states) == 2 and all(s.up for s in self.followers.states.values()))

    async def last(self, username: str, times: int = 1) -> Refusal:
        async with asyncio.timeout(60):
            while True:
                await self.book.write()
                found = await last(self.context, self.place.server.id, username)
                if found is not None and found.times >= times:
                    return found
                await self.place.clock.sleep(0.01)


@asynccontextmanager
async def town(tmp_path: Path, ros: str, skew: float = 0.0, **knobs: Any) -> AsyncIterator[Town]:
    key = KeyFile(tmp_path / "key").create()
    async with place(tmp_path / "trace.jsonl", ros=ros, redial=(0.1, 0.2), **knobs) as made:
        database = Database.open(tmp_path / "db", key=key, clock=made.clock)
        server = await database.write(lambda unit: unit.servers.add(made.server))
        await database.write(lambda unit: unit.nases.add(replace(made.nas, server_id=server.id)))
        context = Context(database, made.gateways, made.clock, SeededEntropy(1), this_process(), "noc", "agent")
        for router in made.isp.world.routers.values():
            router.faults.clock_skew = skew
        book = Book(context)
        followers = Followers(context, book)
        task = asyncio.create_task(followers.run())
        try:
            yield Town(made, context, book, followers)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await database.close()


@pytest.fixture(params=["7.16.2", "6.49.18"])
async def isp(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path, request.param) as made:
        yield made


async def test_the_servers_reason_and_the_next_login(isp: Town) -> None:
    await isp.followed()
    customer = isp.place.isp.customers["cust0001"]
    isp.place.menu("user").set(isp.place.stored("cust0001"), {"disabled": "yes"})
    isp.bras.nas.kick(isp.bras.nas.of("cust0001")[0])
    refusal = await isp.last("cust0001", times=2)
    assert (refusal.cause, refusal.router, refusal.words) == (
        RefusalCause.DISABLED, "um1", "cust0001: user is disabled",
    )  # fmt: skip
    assert refusal.entered_at is None
    assert abs(refusal.at - datetime.now(UTC)) < timedelta(seconds=30)
    isp.place.menu("user").set(isp.place.stored("cust0001"), {"disabled": "no"})
    await isp.place.isp.until(lambda: customer.online)
    async with asyncio.timeout(60):
        while (await isp.last("cust0001")).entered_at is None:
            await isp.place.clock.sleep(0.01)
    assert isp.state("nas1").sessions == 3
    assert isp.state("um1").sessions is None
    assert [len(router.api.sessions) for router in isp.place.isp.world.routers.values()] == [1, 1]


async def test_what_came_during_a_break(isp: Town) -> None:
    isp.bras.log("pppoe,ppp,error", "<0001>: user before authentication failed")
    await isp.followed()
    await isp.last("before")
    for turn, lines in enumerate((3, 1_200), 1):
        for session in list(isp.bras.api.sessions):
            session.end(reset=True)
        isp.bras.faults.turn(refuse_tcp=True)
        for _ in range(lines):
            isp.bras.log("system,info", "noise")
        isp.bras.log("pppoe,ppp,error", f"<0002>: user meanwhile{turn} authentication failed - radius timeout")
        await isp.until(lambda: not isp.state("nas1").up)
        isp.bras.faults.turn(refuse_tcp=False)
        await isp.followed()
        refusal = await isp.last(f"meanwhile{turn}")
        assert (refusal.cause, refusal.times) == (RefusalCause.NO_ANSWER, 1)
        assert (isp.state("nas1").breaks, isp.state("nas1").gaps) == (turn, turn - 1)
    assert (await isp.last("before")).times == 1


async def test_a_wrong_clock(tmp_path: Path) -> None:
    async with town(tmp_path, "6.49.18", skew=-7_200.0) as isp:
        isp.bras.log("pppoe,ppp,error", "<0001>: user budi authentication failed")
        await isp.followed()
        refusal = await isp.last("budi")
        assert abs(refusal.at - datetime.now(UTC)) < timedelta(seconds=30)
        difference = isp.state("nas1").difference
        assert difference is not None
        assert abs(difference + 7_200) < 30


HERE = datetime(2026, 1, 1, 0, 30)  # noqa: DTZ001 - a router's local time has no zone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:29:59", "2026-01-01 00:29:59"),
        ("23:00:00", "2025-12-31 23:00:00"),
        ("dec/31 23:00:00", "2025-12-31 23:00:00"),
        ("12-31 23:00:00", "2025-12-31 23:00:00"),
        ("jan/01 00:10:00", "2026-01-01 00:10:00"),
        ("jan/02/1970 02:00:09", "1970-01-02 02:00:09"),
        ("2025-12-31 23:00:00", "2025-12-31 23:00:00"),
        ("99:00:00", None),
        ("feb/30 00:00:00", None),
        ("\x1b[2J", None),
        ("", None),
    ],
)
def test_times_of_lines(text: str, expected: str | None) -> None:
    found = line_time(text, HERE)
    assert (None if found is None else str(found)) == expected
