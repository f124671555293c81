"""What a NAS's queues let through, connections that are forgotten, and changes by CoA."""

from dataclasses import replace

import pytest

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.errors import PeerRefused
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.gateways import nas_sessions
from radiusbridge.gateways.dae import RadiusDisconnector
from radiusbridge.gateways.nas_sessions import limited
from tests.gateways.support import Place, SeededEntropy


def disconnector(isp: Place) -> RadiusDisconnector:
    assert isp.nas.dae is not None
    return RadiusDisconnector(isp.nas.dae, clock=isp.clock, entropy=SeededEntropy(1), seconds=2.0)


async def test_each_session_with_what_its_queue_lets_through(isp: Place) -> None:
    sessions = isp.sessions()
    isp.isp.oracle.sessions_really("cust0002")[0].grant.rate = "1M/2M 3M/4M 1M/1M 8/8"
    isp.isp.oracle.sessions_really("cust0003")[0].grant.rate = ""
    found = {row.username: row.limits for row in await sessions.limited()}
    assert found == {
        "cust0001": "10000000/20000000",
        "cust0002": "1000000/2000000 3000000/4000000",
        "cust0003": "none",
    }
    [one] = await sessions.limited("cust0002")
    assert one.limits == found["cust0002"]
    assert await sessions.limited("nobody") == ()


def test_sessions_of_one_name_are_told_apart_by_mac_or_not_at_all() -> None:
    row = SessionRow("nas", "*1", "budi", "81", caller_id="AA:01")
    interfaces = [
        {"name": "<pppoe-budi>", "user": "budi", "remote-address": "aa:01"},
        {"name": "<pppoe-budi-1>", "user": "budi", "remote-address": "aa:02"},
    ]
    queues = [{"name": "<pppoe-budi>", "max-limit": "1M/2M"}, {"name": "<pppoe-budi-1>", "max-limit": "what"}]
    known, odd, unknown = limited(
        [row, replace(row, caller_id="AA:02"), replace(row, caller_id="AA:03")], interfaces, queues
    )
    assert (known.limits, odd.limits, unknown.limits) == ("1000000/2000000", "", "")


async def test_only_the_connections_of_one_address_are_forgotten(isp: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    oracle, sessions = isp.isp.oracle, isp.sessions()
    [row] = await sessions.sessions("cust0001")
    assert await sessions.flush(row) == 2
    assert await sessions.flush(row) == 0
    assert [oracle.sessions_really(name)[0].ports != [] for name in ("cust0001", "cust0002")] == [False, True]
    assert await sessions.flush(replace(row, address=None)) == 0
    monkeypatch.setattr(nas_sessions, "MOST_CONNECTIONS", 1)
    with pytest.raises(PeerRefused, match="tracks 4 connections"):
        await sessions.flush(row)


async def test_a_session_is_changed_where_it_is(isp: Place) -> None:
    live = isp.isp.oracle.sessions_really("cust0001")[0]
    [row] = await isp.sessions().sessions("cust0001")
    dae = disconnector(isp)
    try:
        reply = await dae.change(row, Rung.DISCONNECT, rate="1000000/2000000", address_list="isolir")
        wrong = await dae.change(replace(row, session_id="8130ffff"), Rung.DISCONNECT, rate="5/5")
    finally:
        dae.close()
    assert (reply.answer, wrong.answer) == (KickAnswer.ACCEPTED, KickAnswer.NOT_FOUND)
    assert live.alive
    assert (live.limits(), live.grant.address_list) == ((1_000_000, 2_000_000), "isolir")
    [after] = await isp.sessions().limited("cust0001")
    assert (after.session_id, after.lists, after.limits) == (row.session_id, ("isolir",), "1000000/2000000")
