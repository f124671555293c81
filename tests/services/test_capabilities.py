"""Capability cards: kept, read again when they are old or of another router's life, believed no longer than that."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.capabilities import FRESH, Card
from radiusbridge.services import capabilities
from radiusbridge.services.context import Context
from radiusbridge.services.doctor import examine, exit_status
from radiusbridge.services.process import this_process
from tests.gateways.support import Place, SeededEntropy, place


@pytest.fixture
async def isp(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path / "trace", customers=1) as made:
        yield made


@pytest.fixture
async def context(isp: Place, tmp_path: Path) -> AsyncIterator[Context]:
    key = KeyFile(tmp_path / "key").create()
    database = Database.open(tmp_path / "cards.db", key=key, clock=isp.clock)
    made = Context(database, isp.gateways, isp.clock, SeededEntropy(1), this_process(), "noc", "test")

    def work(unit: UnitOfWork) -> None:
        server = unit.servers.add(replace(isp.server, id=0))
        unit.nases.add(replace(isp.nas, id=0, server_id=server.id))

    await database.write(work)
    yield made
    await database.close()


async def cards(context: Context) -> dict[str, Card]:
    found = await context.database.read(lambda unit: unit.cards.around(1))
    return {card.kind: card for card in found}


async def test_cards_are_read_when_missing_old_or_of_another_life(isp: Place, context: Context) -> None:
    assert await capabilities.refresh_stale(context) == 2
    assert await capabilities.refresh_stale(context) == 0
    first = await cards(context)
    isp.isp.router("nas1").booted -= 600.0
    assert await capabilities.refresh_stale(context) == 1
    second = await cards(context)
    assert second["server"] == first["server"]
    assert second["nas"].started_at != first["nas"].started_at
    isp.isp.router("um1").version = "7.17.1"
    assert await capabilities.refresh_stale(context) == 1
    assert (await cards(context))["server"].version == "7.17.1 (stable)"
    isp.clock.ahead += FRESH.total_seconds() + 1
    assert await capabilities.refresh_stale(context) == 2


async def test_a_dark_device_keeps_its_old_card(isp: Place, context: Context) -> None:
    await capabilities.refresh_stale(context)
    before = await cards(context)
    isp.isp.faults("nas1").turn(refuse_tcp=True)
    await isp.gateways._routers.close()
    isp.clock.ahead += FRESH.total_seconds() + 1
    assert await capabilities.refresh_stale(context) == 1
    after = await cards(context)
    assert after["nas"] == before["nas"]
    assert after["server"].read_at > before["server"].read_at


async def test_what_is_seen_by_radius_stays_on_the_card(isp: Place, context: Context) -> None:
    reports = [report async for report in examine(context, ())]
    assert exit_status(reports) == 0
    assert (await cards(context))["server"].signs is True
    isp.clock.ahead += FRESH.total_seconds() + 1
    await capabilities.refresh_stale(context)
    assert (await cards(context))["server"].signs is True
    server = await context.database.read(lambda unit: unit.servers.named("um1"))
    assert server.radius is not None
    assert server.radius.signed_once


async def test_only_a_fresh_card_of_the_same_endpoint_speaks_against_a_rung(isp: Place, context: Context) -> None:
    settings = isp.isp.router("nas1").nas.dae.settings
    settings.set(settings.values, {"accept": "no"})
    await capabilities.refresh_stale(context)
    (nas,) = await context.database.read(lambda unit: unit.nases.all())
    known = tuple((await cards(context)).values())
    now = isp.clock.now()
    told = capabilities.doubts(known, (nas,), now)
    assert "accept=no" in told["nas1"]
    assert f"{now:%Y-%m-%d}" in told["nas1"]
    assert nas.api is not None
    assert capabilities.doubts(known, (replace(nas, api=replace(nas.api, host="192.0.2.1")),), now) == {}
    assert capabilities.doubts(known, (nas,), now + FRESH + timedelta(seconds=5)) == {}
    assert capabilities.doubts(known, (nas,), now - timedelta(hours=1)) == {}
