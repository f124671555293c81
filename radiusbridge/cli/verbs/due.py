"""`due`: who has not paid, and the run that isolates them."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.brakes import brake_options, brakes_of
from radiusbridge.cli.bulk_report import carry, show_preview, typed_count
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import DAY, SECONDS, in_words, json_option, reason_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.days import day_of
from radiusbridge.domain.records import Policy
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.due import DueList, Missed
    from radiusbridge.services.lateness import Late

_COLUMNS = (
    output.column("NUMBER", "customer"),
    output.column("USER", "user"),
    output.column("NAME", "name"),
    output.column("SERVER", "server"),
    output.column("PAID UNTIL", "paid_day"),
    output.column("LATE", "days_late"),
    ("STATE", lambda row: output.text(row["left_out"] or "due")),
)
_server = click.option("--server", default="", metavar="NAME", help="Only this server's customers.")
_on = click.option("--on", "on", type=DAY, metavar="DATE", help="Due on that day; default: today.")


@click.group()
def due() -> None:
    """Customers who are due: unpaid past their days of grace."""


@due.command("list")
@_on
@_server
@export_option
@json_option
@database_verb
async def list_(context: "Context", on: date | None, server: str, file: str | None, as_json: bool) -> None:
    """Show who is due, the longest late first, and who is late but left out, and why."""
    from radiusbridge.services.due import due_list

    found = await due_list(context, on, server=server)
    rows = [_late_view(context, found, late) for late in (*found.due, *found.left_out)]
    if exported(file, rows, ("customer", "user", "name")):
        return
    if as_json:
        output.json_value(
            {
                "on": found.on.isoformat(),
                "due": rows[: len(found.due)],
                "left_out": rows[len(found.due) :],
                "without_date": found.without_date,
                "last_run": time_of(found.missed.last),
                "missed_days": found.missed.days,
                "unfinished_run": found.missed.unfinished,
            }
        )
        return
    if rows:
        output.table(rows, _COLUMNS)
    note("", f"{len(found.due)} due on {found.on}, {len(found.left_out)} late but left out")
    if found.without_date:
        note("", f"{found.without_date} customers have no paid-until date, and are never due")
    _tell_missed(context, found.missed)


@due.command()
@_on
@_server
@click.option("--policy", type=click.Choice([str(p) for p in Policy]), help="Default: each server's own policy.")
@click.option("--dry-run", is_flag=True, help="Only show who would be isolated.")
@click.option("--yes-count", type=int, metavar="N", help="The typed confirmation, for scripts: how many it hits.")
@reason_option
@brake_options
@click.option(
    "--settle", type=SECONDS, default=in_words(SETTLE), show_default=True, help="How long sessions must stay away."
)
@click.option(
    "--deadline", type=SECONDS, default=in_words(DEADLINE), show_default=True, help="When what is seen decides."
)
@json_option
@database_verb
async def run(
    context: "Context",
    on: date | None,
    server: str,
    policy: str | None,
    dry_run: bool,
    yes_count: int | None,
    reason: str,
    settle: float,
    deadline: float,
    as_json: bool,
    **options: Any,
) -> int:
    """Isolate everybody who is due, with the hold `unpaid`, and prove it for each.

    Shows whom it hits and asks for their number. Exit status: 0 all PROVEN, 1 any FAILED or stopped, 3 waiting, 4 not
    confirmed, 5 any UNPROVEN.
    """
    from radiusbridge.services.access import Manner
    from radiusbridge.services.bulk.preview import create
    from radiusbridge.services.due import due_list, preview_of

    brakes = brakes_of(options)
    found = await due_list(context, on, server=server)
    preview = preview_of(
        found, server=server, policy=Policy(policy) if policy else None, manner=Manner(settle, deadline)
    )
    _tell_missed(context, found.missed)
    show_preview(preview, "isolate", as_json)
    if dry_run:
        return 0
    typed = typed_count(yes_count, len(preview.rows))
    created = await create(context, preview, typed=typed, brakes=brakes, reason=reason)
    note(f"bulk run {created.id}", f"begun; radiusbridge bulk stop {created.id} stops it")
    return await carry(context, created.id, as_json=as_json)


@due.command()
@click.argument("days", type=int, required=False)
@json_option
@database_verb
async def grace(context: "Context", days: int | None, as_json: bool) -> None:
    """Show or set the DAYS of grace of customers who have none of their own."""
    from radiusbridge.services import due as service

    now = await service.grace(context) if days is None else await service.set_grace(context, days)
    if as_json:
        output.json_value({"grace_days": now})
    else:
        output.line(f"{now} days of grace, where a customer has none of their own")


def _late_view(context: "Context", found: "DueList", late: "Late") -> View:
    customer, standing = late.customer, late.standing
    return {
        "customer": customer.number,
        "user": customer.username,
        "name": customer.name,
        "phone": customer.phone,
        "server": found.servers.get(customer.server_id, ""),
        "paid_day": None if customer.paid_until is None else day_of(customer.paid_until, context.zone).isoformat(),
        "days_late": standing.days_late,
        "grace_days": standing.grace,
        "left_out": standing.left_out or None,
    }


def _tell_missed(context: "Context", missed: "Missed") -> None:
    if missed.last is None:
        note("", "no due run has ever been made")
        return
    last = day_of(missed.last, context.zone)
    if missed.days:
        days = "1 day has" if missed.days == 1 else f"{missed.days} days have"
        note("", f"no due run since {last}: {days} passed without one")
    if missed.unfinished is not None:
        note("", f"the due run of {last} was not finished; radiusbridge bulk resume {missed.unfinished}")
