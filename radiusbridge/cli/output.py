"""Owns stdout: JSON for scripts, aligned columns and plain lines for people."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from radiusbridge.domain.text import cells as cells
from radiusbridge.domain.text import safe

WIDTH = 80
"""Columns where the terminal does not tell."""
Row = Mapping[str, object]
View = dict[str, object]
"""A record as JSON values."""
Column = tuple[str, Callable[[Row], str]]
"""A heading, and what stands under it."""


def line(text: str = "") -> None:
    """One line. The text is safe already."""
    sys.stdout.write(f"{text}\n")


def live_line(text: str) -> None:
    """One line that leaves at once."""
    line(text)
    sys.stdout.flush()


def json_value(value: object) -> None:
    """A whole answer as one JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True, indent=2) + "\n")


def json_line(value: Row) -> None:
    """One item of a stream; it leaves at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((WIDTH, 24)).columns


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` columns, with an ellipsis where something was cut off."""
    return text if cells(text) <= limit else f"{_head(text, limit - 1)}…"


def _head(text: str, limit: int) -> str:
    """As much of the beginning as fits into `limit` columns."""
    used = 0
    for at, char in enumerate(text):
        used += cells(char)
        if used > limit:
            return text[:at]
    return text


def pad(text: str, wanted: int) -> str:
    """The text filled up with blanks to `wanted` columns."""
    return text + " " * max(0, wanted - cells(text))


def table(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Aligned columns under headings, within the terminal's width: the widest column gives way. In a pipe, or a file,
    nothing is cut off unless COLUMNS says how wide it is."""
    shown = [[safe(show(row), 200) for _, show in columns] for row in rows]
    grid = [[heading for heading, _ in columns], *shown]
    widths = [max(cells(row[at]) for row in grid) for at in range(len(columns))]
    room = width() - 2 * (len(columns) - 1)
    bounded = sys.stdout.isatty() or "COLUMNS" in os.environ
    while bounded and sum(widths) > room and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    for row in grid:
        line("  ".join(pad(cut(text, size), size) for text, size in zip(row, widths, strict=True)).rstrip())


def details(pairs: Sequence[tuple[str, str]]) -> None:
    """Names and values below each other; a long value goes on under itself."""
    size = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        for at, part in enumerate(wrapped(safe(value, 2000), width() - size - 2) or [""]):
            line(f"{name if at == 0 else '':<{size}}  {part}".rstrip())


def paragraph(text: str) -> None:
    """A text indented below a line, wrapped to the terminal's width."""
    for part in wrapped(safe(text, 600), width() - 2):
        line(f"  {part}")


def wrapped(text: str, limit: int) -> list[str]:
    """A safe text in lines of at most `limit` columns, broken at blanks where there are any."""
    lines: list[str] = []
    rest = text
    while cells(rest) > limit > 0:
        space = _head(rest, limit + 1).rfind(" ")
        head = rest[:space] if space > limit // 3 else _head(rest, limit) or rest[:1]
        lines.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return [*lines, rest] if rest or not lines else lines


def text(value: object) -> str:
    """A JSON value as people read it."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return str(value)


def local_time(moment: datetime | None) -> str:
    """A moment in the operator's zone, which is shown."""
    return "-" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def short_time(value: object) -> str:
    """The same for an ISO time of a view, without the zone, for lists."""
    if not isinstance(value, str):
        return "-"
    return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def column(heading: str, key: str | None = None) -> Column:
    """A column that shows the field `key` (default: the heading's own name)."""
    name = key or heading
    return heading, lambda row: text(row.get(name))


def endpoint_column(key: str, otherwise: str = "") -> Column:
    """A column for a way to reach something, or the other way: `host:port`."""

    def show(row: Row) -> str:
        value = row[key] or (row[otherwise] if otherwise else None)
        return f"{value['host']}:{value['port']}" if isinstance(value, dict) else "-"

    return key.upper(), show
