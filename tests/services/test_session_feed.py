"""A watch that listens, at simulated routers: changes as they happen, counts that catch what was missed, darkness."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from radiusbridge.gateways import session_feed
from radiusbridge.services.watch import Live, NasReading, Snapshot, Watch
from tests.services.test_session_rates import Town, town
from tests.services.test_watch import until


@asynccontextmanager
async def watched(isp: Town) -> AsyncIterator[Watch]:
    watch = Watch(isp.context)
    task = asyncio.create_task(watch.run())
    try:
        await until(watch, lambda seen: len(seen.nases) == 2 and all(each.count == 2 for each in seen.nases))
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def of(snapshot: Snapshot, nas: str) -> NasReading:
    return next(each for each in snapshot.nases if each.nas == nas)


@pytest.fixture(params=["7.16.2", "6.49.18"])
async def isp(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path, ros=request.param, shared_users="3") as made:
        yield made


async def test_changes_are_told_as_they_happen_and_the_rest_stays_the_same_object(isp: Town) -> None:
    async with watched(isp) as watch:
        before = watch.snapshot
        assert all(each.listens and not each.deaf for each in before.nases)
        gone = isp.really("cust0001")
        gone.customer.switch_off()
        after = await until(watch, lambda seen: of(seen, "nas1").count == 1)
        assert after.presence(1, "cust0001", isp.context.clock.monotonic()).state is Live.OFFLINE
        assert of(after, "nas1").sessions["cust0003"] is of(before, "nas1").sessions["cust0003"]
        assert "cust0001" in of(before, "nas1").sessions, "an older snapshot does not change"
        gone.customer.switch_on()
        await until(watch, lambda seen: "cust0001" in of(seen, "nas1").sessions)
        password = isp.place.isp.customers["cust0002"].password
        await isp.online("cust0002", password, "nas1", "02:CC:00:00:00:01")
        both = await until(watch, lambda seen: all("cust0002" in each.sessions for each in seen.nases))
        assert len(both.presence(1, "cust0002", isp.context.clock.monotonic()).sessions) == 2
        walled = isp.really("cust0003")
        walled.grant.address_list = "isolir"
        walled.customer.nas.relist(walled)
        await until(
            watch, lambda seen: seen.presence(1, "cust0003", isp.context.clock.monotonic()).state is Live.WALLED
        )
        sent = isp.place.sent()
        assert sum(words[0] == "/ppp/active/listen" for words in sent) == 2
        assert sum(words[0] == "/ppp/active/print" and "=count-only=" not in words for words in sent) == 2
        assert [len(isp.place.isp.router(name).api.sessions) for name in ("nas1", "nas2")] == [1, 1]


async def test_what_was_not_told_is_found_by_the_count(isp: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_feed, "CONFIRM", 0.1)
    async with watched(isp) as watch:
        router = isp.place.isp.router("nas2")
        router.watchers["/ppp/active"].clear()
        before = of(watch.snapshot, "nas2").sessions["cust0004"]
        isp.really("cust0002").customer.switch_off()
        await until(watch, lambda seen: of(seen, "nas2").count == 1)
        assert of(watch.snapshot, "nas2").listens
        after = of(watch.snapshot, "nas2").sessions["cust0004"]
        assert after == before
        assert after[0].session_id is before[0].session_id, "ten thousands read anew take no second lot of words"


async def test_a_router_that_goes_dark_or_reboots_is_stale_and_listens_again(isp: Town) -> None:
    async with watched(isp) as watch:
        nas = isp.place.isp.router("nas1")
        isp.place.isp.faults("nas1").turn(refuse_tcp=True)
        nas.nas.reboot()
        dark = await until(watch, lambda seen: bool(of(seen, "nas1").error))
        assert len(of(dark, "nas1").sessions) <= 2
        assert not of(dark, "nas1").listens
        assert of(dark, "nas1").stale(isp.context.clock.monotonic())
        assert of(watch.snapshot, "nas2").listens
        isp.place.isp.faults("nas1").turn(refuse_tcp=False)
        await until(watch, lambda seen: of(seen, "nas1").listens and of(seen, "nas1").count == 2)


async def test_a_router_that_does_not_listen_is_read_again_and_again(isp: Town) -> None:
    for name in ("nas1", "nas2"):
        isp.place.isp.router(name).menus["/ppp/active"].listens = False
    async with watched(isp) as watch:
        deaf = await until(watch, lambda seen: all("no such command" in each.deaf for each in seen.nases))
        assert not any(each.listens for each in deaf.nases)
        isp.really("cust0001").customer.switch_off()
        await until(watch, lambda seen: of(seen, "nas1").count == 1)
