"""Pings from a simulated router, and from here over loopback."""

import socket
from contextlib import aclosing

import pytest

from radiusbridge.domain.errors import DeadlinePassed, NotAllowed, PeerRefused, Unreachable
from radiusbridge.gateways import ping
from radiusbridge.gateways.ping import HerePing, RouterPing, trip_of
from radiusbridge.services.system import SystemClock
from radiusbridge.simulator.menus.ping import Line, trip_text
from tests.gateways.support import Place, place

FAST = {"INTERVAL": 0.001, "PATIENCE": 0.01, "MARGIN": 60.0}


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in FAST.items():
        monkeypatch.setattr(ping, name, value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1ms", 0.001),
        ("12ms345us", 0.012345),
        ("1s20ms", 1.02),
        ("850us", 0.00085),
        ("7", 0.007),
        ("", None),
        ("x", None),
    ],
)
def test_times_as_routers_write_them(text: str, seconds: float | None) -> None:
    assert trip_of(text) == (None if seconds is None else pytest.approx(seconds))
    if seconds is not None and "us" in text:
        assert trip_text(seconds) == text


async def trips(isp: Place, address: str, count: int = 10) -> list[float | None]:
    assert isp.nas.api is not None
    router = isp.gateways.router("nas", isp.nas.api)
    async with aclosing(RouterPing(router).trips(address, count)) as rows:
        return [trip async for trip in rows]


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
async def test_a_line_is_pinged_from_its_nas(tmp_path_factory: pytest.TempPathFactory, ros: str) -> None:
    async with place(tmp_path_factory.mktemp("t") / "trace", customers=1, ros=ros) as isp:
        (live,) = isp.isp.oracle.sessions_really("cust0001")
        isp.isp.world.lines[live.address] = Line(delay=0.05, jitter=0.01, loss=0.3)
        found = await trips(isp, live.address, 60)
        answered = [trip for trip in found if trip is not None]
        assert len(found) == 60
        assert 20 < len(answered) < 60
        assert all(0.04 <= trip <= 0.06 for trip in answered)
        assert await trips(isp, "192.0.2.77", 3) == [None, None, None]


async def test_a_ping_that_never_answers_is_ended_and_the_connection_goes_on(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path_factory.mktemp("t") / "trace"
    async with place(trace, customers=1) as isp:
        (live,) = isp.isp.oracle.sessions_really("cust0001")
        isp.isp.world.lines[live.address] = Line(silent=True)
        with monkeypatch.context() as hasty:
            hasty.setattr(ping, "MARGIN", 0.1)
            with pytest.raises(DeadlinePassed, match="told to stop"):
                await trips(isp, live.address)
        isp.isp.world.lines.clear()
        assert await trips(isp, live.address, 2) == [0.001, 0.001]
        assert "/cancel" in trace.read_text()


async def test_a_router_that_is_started_anew_in_the_middle_of_a_ping_is_an_error_and_no_loss(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with place(tmp_path_factory.mktemp("t") / "trace", customers=1) as isp:
        (live,) = isp.isp.oracle.sessions_really("cust0001")
        seen: list[float | None] = []

        async def ping_on() -> None:
            assert isp.nas.api is not None
            router = isp.gateways.router("nas", isp.nas.api)
            async with aclosing(RouterPing(router).trips(live.address, 100_000)) as rows:
                async for trip in rows:
                    seen.append(trip)
                    if len(seen) == 3:
                        await router.write("/system/reboot", {})

        with pytest.raises(Unreachable):
            await ping_on()
        assert len(seen) >= 3
        assert None not in seen


async def test_a_board_without_ping_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with place(tmp_path_factory.mktemp("t") / "trace", customers=1) as isp:
        for router in isp.isp.world.routers.values():
            router.root_commands.pop("/ping")
            router.root_commands.pop("/tool/ping")
        with pytest.raises(PeerRefused, match="no ping"):
            await trips(isp, "127.0.0.1")


async def test_from_here_over_loopback_or_told_why_not() -> None:
    allowed = True
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).close()
    except OSError:
        allowed = False

    async def pinged() -> list[float | None]:
        async with aclosing(HerePing(SystemClock()).trips("127.0.0.1", 3)) as rows:
            return [trip async for trip in rows]

    if allowed:
        assert len(await pinged()) == 3
    else:
        with pytest.raises(NotAllowed):
            await pinged()


async def test_a_host_without_such_sockets_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "socket", refused)
    with pytest.raises(NotAllowed, match="without privilege"):
        await anext(HerePing(SystemClock()).trips("127.0.0.1", 3))
