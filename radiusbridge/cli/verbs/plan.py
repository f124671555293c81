"""`plan`: what differs, and what `apply` would do about it."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, exporting
from radiusbridge.cli.options import json_option, stacked
from radiusbridge.cli.plan_views import ROW, row_view, show_row, show_tally
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, exit_status
from radiusbridge.domain.planned import KINDS, Choice, Take
from radiusbridge.domain.profiles import FIELDS
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

F = TypeVar("F", bound=Callable[..., Any])
_SIDES = click.Choice(["db", "server"])
_ACCOUNT_FIELDS = ("access", "caller_id", "password", "profile", "set_aside", "static_address", "username")
_NAMES = KINDS | {*FIELDS, *_ACCOUNT_FIELDS}

choice_options: Callable[[F], F] = stacked(
    click.option("--from", "source", type=_SIDES, default="db", show_default=True, help="Which side is right."),
    click.option("--profiles-from", type=_SIDES, help="The same for profiles alone."),
    click.option("--accounts-from", type=_SIDES, help="The same for accounts alone."),
    click.option("--only", multiple=True, metavar="NAME", help="Only profiles, accounts, or a field; repeatable."),
    click.option("--skip", multiple=True, metavar="NAME", help="Not these; repeatable."),
    click.option("--row", "rows", multiple=True, metavar="KEY=SIDE", help="Of one row: db, server or skip."),
    click.option("--prune", is_flag=True, help="Delete what the side that is right does not have."),
)


@click.command()
@click.argument("server", nargs=-1)
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write a plan file.")
@choice_options
@export_option
@json_option
@database_verb
async def plan(
    context: "Context", server: tuple[str, ...], path: Path | None, file: str | None, as_json: bool, **options: Any
) -> int:
    """Show what differs between each SERVER (all, where none is named) and the database; nothing is changed.

    `apply` carries out what -o writes. KEY is a name, `account:NAME`, `profile:NAME`, or with `SERVER/` before these.
    Exit status: 0 nothing to do, 1 differences, 3 a server did not answer.
    """
    from radiusbridge.services.planning.plan_file import PlanWriter
    from radiusbridge.services.planning.reading import Tally, chosen_servers, planned_rows

    choice = choice_of(options)
    servers = await chosen_servers(context, server)
    if not servers:
        raise BadInput(
            "there is no server yet, so there is nothing to compare", hint="add one with: radiusbridge server add"
        )
    tally, named = Tally(), set(choice.rows)
    with _files(path, as_json and not file) as files, exporting(file, ROW) as export:
        now, marks = context.clock.now(), context.database.marks
        writers = [PlanWriter(file, marks, servers, now, context.who) for file in files]
        async for row in planned_rows(context, servers, choice, tally):
            named -= {key for key in named if row.called(key)}
            for writer in writers:
                writer.row(row)
            if file:
                export([row_view(row)])
            elif not as_json:
                show_row(row)
        if named and not tally.unread:
            raise BadInput(f"no row that differs is called {safe(min(named), 80)}", target="--row")
        for writer in writers:
            writer.end(tuple(tally.unread))
    show_tally(tally)
    if path is not None:
        note(safe(str(path), 200), f"written; radiusbridge apply {safe(str(path), 200)}")
    return _status(tally.unread.values(), 1 if tally.to_do else 0)


def choice_of(options: dict[str, Any]) -> Choice:
    """What was typed. BadInput."""
    only, skip = frozenset(map(_name, options["only"])), frozenset(map(_name, options["skip"]))
    if only & skip:
        raise BadInput(f"{min(only & skip)} is both meant and passed by", target="--only, --skip")
    rows = dict(map(_row, options["rows"]))
    sides = {name: None if options[name] is None else Take(options[name]) for name in _BY_KIND}
    return Choice(
        Take(options["source"]), sides["profiles_from"], sides["accounts_from"], only, skip, rows, options["prune"]
    )


_BY_KIND = ("profiles_from", "accounts_from")


def _name(text: str) -> str:
    name = text.replace("-", "_")
    if name not in _NAMES:
        raise BadInput(f"no such kind or field: {safe(text, 40)}", hint=", ".join(sorted(_NAMES)))
    return name


def _row(text: str) -> tuple[str, Take]:
    key, _, side = text.rpartition("=")
    if not key or side not in set(Take):
        raise BadInput(f"{safe(text, 80)} names no row and side", target="--row", hint="NAME=db, =server or =skip")
    return key, Take(side)


def _status(errors: "Sequence[RadiusbridgeError] | Any", otherwise: int) -> int:
    """A server that did not answer weighs more than one that was read; one that answered wrongly is a difference."""
    found = {exit_status(error) for error in errors}
    return 3 if 3 in found else max({*found, otherwise})


@contextmanager
def _files(path: Path | None, as_json: bool) -> Iterator[list[TextIO]]:
    """Where the plan is written: to its file, which is put in place when it is whole, and to stdout."""
    files = [sys.stdout] if as_json else []
    if path is None:
        yield files
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            yield [file, *files]
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        if isinstance(error, RadiusbridgeError):
            raise
        raise BadInput(f"the plan cannot be written: {error.strerror}", target=safe(str(path), 200)) from None
    finally:
        draft.unlink(missing_ok=True)
