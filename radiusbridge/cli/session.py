"""Verbs that need the database: opened before the event loop runs, closed whatever happens."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.root import DATABASE
from radiusbridge.cli.stopping import heard

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

URL = "radiusbridge.url"
"""Where the URL in force is kept in the context, for a process that goes on with the work."""
AsyncVerb = Callable[..., Awaitable[int | None]]


def database_verb(function: AsyncVerb) -> Callable[..., int | None]:
    """Give an async verb its `context` as first argument, and the option `--database`."""

    @click.option("--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE.")
    @functools.wraps(function)
    def verb(*args: Any, database: str | None, **options: Any) -> int | None:
        from radiusbridge.services.bootstrap import open_context
        from radiusbridge.services.settings import settings

        meta = click.get_current_context().meta
        chosen = settings(database or meta.get(DATABASE))
        meta[URL] = chosen.database
        context = open_context(chosen, "cli")
        return asyncio.run(_closing(context, function(context, *args, **options)))

    return verb


def database_url() -> str:
    """The database that the running verb was given: a file or a URL, which may hold a password."""
    return str(click.get_current_context().meta[URL])


async def _closing(context: "Context", work: Awaitable[int | None]) -> int | None:
    with heard():
        try:
            return await work
        finally:
            await context.close()
