"""What a router tells of itself, of both generations, and its traffic as it goes on."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from radiusbridge.domain.errors import BadInput, PeerRefused
from radiusbridge.domain.router_desk import Sensor
from radiusbridge.gateways.desk import RouterDesk
from radiusbridge.gateways.desk_traffic import AGGREGATE, Flow, RouterTraffic
from radiusbridge.simulator.menus.ppp import interface_id
from tests.gateways.support import Place, place


@pytest.fixture(params=["7.16.2", "6.49.18", "7.22.1"])
async def isp(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path / "trace", ros=request.param) as made:
        yield made


def desk(isp: Place) -> RouterDesk:
    assert isp.nas.api is not None
    return isp.gateways.desk("nas1", isp.nas.api)


async def test_a_face_with_what_this_board_lacks(isp: Place) -> None:
    bras = isp.isp.router("nas1")
    bras.faults.clock_skew = 86_400.0
    face = await desk(isp).face()
    assert (face.identity, face.board, face.cores, face.load) == ("nas1", "CHR", 2, 3)
    assert face.version.startswith(bras.version)
    assert face.uptime is not None
    assert (face.memory, face.disk_free, face.licence) == (1 << 30, 80 << 20, "p-unlimited")
    assert face.ahead == pytest.approx(86_400, abs=2.5), "the clock has whole seconds"
    assert face.clock_off
    assert "there is no /system/routerboard" in face.missing
    six = bras.version.startswith("6")
    assert (face.sensors, "there is no /system/health" in face.missing) == ((), six)


@pytest.mark.parametrize(("ros", "sensor"), [("7.16.2", "cpu-temperature"), ("6.49.18", "temperature")])
async def test_a_board_that_measures(tmp_path: Path, ros: str, sensor: str) -> None:
    async with place(tmp_path / "trace", ros=ros, board="RB5009") as isp:
        face = await desk(isp).face()
        assert Sensor(sensor, "47", "C") in face.sensors
        assert (face.model, face.serial, face.missing) == ("RB5009", "HF60A1B2C3D", ())


async def test_pools_with_and_without_counters_servers_netwatch_ports(isp: Place) -> None:
    here = desk(isp)
    pools = {pool.name: pool for pool in await here.pools()}
    assert (pools["pool-pppoe"].used, pools["pool-pppoe"].total) == (3, 65_533)
    assert pools["pool-isolir"].share == 0.0
    [server] = await here.pppoe()
    assert (server.name, server.works, server.sessions) == ("internet on ether2", True, 3)
    [watched] = await here.netwatch()
    assert (watched.host, watched.status, watched.label) == (isp.um.host, "up", "User Manager")
    isp.um.faults.dark = True
    assert (await here.netwatch())[0].status == "down"
    assert [(port.name, port.running) for port in await here.ports()] == [("ether1", True), ("ether2", True)]
    bras = isp.isp.router("nas1")
    for menu in ("/ip/pool/used", "/tool/netwatch"):
        del bras.menus[menu]
    used = [pool.used for pool in await here.pools()]
    assert (None in used) is (bras.version_number < (7, 22))
    with pytest.raises(PeerRefused, match="netwatch"):
        await here.netwatch()


async def test_eight_thousand_interfaces_are_not_brought(isp: Place) -> None:
    sessions = isp.isp.router("nas1").nas
    [one] = [sessions.sessions[key] for key in list(sessions.sessions)[:1]]
    menu = isp.isp.router("nas1").menus["/interface"]
    own = menu.rows

    def crowded() -> list[dict[str, str]]:
        row = menu.dynamic(one)  # type: ignore[attr-defined]
        return [*own(), *({**row, ".id": f"{interface_id(one)}{n}", "name": f"<pppoe-{n}>"} for n in range(8000))]

    menu.rows = crowded  # type: ignore[method-assign]
    assert len(await desk(isp).ports()) == 2


async def test_one_stream_and_it_is_cancelled_when_left(isp: Place) -> None:
    assert isp.nas.api is not None
    router = isp.gateways.router("nas1", isp.nas.api)
    traffic = RouterTraffic(router, isp.clock)
    seen: list[Flow] = []
    async with aclosing(traffic.flows(AGGREGATE)) as flows:
        async for flow in flows:
            seen.append(flow)
            if len(seen) == 2:
                break
        [session] = isp.isp.router("nas1").api.sessions
        assert len(session._running) == 1
    await isp.isp.until(lambda: not session._running)
    assert seen[0].received > 0
    assert (seen[0].sent, seen[0].packets_received) == (seen[1].sent, seen[0].received // 7200)
    for bad, error in (("no-such", PeerRefused), ("a,b", BadInput)):
        with pytest.raises(error):
            await anext(traffic.flows(bad))
