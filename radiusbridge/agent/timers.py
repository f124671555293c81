"""Work on a timer: each has its interval, and its last run is in the database, so that whoever takes over goes on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from radiusbridge.agent.leadership import DUTY
from radiusbridge.db.repositories.duties import TimerRun
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.text import safe
from radiusbridge.services.context import Context

FIRST = 5.0
"""Seconds over which the first runs of a new agent are spread."""
NOT_OURS = 1.0
"""Seconds until it is looked again whose the duty is."""

Figures = Mapping[str, object]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timer:
    """every: seconds between the beginnings of two runs. within: how long one run may take. run: gives its figures.
    settings: what it does; of two timers with the same name, one with others is another."""

    name: str
    every: float
    within: float
    run: Callable[[], Awaitable[Figures]] = field(compare=False)
    settings: tuple[object, ...] = ()


async def keep_time(context: Context, timer: Timer, epoch: Callable[[], int]) -> None:
    """Run a timer for ever. epoch: of the duty that this agent holds; kept with each run.

    A run begins with a transaction that looks whose duty it is: who was stopped and wakes runs nothing again.
    """
    while True:
        last = (await context.database.read(lambda unit: unit.duties.timers())).get(timer.name)
        await context.clock.sleep(_pause(context, timer, last))
        began = context.clock.now()
        held = epoch()
        if not await _note(context, held, TimerRun(timer.name, began, None, "running", {"epoch": held})):
            await context.clock.sleep(NOT_OURS)
            continue
        outcome, figures = await _once(timer)
        if outcome != "ok":
            log.warning("%s: %s", timer.name, outcome)
        ended = TimerRun(timer.name, began, context.clock.now(), outcome, {**figures, "epoch": held})
        await _note(context, held, ended)


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


async def _note(context: Context, epoch: int, run: TimerRun) -> bool:
    """Keep a run; False: the duty is another's by now."""

    def work(unit: UnitOfWork) -> bool:
        held = unit.duties.held(DUTY)
        ours = held is not None and (held.owner, held.epoch) == (context.process.owner, epoch)
        if ours:
            unit.duties.note(run)
        return ours

    return await context.database.write(work)
