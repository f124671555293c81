"""CSV as spreadsheets, routers and people write it: its encoding and its separator are found out by looking at it."""

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import SourceRow
from radiusbridge.domain.text import safe
from radiusbridge.services.importing.sources import Mapped
from radiusbridge.services.importing.tables import Cells, columns_of, find_headings, source_row

_CHUNK = 1 << 20
_SAMPLE = 64 << 10
_SEPARATORS = (",", ";", "\t", "|")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WESTERN = "cp1252"


class CsvSource:
    """A file of comma- or otherwise separated values. said: which column holds what, besides what is guessed."""

    from_1904 = False

    def __init__(self, path: Path, said: Mapping[str, str] | None = None) -> None:
        """BadInput: it cannot be read, or no line of headings is known."""
        self._path = path
        self._encoding = text_encoding(path)
        self._separator, self._declared = self._look()
        self._heading_line, self._mapped = find_headings(self._cells(), said or {})

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
        """How it is read."""
        names = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}
        encoding = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", _WESTERN: "Windows-1252, since it is no UTF-8"}
        return (f"read as {encoding[self._encoding]}, between {names[self._separator]}",)

    def rows(self) -> Iterator[SourceRow]:
        """The rows below the headings."""
        columns, width = columns_of(self._mapped), len(self._mapped)
        for line, cells in self._cells():
            if line > self._heading_line:
                row = source_row(line, cells, columns, width)
                if row is not None:
                    yield row

    def _cells(self) -> Iterator[Cells]:
        with self._opened() as file:
            if self._declared:
                file.readline()
            # A quote that never ends comes up against the module's limit of characters in a field.
            reader = csv.reader(file, delimiter=self._separator, skipinitialspace=True)
            try:
                at = 1 + self._declared
                for cells in reader:
                    yield at, cells
                    at = reader.line_num + 1 + self._declared
            except csv.Error as error:
                raise self._broken(f"line {reader.line_num + self._declared}: {error}") from None
            except UnicodeError:
                raise self._broken(f"line {reader.line_num + self._declared}: no text") from None

    def _look(self) -> tuple[str, int]:
        """(what stands between cells, whether the first line says so: `sep=;`)."""
        with self._opened() as file:
            try:
                sample = file.read(_SAMPLE)
            except UnicodeError:
                raise self._broken("it is no text") from None
        first, _, rest = sample.partition("\n")
        first = first.strip()
        if first.lower().startswith("sep=") and len(first) == 5 and first[4] in _SEPARATORS:
            return first[4], 1
        if first.lower() == "sep=":
            return "\t", 1
        head = "\n".join([first, *rest.split("\n")[:10]])
        unquoted = "".join(head.split('"')[::2])
        return max(_SEPARATORS, key=unquoted.count), 0

    def _opened(self) -> TextIO:
        try:
            return self._path.open(encoding=self._encoding, newline="")
        except OSError as error:
            raise self._broken(error.strerror or "it cannot be opened") from None

    def _broken(self, why: str) -> BadInput:
        return BadInput(f"it cannot be read: {why}", target=self.name)


def text_encoding(path: Path) -> str:
    """By its mark; else UTF-8, if all of it is that; else Windows-1252, of which Latin-1's letters are a part."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            chunk = file.read(_CHUNK)
            for mark, name in _MARKS:
                if chunk.startswith(mark):
                    return name
            if b"\0" in chunk[:_SAMPLE]:
                raise BadInput("it is no CSV", target=safe(path.name, 80), hint="an XLSX: radiusbridge import xlsx")
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(_CHUNK)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _WESTERN
    except OSError as error:
        raise BadInput(f"it cannot be read: {error.strerror}", target=safe(str(path), 80)) from None
    return "utf-8-sig"
