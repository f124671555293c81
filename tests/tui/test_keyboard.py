"""A burst of keys does what the same keys do one by one; a held key confirms nothing."""

import asyncio

import pytest
from textual import events
from textual.widgets import Input

from radiusbridge.domain.errors import BadInput
from radiusbridge.tui.form import Form
from radiusbridge.tui.help import Help
from radiusbridge.tui.keymap import parse
from tests.tui.conftest import PATIENCE, Stage, Theatre, person

THREE = (person("ani"), person("budi"), person("citra"))


async def unchanged(stage: Stage) -> bool:
    """Nothing was begun."""
    await stage.pilot.pause()
    return not stage.app.desk.begun if stage.app.desk else True


async def test_a_yes_in_one_burst_with_its_question_is_none(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.12.9")
    async with theatre.show(*THREE) as stage:
        stage.burst("j", "i", "enter", "w", "b", "y", "j")
        await stage.until_shown("Isolate this customer?", "◉ walled", "not taken as a yes")
        assert await unchanged(stage)
        await stage.press("y", "j")
        desk = stage.app.desk
        assert desk is not None
        await stage.until(lambda: stage.app.list_screen.table.cursor == 2 and bool(desk.begun))
        assert [(each.username, each.wanted["access"]) for each in desk.begun.values()] == [("budi", "walled")]


async def test_what_is_typed_into_a_form_that_is_still_opening_reaches_the_form(theatre: Theatre) -> None:
    async with theatre.show(*THREE) as stage:
        stage.burst("n", *"xiay", "enter", *"rixx", "down")
        await stage.until(lambda: stage.typed("password") == "rixx")
        assert isinstance(stage.app.screen, Form)
        assert stage.typed("username") == "xiay"
        stage.burst("escape", "j", "j", "e", "escape", "k")
        await stage.until(lambda: stage.app.list_screen.table.cursor == 1 and stage.app.screen is stage.app.list_screen)
        assert await unchanged(stage)


async def test_what_is_left_while_a_form_opens_breaks_nothing(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with theatre.show(*THREE) as stage:
        left, mounted = asyncio.Event(), Form.on_mount

        def leave(form: Form) -> None:
            stage.app.exit(0)
            left.set()
            mounted(form)

        # as Textual has it once the application closes
        monkeypatch.setattr(Form, "compose", lambda _form: [])
        monkeypatch.setattr(Form, "on_mount", leave)
        stage.burst("n")
        await asyncio.wait_for(left.wait(), PATIENCE)
    assert not stage.app.broke


async def test_a_filter_applies_before_the_next_key_means_a_row(theatre: Theatre) -> None:
    async with theatre.show(*THREE) as stage:
        stage.burst("slash", *"citra", "enter", "i")
        await stage.until_shown("Isolate this customer?", "C-0003 citra")
        assert "C-0001" not in stage.text
        stage.burst("escape", "escape", "x", "escape", "i")
        await stage.until_shown("Isolate this customer?", "C-0001 ani")


async def test_the_palette_takes_a_burst_to_its_end(theatre: Theatre) -> None:
    async with theatre.show(*THREE) as stage:
        stage.burst("j", "colon", *"isolate", "enter")
        await stage.until_shown("Isolate this customer?", "C-0002 budi")
        stage.burst("escape", "colon", *"zzz", "escape", "escape", "3", "1", "G")
        await stage.until(lambda: stage.app.list_screen.table.cursor == 2)


async def test_other_lists_pages_and_help_take_turns(theatre: Theatre) -> None:
    async with theatre.show(*THREE) as stage:
        stage.burst("4", "question_mark", "q", "1", "enter", "q", "j", "slash", "q", "i", "escape", "y", "escape", "k")
        stage.burst("question_mark")
        await stage.until(lambda: stage.app.keyboard.idle and isinstance(stage.app.screen, Help))
        assert await unchanged(stage)
        assert stage.app.list_screen.table.cursor == 0
        assert stage.app.list_screen.query_text == ""


@pytest.mark.parametrize("key", ["i", "a", "x", "r", "u", "n", "e", "y", "enter", "space", "colon"])
async def test_a_held_key_confirms_nothing(theatre: Theatre, key: str) -> None:
    theatre.router.dial("ani", "100.64.12.9")
    async with theatre.show(*THREE) as stage:
        stage.burst(*[key] * 40, "j")
        await stage.until(lambda: stage.app.keyboard.idle)
        assert await unchanged(stage)


async def test_a_pasted_text_waits_its_turn(theatre: Theatre) -> None:
    async with theatre.show(*THREE) as stage:
        stage.burst("slash")
        paste = events.Paste("citra\x1b[31m" + "x" * 10_000)
        paste.set_sender(stage.app)
        assert stage.app._driver is not None
        stage.app._driver.send_message(paste)
        await stage.until(lambda: stage.app.list_screen.query_one("#filter", Input).value.startswith("citra"))
        assert len(stage.app.list_screen.query_one("#filter", Input).value) <= 200
        assert await unchanged(stage)


def test_no_action_that_asks_lies_on_the_key_that_says_yes() -> None:
    with pytest.raises(BadInput, match="yes"):
        parse('[keys]\nisolate = "y"\ncopy = "f5"')
