"""A list as a file for others: CSV and XLSX that no spreadsheet takes for formulas, or JSON, a line each.

Rows come in batches and leave at once, so that a long list needs no more memory than a short one.
"""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Protocol, Self, TypeVar

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

LEADS = ("=", "+", "-", "@")
FORMS = ("csv", "jsonl", "xlsx")
SHEET_ROWS = 1_048_575
"""Rows below the headings of one sheet; what is more goes on in another one."""
_NUMBER = re.compile(r"0[0-9]+|[0-9]+[eE][0-9]+|[0-9]{16,}")
_CELL = 4000
"""Characters of one cell."""

Row = Mapping[str, str | int]
"""A figure stays one: a spreadsheet adds it up. Texts stay texts."""
T = TypeVar("T")


class Writer(Protocol):
    """Writes rows to a file; blocks."""

    def add(self, rows: Iterable[Row]) -> None:
        """Some more."""
        ...

    def close(self) -> None:
        """That was all."""
        ...

    def drop(self) -> None:
        """The file is not wanted any more."""
        ...


def neutral(text: str) -> str:
    """The text on one line, with an apostrophe before what a spreadsheet would calculate (`= + - @`), or would change:
    the digits of a code, like `0123` or `234567E9`."""
    shown = safe(text, _CELL)
    return f"'{shown}" if taken_otherwise(shown) else shown


def taken_otherwise(text: str) -> bool:
    """Whether a spreadsheet takes a text for a formula, or for a number which is another."""
    return text.lstrip().startswith(LEADS) or _NUMBER.fullmatch(text.strip()) is not None


def form_of(file: str) -> str:
    """The form that a file's ending asks for. BadInput: none of `FORMS`."""
    form = Path(file).suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise BadInput("its ending says no form", target=safe(Path(file).name, 40), hint="end it in " + _endings())
    return form


def _endings() -> str:
    return ", ".join(f".{form}" for form in FORMS[:-1]) + f" or .{FORMS[-1]}"


def _in_csv(value: str | int) -> str:
    return str(value) if isinstance(value, int) else neutral(value)


class _Csv:
    """A line of headings, then the rows; lines end with CRLF (RFC 4180)."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self._file = io.TextIOWrapper(file, "utf-8", newline="")
        self._names = names
        self._csv = csv.writer(self._file)
        self._csv.writerow(names)

    def add(self, rows: Iterable[Row]) -> None:
        self._csv.writerows([_in_csv(row.get(name, "")) for name in self._names] for row in rows)

    def close(self) -> None:
        self._file.detach()

    def drop(self) -> None:
        self._file.detach()


class _JsonLines:
    """An object a line, the values as they are."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self._file = file
        self._names = names

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            line = json.dumps({name: row.get(name, "") for name in self._names}, ensure_ascii=True)
            self._file.write(f"{line}\n".encode("ascii"))

    def close(self) -> None:
        """Nothing is held back."""

    drop = close


class _Xlsx:
    """Every cell of a text is formatted as one (`@`), so that it stays one when it is edited: `0123` too."""

    def __init__(self, file: BinaryIO, names: Sequence[str], folder: Path | None) -> None:
        from xlsxwriter import Workbook

        # A row is written out as the next one begins; until the end it waits in a file there.
        self._folder = TemporaryDirectory(dir=folder, prefix=".radiusbridge-")
        self._book: Any = Workbook(file, {"constant_memory": True, "tmpdir": self._folder.name})
        self._text: Any = self._book.add_format({"num_format": "@"})
        self._figure: Any = self._book.add_format({"num_format": "#,##0"})
        self._bold: Any = self._book.add_format({"num_format": "@", "bold": True})
        self._names = names
        self._row = 0
        self._begin()

    def _begin(self) -> None:
        self._sheet: Any = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._names) - 1, 16, self._text)
        self._row = 0
        for column, name in enumerate(self._names):
            self._sheet.write_string(0, column, name, self._bold)

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if self._row == SHEET_ROWS:
                self._begin()
            self._row += 1
            for column, name in enumerate(self._names):
                value = row.get(name, "")
                if isinstance(value, int):
                    self._sheet.write_number(self._row, column, value, self._figure)
                elif value:
                    self._sheet.write_string(self._row, column, safe(value, _CELL), self._text)

    def close(self) -> None:
        self._book.close()
        self._folder.cleanup()

    def drop(self) -> None:
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
        self._book.fileclosed = True
        self._folder.cleanup()


def writer(file: BinaryIO, form: str, names: Sequence[str], folder: Path | None = None) -> Writer:
    """Write rows with those names to a file that is open. folder: where a form keeps what it cannot write yet."""
    if form == "xlsx":
        return _Xlsx(file, names, folder)
    return _Csv(file, names) if form == "csv" else _JsonLines(file, names)


class Export:
    """A file that only its owner reads, written batch by batch; left by an exception it is removed again. Blocks."""

    def __init__(self, path: Path, form: str, names: Sequence[str], *, replace: bool = False) -> None:
        """replace: write over a file of that name. Errors: BadInput; FileExistsError."""
        self.path = path
        self.rows = 0
        self._file = _opened(path, os.O_TRUNC if replace else os.O_EXCL)
        self._rows = writer(self._file, form, names, path.absolute().parent)

    def add(self, rows: Sequence[Row]) -> None:
        """Some more. BadInput: it cannot be written."""
        try:
            self._rows.add(rows)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self.rows += len(rows)

    def close(self) -> None:
        """The file is whole. BadInput: it cannot be written."""
        try:
            self._rows.close()
            self._file.close()
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def drop(self) -> None:
        """Remove what was written."""
        with suppress(OSError):
            self._rows.drop()
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        if kind is not None:
            self.drop()
            return
        try:
            self.close()
        except BadInput:
            self.drop()
            raise


def _unwritable(path: Path, error: OSError | ValueError) -> BadInput:
    told = getattr(error, "strerror", None) or "not a file name"
    return BadInput(f"the file cannot be written: {told}", target=safe(str(path), 80))


def new_export(folder: Path, stem: str, form: str, names: Sequence[str]) -> Export:
    """To `STEM.FORM`, or `STEM-2.FORM` …, whichever is not there yet. BadInput: it cannot be written."""
    return _unused(folder, stem, form, lambda path: Export(path, form, names))


def write_new(folder: Path, stem: str, form: str, text: str) -> Path:
    """Write a text to such a file; blocks. BadInput: it cannot be written."""

    def write(path: Path) -> Path:
        with _opened(path, os.O_EXCL) as file:
            file.write(text.encode())
        return path

    return _unused(folder, stem, form, write)


def _unused(folder: Path, stem: str, form: str, make: Callable[[Path], T]) -> T:
    for number in range(1, 1000):
        try:
            return make(folder / (f"{stem}.{form}" if number == 1 else f"{stem}-{number}.{form}"))
        except FileExistsError:
            continue
    raise BadInput("there are too many files of this name", target=safe(str(folder / stem), 80))


def _opened(path: Path, how: int) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600), "wb")
    except FileExistsError:
        raise
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error
