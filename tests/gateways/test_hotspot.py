"""The lists of a router's hotspot, its guests as sessions, and the traces that let them back, on both generations."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from radiusbridge.domain.errors import BadInput, PeerRefused
from radiusbridge.domain.hotspot import COOKIE, HOST, HOTSPOT, Listing, devices
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.gateways.hotspot import Hotspot, Values
from radiusbridge.gateways.session_feed import FeedList
from tests.gateways.support import Place, place

GUEST, LOCAL = "guest0001", "local0001"


@pytest.fixture(params=["7.21.5", "7.16.2", "6.49.18"])
async def isp(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """One guest by User Manager and two local ones at one NAS, beside a PPPoE customer."""
    async with place(tmp_path / "trace", ros=request.param, customers=1, guests=1, local_guests=2) as made:
        yield made


def hotspot(isp: Place) -> Hotspot:
    found = isp.gateways.hotspot(isp.nas)
    assert found is not None
    return found


async def test_guests_are_sessions_beside_those_of_pppoe(isp: Place) -> None:
    sessions = isp.sessions()
    rows = {row.username: row for row in await sessions.sessions()}
    assert {name: row.service for name, row in rows.items()} == {
        "cust0001": "pppoe",
        GUEST: HOTSPOT,
        LOCAL: HOTSPOT,
        "local0002": HOTSPOT,
    }
    assert [rows[name].radius for name in (GUEST, LOCAL)] == [True, False]
    assert rows[GUEST].login_by == "http-chap"
    [again] = await sessions.sessions(GUEST)
    assert again.session_id == rows[GUEST].session_id, "the same session is known by the same id"
    live = isp.isp.oracle.sessions_really(GUEST)[0]
    live.grant.address_list = "isolir"
    [listed] = await sessions.sessions(GUEST)
    assert listed.lists == ("isolir",)


async def test_traces_are_cookies_and_hosts_let_by(isp: Place) -> None:
    sessions, router = isp.sessions(), isp.isp.router("nas1")
    [row] = await sessions.sessions(GUEST)
    macs = devices([row])
    cookies = await sessions.traces(GUEST, macs)
    assert [each.service for each in cookies] == [COOKIE, COOKIE]
    for each in cookies:
        assert (await sessions.remove(each)).answer is KickAnswer.ACCEPTED
        assert (await sessions.remove(each)).answer is KickAnswer.NOT_FOUND
    assert await sessions.traces(GUEST, macs) == ()
    isp.isp.world.guests[GUEST].types = False
    assert (await sessions.remove(row)).answer is KickAnswer.ACCEPTED
    assert await sessions.sessions(GUEST) == ()
    assert (await sessions.remove(row)).answer is KickAnswer.NOT_FOUND
    assert await sessions.traces(GUEST, macs) == (), "a host that has to log in is no trace"
    router.menus["/ip/hotspot/ip-binding"].add({"mac-address": next(iter(macs)), "type": "bypassed"})
    [host] = await sessions.traces(GUEST, macs)
    assert (host.service, host.login_by) == (HOST, "bypassed")


async def test_a_later_guest_with_the_address_is_not_logged_out(isp: Place) -> None:
    [row] = await isp.sessions().sessions(GUEST)
    assert row.session_id.rpartition("@")[0] == row.address
    elder = replace(row, session_id=f"{row.address}@1")
    assert (await isp.sessions().remove(elder)).answer is KickAnswer.NOT_FOUND
    assert isp.isp.oracle.sessions_really(GUEST)[0].alive


async def test_a_router_without_a_hotspot_is_asked_once(tmp_path: Path) -> None:
    async with place(tmp_path / "trace", customers=1) as isp:
        menus = isp.isp.router("nas1").menus
        for path in [path for path in menus if path.startswith("/ip/hotspot")]:
            del menus[path]
        sessions = isp.sessions()
        for _ in range(3):
            assert [row.username for row in await sessions.sessions()] == ["cust0001"]
            assert await sessions.traces("cust0001", ["02:22:00:00:00:01"]) == ()
        assert [words[0] for words in isp.sent() if words[0].startswith("/ip/hotspot")] == ["/ip/hotspot/print"]
        with pytest.raises(PeerRefused, match="this router has no /ip/hotspot/user") as refused:
            await hotspot(isp).rows(Listing.USER)
        assert "package" in refused.value.hint


async def test_lists_are_typed_and_hold_no_password(isp: Place) -> None:
    lists = hotspot(isp)
    [server] = await lists.rows(Listing.SERVER)
    assert (server.name, server.values["disabled"], server.values["interface"]) == ("hotspot1", False, "ether2")
    users = {row.name: row.values for row in await lists.rows(Listing.USER)}
    assert set(users) == {"default-trial", LOCAL, "local0002"}
    assert isinstance(users[LOCAL]["uptime"], int)
    assert "password" not in users[LOCAL]
    assert await lists.rows(Listing.BINDING) == (), "nothing, or !empty, is no row"
    [active] = await lists.find(Listing.ACTIVE, GUEST)
    [same] = await lists.find(Listing.ACTIVE, str(active.values["mac_address"]))
    assert same.id == active.id
    cookies = await lists.find(Listing.COOKIE, GUEST)
    assert {cookie.values["mac_cookie"] for cookie in cookies} <= {True, False, None}
    asked = [word for words in isp.sent() for word in words if word.startswith("=.proplist=")]
    assert asked
    assert not any("password" in word for word in asked)


async def test_a_user_who_is_called_like_an_id(isp: Place) -> None:
    lists = hotspot(isp)
    [other] = await lists.find(Listing.USER, LOCAL)
    made = await lists.add(Listing.USER, {"name": other.id, "password": "rahasia", "limit-uptime": 43_200})
    [found] = await lists.find(Listing.USER, other.id)
    assert (found.id, found.values["limit_uptime"]) == (made, 43_200)
    await lists.change(Listing.USER, found.id, {"disabled": True, "comment": "kios"})
    assert [row.values["disabled"] for row in await lists.find(Listing.USER, LOCAL)] == [False]
    wanted: Values = {"disabled": True, "comment": "kios", "limit-uptime": "12:00:00"}
    assert await lists.differs(Listing.USER, found.id, wanted) == ()
    assert await lists.differs(Listing.USER, found.id, {"comment": "x"}) == ("comment",)
    await lists.remove(Listing.USER, found.id)
    await lists.remove(Listing.USER, found.id)
    assert await lists.find(Listing.USER, other.id) == ()
    assert await lists.differs(Listing.USER, found.id, wanted) is None
    with pytest.raises(BadInput):
        await lists.add(Listing.USER, {"name": "x", "uptime": 1})
    with pytest.raises(BadInput):
        await lists.add(Listing.USER, {"name": "x", "limit-uptime": "never"})


async def test_the_feed_and_the_counters_know_guests(isp: Place) -> None:
    feed = isp.gateways.session_feed(isp.nas)
    counters = isp.gateways.session_counters(isp.nas)
    assert feed is not None
    assert counters is not None
    told: asyncio.Queue[FeedList] = asyncio.Queue()
    following = asyncio.create_task(feed.follow(told.put_nowait))
    try:
        async with asyncio.timeout(60):
            first = await told.get()
            assert (first.count, set(first.sessions)) == (4, {"cust0001", GUEST, LOCAL, "local0002"})
            moved = await counters.read([row for rows in first.sessions.values() for row in rows])
            assert len(moved) == 4
            assert all(each.received > 0 for each in moved.values())
            isp.isp.world.guests[GUEST].switch_off()
            while GUEST in (await told.get()).sessions:
                pass
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
