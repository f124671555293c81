"""Alerts in the dashboard: the list, what keys do, the overview's line, and new ones on every screen."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from rich.cells import cell_len

from radiusbridge.db.repositories.duties import TimerRun
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.alerts.episodes import Signal
from radiusbridge.domain.alerts.rules import Kind
from radiusbridge.services.alerts.board import TIMER
from radiusbridge.services.alerts.judging import Judge
from radiusbridge.tui.start import Start
from tests.gateways.support import SeededEntropy
from tests.tui.conftest import SIZES, TOASTS, Stage, Theatre, person

BUDI = person("budi", "Budi Santoso")
FULL = Signal(Kind.POOL_FULL, "bras-1/pool", 0.95, "95 of 100 addresses are given")
CAP = Signal(Kind.LICENCE_CAP, "um-1", 1.0, "licence 4: 20 of 20 active sessions")


async def look(stage: Stage, signals: Sequence[Signal]) -> None:
    """As the agent does."""

    def work(unit: UnitOfWork) -> None:
        Judge(unit, SeededEntropy(1)).judge(signals)
        unit.duties.note(TimerRun(TIMER, unit.now, unit.now, "ok", {}))

    await stage.context.database.write(work)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radiusbridge.tui.alert_words.LOOK_EVERY", 0.1)
    monkeypatch.setattr("radiusbridge.tui.screens.alerts.AlertsScreen.RENEWAL", 0.2)
    monkeypatch.setattr("radiusbridge.tui.screens.overview.OverviewScreen.RENEWAL", 0.2)
    monkeypatch.setattr("radiusbridge.tui.screens.overview.DATABASE_EVERY", 0.2)


@pytest.mark.parametrize("size", SIZES)
async def test_a_new_one_is_told_everywhere_seen_to_muted_and_over(theatre: Theatre, size: tuple[int, int]) -> None:
    async with theatre.show(BUDI, size=size) as stage:
        await stage.press("exclamation_mark")
        await stage.until_shown("What is wrong is not known", "nobody watches", "no alert")
        await stage.press("1")
        await stage.until_shown("Budi Santoso")
        await look(stage, [FULL])
        await stage.until_told("pool-full bras-1/pool")
        await stage.press("0")
        await stage.until_shown("Alerts", "1: pool-full bras-1/pool: 95 of 100")
        await stage.press("exclamation_mark")
        await stage.until_shown("! warning", "bras-1/pool", "1 alert")
        await stage.until(lambda: "nobody watches" not in stage.text)
        assert {cell_len(line) for line in stage.lines} == {size[0]}
        await stage.press("a")
        await stage.until_shown("· seen-to", "no alert")
        await stage.press("m")
        await stage.until_shown("– muted")
        (mute,) = await stage.context.database.read(lambda unit: unit.alerts.mutes())
        assert (mute.kind, mute.subject, mute.until is not None) == (FULL.kind, FULL.subject, True)
        await stage.press("m")
        await stage.until_shown("· seen-to")
        await look(stage, [CAP])
        await stage.until_shown("✔ resolved", "! warning", "licence-cap", "1 alert")
        await stage.press("slash", *"state:resolved", "enter")
        await stage.until_shown("1 of 2 alerts", "no longer watched")


async def test_of_many_at_once_one_toast_and_in_read_only_no_change(theatre: Theatre) -> None:
    async with theatre.show(BUDI, start=Start("alerts", read_only=True), ready=False) as stage:
        await stage.until_shown("What is wrong is not known")
        await look(stage, [Signal(Kind.POOL_FULL, f"nas{each}", 0.9 + each / 1000, "full") for each in range(9)])
        await stage.until_shown("9 alerts")
        await stage.until_told("9 new alerts")
        assert len(TOASTS) == 1
        await stage.press("a")
        await stage.until_shown("read-only")
        await look(stage, [])
        await stage.until_shown("no alert", "✔ resolved")
        raised = await stage.context.database.read(lambda unit: unit.alerts.resolved(unit.now - timedelta(hours=1)))
        assert [each.acked_at for each in raised] == [None] * 9
