"""Hostile text on every screen that the table of actions names: shown, neutralised, survived."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.alerts.episodes import Episode
from radiusbridge.domain.alerts.rules import Kind, Severity
from radiusbridge.domain.bulk import BulkRow, BulkRun, RunStatus
from radiusbridge.domain.hotspot import HotspotRow, Listing
from radiusbridge.domain.losses import Span
from radiusbridge.domain.probe_runs import ProbeRecord
from radiusbridge.domain.records import AuditEntry, Intent, Operation
from radiusbridge.domain.vouchers.records import Keeper, VoucherBatch
from radiusbridge.gateways.packet_ring import PacketRing
from radiusbridge.radius.packet import encode_attributes
from radiusbridge.radius.recording import Record, encode
from radiusbridge.services.settings import Settings
from radiusbridge.tui.actions.table import SCREENS
from radiusbridge.tui.pane import DetailPage
from radiusbridge.tui.start import Start
from tests.tui.conftest import Stage, Theatre, person
from tests.tui.fakes import API
from tests.tui.test_hostile import NAMES, check
from tests.tui.test_probes import files
from tests.tui.towns import Town, town

TAG = "[/foo]"
REPLY_MESSAGE = 18
LEAST = {"overview": 1, "probes": 3, "losses": 1}
"""Rows of the screens that do not show one for each name."""
KEPT = [name.replace("\0", "") for name in NAMES.values()]
"""What a database and a router keep."""


async def write(stage: Stage, work: Callable[[str, UnitOfWork], object]) -> None:
    def each(unit: UnitOfWork) -> None:
        for name in reversed(KEPT):
            work(name, unit)

    await stage.context.database.write(each)


async def customers(stage: Stage) -> None:
    await write(
        stage,
        lambda name, unit: unit.customers.add(
            person(f"u{len(name)}-{hash(name) % 9999}", name[:400], phone=name[:100], area=name[:100], note=name[:400])
        ),
    )


async def sessions(stage: Stage) -> None:
    for number, name in enumerate(NAMES.values()):
        row = SessionRow("bras-1", f"*{number}", name[:200], name, name, name, (name,), name, name)
        stage.router.live[f"{number}"] = row


async def operations(stage: Stage) -> None:
    now = stage.context.clock.now()

    def work(name: str, unit: UnitOfWork) -> None:
        wanted = Operation(Intent.KICK, 1, 0, name[:200], {}, who=name[:100], channel="tui", reason=name[:200])
        unit.operations.record(wanted, now)

    await write(stage, work)


async def devices(stage: Stage) -> None:
    def work(name: str, unit: UnitOfWork) -> None:
        server, nas = unit.servers.all()[0], unit.nases.all()[0]
        unit.servers.add(replace(server, id=0, name=f"s{name}"[:60]))
        unit.nases.add(replace(nas, id=0, name=f"n{name}"[:60], api=API))

    await write(stage, work)


async def profiles(stage: Stage) -> None:
    def work(name: str, unit: UnitOfWork) -> None:
        unit.profiles.add(replace(unit.profiles.all()[0], id=0, name=f"p{name}"[:60]))

    await write(stage, work)


async def audit(stage: Stage) -> None:
    now = stage.context.clock.now()

    def work(name: str, unit: UnitOfWork) -> None:
        values = {"name": name, name[:50]: [name]}
        unit.audit.add(AuditEntry(now, name[:60], "tui", "change", name[:200], values, values, reason=name[:200]))

    await write(stage, work)


async def probes(stage: Stage) -> None:
    now = stage.context.clock.now()

    def work(name: str, unit: UnitOfWork) -> None:
        kept = name[:200]
        row = ProbeRecord(now, "town", "login", kept, "auth", "pap", kept[:60], False, 2, None, kept)
        unit.probe_results.add_all([row])

    await write(stage, work)


async def packets(stage: Stage) -> None:
    folder = Path(stage.app.settings.database).parent / "packets" if stage.app.settings else Path()
    records = []
    for number, name in enumerate(NAMES.values()):
        octets = name.encode()[:253]
        attributes = encode_attributes([(1, octets), (REPLY_MESSAGE, octets)])
        packet = bytes((3, number)) + (20 + len(attributes)).to_bytes(2, "big") + bytes(16) + attributes
        at = int(stage.context.clock.now().timestamp() * 1e6) + number
        there, here = ("192.0.2.1", 1812), ("192.0.2.9", 4000)
        records.append(
            encode(Record(at, "recv", packet, len(packet), there, here, "reject", 0.01, 0, name[:60], octets))
        )
    ring = PacketRing(folder)
    await asyncio.to_thread(ring.append, records)
    await asyncio.to_thread(ring.close)


async def log(stage: Stage) -> None:
    assert isinstance(stage, Town)
    await stage.until_shown("▸ followed")
    for name in KEPT:
        stage.isp.router("nas1").log("pppoe,ppp,error", f"<0001>: user {name} authentication failed")


async def plan(stage: Stage) -> None:
    assert isinstance(stage, Town)
    manager = stage.isp.router("um1").user_manager
    assert manager is not None
    for name in KEPT:
        manager.users.add({"name": name[:200], "password": "x", "comment": name[:100]})
    await stage.press("r")
    await stage.until_shown("read", "ago")


async def history(stage: Stage) -> None:
    ended = stage.context.clock.now() - timedelta(minutes=1)
    place = "".join(KEPT)[:200]

    def work(name: str, unit: UnitOfWork) -> None:
        kept = name[:200]
        unit.spans.open([Span(place, 1, kept, kept, kept, ended, ended, ended, kept, kept, place)])

    await write(stage, work)


async def bulk_runs(stage: Stage) -> None:
    def work(name: str, unit: UnitOfWork) -> None:
        kept = name[:200]
        run = unit.bulk.create(
            BulkRun("kick", {}, {}, {}, kept[:60], kept[:20], reason=kept), [BulkRow(0, 1, kept, kept)], unit.now
        )
        claimed = unit.bulk.claim(run.id, "elsewhere/1/0", unit.now, 30, ())
        assert claimed is not None
        assert claimed.lease is not None
        unit.bulk.finish(run.id, claimed.lease.epoch, RunStatus.STOPPED, kept, unit.now)

    await write(stage, work)


async def alerts(stage: Stage) -> None:
    def work(name: str, unit: UnitOfWork) -> None:
        kept = name[:200]
        unit.alerts.add(Episode(Kind.POOL_FULL, kept, Severity.WARNING, unit.now, kept, raised_at=unit.now))

    await write(stage, work)


async def hotspot(stage: Stage) -> None:
    for number, name in enumerate(NAMES.values()):
        values = dict.fromkeys(("user", "address", "mac_address", "login_by", "server", "uptime", "comment"), name)
        row = HotspotRow(name[:100], Listing.ACTIVE, f"*{number}", name, {**values, "radius": True})
        stage.router.hotspot.append(row)


async def vouchers(stage: Stage) -> None:
    def work(name: str, unit: UnitOfWork) -> None:
        kept = name[:200]
        note = "".join(sign for sign in kept if sign.isprintable() and sign not in "[]")[:100]
        label = f"rb-{len(unit.vouchers.listed())}"
        batch = VoucherBatch(label, Keeper.HOTSPOT, 1, kept, kept, 1, outlet=kept, comment=note)
        unit.vouchers.create(replace(batch, why=kept), unit.now)

    await write(stage, work)


async def overview(stage: Stage) -> None:
    stage.router.version = stage.router.board = stage.router.words = "".join(NAMES.values())
    await devices(stage)
    await probes(stage)
    await alerts(stage)
    await operations(stage)


FEEDS: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "overview": overview,
    "customers": customers,
    "sessions": sessions,
    "operations": operations,
    "devices": devices,
    "profiles": profiles,
    "audit": audit,
    "packets": packets,
    "plan": plan,
    "probes": probes,
    "log": log,
    "history": history,
    "losses": history,
    "runs": bulk_runs,
    "alerts": alerts,
    "hotspot": hotspot,
    "vouchers": vouchers,
}


@asynccontextmanager
async def opened(directory: Path, screen: str) -> AsyncIterator[Stage]:
    if screen in {"plan", "log", "probes"}:
        async with town(directory, screen, customers=1, probes=files(directory)) as there:
            yield there
        return
    async with Theatre(directory).show(person("ani"), ready=False, start=Start(screen)) as stage:
        database = str(directory / "d.sqlite3")
        stage.app._settings = Settings(database, directory / "key", None, "ani", packets=directory / "packets")
        await stage.until(lambda: stage.app.desk is not None and stage.app.list_screen.rows is not None)
        yield stage


@pytest.mark.parametrize("screen", [name for name, _, _ in SCREENS])
async def test_every_screen_survives_hostile_text(tmp_path: Path, screen: str) -> None:
    async with opened(tmp_path, screen) as stage:
        await FEEDS[screen](stage)
        stage.app.list_screen.renew()
        table = stage.app.list_screen.table
        await stage.until(lambda: table.count >= LEAST.get(screen, len(NAMES) - 2))
        if screen in LEAST:
            await stage.until_shown(TAG)
        seen = ""
        for row in range(table.count):
            table.action_move(row - table.cursor)
            await stage.pilot.pause()
            check(stage)
            stage.app.action_act("evidence")
            await stage.pilot.pause()
            top = stage.app.screen
            if isinstance(top, DetailPage):
                await stage.until(lambda page=top: page._drawn != ())  # type: ignore[misc]
            check(stage)
            seen += stage.text
            if isinstance(top, DetailPage):
                stage.app.pop_screen()
                await stage.pilot.pause()
            seen += stage.text
        assert TAG in seen
        assert screen in LEAST or "@click" in seen
        await stage.pilot.resize_terminal(200, 60)
        await stage.pilot.pause()
        check(stage)
