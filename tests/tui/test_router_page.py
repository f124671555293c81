"""The desk of a router by keys, on the simulated ISP: views, the live graph, a restart, files."""

import asyncio
from pathlib import Path

import pytest
from rich.cells import cell_len

from radiusbridge.domain.graph import graph
from radiusbridge.domain.sagas import restart
from radiusbridge.gateways import desk_files, routers
from radiusbridge.simulator.router import Router
from radiusbridge.tui import manners
from radiusbridge.tui.router import page
from tests.tui.test_forms import Real, shown

SIZES = [(80, 24), (120, 40)]


def streams(router: Router) -> int:
    return sum(call.verb == "monitor-traffic" for session in router.api.sessions for call in session._running)


async def opened(stage: Real, name: str = "nas2") -> None:
    await stage.on(name)
    await stage.press("enter")
    await stage.until_shown("identity", "1 state", "2 traffic", "R reboot")


@pytest.mark.parametrize("size", SIZES)
async def test_the_views_of_a_router(tmp_path: Path, size: tuple[int, int]) -> None:
    async with shown(tmp_path, "devices", size) as stage:
        bras = stage.isp.router("nas1")
        bras.faults.clock_skew = -90_000.0
        await opened(stage, "nas1")
        await stage.until_shown(
            "nas1", "CHR", "behind ours", "80.0 MiB free of 128.0 MiB", "? there is no /system/routerboard"
        )
        assert {cell_len(line) for line in stage.lines} == {size[0]}
        for key, words in (
            ("3", ("INTERFACE", "ether1", "running")),
            ("4", ("internet", "ether2", "works")),
            ("5", ("pool-pppoe", "0.0 %")),
            ("6", ("User Manager", "up")),
            ("7", ("logged in", "pppoe,ppp,info")),
        ):
            await stage.press(key)
            await stage.until_shown(*words)
        await stage.press("question_mark")
        await stage.until_shown("7 log", "What it logs, as it comes", "sessions were counted")
        await stage.press("escape")
        del bras.menus["/ip/pool"]
        await stage.press("5")
        await stage.until_shown("✖", "no such command")
        await stage.press("y")
        await stage.until_shown("radiusbridge router pools nas1")


@pytest.mark.parametrize("size", SIZES)
async def test_a_graph_goes_on_and_its_stream_ends_with_the_view(tmp_path: Path, size: tuple[int, int]) -> None:
    async with shown(tmp_path, "devices", size) as stage:
        bras = stage.isp.router("nas1")
        await opened(stage, "nas1")
        await stage.press("2")
        await stage.until_shown("all interfaces together", "in ", "b/s now", "b/s at most", "█", "out ")
        assert streams(bras) == 1
        await stage.press("n")
        await stage.until_shown("ether1", "b/s now")
        await stage.press("n")
        await stage.until_shown("ether2", "b/s now")
        await stage.until(lambda: streams(bras) == 1)
        await stage.press("f")
        await stage.until_shown("Traffic of which interface?")
        await stage.type(interface="ether77")
        await stage.press("ctrl+s")
        await stage.until_shown("✖", "does not match any value")
        await stage.press("p")
        await stage.until_shown("b/s now")
        bras.faults.dark = True
        for session in list(bras.api.sessions):
            session.detach()
        bras.faults.dark = False
        await stage.press("2")
        await stage.until_shown("b/s now")
        await stage.press("escape")
        await stage.until(lambda: streams(bras) == 0)
        await stage.until_shown("WHAT", "NAME", "CONTACT")


async def test_a_restart_asks_for_the_number_and_says_what_is_not_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routers, "CONNECT_SECONDS", 2.0)
    monkeypatch.setattr(restart, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(restart, "SEE_EVERY", 0.1)
    async with shown(tmp_path, "devices") as stage:
        bras = stage.isp.router("nas1")
        bras.boot_seconds = 0.1
        bras.booted -= 10_000.0
        await opened(stage, "nas1")
        await stage.press("R")
        await stage.until_shown("Reboot nas1: 2 sessions drop", "Type 2 and press", "--yes-count 2")
        await stage.press("3", "enter")
        await stage.until_shown("3 is not the number")
        assert bras.boots == 0
        await stage.press("2")
        await stage.pilot.pause(0.06)
        await stage.press("enter")
        await stage.until_shown("PROVEN", "reboot nas1", "the router said yes", "all back")
        assert bras.boots == 1
        await stage.press("escape")
        await stage.until_shown("restart", "2 sessions on it")


async def test_settings_are_kept_and_what_stays_on_the_router_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_files, "LOOK_EVERY", 0.01)
    monkeypatch.setenv("RADIUSBRIDGE_HOME", str(tmp_path))
    async with shown(tmp_path, "devices") as stage:
        bras = stage.isp.router("nas1")
        await opened(stage, "nas1")
        await stage.press("e")
        await stage.until_shown("KiB kept")
        del bras.menus["/file"].commands["read"]
        await stage.press("b")
        await stage.until_shown("Backup of nas1", "empty: it is not encrypted")
        await stage.press("ctrl+s")
        await stage.until_shown("it stays on the router", "sftp")
    kept = await asyncio.to_thread(lambda: [*(tmp_path / "routers" / "nas1").iterdir()])
    assert [path.name[:12] for path in kept] == ["nas1-export-"]


async def test_a_slow_link_is_painted_seldom_and_read_only_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shown(tmp_path, "devices") as stage:
        bras = stage.isp.router("nas1")
        stage.app.pace.slow = True
        monkeypatch.setattr(manners, "SLOW_PERIOD", 1000.0)
        await opened(stage, "nas1")
        await stage.press("2")
        await stage.until_shown("1 s, one stream")
        top = stage.app.screen
        assert isinstance(top, page.RouterPage)
        await stage.until(lambda: top.graphed is not None and len(top.graphed.past) >= 3)
        assert "1 s, one stream" in stage.text
        top._known = type(top._known)("router", read_only=True, selected=True, device=("nas", "nas1"))
        await stage.press("R")
        await stage.until_shown("this dashboard is read-only")
        assert bras.boots == 0


def test_a_graph_of_blocks() -> None:
    assert graph([0.0, 5.0, None, 10.0], 6, 2, 10.0) == ["     █", "  ▁█·█"]
    assert graph([], 3, 1, 0.0) == ["   "]
    assert graph([1.0] * 9, 3, 1, 1.0) == ["███"]
    assert graph([1.0], 0, 2, 1.0) == ["", ""]
