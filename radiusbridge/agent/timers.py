"""Work on a timer: each has its interval, and its last run is in the database, so that whoever takes over goes on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from radiusbridge.db.repositories.duties import TimerRun
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.text import safe
from radiusbridge.services.context import Context

FIRST = 5.0
"""Seconds over which the first runs of a new agent are spread."""

Figures = Mapping[str, object]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timer:
    """every: seconds between the beginnings of two runs. within: how long one run may take. run: gives its figures."""

    name: str
    every: float
    within: float
    run: Callable[[], Awaitable[Figures]]


async def keep_time(context: Context, timer: Timer, epoch: Callable[[], int]) -> None:
    """Run a timer for ever. epoch: of the duty that this agent holds; kept with each run."""
    while True:
        last = (await context.database.read(lambda unit: unit.duties.timers())).get(timer.name)
        await context.clock.sleep(_pause(context, timer, last))
        began = context.clock.now()
        await _note(context, timer.name, began, None, "running", {"epoch": epoch()})
        outcome, figures = await _once(timer)
        if outcome != "ok":
            log.warning("%s: %s", timer.name, outcome)
        await _note(context, timer.name, began, context.clock.now(), outcome, {**figures, "epoch": epoch()})


def _pause(context: Context, timer: Timer, last: TimerRun | None) -> float:
    if last is None:
        return context.entropy.uniform(0, min(FIRST, timer.every))
    gone = (context.clock.now() - last.began_at).total_seconds()
    return min(timer.every, max(0.0, timer.every - gone))


async def _once(timer: Timer) -> tuple[str, Figures]:
    try:
        async with asyncio.timeout(timer.within):
            return "ok", await timer.run()
    except RadiusbridgeError as error:
        return safe(error.line(), 300), {}
    except TimeoutError:
        return f"not done within {timer.within:g} s", {}
    except Exception as error:
        log.exception("%s", timer.name)
        return f"internal error {type(error).__name__}", {}


async def _note(
    context: Context, name: str, began: datetime, ended: datetime | None, outcome: str, figures: Figures
) -> None:
    await context.database.write(lambda unit: unit.duties.note(TimerRun(name, began, ended, outcome, figures)))
