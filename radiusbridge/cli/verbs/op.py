"""`op`: the journal."""

import asyncio
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.operations import Reporter, evidence_line, label, show_end, wait_for
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import operation_view, step_view
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Status

if TYPE_CHECKING:
    from radiusbridge.domain.records import Operation
    from radiusbridge.services.context import Context

_COLUMNS = (
    output.column("ID", "id"),
    ("CREATED", lambda row: output.short_time(row["created_at"])),
    output.column("INTENT", "intent"),
    output.column("USER", "user"),
    output.column("STATUS", "status"),
    output.column("VERDICT", "verdict"),
    output.column("WHO", "who"),
)
_WORST = (1, 3, 5, 0)
"""Exit statuses of several operations, the one that counts first."""


@click.group()
def op() -> None:
    """Operations: what was done, what waits, and the evidence."""


@op.command("list")
@click.option("--customer", metavar="WHO", help="Only this customer's.")
@click.option("--unfinished", is_flag=True, help="Only those that are queued, running or waiting.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@export_option
@json_option
@database_verb
async def list_(
    context: "Context", customer: str | None, unfinished: bool, limit: int, file: str | None, as_json: bool
) -> None:
    """Show operations, newest first."""
    from radiusbridge.cli.darkness import dark_view, note_dark
    from radiusbridge.services import breaker, carrying

    found = await carrying.operations(context, unfinished_only=unfinished, customer=customer, limit=limit)
    dark, now = await breaker.dark_servers(context), context.clock.now()
    views = [{**operation_view(operation), "dark": dark_view(operation, dark, now)} for operation in found]
    show_list(views, _COLUMNS, as_json=as_json, file=file)
    if not as_json and not file:
        note_dark(found, dark, now)
    if len(found) == limit:
        note("", f"the newest {limit} are shown; --limit")


@op.command()
@click.argument("operation", type=int)
@json_option
@database_verb
async def show(context: "Context", operation: int, as_json: bool) -> None:
    """Show OPERATION with its evidence."""
    from radiusbridge.cli.darkness import dark_view, dark_words
    from radiusbridge.services import breaker, journal

    found = await journal.get(context, operation)
    steps = await journal.steps(context, operation)
    undoes, undone_by = await journal.links(context, operation)
    servers, now = await breaker.dark_servers(context), context.clock.now()
    if as_json:
        more = {"dark": dark_view(found, servers, now), "undoes": undoes, "undone_by": undone_by}
        output.json_value({**operation_view(found), **more, "steps": [step_view(step) for step in steps]})
        return
    waits = None if found.status.final else servers.get(found.server_id)
    output.details(
        [
            ("operation", f"{found.id}  {label(found)}"),
            ("status", f"{found.status}{f', {found.verdict}' if found.verdict else ''}"),
            ("created", f"{output.local_time(found.created_at)} by {found.who} ({found.channel})"),
            ("finished", output.local_time(found.finished_at)),
            ("attempts", str(found.attempts)),
            *([("next try", output.local_time(found.not_before))] if found.not_before and not waits else []),
            *([("waiting for", f"{safe(waits.server, 40)}: {dark_words(waits.breaker, now)}")] if waits else []),
            *([("undoes", f"operation {undoes}")] if undoes else []),
            *([("undone by", f"operation {undone_by}")] if undone_by else []),
            *([("reason", found.reason)] if found.reason else []),
            *(("because", reason) for reason in found.reasons),
        ]
    )
    for step in steps:
        after = (step.started_at - steps[0].started_at).total_seconds() + step.duration
        output.line(evidence_line(step, after))


@op.command()
@click.argument("operation", type=int, required=False)
@click.option("--watch", is_flag=True, help="Go on until interrupted, and carry out what waits when it is due.")
@json_option
@database_verb
async def run(context: "Context", operation: int | None, watch: bool, as_json: bool) -> int:
    """Carry out OPERATION, or everything that is queued or waits, now.

    Exit status: that of the verdict; of several the gravest (FAILED, waiting, UNPROVEN, PROVEN).
    """
    from radiusbridge.services import journal

    if operation is not None:
        if watch:
            raise click.UsageError("name an operation or --watch, not both", click.get_current_context())
        found = await journal.get(context, operation)
        return await wait_for(context, found, number=await _number(context, found), as_json=as_json)
    if watch:
        return await _watch(context, as_json)
    return await _drain(context, as_json)


@op.command()
@click.argument("operation", type=int)
@json_option
@database_verb
async def cancel(context: "Context", operation: int, as_json: bool) -> int:
    """Cancel OPERATION: at once where it has not begun, else when what is in flight has ended.

    Exit status: 0 cancelled, now or before, or asked to stop; 1 it had ended otherwise.
    """
    from radiusbridge.services import journal

    before = await journal.get(context, operation)
    found = await journal.cancel(context, operation)
    status = 1 if found.status.final and found.status is not Status.CANCELLED else 0
    if as_json:
        output.json_value(operation_view(found))
        return status
    state = "was asked to stop"
    if found.status.final:
        state = f"is {found.status} already; nothing was cancelled" if status else "is cancelled"
        if before.status is Status.CANCELLED:
            state = "was cancelled already"
    output.line(f"operation {found.id}, {label(found)}, {state}")
    return status


async def _number(context: "Context", operation: "Operation") -> str:
    from radiusbridge.domain.errors import UnknownName
    from radiusbridge.services import customers

    try:
        return (await customers.by_id(context, operation.customer_id)).number
    except UnknownName:
        return ""


async def _drain(context: "Context", as_json: bool) -> int:
    """Run what is unfinished, side by side for different customers, and print each end."""
    from radiusbridge.services import carrying, journal
    from radiusbridge.services.executor import Executor

    before = await carrying.unfinished(context)
    if not before:
        note("", "nothing is queued and nothing waits")
    await carrying.hasten(context)
    await Executor(context).drain()
    statuses = []
    for operation in before:
        now = await journal.get(context, operation.id)
        statuses.append(show_end(now, await _number(context, now), as_json))
    return next(status for status in _WORST if status in {*statuses, 0})


async def _watch(context: "Context", as_json: bool) -> int:
    from radiusbridge.services.executor import Executor

    talk("radiusbridge: carrying out what waits; interrupt to stop")
    watching = asyncio.create_task(Executor(context).watch())
    telling = asyncio.create_task(_tell(context, as_json))
    try:
        await asyncio.wait({watching, telling}, return_when=asyncio.FIRST_EXCEPTION)
        for task in (watching, telling):
            if task.done():
                task.result()
    finally:
        watching.cancel()
        telling.cancel()
        await asyncio.gather(watching, telling, return_exceptions=True)
    return 0


async def _tell(context: "Context", as_json: bool) -> None:
    """Print how each operation ends or waits again; as JSON its evidence too, which names the operation."""
    from radiusbridge.services import journal

    attempts: dict[int, int] = {}
    reporters: dict[int, Reporter] = {}
    lost = ""
    while True:
        try:
            await _tell_once(context, as_json, attempts, reporters)
        except RadiusbridgeError as error:
            if not error.retryable:
                raise
            if not lost:
                note("", f"{error.line()}; what is in the journal goes on when the database can be used again")
            lost = error.line()
        else:
            if lost:
                note("", "the database can be used again")
            lost = ""
        await context.clock.sleep(journal.LOOK)


async def _tell_once(
    context: "Context", as_json: bool, attempts: dict[int, int], reporters: dict[int, Reporter]
) -> None:
    from radiusbridge.services import carrying, journal

    unfinished = {operation.id: operation for operation in await carrying.unfinished(context)}
    for number in sorted({*unfinished, *attempts}):
        now = unfinished.get(number) or await journal.get(context, number)
        if number not in attempts:
            earlier = await journal.steps(context, number) if now.lease is None else ()
            attempts[number] = now.attempts - (now.lease is not None)
            reporters[number] = Reporter(as_json, seen=max((step.sequence for step in earlier), default=0))
        if as_json and (now.lease is not None or now.attempts > attempts[number]):
            reporters[number].show(await journal.steps(context, number, reporters[number].seen))
        if now.status.final or (now.lease is None and now.attempts > attempts[number]):
            show_end(now, await _number(context, now), as_json)
            attempts[number] = now.attempts
        if now.status.final:
            del attempts[number], reporters[number]
