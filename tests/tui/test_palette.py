"""What the palette says of hostile names does nothing."""

import pytest

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
