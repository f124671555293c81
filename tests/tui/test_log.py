"""The routers' logs in the dashboard and by verb, on the simulated ISP."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from radiusbridge.domain.log_fields import user_of
from radiusbridge.routeros.backoff import Backoff
from radiusbridge.services import router_log
from radiusbridge.services.router_log import RouterLog
from radiusbridge.tui.screens.log import LogScreen
from tests.tui.conftest import SIZES
from tests.tui.test_hostile import NAMES, check
from tests.tui.towns import town

REFUSED = "pppoe,ppp,error", "<0001>: user cust0001 authentication failed"


@pytest.mark.parametrize("size", SIZES)
async def test_lines_come_are_filtered_and_lead_to_the_customer(tmp_path: Path, size: tuple[int, int]) -> None:
    async with town(tmp_path, "log", size=size) as stage:
        nas = stage.isp.router("nas1")
        await stage.until_shown("▸ followed", "nas1", "um1", "radiusbridge")
        nas.log(*REFUSED)
        await stage.until_shown("user cust0001 auth")
        assert {cell_len(line) for line in stage.lines} == {size[0]}
        await stage.press("slash", *"cause:rejected", "enter")
        await stage.until(lambda: "user cust0001 auth" in stage.lines[2])
        await stage.until_shown("about cust0001: rejected")
        await stage.press("c")
        await stage.until_shown("/ user=", "1 of 3 customers", "cust0001")


async def test_streams_end_with_the_screen_and_nothing_is_told_twice(tmp_path: Path) -> None:
    async with town(tmp_path, "log") as stage:
        nas = stage.isp.router("nas1")
        await stage.until_shown("▸ followed", "nas1")
        screen = stage.app.list_screen
        assert isinstance(screen, LogScreen)
        nas.log("system,info", "first of all")
        await stage.until_shown("first of all")
        await stage.press("question_mark")
        await stage.until_shown("Follow the routers' logs")
        assert screen._worker is not None, "a page on top ends nothing"
        await stage.press("escape", "3")
        await stage.until_shown("Operations")
        await stage.until(lambda: screen._worker is None)
        nas.log("system,info", "second while away")
        await stage.press("L")
        await stage.until_shown("second while away", "▸ followed")
        assert sum("first of all" in entry.message for entry in screen._log.lines) == 1  # type: ignore[union-attr]
        await stage.press("f")
        await stage.until_shown("not followed: f follows")


async def test_a_dark_router_is_a_line_and_the_others_go_on(tmp_path: Path) -> None:
    async with town(tmp_path, "log") as stage:
        await stage.until_shown("▸ followed", "nas1", "um1")
        stage.isp.faults("um1").dark = True
        stage.isp.router("nas1").log("system,info", "still here")
        await stage.until_shown("still here")


async def test_a_connection_that_breaks_is_told_and_followed_again_with_what_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router_log, "BACKOFF", Backoff(first=0.1, most=0.2))
    async with town(tmp_path, "log", customers=1) as stage:
        nas, faults = stage.isp.router("nas1"), stage.isp.faults("nas1")
        await stage.until_shown("▸ followed", "nas1", "um1")
        nas.log("system,info", "before it broke")
        await stage.until_shown("before it broke")
        faults.refuse_tcp = True
        for session in list(nas.api.sessions):
            session.end(reset=True)
        await stage.until_shown("not followed:", "✖ nas1")
        for number in range(2_000):
            nas.log("system,info", f"line {number}")
        faults.refuse_tcp = False
        await stage.press("slash", *"topics:radiusbridge", "enter")
        await stage.until_shown("followed again", "its buffer moved on")
        await stage.until(lambda: "✖ nas1" not in stage.text)


async def test_a_router_that_is_added_while_it_is_followed_appears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router_log, "RENEWAL", 0.2)
    async with town(tmp_path, "log") as stage:
        await stage.until_shown("▸ followed", "nas1", "um1")
        nas = await stage.context.database.read(lambda unit: unit.nases.named("nas1"))
        await stage.context.database.write(lambda unit: unit.nases.remove(nas.id))
        await stage.context.database.write(lambda unit: unit.nases.add(replace(nas, id=0, name="nas9")))
        await stage.until_shown("nas9")
        stage.isp.router("nas1").log("system,info", "heard under its new name")
        await stage.until(lambda: any("nas9" in line and "heard under" in line for line in stage.lines))


async def test_hostile_lines_are_harmless(tmp_path: Path) -> None:
    async with town(tmp_path, "log", read_only=True) as stage:
        await stage.until_shown("▸ followed", "READ-ONLY")
        for name in NAMES.values():
            stage.isp.router("nas1").log(
                "pppoe,ppp,error", f"<0001>: user {name} authentication failed".replace("\0", "")
            )
        screen = stage.app.list_screen
        await stage.until(lambda: screen.table.count >= len(NAMES))
        for _ in NAMES:
            check(stage)
            await stage.press("j")


async def test_memory_is_bounded(tmp_path: Path) -> None:
    async with town(tmp_path, "customers") as stage:
        log = RouterLog(stage.context, ("nas1",))
        for number in range(600):
            stage.isp.router("nas1").log("system,info", f"line {number} " + "x" * 3000)
        await log.read()
        assert log.lines.maxlen == 5_000
        assert log.lines
        assert max(len(entry.message) for entry in log.lines) == 1_000
        assert {entry.router for entry in log.lines} == {"nas1"}


@pytest.mark.parametrize(
    ("topics", "message", "named"),
    [
        (*REFUSED, ("cust0001", "rejected")),
        ("pppoe,ppp,info,account", "ani logged in, 10.0.0.1 from 02:00:00:00:00:01", ("ani", "")),
        ("pppoe,ppp,info", "<pppoe-ani@wisp>: disconnected", ("ani@wisp", "")),
        ("system,info,account", "user admin logged in from 10.0.0.9 via api", ("", "")),
    ],
)
def test_whom_a_line_is_about(topics: str, message: str, named: tuple[str, str]) -> None:
    assert user_of(topics, message) == named
