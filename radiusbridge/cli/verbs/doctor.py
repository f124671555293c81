"""`doctor`: what is wrong with the routers, and the lines that mend it."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import USAGE
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import BadInput

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.command()
@click.argument("names", nargs=-1, metavar="[SERVER|NAS]...")
@click.option("--all", "everything", is_flag=True, help="Show what is in order, too.")
@click.option("--nagios", is_flag=True, help="One line for monitoring, and its exit status.")
@export_option
@json_option
@database_verb
async def doctor(
    context: "Context", names: tuple[str, ...], everything: bool, nagios: bool, file: str | None, as_json: bool
) -> int:
    """Examine servers and NASes, all where none is named, and print the lines that mend what is found.

    Nothing is changed there. Exit status: 0 no fault, 1 a fault, 2 there is none to examine, 3 one did not
    answer; with --nagios 0 to 3.
    """
    from radiusbridge.cli import doctor_views
    from radiusbridge.services import doctor as service

    if nagios and (as_json or file):
        raise click.UsageError("--nagios goes without --json and --export")
    reports = []
    async for report in service.examine(context, names):
        reports.append(report)
        if as_json and not file:
            output.json_line(doctor_views.report_view(report))
        elif not nagios and not file:
            doctor_views.show(report, everything=everything)
    if nagios:
        text, state = doctor_views.nagios(reports)
        output.line(text)
        return state.value
    status = service.exit_status(reports) if reports else USAGE
    rows = [row for each in reports for row in doctor_views.finding_rows(each, everything=everything)]
    if not exported(file, rows, doctor_views.FINDING) and as_json:
        output.json_line({"type": "result", "devices": len(reports), "exit": status})
    if not reports:
        words = "there is no server and no NAS yet, so there is nothing to examine"
        raise BadInput(words, hint="add one with: radiusbridge server add")
    return status
