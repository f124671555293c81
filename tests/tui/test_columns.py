"""Columns: what every list shows fits its width; the operator hides and adds some, and they stay so."""

import asyncio
from pathlib import Path

import pytest

from radiusbridge.tui.actions.table import SCREENS
from radiusbridge.tui.screens.every import load
from radiusbridge.tui.sheet import list_room
from radiusbridge.tui.start import Start, resumed
from tests.tui.conftest import Theatre, person


@pytest.mark.parametrize("name", [name for name, _title, _key in SCREENS])
def test_the_columns_of_every_list_fit(name: str) -> None:
    for sheet in load(name)().sheets():
        for width in (80, 99, 100, 120, 139, 140, 160, 180, 200, 240):
            shown = sheet.shown(width)
            needed = sum(each.width + 1 for each in shown) - 1
            assert needed <= list_room(width), f"{name} at {width}: {[each.title for each in shown]} take {needed}"


async def test_columns_are_hidden_and_added_and_come_back(theatre: Theatre, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    people = (person("ani", "Ani Sari", area="utara"), person("budi", "Budi", area="timur"))
    async with theatre.show(*people, start=Start(kept=file)) as stage:
        await stage.until_shown("NAME", "PROFILE")
        assert "utara" not in stage.lines[2]
        await stage.press("|", "j", "j")
        await stage.until_shown("Columns of this list", "[x] NAME", "[ ] AREA")
        await stage.press("j", "space")
        await stage.until_shown("AREA does not fit: hide another one")
        await stage.press("k", "space")
        await stage.until_shown("[ ] NAME", "[x] AREA")
        await stage.press("escape")
        await stage.until_shown("utara", "timur", "AREA")
        assert "Ani Sari" not in stage.lines[2]
        await stage.pilot.resize_terminal(200, 40)
        await stage.until_shown("PAID", "AREA")
        assert "Ani Sari" not in stage.lines[2][:90], "what is hidden stays hidden on any screen"
        await stage.app.hand_over()
    start = await asyncio.to_thread(resumed, Start(kept=file))
    assert start.views["customers"].columns == {"name": False, "area": True}
    again = tmp_path / "again"
    await asyncio.to_thread(again.mkdir)
    async with Theatre(again).show(*people, start=start) as stage:
        await stage.until_shown("utara", "AREA")
        assert "Ani Sari" not in stage.lines[2]
        await stage.press("|", "d", "escape")
        await stage.until(lambda: "Ani Sari" in stage.lines[2] and "utara" not in stage.lines[2])


async def test_the_last_column_stays(theatre: Theatre) -> None:
    async with theatre.show(person("ani"), start=Start("profiles"), ready=False) as stage:
        await stage.until(lambda: stage.app.desk is not None)
        await stage.press("|")
        await stage.until_shown("[x]")
        shown = len(stage.app.list_screen.sheet().shown(80))
        for _ in range(shown):
            await stage.press(*["k"] * 20)
            while "[x]" not in next(line for line in stage.lines if "▸" in line):
                await stage.press("j")
            await stage.press("space")
        assert stage.text.count("[x]") == 1


@pytest.mark.parametrize("width", [80, 139, 140, 160, 200, 300])
async def test_the_room_of_a_list_is_known(theatre: Theatre, width: int) -> None:
    async with theatre.show(person("ani"), size=(width, 24)) as stage:
        assert stage.app.list_screen.table.size.width - 1 == list_room(width)
