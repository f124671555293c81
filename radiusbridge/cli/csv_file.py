"""Lists as a file that spreadsheets read; nothing in it is ever taken for a formula."""

import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from radiusbridge.cli import output
from radiusbridge.services.exporting import Export, form_of, writer


def cell(value: object) -> str:
    """A value as text."""
    if value is None or value == []:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=True, default=str)
    return output.text(value) if isinstance(value, bool | list | tuple) else str(value)


@contextmanager
def list_file(
    file: str, columns: Sequence[str], form: str = "", figures: Collection[str] = ()
) -> Iterator[Callable[[Sequence[output.Row]], None]]:
    """What writes rows to a file that only its owner reads, some at a time; `-` is standard output. form: empty, the
    file's ending says it. figures: columns whose numbers are to be added up. BadInput: the ending does not say a form,
    or the file cannot be written."""
    form = form or ("csv" if file == "-" else form_of(file))

    def value(name: str, found: object) -> str | int:
        return found if name in figures and isinstance(found, int) else cell(found)

    def texts(rows: Sequence[output.Row]) -> list[dict[str, str | int]]:
        return [{name: value(name, row.get(name)) for name in columns} for row in rows]

    if file == "-":
        sys.stdout.flush()
        out = writer(sys.stdout.buffer, form, columns)
        yield lambda rows: out.add(texts(rows))
        out.close()
        return
    with Export(Path(file), form, columns, replace=True) as export:
        yield lambda rows: export.add(texts(rows))
