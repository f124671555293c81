"""Waiting for an operation: evidence as it happens, the verdict, the exit status. Leaving off never stops the work."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.session import database_url
from radiusbridge.cli.views import operation_view, step_view
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import Operation, Step
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Status, exit_status

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

FOR_STANDBY = 5.0
"""Seconds that a verb waits for the standby beyond its own verdict."""
WAITING_HINT = "radiusbridge op run --watch"


@dataclass(slots=True)
class Novelty:
    """Passes over readings that only repeat what was read before; the journal keeps each, and so does `--json`."""

    last: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def tells(self, step: Step) -> bool:
        """Whether the step says something new about what it looked at."""
        subject = (step.name, step.text.partition(":")[0])
        news = (step.outcome, step.text)
        repeated = self.last.get(subject) == news
        self.last[subject] = news
        return not repeated


@dataclass(slots=True)
class Reporter:
    """Shows the steps of one operation: lines on stderr, or JSON lines on stdout."""

    as_json: bool
    seen: int = 0
    began: datetime | None = field(default=None)
    novelty: Novelty = field(default_factory=Novelty)

    def show(self, steps: tuple[Step, ...]) -> None:
        """Show steps that were not shown yet."""
        for step in steps:
            if step.sequence <= self.seen:
                continue
            self.seen = step.sequence
            self.began = self.began or step.started_at
            after = (step.started_at - self.began).total_seconds() + step.duration
            if self.as_json:
                output.json_line({"type": "evidence", **step_view(step), "seconds": round(after, 6)})
            elif self.novelty.tells(step):
                talk(evidence_line(step, after))


def evidence_line(step: Step, after: float) -> str:
    """`  +0.042 s  list-sessions   2 live      bras-1: …`; after: seconds since the first step."""
    head = f"  +{after:6.3f} s  {safe(step.name, 30):<17} {safe(step.outcome, 30):<12} "
    room = max(30, output.width() - len(head))
    first, *more = output.wrapped(safe(step.text, 600), room)
    return "\n".join([head + first, *(" " * len(head) + part for part in more)])


def label(operation: Operation, number: str = "") -> str:
    """`isolate C-0001 (budi)`."""
    name = safe(operation.username, 60)
    return f"{operation.intent} {f'{safe(number, 40)} ({name})' if number else name}"


def show_end(operation: Operation, number: str, as_json: bool, began: datetime | None = None) -> int:
    """Print how the operation stands now; its exit status."""
    status = exit_status(operation.status, operation.verdict)
    if as_json:
        output.json_line({"type": "verdict", **operation_view(operation), "customer": number or None, "exit": status})
    else:
        word = str(operation.verdict or operation.status).upper()
        output.line(f"{word}  {label(operation, number)}{_took(operation, began)}")
        for reason in operation.reasons:
            for at, part in enumerate(output.wrapped(safe(reason, 600), output.width() - 4)):
                output.line(f"  {'  ' if at else ''}{part}")
    if not operation.status.final:
        note(f"operation {operation.id}", f"it is kept; this carries it out at the first contact: {WAITING_HINT}")
    if operation.status is Status.SUPERSEDED:
        newer = f"radiusbridge op list --customer {safe(number, 40)}" if number else "radiusbridge op list"
        note(f"operation {operation.id}", f"a newer operation for this customer took its place; {newer}")
    return status


def _took(operation: Operation, began: datetime | None) -> str:
    start = began or operation.created_at
    if operation.finished_at is None or start is None:
        return f"  (operation {operation.id})"
    return f"  in {max(timedelta(), operation.finished_at - start).total_seconds():.1f} s"


async def wait_for(context: "Context", operation: Operation, *, number: str, as_json: bool) -> int:
    """Carry the operation out here, or follow who does, and print all of it; the exit status.

    SIGINT, SIGTERM and SIGHUP end the waiting: what is not over goes on in a process of its own (128 + the signal).
    """
    from radiusbridge.services import journal
    from radiusbridge.services.carrying import carry_out
    from radiusbridge.services.standby.carrying import carry_mirrors_of

    reporter = Reporter(as_json)
    with _signals() as stop:
        work = asyncio.create_task(carry_out(context, operation.id))
        mirrors = asyncio.create_task(carry_mirrors_of(context, operation.id))
        watch = asyncio.create_task(_watch(context, operation.id, reporter))
        ends: set[asyncio.Future[Any]] = {work, stop}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
        watch.cancel()
        await asyncio.gather(work, watch, return_exceptions=True)
        await bring_to_standby(mirrors, 0.0 if stop.done() else FOR_STANDBY)
    _raise_lost(work, operation)
    reporter.show(await journal.steps(context, operation.id, reporter.seen))
    now = await journal.get(context, operation.id)
    if work.cancelled() and not now.status.final:
        _leave(now)
        return 128 + stop.result()
    return show_end(now, number, as_json, reporter.began)


async def bring_to_standby(mirrors: "asyncio.Task[tuple[Operation, ...]]", seconds: float = FOR_STANDBY) -> None:
    """A standby that takes its time is not waited for: what it lacks stays in the journal."""
    await asyncio.wait({mirrors}, timeout=seconds)
    mirrors.cancel()
    await asyncio.gather(mirrors, return_exceptions=True)
    waiting = (
        [] if mirrors.cancelled() or mirrors.exception() else [one for one in mirrors.result() if not one.status.final]
    )
    if waiting or mirrors.cancelled():
        note("standby", f"it is not in step yet; it is kept, and this goes on with it: {WAITING_HINT}")


def _raise_lost(work: "asyncio.Task[Operation]", operation: Operation) -> None:
    """What kept us from carrying it out, if anything: then the database could not be used."""
    error = None if work.cancelled() else work.exception()
    if error is None:
        return
    if isinstance(error, RadiusbridgeError) and error.retryable:
        note(f"operation {operation.id}", f"it is kept; this carries it on: radiusbridge op run {operation.id}")
    raise error


def leave(operation: Operation, *, as_json: bool) -> int:
    """`--no-wait`: print the operation's id, and have another process carry it out."""
    from radiusbridge.services.carrying import leave_to_another_process

    if as_json:
        output.json_line({"type": "operation", **operation_view(operation)})
    else:
        output.line(str(operation.id))
    if not operation.status.final:
        leave_to_another_process(database_url(), operation.id)
    return 0


async def settle(context: "Context", operation: Operation, *, number: str, no_wait: bool, as_json: bool) -> int:
    """Wait for the verdict, or leave the work."""
    if no_wait:
        return leave(operation, as_json=as_json)
    return await wait_for(context, operation, number=number, as_json=as_json)


def _leave(operation: Operation) -> None:
    from radiusbridge.services.carrying import leave_to_another_process

    if operation.status is not Status.RUNNING:
        leave_to_another_process(database_url(), operation.id)
    note(
        f"operation {operation.id}",
        f"interrupted; it goes on in another process; radiusbridge op show {operation.id}",
    )


async def _watch(context: "Context", operation_id: int, reporter: Reporter) -> None:
    from radiusbridge.services import journal

    async for news in journal.follow(context, operation_id):
        reporter.show(news.steps)


@contextmanager
def _signals() -> Iterator["asyncio.Future[int]"]:
    """A future that holds the number of the first signal that wants this process to end."""
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[int] = loop.create_future()

    def stopped(number: int) -> None:
        if not stop.done():
            stop.set_result(number)

    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in caught:
        loop.add_signal_handler(number, stopped, int(number))
    try:
        yield stop
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
        stop.cancel()
