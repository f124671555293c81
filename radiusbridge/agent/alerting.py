"""The agent's watch: a look after each round of readings, and the sending of what is due. Only who leads does it.

epoch: of the duty that this agent holds: asked in each transaction, so that who was stopped and wakes raises and sends
nothing.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from radiusbridge.agent.jobs import Findings
from radiusbridge.agent.leadership import DUTY
from radiusbridge.db.repositories.duties import TimerRun
from radiusbridge.services.alerts.board import TIMER
from radiusbridge.services.alerts.sending import Post
from radiusbridge.services.alerts.watching import Lookout
from radiusbridge.services.context import Context

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork

EVERY = 5.0
"""Seconds until it is looked again whether there are new readings, or something is to be sent."""


def _is_ours(context: Context, epoch: Callable[[], int], unit: "UnitOfWork") -> bool:
    held = unit.duties.held(DUTY)
    return held is not None and (held.owner, held.epoch) == (context.process.owner, epoch())


async def look_on(context: Context, findings: Findings, epoch: Callable[[], int]) -> None:
    """Look after each round of readings, until cancelled."""
    ours = partial(_is_ours, context, epoch)
    lookout, seen = Lookout(context, ours), 0
    more = None if findings.watch is None else findings.watch.signals
    while True:
        if findings.readings is not None and findings.rounds != seen:
            seen, began = findings.rounds, context.clock.now()
            news = await lookout.look(findings.readings, more, files=findings.files)
            if news is not None:
                run = TimerRun(TIMER, began, context.clock.now(), "ok", {"news": news, "epoch": epoch()})
                await context.database.write(partial(_note, run))
        await context.clock.sleep(EVERY)


def _note(run: TimerRun, unit: "UnitOfWork") -> None:
    unit.duties.note(run)


async def send_on(context: Context, epoch: Callable[[], int]) -> None:
    """Send what is due, until cancelled."""
    post = Post(context, partial(_is_ours, context, epoch))
    while True:
        due = await post.due()
        if due is not None and due <= context.clock.now():
            await post.send()
        await context.clock.sleep(EVERY)
