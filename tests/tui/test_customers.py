"""The first screen: what it shows, what its keys do, and that it never waits."""

import asyncio
import re
import threading
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
from rich.cells import cell_len

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import Damaged
from radiusbridge.domain.records import Hold, HoldKind, Operation
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services import access, renewal, roster
from radiusbridge.services.access import Manner
from radiusbridge.tui import frame
from radiusbridge.tui.actions.table import actions_of
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.dialogs import Confirm
from radiusbridge.tui.frame import ListScreen
from radiusbridge.tui.pane import Pane
from radiusbridge.tui.screens.customers import CustomersScreen
from radiusbridge.tui.start import Start
from tests.tui.conftest import QUICK, SIZES, Stage, Theatre, person

BUDI = person("budi", "Budi Santoso", area="timur")
SITI = person("siti", "Siti Rahayu", area="utara")
AGUS = person("agus", "Agus Wijaya", area="utara")


async def last_operation(stage: Stage, number: int = 1) -> Any:
    return await stage.context.database.read(lambda unit: unit.operations.get(number))


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_who_is_live_held_walled_and_offline(theatre: Theatre, size: tuple[int, int]) -> None:
    theatre.router.dial("budi", "100.64.12.9")
    theatre.router.dial("siti", "100.64.12.10", lists=("isolir",))
    async with theatre.show(BUDI, SITI, AGUS, size=size) as stage:
        hold = Hold(2, HoldKind.ABUSE, "ani", stage.context.clock.now())
        await stage.context.database.write(lambda unit: unit.holds.open(hold))
        await stage.until_shown("abuse")
        await stage.until_shown("● 100.64.12.9 3h02m", "w 100.64.12.10 3h02m", "○ offline", "● bras-1 2 live")
        budi, siti, agus = stage.lines[2:5]
        assert "● 100.64.12.9 3h02m" in budi
        assert "w 100.64.12.10 3h02m" in siti
        assert "○ offline" in agus
        assert budi.startswith("C-0001")
        assert "open" in budi
        assert "● bras-1 2 live" in stage.lines[-2]
        assert all(word in stage.lines[-1] for word in ("i isolate", "a activate", "x kick", "⏎ evidence", "? help"))
        assert {cell_len(line) for line in stage.lines} == {size[0]}
        assert len(stage.lines) == size[1]


async def test_isolating_asks_with_one_deliberate_key_and_shows_the_evidence_as_it_comes(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.12.9")
    theatre.router.kicks.clear()
    async with theatre.show(SITI, BUDI) as stage:
        await stage.press("j", "i", "i", "enter", "space", "tab", "enter")
        assert isinstance(stage.app.screen, Confirm)
        asked = ("Isolate this customer?", "C-0002 budi", "Budi Santoso", "◉ reject", "◉ unpaid", "100.64.12.9")
        await stage.until_shown(*asked)
        assert theatre.router.live
        await stage.press("y")
        await stage.until_shown("▸ running  isolate budi", "test login", " ms ")
        theatre.router.kicks.set()
        await stage.until_shown("✔ PROVEN  isolate budi (reject)", "✔ isolate", "unpaid", "○ offline")
        assert theatre.router.disabled == {"budi"}
        await stage.press("enter")
        await stage.until_shown("control login", "kick by disconnect", "Disconnect-ACK", "sessions: bras-1: none")
        done = await last_operation(stage)
        assert (done.verdict, done.wanted["access"], done.channel) == (Verdict.PROVEN, "reject", "tui")
        await stage.press("escape", "a", "y")
        await stage.until_shown("activate budi")
        await stage.until(lambda: not theatre.router.disabled)
        await stage.until(lambda: "UNPROVEN" in stage.text or "PROVEN  activate" in stage.text)


@pytest.mark.parametrize("screen", ["customers", "operations"])
async def test_what_the_pane_tells_counts_before_the_row_is_read_again(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, screen: str
) -> None:
    theatre.router.dial("budi", "100.64.12.9")
    theatre.router.kicks.clear()
    async with theatre.show(BUDI) as stage:

        def runs() -> bool:
            row: Any = stage.app.list_screen.row
            last = getattr(row, "last", row)
            return last is not None and last.status is Status.RUNNING

        await stage.press("i", "y")
        await stage.until(runs)
        if screen == "operations":
            await stage.press("3")
            await stage.until_shown("1 operation", "▸ running")
            await stage.until(runs)
        with monkeypatch.context() as still:
            still.setattr(ListScreen, "renew", lambda _self: None)
            await stage.until(lambda: not stage.app.list_screen._renewing)
            theatre.router.kicks.set()
            await stage.until(lambda: "PROVEN  isolate budi (reject)" in stage.text)
            assert runs(), "the row was not read again"
            asked: list[Operation] = []
            still.setattr(Dashboard, "ask_undo", lambda _self, operation: asked.append(operation))
            await stage.press("u")
            await stage.until(lambda: bool(asked))
        assert [each.id for each in asked] == [1]


async def test_a_question_is_about_the_customer_as_they_are_now(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListScreen, "RENEWAL", 1000.0)
    async with theatre.show(BUDI, SITI) as stage:
        await stage.until_shown("budi")
        now = stage.context.clock.now()
        with monkeypatch.context() as still:
            still.setattr(ListScreen, "renew", lambda _self: None)
            still.setattr(CustomersScreen, "_remember", lambda *_: None)
            reading = {"filter", "renew", "history"}
            await stage.until(lambda: all(each.is_finished for each in stage.app.workers if each.group in reading))
            for kind in (HoldKind.ABUSE, HoldKind.UNPAID):
                await stage.context.database.write(partial(_open, Hold(1, kind, "ani", now)))
            assert "abuse" not in stage.text
            await stage.press("a")
            await stage.until_shown("close hold", "○ unpaid", "○ abuse", "choose first")
        await stage.press("escape")
        await stage.until_shown("abuse")
        budi = await stage.context.database.read(lambda unit: unit.customers.get(1))
        await stage.context.database.write(lambda unit: unit.customers.change(replace(budi, name="Budi Baru")))
        await stage.press("e")
        await stage.until_shown("Edit C-0001 budi", "Budi Baru")


def _open(hold: Hold, unit: UnitOfWork) -> None:
    unit.holds.open(hold)


async def test_no_says_no_and_the_choices_count(theatre: Theatre) -> None:
    async with theatre.show(BUDI) as stage:
        for no in ("escape", "n"):
            await stage.press("i", no)
            assert not isinstance(stage.app.screen, Confirm)
        assert not await roster.unfinished(stage.context)
        await stage.press("i", "w", "b")
        await stage.until_shown("◉ walled", "○ reject")
        await stage.press("y")
        await stage.until_shown("abuse", "isolate budi")
        assert (await last_operation(stage)).wanted["access"] == "walled"


async def test_a_nas_that_lies_ends_failed_with_a_sign_and_a_word(theatre: Theatre) -> None:
    theatre.router.lies = True
    theatre.router.dial("budi", "100.64.12.9")
    async with theatre.show(BUDI, manner=Manner(settle=0.2, deadline=3.0)) as stage:
        await stage.press("i", "y")
        await stage.until_shown("✖ FAILED  isolate budi", "✖ isolate")


async def test_another_hold_keeps_the_access_shut_and_is_named(theatre: Theatre) -> None:
    async with theatre.show(BUDI) as stage:
        for hold in (HoldKind.UNPAID, HoldKind.ABUSE):
            await access.isolate(stage.context, "budi", hold=hold)
        await stage.until(lambda: len(cast("roster.Entry", stage.app.list_screen.row).holds) == 2)
        await stage.press("a")
        await stage.until_shown("choose first")
        await stage.press("y")
        assert isinstance(stage.app.screen, Confirm), "with several holds open there is no yes before a choice"
        await stage.press("u", "y")
        await stage.until_shown("stays closed: still held for abuse")


async def test_a_kick_ends_the_session_and_is_refused_where_there_is_none(theatre: Theatre) -> None:
    theatre.router.dial("siti", "100.64.12.10")
    async with theatre.show(BUDI, SITI) as stage:
        await stage.press("x")
        await stage.until_shown("there is no live session to kick")
        assert not isinstance(stage.app.screen, Confirm)
        await stage.press("j", "x", "y")
        await stage.until_shown("✔ PROVEN  kick siti")
        assert not theatre.router.live


async def test_what_waits_for_its_server_is_shown_and_carried_out_later(theatre: Theatre) -> None:
    theatre.router.server_dark = True
    async with theatre.show(BUDI) as stage:
        await stage.press("i", "y")
        await stage.until_shown("… isolate budi waiting", "… 1 waiting")
        theatre.router.server_dark = False
        await stage.context.database.write(lambda unit: unit.operations.hasten(None))
        await stage.until_shown("✔ PROVEN  isolate budi")
        await stage.until(lambda: "waiting" not in stage.text)


async def test_what_is_stale_is_marked_with_its_age(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.12.9")
    async with theatre.show(BUDI, SITI) as stage:
        await stage.until_shown("● 100.64.12.9", "○ offline")
        theatre.router.dark = True
        await stage.until_shown("ago 100.64.12.9", "✖ bras-1 stale", "no answer")
        theatre.router.words = "no answer within 4 s; check address, port and firewall on the way there"
        await stage.until(lambda: stage.lines[-2].endswith("…"))
        assert re.search(r"\? \d+s ago 100\.64\.12\.9", stage.lines[2])
        assert "●" not in stage.text
        assert "○" not in stage.text
        theatre.router.dark = False
        await stage.until_shown("● 100.64.12.9", "○ offline")


async def test_the_keyboard_never_waits(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = [person(f"user{number:03}") for number in range(200)]
    async with theatre.show(*crowd) as stage:
        gate = asyncio.Event()
        page = roster.page

        async def slow(*given: Any) -> roster.Page:
            await gate.wait()
            return await page(*given)

        monkeypatch.setattr(roster, "page", slow)
        theatre.router.free.clear()
        await stage.press("G")
        await stage.until_shown("·  ·  ·")
        assert stage.app.list_screen.table.cursor == 199
        await stage.press("i")
        await stage.until_shown("no customer is selected")
        await stage.press("g", "j", "j", "question_mark")
        await stage.until_shown("Open a hold")
        await stage.press("escape", "G")
        gate.set()
        await stage.until_shown("user199")


async def test_moving_by_keys(theatre: Theatre) -> None:
    async with theatre.show(*[person(f"user{number:03}") for number in range(120)]) as stage:
        table = stage.app.list_screen.table
        for keys, cursor in (
            (("j", "down"), 2),
            (("k",), 1),
            (("G",), 119),
            (("up", "j", "j"), 119),
            (("home", "pagedown"), table.size.height - 2),
            (("pageup", "k"), 0),
        ):
            await stage.press(*keys)
            assert table.cursor == cursor
        await stage.press("end")
        await stage.until_shown("user119")


async def test_filter_by_words_and_states(theatre: Theatre) -> None:
    theatre.router.dial("agus", "100.64.12.11")
    async with theatre.show(BUDI, SITI, AGUS) as stage:
        await access.isolate(stage.context, "siti")
        await stage.press("slash", *"utara")
        await stage.until_shown("2 of 3 customers")
        await stage.until(lambda: "budi" not in "\n".join(stage.lines[3:8]))
        await stage.press(*" state", "colon", *"held")
        await stage.until_shown("1 of 3 customers", "siti")
        await stage.press("enter")
        await stage.until(lambda: "siti" in stage.lines[2])
        await stage.press("escape")
        await stage.until_shown("3 customers", "budi")
        await stage.press("slash", *"state", "colon", *"live")
        await stage.until_shown("1 of 3 customers", "agus")
        theatre.router.dial("budi", "100.64.12.12")
        await stage.until_shown("2 of 3 customers", "budi")
        assert stage.app.list_screen.table.cursor == 1, "the cursor stays with its customer"
        await stage.press("x")
        await stage.until_shown("knows no “livex”", "not understood")
        stage.burst("enter", "asterisk")
        await stage.until_shown("state:livex*", "not understood")
        await stage.press("ctrl+p", *"mark all", "enter")
        await stage.until(lambda: any("livex" in each.message for each in stage.app._notifications))
        assert not stage.app.list_screen.marks, "rows that the filter did not choose are not acted on"


async def test_a_filter_that_cannot_be_read_is_open_from_the_start(theatre: Theatre) -> None:
    async with theatre.show(BUDI, SITI, start=Start("customers", "stat:live"), ready=False) as stage:
        await stage.until_shown("there is no field “stat”", "not understood")
        stage.burst("escape", "asterisk")
        await stage.until_shown("2 marked, 2 customers")


async def test_the_first_frame_comes_before_the_database() -> None:
    opened = threading.Event()

    def factory() -> Any:
        opened.wait()
        raise Damaged("the database file cannot be opened", target="d.sqlite3")

    app = Dashboard(factory)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        stage = Stage(app, pilot, cast("Any", None), cast("Any", None))
        try:
            await stage.press("i", "j", "slash", "escape")
            await stage.until_shown("opening the database", "the database is not open yet")
        finally:
            opened.set()
        await stage.until(lambda: app.return_value is not None)
    assert app.return_value == 1
    assert await app.hand_over() == ["radiusbridge: d.sqlite3: the database file cannot be opened"]


async def test_leaving_hands_over_what_runs_and_cancels_nothing(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "radiusbridge.services.carrying.leave_to_another_process", lambda url, number: left.append((url, number))
    )
    theatre.router.dial("budi", "100.64.12.9")
    async with theatre.show(BUDI, manner=Manner(settle=30.0, deadline=60.0)) as stage:
        await stage.press("i", "y")
        await stage.until_shown("▸ isolate budi running", "○ offline")
        await stage.press("q")
        words = await stage.app.hand_over()
        assert words == ["operation 1 (isolate budi) is queued"], "a context that was given belongs to its owner"
        operation = await last_operation(stage)
        assert operation.status is Status.QUEUED
        assert not left


async def test_the_tray_goes_along_and_the_end_is_a_toast_on_any_screen(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.12.9")
    theatre.router.kicks.clear()
    async with theatre.show(SITI, BUDI) as stage:
        await stage.press("j", "i", "y")
        await stage.until_shown("▸ running  isolate budi")
        await stage.press("5")
        await stage.until_shown("Profiles", "▸ isolate budi running: ")
        await stage.press("6", "question_mark")
        theatre.router.kicks.set()
        await stage.until_shown("✔ PROVEN  isolate budi", "operation 1")
        assert "shows the evidence" not in stage.text, "of an audit entry it would be another page"
        await stage.press("escape")
        await stage.until(lambda: "isolate budi running" not in stage.text)


async def test_help_names_every_action(theatre: Theatre) -> None:
    async with theatre.show(BUDI) as stage:
        await stage.press("question_mark")
        seen = stage.text
        for _ in range(6):
            await stage.press("pagedown")
            seen += stage.text
        for action in actions_of("customers"):
            assert f"{stage.app.keymap.shown(action)} {action.title}" in seen
        for word in ("one screen", "PROVEN, UNPROVEN, FAILED", "the user name that is dialled"):
            assert word in seen


async def test_an_empty_list_says_what_to_do(theatre: Theatre) -> None:
    async with theatre.show() as stage:
        await stage.until_shown("No customers yet", "f9 leads through the set-up")
        await stage.press("slash", "z")
        await stage.until_shown("No customer matches; esc clears the filter", "0 of 0 customers")


async def test_the_detail_has_what_is_kept_about_a_customer(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.0.1")
    theatre.router.rates = (1_000_000, 8_000_000)
    async with theatre.show(person("budi", "Budi", note="[/red]ladder\nneeded"), size=(120, 60)) as stage:
        await access.isolate(stage.context, "budi", reason="[b]late", ticket="T-7", manner=QUICK)
        await renewal.renew(stage.context, "budi", months=2, note="cash")
        await stage.press("enter")
        await stage.until_shown("down 8.0Mbit/s, up 1.0Mbit/s", "note", "[/red]ladder", "needed")
        await stage.until_shown("holds", "unpaid by ani  [b]late  T-7", "renewals", "cash", "operations", "isolate")


async def test_what_nobody_has_changed_is_not_read_again(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counting(name: str) -> None:
        plain = getattr(roster, name)

        async def counted(*arguments: Any, **options: Any) -> Any:
            asked.append(name)
            return await plain(*arguments, **options)

        monkeypatch.setattr(roster, name, counted)

    async with theatre.show(BUDI, SITI) as stage:
        await stage.until_shown("2 customers")
        screen = stage.app.list_screen
        await stage.until(lambda: not screen._renewing)
        for name in ("page", "count", "unfinished"):
            counting(name)
        for _ in range(3):
            screen.renew()
            await stage.until(lambda: not screen._renewing)
        assert asked == []
        await stage.context.database.write(
            lambda unit: unit.customers.change(replace(unit.customers.get(1), name="Budi S."))
        )
        screen.renew()
        await stage.until_shown("Budi S.")
        assert {"page", "unfinished"} <= set(asked)


async def test_while_the_cursor_moves_only_its_lines_are_drawn(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tick of a second would draw the pane right behind the key: a second painting, and octets for nothing."""
    async with theatre.show(BUDI, SITI, size=(80, 24)) as stage:
        screen = stage.app.list_screen
        pane = screen.query_one("#pane", Pane)
        await stage.until(lambda: "Budi Santoso" in str(pane._drawn))
        monkeypatch.setattr(frame, "MOVING_PAUSE", 1000.0)
        await stage.press("j")
        screen.ages_changed()
        assert "Budi Santoso" in str(pane._drawn)
        monkeypatch.setattr(frame, "MOVING_PAUSE", 0.01)
        await stage.press("k", "j")
        await stage.until(lambda: "Siti Rahayu" in str(pane._drawn))
        screen.ages_changed()
        assert "Siti Rahayu" in str(pane._drawn)


async def test_a_filter_that_is_cleared_leaves_everybody_from_the_top_before_the_database_is_asked(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListScreen, "RENEWAL", 1000.0)
    people = [person(f"user{number}", f"Name {number}", area="timur") for number in range(9)]
    async with theatre.show(*people) as stage:
        await stage.press("slash", "u", "s", "e", "r", "7", "enter")
        await stage.until_shown("1 of 9 customers")
        await stage.press("escape", "slash", "u", "s", "e", "r", "enter", "j", "j")
        await stage.until(lambda: stage.app.list_screen.table.cursor == 2)
        asked, gate = asyncio.Event(), asyncio.Event()
        page = roster.page

        async def late(*arguments: Any, **options: Any) -> roster.Page:
            asked.set()
            await gate.wait()
            return await page(*arguments, **options)

        monkeypatch.setattr(roster, "page", late)
        stage.burst("escape")
        await asked.wait()
        await stage.until(lambda: stage.lines[2].startswith("C-0001"))
        assert stage.app.list_screen.table.cursor == 0
        await stage.until_shown("9 customers")
        gate.set()
        await stage.until(lambda: stage.app.keyboard.idle)
        assert stage.lines[2].startswith("C-0001")
