"""`import csv`, `import xlsx`: lists in files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.importing import dates_option, import_options, run_import
from radiusbridge.cli.session import database_verb

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_map = click.option(
    "--map", "said", multiple=True, metavar="COLUMN=FIELD", help="What a column holds; - is nothing. Repeatable."
)


def _said(texts: tuple[str, ...]) -> dict[str, str]:
    from radiusbridge.services.importing.headings import parse_map

    return dict(map(parse_map, texts))


@click.command("csv")
@_FILE
@_map
@dates_option
@import_options
@database_verb
async def csv_file(context: "Context", file: Path, said: tuple[str, ...], **options: Any) -> int:
    """Customers from a CSV file, whatever its encoding and separator.

    Columns are known by their headings, English or Indonesian: user, password, number, name, phone, address, area,
    odp, vlan, note, profile, rate, price, static-address, caller-id, routes, paid-until, grace-days, status, service.
    """
    from radiusbridge.services.importing.csv_source import CsvSource

    return await run_import(context, CsvSource(file, _said(said)), options)


@click.command("xlsx")
@_FILE
@click.option("--sheet", default="", metavar="NAME", help="Its name, or its number from 1; default: the first.")
@_map
@dates_option
@import_options
@database_verb
async def xlsx_file(context: "Context", file: Path, sheet: str, said: tuple[str, ...], **options: Any) -> int:
    """Customers from a sheet of an XLSX workbook; columns as of `import csv`.

    Merged cells count with the text of their first one; days may be the numbers that a spreadsheet keeps. Of formulas
    their last result counts.
    """
    from radiusbridge.services.importing.xlsx_source import XlsxSource

    return await run_import(context, XlsxSource(file, _said(said), sheet), options)
