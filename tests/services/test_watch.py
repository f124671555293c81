"""The watch: readings side by side, stale ones marked with their age, never told as if they were fresh."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import Unreachable
from radiusbridge.domain.records import ApiAccess, Nas, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.context import Context
from radiusbridge.services.process import Process
from radiusbridge.services.system import SystemClock, SystemEntropy
from radiusbridge.services.watch import STALE_AFTER, Live, NasReading, Presence, Snapshot, Watch

API = ApiAccess("192.0.2.1", 8728, "bridge", Secret("s"))
QUICK = 0.01


def row(username: str, nas: str = "a", lists: tuple[str, ...] = ()) -> SessionRow:
    return SessionRow(nas, "*1", username, f"81{username}", "10.0.0.9", lists=lists, uptime="1h2m3s")


@dataclass
class FakeNas:
    """A list that the test fills, breaks or holds back."""

    rows: tuple[SessionRow, ...] = ()
    error: Exception | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reads: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def traces(self, _username: str, _devices: Iterable[str]) -> tuple[SessionRow, ...]:
        return ()

    async def sessions(self, username: str | None = None) -> tuple[SessionRow, ...]:
        assert username is None
        self.reads += 1
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return self.rows


class FakeGateways:
    """NASes by name."""

    def __init__(self, **nases: FakeNas) -> None:
        self.nases = nases

    def nas_sessions(self, nas: Nas, *, isolation: str) -> FakeNas:
        assert isolation == "isolir"
        return self.nases[nas.name]

    def session_feed(self, _nas: Nas) -> None:
        return None

    async def close(self) -> None:
        pass


@asynccontextmanager
async def watching(directory: Path, gateways: FakeGateways, *silent: str) -> AsyncIterator[tuple[Watch, Context]]:
    """A running watch over one server with the NASes of the gateways, and those without an API."""
    clock = SystemClock()
    database = await asyncio.to_thread(
        lambda: Database.open(directory / "d.sqlite3", key=KeyFile(directory / "key"), clock=clock)
    )
    context = Context(database, cast("Gateways", gateways), clock, SystemEntropy(), Process("test/1/1"), "ani", "tui")
    server = await database.write(lambda unit: unit.servers.add(Server("um", "userman7", API)))
    for name in gateways.nases:
        await add(context, Nas(name, server.id, api=API))
    for name in silent:
        await add(context, Nas(name, server.id))
    watch = Watch(context, interval=QUICK)
    task = asyncio.create_task(watch.run())
    try:
        yield watch, context
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await context.close()


async def add(context: Context, nas: Nas) -> Nas:
    return await context.database.write(lambda unit: unit.nases.add(nas))


async def until(watch: Watch, condition: Callable[[Snapshot], bool]) -> Snapshot:
    """The first snapshot for which that holds."""
    came = asyncio.Event()
    end = watch.subscribe(lambda snapshot: came.set() if condition(snapshot) else None)
    async with asyncio.timeout(60):
        if not condition(watch.snapshot):
            await came.wait()
    end()
    return watch.snapshot


async def test_a_snapshot_tells_what_is_new_in_it(tmp_path: Path) -> None:
    """Whoever takes every list down looks at one at a time, however many NASes there are."""
    gateways = FakeGateways(b=FakeNas((row("ani", "b"),)), a=FakeNas((row("budi"),)), c=FakeNas())
    async with watching(tmp_path, gateways) as (watch, _):
        seen: list[Snapshot] = []
        end = watch.subscribe(seen.append)
        await until(watch, lambda snapshot: len(seen) > 9 and bool(seen[-1].nases))
        end()
    assert {reading.nas for snapshot in seen for reading in snapshot.news} == {"a", "b", "c"}
    for before, after in pairwise(seen):
        assert [reading.nas for reading in after.nases] == ["a", "b", "c"]
        old = {reading.nas: reading for reading in before.nases}
        changed = [reading for reading in after.nases if reading is not old.get(reading.nas)]
        assert list(after.news) == changed


def reading(snapshot: Snapshot, nas: str) -> NasReading:
    return next(each for each in snapshot.nases if each.nas == nas)


async def test_a_nas_that_hangs_delays_no_other_and_goes_stale(tmp_path: Path) -> None:
    quick, slow = FakeNas((row("budi", "quick"),)), FakeNas((row("siti", "slow"),))
    async with watching(tmp_path, FakeGateways(quick=quick, slow=slow)) as (watch, context):
        await until(watch, lambda seen: len(seen.nases) == 2 and all(each.began is not None for each in seen.nases))
        slow.gate.clear()
        before = quick.reads
        generation = watch.snapshot.generation
        snapshot = await until(watch, lambda _seen: quick.reads >= before + 5)
        assert snapshot.generation > generation
        later = context.clock.monotonic() + STALE_AFTER
        assert reading(snapshot, "slow").stale(later)
        asleep = snapshot.presence(1, "siti", later)
        assert asleep.state is Live.UNKNOWN
        assert asleep.age is not None
        assert asleep.age >= STALE_AFTER
        assert [each.username for each in asleep.sessions] == ["siti"]


async def test_a_dark_nas_keeps_its_last_list_with_its_age_and_comes_back(tmp_path: Path) -> None:
    nas = FakeNas((row("budi"),))
    async with watching(tmp_path, FakeGateways(a=nas)) as (watch, context):
        first = await until(watch, lambda seen: bool(seen.nases) and reading(seen, "a").began is not None)
        assert first.presence(1, "budi", context.clock.monotonic()).state is Live.LIVE
        assert first.presence(1, "siti", context.clock.monotonic()).state is Live.OFFLINE
        nas.error = Unreachable("no answer", target="a")
        dark = await until(watch, lambda seen: bool(reading(seen, "a").error))
        now = context.clock.monotonic()
        presence = dark.presence(1, "budi", now)
        assert (presence.state, len(presence.sessions), presence.why) == (Live.UNKNOWN, 1, "a: no answer")
        assert presence.age == pytest.approx(now - (reading(dark, "a").began or 0))
        assert dark.presence(1, "siti", now).state is Live.UNKNOWN
        nas.error, nas.rows = None, ()
        back = await until(watch, lambda seen: not reading(seen, "a").error)
        assert back.presence(1, "budi", context.clock.monotonic()).state is Live.OFFLINE
        assert first.presence(1, "budi", now - 1).sessions, "an older snapshot does not change"


async def test_our_own_mistake_on_one_nas_leaves_the_others_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken, fine = FakeNas(error=KeyError("ret")), FakeNas((row("budi", "fine"),))
    async with watching(tmp_path, FakeGateways(broken=broken, fine=fine), "bare") as (watch, _context):
        snapshot = await until(
            watch, lambda seen: len(seen.nases) == 3 and bool(reading(seen, "broken").error) and fine.reads > 2
        )
        assert reading(snapshot, "broken").error == "internal error KeyError"
        assert reading(snapshot, "bare").error == "no API access is known"
        assert reading(snapshot, "bare").began is None
        assert reading(snapshot, "fine").count == 1


async def test_the_watch_follows_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radiusbridge.services.watch.RENEWAL", QUICK)
    gateways = FakeGateways(a=FakeNas())
    async with watching(tmp_path, gateways) as (watch, context):
        await until(watch, lambda seen: len(seen.nases) == 1)
        gateways.nases["b"] = FakeNas((row("budi", "b"),))
        added = await add(context, Nas("b", 1, api=API))
        await until(watch, lambda seen: len(seen.nases) == 2 and reading(seen, "b").count == 1)
        await context.database.write(lambda unit: unit.nases.remove(added.id))
        gone = await until(watch, lambda seen: len(seen.nases) == 1)
        assert gone.presence(1, "budi", context.clock.monotonic()).sessions == ()


def fresh(
    nas: str = "a", server: int = 1, began: float | None = 100.0, error: str = "", **rows: SessionRow
) -> NasReading:
    return NasReading(nas, server, "isolir", {name: (each,) for name, each in rows.items()}, len(rows), began, error)


@pytest.mark.parametrize(
    ("readings", "state"),
    [
        ((fresh(budi=row("budi", lists=("isolir",))),), Live.WALLED),
        ((fresh(budi=row("budi", lists=("isolir",))), fresh("b", budi=row("budi"))), Live.LIVE),
        ((fresh(budi=row("budi")), fresh("b", error="dark")), Live.LIVE),
        ((fresh(), fresh("b", error="dark")), Live.UNKNOWN),
        ((fresh(), fresh("b", began=None)), Live.UNKNOWN),
        ((fresh(), fresh("b", began=100.0 - STALE_AFTER)), Live.UNKNOWN),
        ((fresh(), fresh("b", server=2, error="dark")), Live.OFFLINE),
        ((fresh(server=2, budi=row("budi")),), Live.UNKNOWN),
        ((), Live.UNKNOWN),
    ],
)
def test_what_the_lists_say_about_a_customer(readings: tuple[NasReading, ...], state: Live) -> None:
    presence = Snapshot(1, readings).presence(1, "budi", 101.0)
    assert presence.state is state
    if state is Live.UNKNOWN:
        assert presence.why


def test_a_list_that_was_never_read_has_no_age() -> None:
    never = Snapshot(1, (fresh(error="dark"), fresh("b", began=None, error="dark")))
    assert never.presence(1, "budi", 101.0) == Presence(Live.UNKNOWN, (), None, "a: dark, b: dark")


async def test_what_breaks_a_listener_does_not_count_against_the_nas(tmp_path: Path) -> None:
    def broken(_snapshot: Snapshot) -> None:
        raise LookupError("a screen that is not laid out yet")

    async with watching(tmp_path, FakeGateways(a=FakeNas((row("ani"),)))) as (watch, _):
        watch.subscribe(broken)
        before = watch.snapshot.generation
        found = reading(await until(watch, lambda snapshot: snapshot.generation > before + 3), "a")
        assert (found.error, found.deaf, found.count) == ("", "", 1)
