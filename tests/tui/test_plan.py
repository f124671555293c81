"""Plan and drift on the simulated ISP: shown as a diff, chosen, confirmed by count, carried out with verdicts."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.services.planning.plan_file import read_plan
from radiusbridge.tui.leaving import leave_runs
from radiusbridge.tui.screens.plan import PlanScreen
from tests.tui.conftest import SIZES
from tests.tui.test_hostile import NAMES, check
from tests.tui.towns import Town, town


async def read(stage: Town) -> PlanScreen:
    await stage.press("r")
    screen = stage.app.list_screen
    assert isinstance(screen, PlanScreen)
    await stage.until(lambda: not any(each.group.startswith("read ") for each in stage.app.workers))
    await stage.until(lambda: not screen._renewing)
    await stage.until_shown("read", "ago")
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_a_plan_is_a_diff_and_chosen_rows_are_carried_out(tmp_path: Path, size: tuple[int, int]) -> None:
    async with town(tmp_path, "plan", size=size) as stage:
        await stage.until_shown("Nothing was read yet", "not read yet", "r read")
        await read(stage)
        await stage.until_shown("Nothing differs in what was read")
        first, second, _ = stage.names
        stage.account(first, password="by hand", comment="mine")
        stage.account(second, disabled="yes")
        await read(stage)
        await stage.until_shown("2 differences", first, "password", "(secret)", second, "access", "disabled", "→")
        assert {cell_len(line) for line in stage.lines} == {size[0]}
        assert "by hand" not in stage.text
        await stage.press("space")
        await stage.until_shown("1 marked, 2 differences", "* account")
        await stage.press("A")
        await stage.until_shown("Carry out 1 row of the plan?", "change there", f"account {first}")
        await stage.until_shown("these sessions go on as they are until they dial:", f"{first} (")
        await stage.press("enter", "9", "enter")
        await stage.until_shown("9 is not the number; nothing was done")
        await stage.press("1", "enter")
        await stage.until_shown("apply 1 row, bulk run 1", "1/1", "✔ 1 PROVEN", "over; read again")
        await stage.press("escape")
        await stage.until_shown("✔ PROVEN")
        kept = stage.stored(first)
        assert kept is not None
        assert (kept["password"], kept["comment"]) == (str(stage.isp.customers[first].password), "mine")
        untouched = stage.stored(second)
        assert untouched is not None
        assert untouched["disabled"] == "true"
        await read(stage)
        await stage.until(lambda: "1 difference " in stage.text)


async def test_sessions_are_dropped_only_where_it_was_asked_for_by_name(tmp_path: Path) -> None:
    async with town(tmp_path, "plan") as stage:
        first, second, _ = stage.names
        before = {name: _session(stage, name) for name in stage.names}
        for name in (first, second):
            stage.account(name, password="by hand")
        await read(stage)
        await stage.press("asterisk", "A")
        await stage.until_shown("Carry out 2 rows", "these sessions go on as they are", f"{first} (", f"{second} (")
        await stage.press("d")
        await stage.until_shown("these sessions are dropped:", "◉ drop")
        await stage.press("2", "enter")
        await stage.until_shown("apply 2 rows", "2/2", "over")
        await stage.until(lambda: all(_session(stage, name) not in {"", before[name]} for name in (first, second)))
        assert _session(stage, stage.names[2]) == before[stage.names[2]]


def _session(stage: Town, username: str) -> str:
    return next((one.acct_session_id for one in stage.isp.oracle.sessions_really(username)), "")


async def test_what_was_changed_since_is_left_and_what_is_deleted_is_said(tmp_path: Path) -> None:
    async with town(tmp_path, "plan") as stage:
        first = stage.names[0]
        stage.account(first, password="by hand")
        manager = stage.isp.router("um1").user_manager
        assert manager is not None
        manager.users.add({"name": "stranger", "password": "x"})
        await read(stage)
        await stage.until_shown("stranger", "leave", "2 differences")
        stage.account(first, password="once more")
        await stage.press("A", "1", "enter")
        await stage.until_shown("bulk run 1, apply: done", "✖ 1 FAILED", "changed there since")
        assert (stage.stored(first) or {})["password"] == "once more"
        await stage.press("escape", "G", "d", "d")
        await stage.until_shown("DELETE there")
        await stage.press("A")
        await stage.until_shown("1 of them are DELETED", "DELETE there account stranger")
        await stage.press("1", "enter")
        await stage.until_shown("PROVEN", "over; read again")
        assert stage.stored("stranger") is None


async def test_directions_of_a_kind_and_the_plan_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "cwd", lambda: tmp_path)
    async with town(tmp_path, "plan") as stage:
        first, second, _ = stage.names
        for name in (first, second):
            stage.account(name, comment="", password="by hand")
        await read(stage)
        await stage.press("K")
        await stage.until_shown("accounts: the server is right")
        await stage.press("5")
        await stage.until_shown("change here", "←")
        await stage.press("j", "space", "o")
        await stage.until_shown("1 row written", "radiusbridge apply")
        [file] = await asyncio.to_thread(lambda: list(tmp_path.glob("*.plan")))
        plan = await asyncio.to_thread(read_plan, file, stage.context.database.marks)
        assert {row.name: row.take for row in plan.rows} == {first: "skip", second: "server"}
        await stage.press("A", "1", "enter")
        await stage.until_shown("recorded", "over; read again")
        found = await stage.context.database.read(lambda unit: unit.customers.find(second))
        assert found.password is not None
        assert found.password.reveal() == "by hand"


async def test_findings_are_shown_with_evidence_and_chosen_ones_repaired(tmp_path: Path) -> None:
    async with town(tmp_path, "plan", size=(120, 40)) as stage:
        first, second, _ = stage.names
        stage.account(first, disabled="yes")
        stage.account(second, password="by hand")
        await stage.press("t")
        await stage.until_shown("No patrol was made yet")
        await stage.press("r")
        await stage.until_shown("✖ critical", "paid-refused", first, "changed-password", second, "patrol")
        await stage.until_shown("-> radiusbridge activate C-0001", "um1")
        await stage.press("A")
        await stage.until_shown("this list is the drift")
        await stage.press("R")
        await stage.until_shown(
            "Repair 1 of what was found?", "activate: 1", f"C-0001 {first}", "--repair paid-refused"
        )
        await stage.press("1", "enter")
        await stage.until_shown("repair 1 finding", "1/1", "PROVEN", "over; patrol again")
        assert (stage.stored(first) or {})["disabled"] == "false"
        assert (stage.stored(second) or {})["password"] == "by hand"
        await stage.press("escape")
        await stage.until_shown("✔ PROVEN")


async def test_a_dark_router_is_told_and_the_keyboard_goes_on(tmp_path: Path) -> None:
    async with town(tmp_path, "plan") as stage:
        stage.isp.faults("um1").dark = True
        await stage.press("r")
        await stage.until_shown("reading")
        await stage.press("question_mark")
        await stage.until_shown("Carry out the marked rows")
        await stage.press("escape", "3")
        await stage.until_shown("Operations")
        stage.isp.router("um1").faults.dark = True


async def test_a_server_that_cannot_be_read_is_named_as_not_in_the_plan(tmp_path: Path) -> None:
    async with town(tmp_path, "plan", size=(120, 40)) as stage:
        await stage.context.database.write(lambda unit: _moved(unit, port=9))
        await stage.press("r")
        await stage.until_shown("plan read", "✖ not in the plan: um1")


async def test_a_server_edited_since_the_plan_is_refused_whole(tmp_path: Path) -> None:
    async with town(tmp_path, "plan") as stage:
        stage.account(stage.names[0], password="by hand")
        await read(stage)
        await stage.until_shown("1 difference ")
        await stage.context.database.write(lambda unit: _moved(unit, port=9))
        await stage.press("A")
        await stage.until_shown("the server was edited")
        assert (stage.stored(stage.names[0]) or {})["password"] == "by hand"


def _moved(unit: UnitOfWork, port: int) -> None:
    server = unit.servers.named("um1")
    unit.servers.change(replace(server, api=replace(server.router, port=port)))


@pytest.mark.slow
async def test_strangers_go_only_when_it_was_asked_for(tmp_path: Path) -> None:
    async with town(tmp_path, "plan") as stage:
        manager = stage.isp.router("um1").user_manager
        assert manager is not None
        manager.users.add({"name": "stranger", "password": "x"})
        await stage.press("t", "r")
        await stage.until_shown("unknown-account", "stranger", "patrol")
        await stage.press("slash", *"user:stranger", "enter", "R")
        await stage.until_shown("◉ leave", "There is nothing to do.")
        await stage.press("0", "enter", "p")
        await stage.until_shown("◉ remove", "Repair 1 of what was found?", "--prune")
        await stage.press("1", "enter")
        await stage.until_shown("repair 1 finding", "✔ 1 PROVEN")
        assert stage.stored("stranger") is None


async def test_what_is_left_of_a_plan_is_handed_over_in_its_order(tmp_path: Path) -> None:
    async with town(tmp_path, "plan") as stage:
        await stage.context.database.write(_dearer)
        for name in stage.names:
            stage.account(name, password="by hand")
        await read(stage)
        await stage.press("asterisk", "A")
        await stage.until_shown("Carry out 4 rows of the plan?")
        stage.isp.faults("um1").dark = True
        await stage.press("4", "enter")
        await stage.until_shown("apply 4 rows, bulk runs 1, 2", "0/4")
        desk = stage.app.desk
        assert desk is not None
        await stage.app.close_desk()
        assert desk.works.broken_off() == [(1, 2)]
        assert leave_runs(desk, None) == ["bulk run 1 2 is stopped; radiusbridge bulk resume 1 2"]


def _dearer(unit: UnitOfWork) -> None:
    unit.profiles.change(replace(unit.profiles.all()[0], price=200_000))


async def test_read_only_nothing_is_carried_out(tmp_path: Path) -> None:
    async with town(tmp_path, "plan", read_only=True) as stage:
        stage.account(stage.names[0], password="by hand")
        await read(stage)
        await stage.until_shown("1 difference ", "READ-ONLY")
        assert " apply" not in stage.lines[-1]
        await stage.press("A")
        await stage.until_shown("this dashboard is read-only")
        assert (stage.stored(stage.names[0]) or {})["password"] == "by hand"


async def test_hostile_accounts_are_harmless(tmp_path: Path) -> None:
    async with town(tmp_path, "plan", customers=1) as stage:
        manager = stage.isp.router("um1").user_manager
        assert manager is not None
        for name in NAMES.values():
            manager.users.add({"name": name.replace("\0", "")[:200], "password": "x", "comment": name[:100]})
        await read(stage)
        await stage.until(lambda: stage.app.list_screen.table.count > len(NAMES) - 2)
        for _ in NAMES:
            check(stage)
            await stage.press("d")
            check(stage)
            await stage.press("d", "j")
        await stage.press("asterisk", "A")
        await stage.until_shown("DELETED")
        check(stage)
        await stage.press("escape", "t", "r")
        await stage.until_shown("unknown-account")
        check(stage)


async def test_marks_are_of_rows_not_of_lines_and_esc_unmarks(tmp_path: Path) -> None:
    async with town(tmp_path, "plan") as stage:
        stage.account(stage.names[0], comment="", password="by hand", disabled="yes")
        await read(stage)
        await stage.press("space")
        await stage.until(lambda: sum(line.startswith("* account") for line in stage.lines) == 2)
        await stage.until_shown("1 marked, 2 differences")
        await stage.press("escape", "ctrl+a")
        await stage.until_shown("1 marked, 2 differences")
        await stage.press("t")
        await stage.until(lambda: "marked" not in stage.text)
        await stage.press("t", "escape")
        await stage.until(lambda: "2 differences" in stage.text and "marked" not in stage.text)
