"""Rows of some tables from an SQL dump: of mysqldump, MariaDB, phpMyAdmin and pg_dump, whatever else is in the file.

The file is read once, from its beginning to its end; statements that are not wanted are passed over without being
taken apart.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.services.importing.csv_source import text_encoding

Row = dict[str, str]
Tables = dict[str, list[Row]]
MOST_ROWS = 5_000_000
LONGEST = 1 << 20
"""Characters of one value."""
_CHUNK = 1 << 20
_WITH_BACKSLASHES = r"'(?:[^'\\]++|\\.|'')*+'"
_PLAIN = r"'(?:[^']++|'')*+'"
_QUOTED = r"`[^`]*`|\"[^\"]*\""
_COMMENT = r"/\*(?:[^*]++|\*(?!/))*+\*/"
_REST = rf"|--[^\n]*|\#[^\n]*|{_COMMENT}|{_QUOTED}|[(),;]|[^\s'`\"(),;]+"
_SKIPPED = rf"|[^'`\";/-]++|{_QUOTED}|--[^\n]*\n|-(?=[^-])|{_COMMENT}|/(?=[^*])"
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "", "Z": "", "b": ""}
_COPY_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}
_NO_COLUMNS = frozenset({"primary", "unique", "key", "index", "constraint", "fulltext", "spatial", "check", "foreign"})
_MARK = re.compile(r"PostgreSQL database dump|^COPY \S+ \(|SET standard_conforming_strings", re.MULTILINE)


def read_dump(path: Path, wanted: Mapping[str, Sequence[str]]) -> Tables:
    """The rows of the wanted tables, by their names in lower case, with their wanted columns as texts; NULL, and a
    column that is not there, is empty. BadInput: it cannot be read, or none of the tables is in it."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start.startswith((b"\x1f\x8b", b"PK\3\4", b"PGDMP"[:4])):
            hint = "unpack it first; of pg_dump the plain form is read (without -Fc)"
            raise BadInput("it is packed", target=safe(path.name, 80), hint=hint)
        with path.open(encoding=text_encoding(path), newline="") as file:
            return _Dump(file, safe(path.name, 80), wanted).read()
    except OSError as error:
        raise BadInput(f"it cannot be read: {error.strerror}", target=safe(str(path), 80)) from None
    except UnicodeError:
        raise BadInput("it is no text", target=safe(path.name, 80)) from None


class _Dump:
    def __init__(self, file: TextIO, name: str, wanted: Mapping[str, Sequence[str]]) -> None:
        self._file = file
        self._name = name
        self._wanted = {table.lower(): {column.lower() for column in columns} for table, columns in wanted.items()}
        self._columns: dict[str, list[str]] = {}
        self._tables: Tables = {}
        self._buffer = file.read(_CHUNK)
        self._at = 0
        self._ended = not self._buffer
        self._postgresql = _MARK.search(self._buffer) is not None
        string = _PLAIN if self._postgresql else _WITH_BACKSLASHES
        self._word = re.compile(rf"\s+|{string}{_REST}", re.DOTALL)
        self._skipped = re.compile(f"(?:{string}{_SKIPPED})*+", re.DOTALL)

    def read(self) -> Tables:
        """All of it."""
        for word in self._words():
            match word.lower():
                case "create":
                    self._create()
                case "insert" | "replace":
                    self._insert()
                case "copy":
                    self._copy()
                case ";":
                    continue
                case _:
                    self._skip()
        if not self._tables and not any(table in self._columns for table in self._wanted):
            names = ", ".join(list(self._wanted)[:4])
            raise self._broken(f"none of the tables {names} is in it")
        return self._tables

    def _words(self) -> Iterator[str]:
        while word := self._next():
            yield word

    def _next(self) -> str:
        """The next word that is no blank and no comment; empty: the end."""
        while True:
            match = self._word.match(self._buffer, self._at)
            if (match is None or match.end() == len(self._buffer)) and self._more():
                continue
            if match is None:
                if self._at >= len(self._buffer):
                    return ""
                raise self._broken("a text in it does not end")
            self._at = match.end()
            text = match[0]
            if text[0].isspace() or text.startswith(("--", "#", "/*")):
                continue
            return text

    def _more(self) -> bool:
        if self._ended:
            return False
        if len(self._buffer) - self._at > LONGEST + _CHUNK:
            raise self._broken("a text in it is longer than a megabyte, or does not end")
        chunk = self._file.read(_CHUNK)
        self._ended = not chunk
        self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        return not self._ended

    def _skip(self) -> None:
        """Up to the end of the statement."""
        while True:
            match = self._skipped.match(self._buffer, self._at)
            assert match is not None
            self._at = match.end()
            if self._buffer[self._at : self._at + 1] == ";":
                self._at += 1
                return
            if not self._more():
                self._at = len(self._buffer)
                return

    def _name_of(self, word: str) -> str:
        """A table or column, without its schema and its quotes, in lower case."""
        return word.replace("`", "").replace('"', "").rpartition(".")[2].lower()

    def _table(self, name: str) -> str:
        """The name that begins so; `schema.`-parts that are quoted come as words of their own."""
        while name.endswith(".") or self._buffer[self._at : self._at + 1] == ".":
            name += self._next()
        return self._name_of(name)

    def _create(self) -> None:
        word = self._next().lower()
        if word != "table":
            if word != ";":
                self._skip()
            return
        while (word := self._next()).lower() in {"if", "not", "exists"}:
            continue
        name = self._table(word)
        columns, depth, fresh = list[str](), 0, False
        for word in self._words():
            if word == ";":
                break
            if word == "(":
                depth += 1
                fresh = depth == 1
            elif word == ")":
                depth -= 1
            elif word == "," and depth == 1:
                fresh = True
            elif fresh:
                fresh = False
                if word[0] in '`"' or word.lower() not in _NO_COLUMNS:
                    columns.append(self._name_of(word))
        self._columns.setdefault(name, columns)

    def _insert(self) -> None:
        word = self._next()
        while word.lower() in {"into", "ignore", "low_priority", "delayed"}:
            word = self._next()
        name = self._table(word)
        kept = self._wanted.get(name)
        if kept is None:
            self._skip()
            return
        columns, word = list[str](), self._next()
        if word == "(":
            for word in self._words():
                if word == ")":
                    break
                if word != ",":
                    columns.append(self._name_of(word))
            word = self._next()
        columns = columns or self._columns.get(name, [])
        if word.lower() not in {"values", "value"} or not columns:
            self._skip()
            return
        for word in self._words():
            if word == ";":
                return
            if word == "(":
                self._keep(name, columns, kept, self._values())

    def _values(self) -> list[str]:
        values, parts, depth = list[str](), list[str](), 0
        for word in self._words():
            if word == ")" and not depth:
                values.append(_value(parts, backslashes=not self._postgresql))
                return values
            if word == "," and not depth:
                values.append(_value(parts, backslashes=not self._postgresql))
                parts = []
                continue
            depth += (word == "(") - (word == ")")
            parts.append(word)
        raise self._broken("it ends in the middle of a row")

    def _copy(self) -> None:
        name, columns = self._table(self._next()), list[str]()
        kept = self._wanted.get(name)
        if self._next() == "(":
            for word in self._words():
                if word == ")":
                    break
                if word != ",":
                    columns.append(self._name_of(word))
        self._skip()
        self._line()
        while (line := self._line()) is not None and line != "\\.":
            if kept is not None:
                self._keep(name, columns, kept, [_copied(text) for text in line.split("\t")])

    def _line(self) -> str | None:
        """The rest of the line; None: the end."""
        while (end := self._buffer.find("\n", self._at)) < 0 and self._more():
            continue
        if end < 0 and self._at >= len(self._buffer):
            return None
        end = len(self._buffer) if end < 0 else end
        line = self._buffer[self._at : end].removesuffix("\r")
        self._at = end + 1
        return line

    def _keep(self, name: str, columns: Sequence[str], kept: set[str], values: Sequence[str]) -> None:
        if len(values) != len(columns):
            raise self._broken(f"a row of {name} has {len(values)} values for {len(columns)} columns")
        rows = self._tables.setdefault(name, [])
        rows.append({column: value for column, value in zip(columns, values, strict=True) if column in kept})
        if len(rows) > MOST_ROWS:
            raise self._broken(f"{name} has more than {MOST_ROWS} rows")

    def _broken(self, why: str) -> BadInput:
        return BadInput(f"it cannot be read: {why}", target=self._name)


def _value(parts: Sequence[str], *, backslashes: bool) -> str:
    """Of a value's tokens: a text without its quotes, a number as it stands; empty for NULL."""
    text = next((part for part in parts if part.startswith("'")), None)
    if text is None:
        plain = "".join(parts)
        return "" if plain.upper() == "NULL" else plain
    plain = text[1:-1].replace("''", "'")
    if not backslashes or "\\" not in plain:
        return plain
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), plain, flags=re.DOTALL)


def _copied(text: str) -> str:
    """A value of COPY's text format."""
    if text == "\\N":
        return ""
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda match: _COPY_ESCAPES.get(match[1], match[1]), text)
