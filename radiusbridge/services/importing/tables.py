"""Rows of cells below a line of headings, as CSV and spreadsheets have them, as rows of fields."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import Field, SourceRow
from radiusbridge.services.exporting import taken_otherwise
from radiusbridge.services.importing.headings import known, mapping
from radiusbridge.services.importing.sources import Mapped

Cells = tuple[int, Sequence[str]]
"""Where, as people count, and what stands there."""
LOOKED_AT = 20
"""Rows in which the headings are looked for: a title may stand above them."""
MOST_COLUMNS = 500
_FORMULA_SIGN = "="
_MAY_BEGIN_SO = frozenset({Field.PASSWORD})
_DASHES = frozenset(("-", "--"))
_AS_THEY_ARE = frozenset({Field.USER, Field.PASSWORD})
_WRONG = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#FORMULA!"))
"""What stands where a formula has no result."""


def find_headings(rows: Iterable[Cells], said: Mapping[str, str]) -> tuple[int, tuple[Mapped, ...]]:
    """(the line of the headings, what they are taken for): the first row that has two headings which are known, or a
    column that was said. BadInput: there is none."""
    first: Cells | None = None
    for line, cells in _some(rows):
        first = first or (line, cells)
        headings = _trimmed(cells)
        named = {heading.strip().casefold() for heading in headings}
        if known(headings) >= min(2, len(headings)) or any(column.casefold() in named for column in said):
            return line, mapping(headings, said)
    if first is None:
        raise BadInput("there is nothing in it")
    if said:
        return first[0], mapping(_trimmed(first[1]), said)
    raise BadInput("no line of headings is known", hint="the first line says what the columns hold; or --map 1=user …")


def _some(rows: Iterable[Cells]) -> Iterator[Cells]:
    for line, cells in islice(rows, LOOKED_AT):
        if any(cell.strip() for cell in cells):
            yield line, cells


def _trimmed(cells: Sequence[str]) -> list[str]:
    texts = [" ".join(cell.split()) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) > MOST_COLUMNS:
        raise BadInput(f"it has {len(texts)} columns", hint=f"{MOST_COLUMNS} are allowed")
    return texts


def source_row(line: int, cells: Sequence[str], columns: Sequence[tuple[int, Field]], width: int) -> SourceRow | None:
    """The row of these cells; None: they are empty."""
    values: dict[Field, str] = {}
    refused = ""
    for at, field in columns:
        text = cells[at].strip() if at < len(cells) else ""
        if not text or (text in _DASHES and field not in _AS_THEY_ARE):
            continue
        if text[0] == "'" and field is not Field.PASSWORD and taken_otherwise(text[1:]):
            text = text[1:]  # as our own exports neutralise it
        elif text[0] == _FORMULA_SIGN and field not in _MAY_BEGIN_SO:
            refused = refused or f"the cell of {field} is a formula"
        elif text in _WRONG:
            refused = refused or f"the cell of {field} is a formula without a result"
        values[field] = text
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        refused = f"it has {len(cells)} cells, and there are {width} headings"
    if not values and not refused and not any(cell.strip() for cell in cells):
        return None
    return SourceRow(line, values, tuple(cells), refused)


def columns_of(mapped: Sequence[Mapped]) -> tuple[tuple[int, Field], ...]:
    """Where which field stands."""
    return tuple((at, each.field) for at, each in enumerate(mapped) if each.field is not None)
