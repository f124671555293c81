"""A list as a file for others: CSV that no spreadsheet takes for formulas, or JSON, a line each."""

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

LEADS = ("=", "+", "-", "@")
FORMS = ("csv", "jsonl")


def neutral(text: str) -> str:
    """The text on one line, with an apostrophe before what a spreadsheet would calculate (`= + - @`)."""
    shown = safe(text, 4000)
    return f"'{shown}" if shown.lstrip().startswith(LEADS) else shown


def as_csv(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """A line of headings, then the rows; lines end with CRLF (RFC 4180)."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(names)
    writer.writerows([neutral(row.get(name, "")) for name in names] for row in rows)
    return file.getvalue()


def as_json_lines(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """An object a line, all values texts as they are."""
    return "".join(json.dumps({name: row.get(name, "") for name in names}, ensure_ascii=True) + "\n" for row in rows)


def write_new(folder: Path, stem: str, form: str, text: str) -> Path:
    """Write to a new file `STEM.FORM` (or `STEM-2.FORM` …) that only its owner reads; blocks. BadInput: it cannot."""
    for number in range(1, 1000):
        file = folder / (f"{stem}.{form}" if number == 1 else f"{stem}-{number}.{form}")
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise BadInput(f"the file cannot be written: {error.strerror}", target=safe(str(file), 80)) from error
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
        return file
    raise BadInput("there are too many files of this name", target=safe(str(folder / stem), 80))
