"""A timer runs for whoever holds the duty, and for nobody who has lost it."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from radiusbridge.agent.leadership import DUTY, SECONDS
from radiusbridge.agent.timers import Timer, keep_time
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.settings import Settings


@pytest.mark.parametrize("ours", [True, False])
async def test_who_lost_the_duty_runs_nothing(tmp_path: Path, ours: bool) -> None:
    context = open_context(Settings(str(tmp_path / "db"), tmp_path / "key", None, "noc"), "agent")
    runs = asyncio.Queue[str]()

    async def run() -> Mapping[str, object]:
        await runs.put("run")
        return {}

    owner = context.process.owner
    held = await context.database.write(lambda unit: unit.duties.take(DUTY, owner, unit.now, SECONDS))
    assert held is not None
    if not ours:
        later = timedelta(seconds=SECONDS + 1)
        taken = await context.database.write(lambda unit: unit.duties.take(DUTY, "b/2/2", unit.now + later, SECONDS))
        assert taken is not None
        assert taken.epoch == held.epoch + 1
    timer = Timer("patrol", 0.01, 60, run)
    keeping = asyncio.create_task(keep_time(context, timer, lambda: held.epoch))
    if ours:
        assert await asyncio.wait_for(runs.get(), 60) == "run"
    else:
        before = asyncio.create_task(runs.get())
        await asyncio.wait({before}, timeout=0.5)
        assert not before.done()
        before.cancel()
        assert not await context.database.read(lambda unit: unit.duties.timers()), "nor is a run of its noted"
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await context.close()
