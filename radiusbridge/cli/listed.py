"""A list as its verb shows it: a table, JSON, or a file for others."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
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
    views: Sequence[output.Row],
    columns: Sequence[output.Column],
    *,
    as_json: bool,
    file: str | None,
    figures: Collection[str] = (),
) -> None:
    """file: written in place of what else is shown; the fields are those of `--json`. figures: as `exported`. BadInput:
    it cannot be."""
    if exported(file, views, [title.lower() for title, _value in columns], figures):
        return
    if as_json:
        output.json_value(views)
    else:
        output.table(views, columns)


@contextmanager
def exporting(file: str | None, names: Sequence[str]) -> Iterator[Callable[[Sequence[output.Row]], None]]:
    """What writes rows to a file some at a time; where none was asked for, nothing. BadInput."""
    if not file:
        yield lambda _rows: None
        return
    from radiusbridge.cli.csv_file import list_file

    count = 0

    def write(rows: Sequence[output.Row]) -> None:
        nonlocal count
        add(rows)
        count += len(rows)

    with list_file(file, names) as add:
        yield write
    talk(f"radiusbridge: {count} rows in {safe(file)}")


def exported(
    file: str | None, views: Sequence[output.Row], otherwise: Sequence[str] = (), figures: Collection[str] = ()
) -> bool:
    """Write a list to a file; False: none was asked for. otherwise: its columns where there are no rows. figures:
    columns whose numbers are to be added up. BadInput."""
    if not file:
        return False
    from radiusbridge.cli.csv_file import list_file

    with list_file(file, list(views[0]) if views else otherwise, figures=figures) as add:
        add(views)
    talk(f"radiusbridge: {len(views)} rows in {safe(file)}")
    return True
