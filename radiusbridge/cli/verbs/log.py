"""`log`: what the routers log."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.domain.log_fields import LogEntry
    from radiusbridge.services.context import Context


@click.command()
@click.argument("routers", nargs=-1, metavar="[ROUTER]...")
@click.option("--follow", "-f", is_flag=True, help="Go on with each line as it comes, until interrupted.")
@click.option("--filter", "words", default="", metavar="WORDS", help="Those that fit, like 'topics:ppp user:ani'.")
@export_option
@json_option
@database_verb
async def log(
    context: "Context", routers: tuple[str, ...], follow: bool, words: str, file: str | None, as_json: bool
) -> int:
    """Show what each ROUTER (all, where none is named) has in its log, the oldest first.

    Fields of the filter: at, router, topics, message, user, cause. Exit status: 0; 3 a router could not be read; 130
    interrupted.
    """
    from radiusbridge.services.router_log import RouterLog

    fits = _filter(context, words)

    def told(entry: "LogEntry") -> None:
        if fits(entry):
            _show(entry, as_json, now=follow)

    if follow and file:
        raise BadInput("what goes on has no end to write", target="--export", hint="leave --follow out")
    if follow:
        await RouterLog(context, routers, told).follow()
        return 0
    found = RouterLog(context, routers)
    await found.read()
    entries = sorted(found.lines, key=lambda each: (each.at, each.number))
    if not exported(file, [_view(entry) for entry in entries if fits(entry)] if file else (), ("at", "message")):
        for entry in entries:
            told(entry)
    for name, error in sorted(found.errors.items()):
        note(safe(name, 60), f"not read: {safe(error, 300)}")
    return 3 if found.errors else 0


def _filter(context: "Context", words: str) -> "Callable[[LogEntry], bool]":
    """Whether an entry fits. BadInput."""
    from functools import partial

    from radiusbridge.domain.days import day_of
    from radiusbridge.domain.filter_rows import matches
    from radiusbridge.domain.filters import parse
    from radiusbridge.domain.log_fields import LOG, look

    node = parse(words, LOG)
    return lambda entry: matches(node, partial(look, entry), day_of(context.clock.now(), context.zone))


def _show(entry: "LogEntry", as_json: bool, *, now: bool) -> None:
    if as_json:
        output.json_line(_view(entry))
    else:
        at = f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}"
        output.line(f"{at}  {safe(entry.router, 40)}  {safe(entry.topics, 80)}  {safe(entry.message, 1000)}")
    if now:
        import sys

        sys.stdout.flush()


def _view(entry: "LogEntry") -> View:
    return {
        "at": time_of(entry.at),
        "router": entry.router,
        "topics": entry.topics,
        "message": entry.message,
        "live": entry.live,
        "user": entry.user or None,
        "cause": entry.cause or None,
    }
