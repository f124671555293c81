"""XLSX: one sheet of a workbook, its merged cells filled, its days as the numbers that they are."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import SourceRow
from radiusbridge.domain.text import folded, safe
from radiusbridge.services.importing.sheets import Sheet, Workbook
from radiusbridge.services.importing.sources import Mapped
from radiusbridge.services.importing.tables import columns_of, find_headings, source_row


class XlsxSource:
    """A sheet of a workbook. sheet: its name or its number from 1; empty: the first that is not hidden."""

    def __init__(self, path: Path, said: Mapping[str, str] | None = None, sheet: str = "") -> None:
        """BadInput: it cannot be read, has no such sheet, or no line of headings is known."""
        self._path = path
        try:
            book = Workbook(path)
            try:
                self.from_1904 = book.from_1904
                self._sheet = _chosen(book.sheets, sheet)
                self._others = [one.name for one in book.sheets if one != self._sheet]
                self._merges = book.merges(self._sheet)
                self._heading_line, self._mapped = find_headings(book.rows(self._sheet, self._merges), said or {})
            finally:
                book.close()
        except BadInput as error:
            raise self._named(error) from None

    @property
    def name(self) -> str:
        """The file's name."""
        return safe(self._path.name, 80)

    @property
    def headings(self) -> Sequence[str]:
        """As they stand there."""
        return tuple(each.heading for each in self._mapped)

    @property
    def mapped(self) -> Sequence[Mapped]:
        """What they are taken for."""
        return self._mapped

    @property
    def words(self) -> Sequence[str]:
        """Which sheet is read, and what is filled in."""
        told = [f"the sheet “{safe(self._sheet.name, 40)}”"]
        if self._others:
            names = ", ".join(safe(name, 30) for name in self._others[:6])
            told.append(f"other sheets are left: {names}; --sheet NAME reads one")
        below = sum(one.bottom > self._heading_line for one in self._merges)
        if below:
            told.append(f"{below} merged ranges: what stands in the first cell counts for all of them")
        return told

    def rows(self) -> Iterator[SourceRow]:
        """The rows below the headings."""
        columns, width = columns_of(self._mapped), len(self._mapped)
        try:
            book = Workbook(self._path)
            try:
                for line, cells in book.rows(self._sheet, self._merges):
                    row = source_row(line, cells, columns, width) if line > self._heading_line else None
                    if row is not None:
                        yield row
            finally:
                book.close()
        except BadInput as error:
            raise self._named(error) from None

    def _named(self, error: BadInput) -> BadInput:
        return error if error.target else BadInput(error.summary, target=self.name, hint=error.hint)


def _chosen(sheets: Sequence[Sheet], wanted: str) -> Sheet:
    if not wanted:
        return next((one for one in sheets if not one.hidden), sheets[0])
    found = [one for one in sheets if folded(one.name) == folded(wanted)]
    if not found and wanted.isdecimal() and 1 <= int(wanted) <= len(sheets):
        return sheets[int(wanted) - 1]
    if not found:
        names = ", ".join(safe(one.name, 30) for one in sheets[:8])
        raise BadInput(f"it has no sheet “{safe(wanted, 40)}”", hint=f"there are: {names}")
    return found[0]
