"""A list as its verb shows it: a table, JSON, or a file for others."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import talk
from radiusbridge.domain.text import safe

F = TypeVar("F", bound=Callable[..., Any])


def export_to(name: str) -> Callable[[F], F]:
    """The option `--export FILE`, as an argument of that name."""
    return click.option(
        "--export", name, metavar="FILE", help="Write it to a file, as its ending says: .csv, .jsonl or .xlsx."
    )


export_option = export_to("file")


def show_list(
    views: Sequence[output.Row], columns: Sequence[output.Column], *, as_json: bool, file: str | None
) -> None:
    """file: written in place of what else is shown; the fields are those of `--json`. BadInput: it cannot be."""
    if file:
        from radiusbridge.cli.csv_file import list_file

        names = list(views[0]) if views else [title.lower() for title, _value in columns]
        with list_file(file, names) as add:
            add(views)
        talk(f"radiusbridge: {len(views)} rows in {safe(file)}")
    elif as_json:
        output.json_value(views)
    else:
        output.table(views, columns)
