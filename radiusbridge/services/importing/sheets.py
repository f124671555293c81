"""The cells of an XLSX workbook (ECMA-376 Part 1, SpreadsheetML), a row at a time, with limits against hostile files.

A sheet is never in memory as a whole; of the workbook's shared texts there is one copy, as UTF-8. Document type
declarations are refused, so that no entity is ever expanded.
"""

import re
import struct
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from radiusbridge.domain.errors import BadInput

MOST_OCTETS = 4 << 30
MOST_TEXT = 256 << 20
MOST_MEMBERS = 5_000
MOST_MERGES = 100_000
MOST_ROWS = 10_000_000
LONGEST_CELL = 100_000
COLUMNS = 500
"""Columns that are looked at."""
_FREE = 32 << 20
_RATIO = 200
"""How many times larger than in the file a member may be, if it is larger than `_FREE`: sheets come to 5 to 50."""
_CHUNK = 1 << 18
_UNRESOLVED = "#FORMULA!"
_MERGE = re.compile(rb'mergeCell\s[^>]*?ref="\$?([A-Z]{1,3})\$?(\d{1,8}):\$?([A-Z]{1,3})\$?(\d{1,8})"')
_LONGEST_MERGE = 200
_DAMAGES = (BadZipFile, zlib.error, struct.error, ValueError, RuntimeError, OverflowError, EOFError)
"""What `zipfile` raises of an archive that is not whole, or packed in a way that it does not know."""
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{0,8})")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of a workbook. member: its place in the archive."""

    name: str
    member: str
    hidden: bool


@dataclass(slots=True)
class Merged:
    """A range whose first cell's text counts for all of it. Rows from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int
    text: str = ""


class Workbook:
    """An open file. `close` it."""

    def __init__(self, path: Path) -> None:
        """BadInput: it is no workbook, or one that may do harm."""
        try:
            with path.open("rb") as file:
                start = file.read(8)
            if start.startswith(b"\xd0\xcf\x11\xe0"):
                raise BadInput("it is an old XLS, or protected by a password", hint="save it as XLSX, without one")
            self._zip = ZipFile(path)
        except OSError as error:
            raise BadInput(f"it cannot be read: {error.strerror}") from None
        except _DAMAGES as error:
            raise error if isinstance(error, BadInput) else BadInput("it is no XLSX") from None
        try:
            self._members = _checked(self._zip.infolist())
            self.from_1904 = False
            self.sheets = self._sheets()
            self._texts = self._shared_texts()
        except BaseException:
            self._zip.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def rows(self, sheet: Sheet, merges: Sequence[Merged] = ()) -> Iterator[tuple[int, list[str]]]:
        """(number, texts) of each row that is there, in order. BadInput: it cannot be read further."""
        waiting = sorted((Merged(one.top, one.left, one.bottom, one.right) for one in merges), key=lambda one: -one.top)
        active: list[Merged] = []
        for number, cells in self._plain_rows(sheet):
            while waiting and waiting[-1].top <= number:
                active.append(waiting.pop())
            if active:
                active = [one for one in active if one.bottom >= number]
                _fill(number, cells, active)
            yield number, cells

    def _plain_rows(self, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
        reader = _SheetReader(self._texts)
        for chunk in self._chunks(sheet.member):
            _feed(reader.parser, chunk)
            yield from reader.taken()
        _feed(reader.parser, b"", final=True)
        yield from reader.taken()

    def merges(self, sheet: Sheet) -> list[Merged]:
        """The sheet's merged ranges, which stand behind its rows: it is read to the end for them."""
        found: list[Merged] = []
        tail = b""
        for chunk in self._chunks(sheet.member):
            octets = tail + chunk
            last = 0
            for match in _MERGE.finditer(octets):
                last = match.end()
                left, top, right, bottom = (match[at].decode() for at in range(1, 5))
                found.append(Merged(int(top), _column(left), int(bottom), min(_column(right), COLUMNS - 1)))
            if len(found) > MOST_MERGES:
                raise BadInput(f"it has more than {MOST_MERGES} merged ranges")
            tail = octets[max(last, len(octets) - _LONGEST_MERGE) :]
        return [one for one in found if one.left < COLUMNS]

    def _chunks(self, member: str) -> Iterator[bytes]:
        with self._opened(member) as file:
            try:
                while chunk := file.read(_CHUNK):
                    yield chunk
            except (OSError, *_DAMAGES) as error:
                raise BadInput(f"{member} is damaged: {error}") from None

    def _opened(self, member: str) -> IO[bytes]:
        found = self._members.get(member.lower())
        if found is None:
            raise BadInput(f"it has no {member}")
        try:
            return self._zip.open(found)
        except (OSError, *_DAMAGES) as error:
            raise BadInput(f"{member} cannot be read: {error}") from None

    def _sheets(self) -> tuple[Sheet, ...]:
        targets: dict[str, str] = {}
        named: list[tuple[str, str, bool]] = []

        def relation(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        def sheet(tag: str, attributes: dict[str, str]) -> None:
            if tag == "workbookPr" and attributes.get("date1904", "") in {"1", "true"}:
                self.from_1904 = True
            if tag == "sheet":
                identity = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
                named.append((attributes.get("name", ""), identity, attributes.get("state", "visible") != "visible"))

        self._elements("xl/_rels/workbook.xml.rels", relation)
        self._elements("xl/workbook.xml", sheet)
        found = []
        for name, identity, hidden in named:
            target = targets.get(identity, "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if target and member.lower() in self._members:
                found.append(Sheet(name, member, hidden))
        if not found:
            raise BadInput("it has no sheet")
        return tuple(found)

    def _elements(self, member: str, hear: Callable[[str, dict[str, str]], None]) -> None:
        parser = _parser()
        parser.StartElementHandler = lambda tag, attributes: hear(_local(tag), attributes)
        for chunk in self._chunks(member):
            _feed(parser, chunk)
        _feed(parser, b"", final=True)

    def _shared_texts(self) -> "_Texts":
        texts = _Texts()
        if "xl/sharedstrings.xml" not in self._members:
            return texts
        reader = _TextReader(texts)
        for chunk in self._chunks("xl/sharedStrings.xml"):
            _feed(reader.parser, chunk)
        _feed(reader.parser, b"", final=True)
        return texts


def _checked(members: Sequence[ZipInfo]) -> dict[str, ZipInfo]:
    if len(members) > MOST_MEMBERS:
        raise BadInput(f"it has {len(members)} parts", hint=f"{MOST_MEMBERS} are allowed")
    if sum(one.file_size for one in members) > MOST_OCTETS:
        raise BadInput("unpacked it would be larger than 4 GiB", hint="split it")
    for one in members:
        if one.file_size > _FREE and one.file_size > _RATIO * max(1, one.compress_size):
            raise BadInput("a part of it is packed as tightly as no list is: it may be made to do harm")
        if one.flag_bits & 1:
            raise BadInput("it is protected by a password", hint="save it without one")
    return {one.filename.lower(): one for one in members}


def _fill(number: int, cells: list[str], active: Sequence[Merged]) -> None:
    for one in active:
        if number == one.top and one.left < len(cells):
            one.text = cells[one.left]
        if one.text:
            cells.extend([""] * (one.right + 1 - len(cells)))
            cells[one.left : one.right + 1] = [one.text] * (one.right + 1 - one.left)


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_: object) -> None:
    raise BadInput("it declares a document type, which no workbook does")


def _feed(parser: Any, octets: bytes, *, final: bool = False) -> None:
    try:
        parser.Parse(octets, final)
    except expat.ExpatError as error:
        raise BadInput(f"it is damaged: {expat.ErrorString(error.code)} in line {error.lineno}") from None


def _column(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


class _Texts:
    """The shared texts, end to end."""

    def __init__(self) -> None:
        self._octets = bytearray()
        self._ends = array("Q")

    def add(self, text: str) -> None:
        self._octets += text.encode()
        self._ends.append(len(self._octets))
        if len(self._octets) > MOST_TEXT:
            raise BadInput("its texts are larger than 256 MiB", hint="split it, or save it as CSV")

    def get(self, index: str) -> str:
        at = int(index) if index.isdecimal() and len(index) < 10 else -1
        if not 0 <= at < len(self._ends):
            raise BadInput(f"a cell means the text {index[:12]}, which is not there")
        return self._octets[self._ends[at - 1] if at else 0 : self._ends[at]].decode()


@dataclass(slots=True)
class _Gathered:
    """Character data of one element, as long as it may be."""

    parts: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, data: str) -> None:
        self.length += len(data)
        if self.length > LONGEST_CELL:
            raise BadInput(f"a cell holds more than {LONGEST_CELL} characters")
        self.parts.append(data)

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts, self.length = [], 0
        return text


class _TextReader:
    """`sharedStrings.xml`: each `si` is a text; what is read aloud of it (`rPh`) is not."""

    def __init__(self, texts: _Texts) -> None:
        self._texts = texts
        self._data = _Gathered()
        self._aloud = 0
        self.parser = _parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = _local(tag)
        self._aloud += name == "rPh"
        self.parser.CharacterDataHandler = self._data.add if name == "t" and not self._aloud else None

    def _end(self, tag: str) -> None:
        name = _local(tag)
        self.parser.CharacterDataHandler = None
        self._aloud -= name == "rPh"
        if name == "si":
            self._texts.add(self._data.take())


class _SheetReader:
    """`sheetN.xml`: `row`s of `c`ells with `v`alues, formulas (`f`) or texts of their own (`is`)."""

    def __init__(self, texts: _Texts) -> None:
        self._texts = texts
        self._data = _Gathered()
        self._rows: list[tuple[int, list[str]]] = []
        self._cells: list[str] = []
        self._number = 0
        self._at = 0
        self._kind = ""
        self._formula = self._valued = False
        self._aloud = 0
        self.parser = _parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def taken(self) -> list[tuple[int, list[str]]]:
        """The rows that are whole by now."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "c":
            match = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._at = _column(match[1]) if match else self._at + 1
            self._kind, self._formula, self._valued = attributes.get("t", "n"), False, False
        elif name in {"v", "t"} and not self._aloud:
            self._valued = True
            self.parser.CharacterDataHandler = self._data.add
        elif name == "f":
            self._formula = True
        elif name == "row":
            number = attributes.get("r", "")
            self._number = int(number) if number.isdecimal() and len(number) < 10 else self._number + 1
            if self._number > MOST_ROWS:
                raise BadInput(f"it has a row {self._number}", hint=f"{MOST_ROWS} are allowed")
            self._cells, self._at = [], -1
        self._aloud += name == "rPh"

    def _end(self, tag: str) -> None:
        name = _local(tag)
        self._aloud -= name == "rPh"
        if name in {"v", "t"}:
            self.parser.CharacterDataHandler = None
        elif name == "c":
            self._cell(self._data.take())
        elif name == "row":
            self._rows.append((self._number, self._cells))

    def _cell(self, data: str) -> None:
        text = self._text(data)
        if text and 0 <= self._at < COLUMNS:
            cells = self._cells
            if self._at >= len(cells):
                cells.extend([""] * (self._at + 1 - len(cells)))
            cells[self._at] = text

    def _text(self, data: str) -> str:
        if self._formula and not (self._valued and data):
            return "" if self._kind == "str" and self._valued else _UNRESOLVED
        if self._kind == "s":
            return self._texts.get(data.strip()) if data else ""
        if self._kind == "n":
            return _number(data)
        return data


def _number(text: str) -> str:
    """As it is shown without a format: 12.0 is 12; what is too long for a spreadsheet's numbers stays as it stands."""
    plain = text.strip()
    if not plain:
        return ""
    try:
        value = float(plain)
    except ValueError:
        raise BadInput(f"a cell holds “{text[:20]}” as a number") from None
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return plain if abs(value) >= 1e15 else repr(value)
