"""`db`: the database itself."""

import asyncio

import click

from radiusbridge.cli import output
from radiusbridge.cli.options import json_option
from radiusbridge.cli.root import DATABASE

NO_INDEX = (
    "words are looked for without an index, which is slow among many customers: let the administrator run "
    "CREATE EXTENSION pg_trgm in PostgreSQL, or use SQLite 3.34 with FTS5; then run this again"
)


@click.group()
def db() -> None:
    """The database itself."""


@db.command()
@click.option("--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE.")
@json_option
@click.pass_context
def upgrade(ctx: click.Context, database: str | None, as_json: bool) -> None:
    """Make the tables, or bring them to this version. An embedded file needs no such step."""
    from radiusbridge.services.bootstrap import upgrade_database
    from radiusbridge.services.settings import settings

    opened = upgrade_database(settings(database or ctx.meta.get(DATABASE)))
    asyncio.run(opened.close())
    if as_json:
        output.json_value({"database": opened.target, "ready": True, "search_index": opened.indexed})
    else:
        output.line(f"the database is ready: {opened.target}")
        if not opened.indexed:
            output.line(NO_INDEX)
