"""Lists as a file that spreadsheets read; nothing in it is ever taken for a formula."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
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
def list_file(file: str, columns: Sequence[str], form: str = "") -> Iterator[Callable[[Sequence[output.Row]], None]]:
    """What writes rows to a file that only its owner reads, some at a time; `-` is standard output. form: empty, the
    file's ending says it. BadInput: it does not, or the file cannot be written."""
    form = form or ("csv" if file == "-" else form_of(file))

    def texts(rows: Sequence[output.Row]) -> list[dict[str, str]]:
        return [{name: cell(row.get(name)) for name in columns} for row in rows]

    if file == "-":
        sys.stdout.flush()
        out = writer(sys.stdout.buffer, form, columns)
        yield lambda rows: out.add(texts(rows))
        out.close()
        return
    with Export(Path(file), form, columns, replace=True) as export:
        yield lambda rows: export.add(texts(rows))
