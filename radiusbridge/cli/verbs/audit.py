"""`audit`: who changed what."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import audit_view

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_COLUMNS = (
    ("WHEN", lambda row: output.short_time(row["at"])),
    output.column("WHO", "who"),
    output.column("ACTION", "action"),
    output.column("SUBJECT", "subject"),
    output.column("OP", "operation"),
    output.column("REASON", "reason"),
)


@click.group()
def audit() -> None:
    """Who changed what, when."""


@audit.command("list")
@click.option("--subject", metavar="NAME", help="Only this server, NAS, profile or user name.")
@click.option("--operation", type=int, metavar="ID", help="Only this operation.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--before", type=int, metavar="ID", help="Go on before this entry.")
@export_option
@json_option
@database_verb
async def list_(
    context: "Context",
    subject: str | None,
    operation: int | None,
    limit: int,
    before: int | None,
    file: str | None,
    as_json: bool,
) -> None:
    """Show entries, newest first."""
    from radiusbridge.services import audit as service

    entries = await service.listed(context, limit=limit, subject=subject, operation_id=operation, before_id=before)
    views = [audit_view(entry) for entry in entries]
    show_list(views, _COLUMNS, as_json=as_json, file=file)
    if len(entries) == limit:
        note("", f"there may be more; --before {entries[-1].id}")
