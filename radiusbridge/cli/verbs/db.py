"""`db`: the database itself."""

import asyncio
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.options import json_option
from radiusbridge.cli.root import DATABASE

if TYPE_CHECKING:
    from radiusbridge.services.settings import Settings

NO_INDEX = (
    "words are looked for without an index, which is slow among many customers: let the administrator run "
    "CREATE EXTENSION pg_trgm in PostgreSQL, or use SQLite 3.34 with FTS5; then run this again"
)
_database_option = click.option(
    "--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE."
)


@click.group()
def db() -> None:
    """The database itself."""


def _settings(ctx: click.Context, database: str | None) -> "Settings":
    from radiusbridge.services.settings import settings

    return settings(database or ctx.meta.get(DATABASE))


@db.command()
@_database_option
@json_option
@click.pass_context
def upgrade(ctx: click.Context, database: str | None, as_json: bool) -> None:
    """Make the tables, or bring them to this version. An embedded file needs no such step."""
    from radiusbridge.services.bootstrap import upgrade_database

    opened = upgrade_database(_settings(ctx, database))
    asyncio.run(opened.close())
    if as_json:
        output.json_value({"database": opened.target, "ready": True, "search_index": opened.indexed})
    else:
        output.line(f"the database is ready: {opened.target}")
        if not opened.indexed:
            output.line(NO_INDEX)


@db.command()
@_database_option
@json_option
@click.pass_context
def status(ctx: click.Context, database: str | None, as_json: bool) -> int:
    """How it stands: schema, size, rows, index, journal, key. Changes nothing."""
    from radiusbridge.cli.database_views import status_view, told_status
    from radiusbridge.services.databases import status as look

    found = look(_settings(ctx, database))
    if as_json:
        output.json_value(status_view(found))
    else:
        told_status(found)
    return 1 if found.wrong else 0


@db.command()
@click.option("--to", required=True, metavar="URL", help="A file that is not there yet, or an empty postgresql://….")
@_database_option
@json_option
@click.pass_context
def copy(ctx: click.Context, to: str, database: str | None, as_json: bool) -> int:
    """Copy it to the other kind of database, or the same; compared row by row.

    Nobody writes to it meanwhile: end the agents first. A copy that is interrupted leaves nothing; begin it anew.
    """
    from radiusbridge.cli.database_copying import run_copy

    return run_copy(_settings(ctx, database), to, as_json=as_json)
