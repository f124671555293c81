"""Lists as a file that spreadsheets read; nothing in it is ever taken for a formula."""

import csv
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from radiusbridge.cli import output
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.services.exporting import neutral


def cell(value: object) -> str:
    """A value on one line, with an apostrophe before what a spreadsheet would calculate (`= + - @`)."""
    text = "" if value is None or value == [] else output.text(value) if isinstance(value, bool | list) else str(value)
    return neutral(text)


def as_csv(rows: Sequence[output.Row], columns: Sequence[str]) -> str:
    """A line of headings, then the rows; lines end with CRLF (RFC 4180)."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([cell(row[name]) for name in columns] for row in rows)
    return file.getvalue()


def write_csv(file: str, rows: Sequence[output.Row], columns: Sequence[str]) -> None:
    """Write the rows to a file that only its owner reads, in UTF-8; `-` is standard output. BadInput."""
    text = as_csv(rows, columns)
    if file == "-":
        sys.stdout.write(text)
        return
    try:
        descriptor = os.open(Path(file), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or "not a file name"
        raise BadInput(f"the file cannot be written: {told}", target=safe(file, 80)) from error
