"""The demo's tour goes on when what it asks for was done, however soon that is over."""

import pytest

from radiusbridge.tui.start import Start
from radiusbridge.tui.tour import STEPS
from tests.tui.conftest import Theatre, person


async def test_it_goes_on_though_the_evidence_is_left_before_the_strip_looks(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("radiusbridge.tui.tour.LOOK", 3600.0)
    async with theatre.show(person("ani"), start=Start(demo=True)) as stage:
        tour = stage.app.tour
        assert tour is not None
        tour.at = len(STEPS) - 2
        stage.burst("enter")
        await stage.until_shown("esc back")
        stage.burst("escape")
        await stage.until(lambda: stage.app.screen is stage.app.list_screen)
        assert tour.at == len(STEPS) - 1
