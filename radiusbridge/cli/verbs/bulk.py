"""`bulk`: actions on many customers, as they stand."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.bulk_report import carry, row_view, run_view, show_end
from radiusbridge.cli.listed import export_option, exported, show_list
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


def _states(row: output.Row) -> str:
    states = row["states"]
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) if isinstance(states, dict) else "-"


_COLUMNS = (
    output.column("ID", "id"),
    output.column("KIND", "kind"),
    ("CREATED", lambda row: output.short_time(row["created_at"])),
    output.column("STATUS", "status"),
    output.column("SIZE", "size"),
    ("ROWS", _states),
    output.column("WHO", "who"),
)
_ROW_COLUMNS = (
    output.column("ROW", "sequence"),
    output.column("NUMBER", "customer"),
    output.column("USER", "user"),
    output.column("OP", "operation"),
    output.column("STATE", "state"),
    output.column("WHY", "reasons"),
)


@click.group()
def bulk() -> None:
    """Actions on many customers: what became of each; stop, resume."""


@bulk.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@export_option
@json_option
@database_verb
async def list_(context: "Context", limit: int, file: str | None, as_json: bool) -> None:
    """Show bulk runs, newest first."""
    from radiusbridge.services.bulk import runs

    views = [run_view(standing) for standing in await runs.listed(context, limit=limit)]
    show_list(views, _COLUMNS, as_json=as_json, file=file)


@bulk.command()
@click.argument("run", type=int)
@export_option
@json_option
@database_verb
async def show(context: "Context", run: int, file: str | None, as_json: bool) -> int:
    """Show RUN and what became of each customer.

    Exit status: 0 all PROVEN, 1 any FAILED or stopped, 3 not ended, 5 any UNPROVEN.
    """
    from radiusbridge.services.bulk import runs

    standing = await runs.get(context, run)
    rows = [row_view(row) for row in await runs.rows(context, run)]
    if exported(file, rows, ("customer", "user")):
        return standing.exit_status
    if as_json:
        output.json_value({**run_view(standing), "rows": rows})
        return standing.exit_status
    output.table(rows, _ROW_COLUMNS)
    return show_end(standing, as_json)


@bulk.command()
@click.argument("run", type=int)
@json_option
@database_verb
async def stop(context: "Context", run: int, as_json: bool) -> None:
    """Begin no more customers of RUN; those in flight end by themselves."""
    from radiusbridge.services.bulk import runs

    stopped = await runs.stop(context, run)
    if as_json:
        output.json_value(run_view(await runs.get(context, run)))
    else:
        output.line(f"bulk run {run} {'was asked to stop' if stopped.status.held else f'is {stopped.status}'}")


@bulk.command()
@click.argument("runs", type=int, nargs=-1, required=True)
@json_option
@database_verb
async def resume(context: "Context", runs: tuple[int, ...], as_json: bool) -> int:
    """Finish what is left of RUNS: customers that were begun, then those that were not; none twice.

    One after the other; after one that does not end well (exit status 1) no other is begun.
    """
    statuses = []
    for run in runs:
        statuses.append(await carry(context, run, as_json=as_json))
        if statuses[-1] == 1:
            return 1
    return max(statuses)
