"""One table of the file as it is read: every key by its type, and what does not fit noted with its place."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_seconds
from radiusbridge.services.probes.files.document import Document, nearest
from radiusbridge.services.probes.files.lines import Path as Keys

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

RESERVED = frozenset({"suite", "probe", "target", "kind", "method", "outcome"})
"""Labels that every metric has."""

_LABEL = re.compile("[A-Za-z_][A-Za-z0-9_]{0,63}")
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9 ._:@+-]{0,59}")
_IN_PLAIN = frozenset({"secret", "password", "answer"})
_TYPES = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "an array", dict: "a table"}


class Fields:
    """Reads one table. keys: where it stands. What is wrong is noted, and read as if it were not there."""

    def __init__(self, document: Document, keys: Keys, table: object, known: Collection[str], what: str) -> None:
        self._document = document
        self.keys = keys
        self._table: Mapping[str, Any] = {}
        if not isinstance(table, dict):
            self.wrong(None, f"{what} is a table, not {_type(table)}")
            return
        self._table = table
        for key in table:
            if key not in known:
                self._unknown(key, known, what)

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def wrong(self, key: str | None, words: str, hint: str = "") -> None:
        """Note something about a key, or about the table."""
        self._document.wrong(self.keys if key is None else (*self.keys, key), words, hint)

    def _unknown(self, key: str, known: Collection[str], what: str) -> None:
        if key in _IN_PLAIN:
            hint = f'write {key}_file = "FILE" or {key}_env = "VARIABLE"'
            self.wrong(key, f"{key} does not stand in this file in plain", hint)
            return
        self.wrong(key, f"{what} has no key {safe(key, 60)!r}", nearest(key, known))

    def text(self, key: str) -> str | None:
        """A text that is not empty."""
        value = self._table.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(key, f"{key} is a text, not {_type(value)}")
            return None
        if not value.strip():
            self.wrong(key, f"{key} is empty")
            return None
        return value

    def parsed(self, key: str, parse: Callable[[str], T]) -> T | None:
        """A text that `parse` reads, or refuses by BadInput."""
        text = self.text(key)
        return None if text is None else self._parsed((*self.keys, key), text, parse)

    def _parsed(self, keys: Keys, text: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(text)
        except BadInput as error:
            self._document.refused(keys, error)
            return None

    def several(self, key: str, parse: Callable[[str], T]) -> tuple[T, ...] | None:
        """A text or an array of texts, each read by `parse`."""
        value = self._table.get(key)
        if value is None:
            return None
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not value:
            self.wrong(key, f"{key} is a text or an array of texts" + ("" if value else ", not an empty one"))
            return None
        found = []
        for index, one in enumerate(value):
            keys = (*self.keys, key, index) if isinstance(self._table[key], list) else (*self.keys, key)
            if not isinstance(one, str):
                self._document.wrong(keys, f"{key} is a text or an array of texts, not {_type(one)}")
                continue
            parsed = self._parsed(keys, one, parse)
            if parsed is not None:
                found.append(parsed)
        return tuple(found)

    def choice(self, key: str, kind: type[E]) -> E | None:
        """A member of an enumeration."""
        return self.parsed(key, lambda text: chosen(text, kind, key))

    def number(self, key: str, low: int, high: int) -> int | None:
        """A whole number."""
        value = self._table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, f"{key} is a whole number, not {_type(value)}")
            return None
        if not low <= value <= high:
            self.wrong(key, f"{key} is out of range", f"{low} to {high}")
            return None
        return value

    def flag(self, key: str) -> bool | None:
        """true or false."""
        value = self._table.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.wrong(key, f"{key} is true or false, not {_type(value)}")
        return None

    def is_word(self, key: str, word: str) -> bool:
        """Whether a key has just that text."""
        return bool(self._table.get(key) == word)

    def seconds(self, key: str) -> float | None:
        """A time: `"200ms"`, `"5s"`, or a number of seconds."""
        value = self._table.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if 0 < value < math.inf:
                return float(value)
        elif isinstance(value, str):
            found = self.parsed(key, parse_seconds)
            if found is None or found > 0:
                return found
        elif value is None:
            return None
        self.wrong(key, f"{key} is no time", 'write it like "200ms", "5s" or 0.5 (seconds)')
        return None

    def labels(self, key: str = "labels") -> dict[str, str]:
        """A table of names and texts, fit for metrics."""
        table = self._table.get(key, {})
        if not isinstance(table, dict):
            self.wrong(key, f"{key} is a table, not {_type(table)}", f'{key} = {{ site = "north" }}')
            return {}
        found = {}
        for name, value in table.items():
            keys = (*self.keys, key, name)
            if not _LABEL.fullmatch(name) or name.startswith("__"):
                self._document.wrong(keys, f"{safe(name, 60)!r} cannot be a label", "letters, digits and _ in it")
            elif name in RESERVED:
                self._document.wrong(keys, f"the label {name} is given by radiusbridge itself", "take another name")
            elif not isinstance(value, str):
                self._document.wrong(keys, f"the label {name} is a text, not {_type(value)}")
            elif len(value) > 200 or not value.isprintable():
                self._document.wrong(keys, f"the label {name} is too long, or holds a control character")
            else:
                found[name] = value
        return found


def parse_probe_name(text: str) -> str:
    """A name that metrics and monitoring can carry. BadInput."""
    if not _NAME.fullmatch(text):
        hint = "up to 60 letters, digits, blanks and . _ : @ + -, without accents"
        raise BadInput(f"{safe(text, 60)!r} cannot be a name here", hint=hint)
    return text


def chosen(text: str, kind: type[E], what: str) -> E:
    """A member of an enumeration by its value. BadInput, with the nearest ones."""
    try:
        return kind(text)
    except ValueError:
        hint = nearest(text, [str(one) for one in kind])
        raise BadInput(f"{what} cannot be {safe(text, 60)!r}", hint=hint) from None


def _type(value: object) -> str:
    return _TYPES.get(type(value), "a date or time")
