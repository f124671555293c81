"""`sessions`: what the NASes themselves say."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import session_view

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_COLUMNS = (
    output.column("NAS", "nas"),
    output.column("USER", "user"),
    output.column("SESSION", "session_id"),
    output.column("ADDRESS", "address"),
    output.column("CALLER", "caller_id"),
    output.column("LISTS", "lists"),
    output.column("UPTIME", "uptime"),
)


@click.command()
@click.argument("user", required=False)
@click.option("--nas", metavar="NAME", help="Only this NAS.")
@json_option
@database_verb
async def sessions(context: "Context", user: str | None, nas: str | None, as_json: bool) -> int:
    """Show the live sessions of USER, or of all, as each NAS lists them now.

    A NAS that does not answer is named on stderr and makes the exit status 3; the others are shown.
    """
    from radiusbridge.services import sessions as service

    readings = await service.live(context, user, nas=nas)
    if not readings:
        note("", "there is no NAS to ask; radiusbridge nas add")
    if as_json:
        output.json_value(
            [
                {
                    "nas": reading.nas,
                    "server": reading.server,
                    "error": reading.error or None,
                    "milliseconds": round(reading.seconds * 1000, 1),
                    "sessions": [session_view(session) for session in reading.sessions],
                }
                for reading in readings
            ]
        )
    else:
        rows = [session_view(session) for reading in readings for session in reading.sessions]
        output.table(rows, _COLUMNS)
    if user and readings and not any(reading.sessions or reading.error for reading in readings):
        note(user, f"no live session on {', '.join(reading.nas for reading in readings)}")
    for reading in readings:
        if reading.error:
            note(reading.nas, f"not read: {reading.error}")
    return 3 if any(reading.error for reading in readings) else 0
