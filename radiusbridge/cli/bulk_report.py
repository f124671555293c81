"""What verbs on many customers share: brakes, the preview, the typed count, rows as they end, the summary."""

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.progress import Progress
from radiusbridge.cli.session import database_url
from radiusbridge.cli.stopping import stopping
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.bulk import BulkRow, Outcome
from radiusbridge.domain.text import beside, safe

if TYPE_CHECKING:
    from radiusbridge.services.bulk.preview import Preview
    from radiusbridge.services.bulk.runs import Standing
    from radiusbridge.services.context import Context

SHOWN = 10
"""Customers that a preview names before it only counts."""


def show_preview(preview: "Preview", what: str, as_json: bool) -> None:
    """Whom it hits, how many on each server, and whom it passes by."""
    if as_json:
        output.json_line({"type": "preview", **preview_view(preview)})
        return
    output.line(f"{what} {_customers(len(preview.rows))}")
    for name, count in preview.per_server().items():
        output.line(f"  {count} on {safe(name, 60)}")
    for words in sessions_of(preview):
        output.line(f"  {words}")
    for row in preview.rows[:SHOWN]:
        output.line(f"  {_who(row.number, row.username)}  {safe(row.name, 40)}".rstrip())
    if len(preview.rows) > SHOWN:
        output.line(f"  and {len(preview.rows) - SHOWN} more")
    if preview.left_out:
        output.line(f"left out: {_customers(len(preview.left_out))}")
    for left in preview.left_out[:SHOWN]:
        output.line(f"  {_who(left.customer.number, left.customer.username)}: {safe(left.why, 120)}")
    if len(preview.left_out) > SHOWN:
        output.line(f"  and {len(preview.left_out) - SHOWN} more")


def sessions_of(preview: "Preview") -> list[str]:
    """How many sessions would end on each NAS, where that was looked at: a line for each."""
    spread = preview.spread
    if spread is None:
        return []
    lines = [
        f"{count} session{'' if count == 1 else 's'} on {safe(name, 60)}" for name, count in spread.sessions.items()
    ]
    lines += [f"? sessions on {safe(name, 60)}: {safe(beside(name, why), 120)}" for name, why in spread.unread.items()]
    return [*lines, *([f"{_customers(spread.offline)} on no list"] if spread.offline else [])]


def preview_view(preview: "Preview") -> View:
    """A preview as JSON values."""
    spread = preview.spread
    where: View = {}
    if spread is not None:
        where = {"nases": dict(spread.sessions), "unread": dict(spread.unread), "offline": spread.offline}
    return {
        "kind": preview.kind,
        "count": len(preview.rows),
        "servers": preview.per_server(),
        **where,
        "customers": [{"customer": row.number, "user": row.username} for row in preview.rows],
        "left_out": [
            {"customer": left.customer.number, "user": left.customer.username, "why": left.why}
            for left in preview.left_out
        ],
        "wanted": dict(preview.wanted),
    }


def typed_count(given: int | None, size: int) -> int | None:
    """The count that was given, or typed at a terminal; None: neither."""
    if given is not None or not size or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return given
    typed: str = click.prompt("Type how many customers this hits", err=True, default="", show_default=False)
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


@dataclass(slots=True)
class RowReporter:
    """Prints each row as it ends."""

    as_json: bool
    progress: Progress

    def told(self, row: BulkRow) -> None:
        """Print one row."""
        self.progress.done += 1
        self.progress.clear()
        if self.as_json:
            output.json_line({"type": "row", **row_view(row)})
        else:
            self._line(row)
        self.progress.draw()

    def _line(self, row: BulkRow) -> None:
        count = f"{self.progress.done}/{self.progress.size}"
        output.line(f"{row.state.upper():<9} {_who(row.number, row.username)}  {count}")
        if row.ended is not Outcome.PROVEN:
            for words in (row.words, *row.reasons):
                for part in output.wrapped(safe(words, 400), output.width() - 4) if words else ():
                    output.line(f"    {part}")
        if self.progress.on:
            sys.stdout.flush()


async def carry(context: "Context", run_id: int, *, as_json: bool) -> int:
    """Carry a run out, or what is left of it; the exit status.

    SIGINT, SIGTERM and SIGHUP end the beginning of new rows, and those in flight are awaited; a second one leaves
    these to the journal.
    """
    from radiusbridge.services.bulk import runs
    from radiusbridge.services.bulk.runner import BulkRunner

    before = await runs.get(context, run_id)
    progress = Progress(before.run.size, before.ended, context.clock.monotonic)
    reporter = RowReporter(as_json, progress)
    runner = BulkRunner(context, run_id, reporter.told)
    work = asyncio.create_task(runner.run())
    with stopping(runner.stop, work, f"bulk run {run_id}"):
        progress.draw()
        await asyncio.wait([work])
    progress.clear()
    standing = await runs.get(context, run_id) if work.cancelled() else work.result()
    return show_end(standing, as_json)


async def leave(context: "Context", run_id: int, *, as_json: bool) -> int:
    """`--no-wait`: print the run's id, and have another process carry it out."""
    from radiusbridge.services.bulk import runs
    from radiusbridge.services.carrying import leave_runs_to_another_process

    if as_json:
        output.json_line({"type": "run", **run_view(await runs.get(context, run_id)), "exit": 0})
    else:
        output.line(str(run_id))
    leave_runs_to_another_process(database_url(), (run_id,))
    return 0


def show_end(standing: "Standing", as_json: bool) -> int:
    """Print how a run stands; its exit status."""
    if as_json:
        output.json_line({"type": "run", **run_view(standing), "exit": standing.exit_status})
        return standing.exit_status
    run = standing.run
    counts = ", ".join(f"{count} {state}" for state, count in sorted(standing.states.items())) or "nobody"
    why = f" ({safe(run.why, 120)})" if run.why else ""
    output.line(f"{str(run.status).upper()}{why}  bulk run {run.id}, {run.kind}: {counts}")
    if standing.states.get("not-begun") and not run.status.held:
        note(f"bulk run {run.id}", f"the rest is not lost; radiusbridge bulk resume {run.id}")
    elif any(standing.states.get(state) for state in ("waiting", "queued")):
        note(f"bulk run {run.id}", "what waits is carried out at the first contact; radiusbridge op run --watch")
    return standing.exit_status


def run_view(standing: "Standing") -> View:
    """A run as JSON values."""
    run = standing.run
    return {
        "id": run.id,
        "kind": run.kind,
        "status": str(run.status),
        "why": run.why,
        "size": run.size,
        "states": dict(standing.states),
        "selection": dict(run.selection),
        "wanted": dict(run.wanted),
        "brakes": dict(run.brakes),
        "who": run.who,
        "channel": run.channel,
        "reason": run.reason,
        "created_at": time_of(run.created_at),
        "finished_at": time_of(run.finished_at),
    }


def row_view(row: BulkRow) -> View:
    """A row as JSON values."""
    return {
        "run": row.run_id,
        "sequence": row.sequence,
        "customer": row.number,
        "user": row.username,
        "operation": row.operation_id,
        "state": row.state,
        "reasons": [row.words] if row.words else list(row.reasons),
    }


def _who(number: str, username: str) -> str:
    return f"{safe(number, 40)} ({safe(username, 60)})" if number else safe(username, 60)


def _customers(count: int) -> str:
    return f"{count} customer{'' if count == 1 else 's'}"
