"""The palette finds customers, devices and operations, and what it says of hostile names does nothing."""

import pytest

from radiusbridge.services.access import isolate
from radiusbridge.tui.places import found
from tests.tui.conftest import Theatre, person


async def test_markup_in_a_line_neither_breaks_the_palette_nor_acts(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("radiusbridge.tui.palette.line_of", lambda *_: "[/foo] [@click=app.quit]x[/] \x1b[2J\x9b1m")
    async with theatre.show(person("ani")) as stage:
        stage.burst("colon", *"isolate")
        await stage.until_shown("isolate  (i)", "[/foo] [@click=app.quit]x[/]")
        assert "\x1b" not in stage.text
        assert "\x9b" not in stage.text


async def test_customers_devices_and_operations_are_found_and_gone_to(theatre: Theatre) -> None:
    people = [person(f"user{number:02}", "Ani", phone=f"0812-{number:04}") for number in range(15)]
    async with theatre.show(*people, person("evil", "[/foo] [@click=app.quit]x[/]")) as stage:
        await isolate(stage.context, "user03")
        stage.burst("colon", *"ani")
        await stage.until_shown("go to customer C-0001 user00")
        stage.burst("escape", "colon", *"0812-0007")
        await stage.until_shown("go to customer C-0008 user07", "Ani · 0812-0007")
        stage.burst("down", "enter")
        await stage.until_shown("1 of 16 customers", 'number="C-0008"', "user07")
        stage.burst("escape", "colon", *"/foo")
        await stage.until_shown("go to customer C-0016 evil", "[/foo] [@click=app.quit]x[/]")
        stage.burst("escape", "colon", "1")
        await stage.until_shown("go to operation 1", "isolate user03")
        stage.burst("escape", "colon", *"bras-1")
        await stage.until_shown("go to nas bras-1")
        stage.burst("down", "enter")
        await stage.until(lambda: stage.app.list_screen.NAME == "devices")
        await stage.until_shown("1 of 2 devices", "bras-1")


async def test_no_more_than_ten_customers_are_offered(theatre: Theatre) -> None:
    people = [person(f"user{number:02}", "Ani") for number in range(15)]
    async with theatre.show(*people) as stage:
        assert stage.app.desk is not None
        places = [place async for place in found(stage.app.desk, "ani")]
        assert [place.query for place in places] == [f'number="C-{number:04}"' for number in range(1, 11)]
        assert [place.query async for place in found(stage.app.desk, 'a"b')] == []
