"""Menus and their properties: a value is typed by what its menu says, never by how it looks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any, TypeVar

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.routeros import values
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.routeros.commands import Value

T = TypeVar("T")


class Kind(Enum):
    """What a property holds, and what it is read as."""

    TEXT = "text"
    """str, as it came"""
    FLAG = "flag"
    """bool"""
    INTEGER = "integer"
    """int"""
    RATE = "rate"
    """int, bits/s"""
    SIZE = "size"
    """int, bytes"""
    DURATION = "duration"
    """int or float, seconds"""
    DATE = "date"
    """datetime in the router's zone, without one"""
    ADDRESS = "address"
    """IPv4Address or IPv6Address"""
    SET = "set"
    """tuple of words"""
    SESSION_ID = "session id"
    """str, the Acct-Session-Id of accounting"""
    ATTRIBUTES = "attributes"
    """AttributeList"""


_PARSERS: dict[Kind, Callable[[str], values.Typed]] = {
    Kind.TEXT: str,
    Kind.FLAG: values.parse_flag,
    Kind.INTEGER: values.parse_integer,
    Kind.RATE: values.parse_rate,
    Kind.SIZE: values.parse_size,
    Kind.DURATION: values.parse_duration,
    Kind.DATE: values.parse_date,
    Kind.ADDRESS: values.parse_address,
    Kind.SET: values.parse_set,
    Kind.SESSION_ID: values.parse_session_id,
    Kind.ATTRIBUTES: AttributeList.parse,
}


def parse(kind: Kind, text: str) -> values.Typed:
    """The text as its kind. Raises BadInput."""
    return _PARSERS[kind](text)


_FORMATTERS: dict[Kind, tuple[type | tuple[type, ...], Callable[[Any], Value]]] = {
    Kind.TEXT: (str, str),
    Kind.FLAG: (bool, bool),
    Kind.INTEGER: (int, int),
    Kind.RATE: (int, int),
    Kind.SIZE: (int, int),
    Kind.DURATION: ((int, float), values.format_duration),
    Kind.DATE: (datetime, values.format_date),
    Kind.ADDRESS: ((IPv4Address, IPv6Address), str),
    Kind.SET: (tuple, ",".join),
    Kind.SESSION_ID: (str, str),
    Kind.ATTRIBUTES: (AttributeList, str),
}


def plain(kind: Kind, value: values.Typed) -> Value:
    """The value as it is sent: `10M` as 10000000, a date as RouterOS 7 writes it. Text is parsed first.

    Raises BadInput for a value that is not of the kind.
    """
    typed = parse(kind, value) if isinstance(value, str) else value
    wanted, form = _FORMATTERS[kind]
    if not isinstance(typed, wanted) or isinstance(typed, bool) is not (kind is Kind.FLAG):
        raise BadInput(f"{safe(str(value), 60)} is no {kind.value}")
    return form(typed)


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its kind, and words that it takes besides (`unlimited`, `none`)."""

    kind: Kind
    words: frozenset[str] = frozenset()


class TypedRow(Mapping[str, values.Typed]):
    """A row whose values are typed by its menu when they are asked for.

    A value that its kind cannot read (a word such as `unlimited`, or one that a newer RouterOS brought) stays the text
    that came, so that one odd value never hides a row; the methods named after a kind raise BadInput for it instead.
    Properties that the menu does not name are text. `raw` has the row as it came.
    """

    __slots__ = ("_menu", "raw")

    def __init__(self, menu: "Menu", raw: Mapping[str, str]) -> None:
        self._menu = menu
        self.raw = raw

    def __getitem__(self, name: str) -> values.Typed:
        text = self.raw[name]
        try:
            return self._menu.parse(name, text)
        except BadInput:
            return text

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def id(self) -> str:
        """The row's `.id`; '' in a menu with a single row."""
        return self.raw.get(".id", "")

    def text(self, name: str) -> str:
        """The value as it came; '' where the row has none, as RouterOS leaves out what is not set."""
        return self.raw.get(name, "")

    def flag(self, name: str) -> bool:
        """A yes or no; absent is no."""
        return self._typed(name, bool) or False

    def integer(self, name: str) -> int:
        """A number, rate or size; absent is 0."""
        return self._typed(name, int) or 0

    def seconds(self, name: str) -> float:
        """A duration; absent is 0."""
        return self._typed(name, float) or 0.0

    def date(self, name: str) -> datetime | None:
        """A date in the router's zone; None if absent."""
        return self._typed(name, datetime)

    def set(self, name: str) -> tuple[str, ...]:
        """A set's words; absent is none."""
        return self._typed(name, tuple) or ()

    def attributes(self, name: str = "attributes") -> AttributeList:
        """An attribute list; absent is empty."""
        return self._typed(name, AttributeList) or AttributeList()

    def _typed(self, name: str, wanted: type[T]) -> T | None:
        text = self.raw.get(name, "")
        if text == "":
            return None
        value = self._menu.parse(name, text)
        if wanted is float and isinstance(value, int):
            value = float(value)
        if isinstance(value, wanted):
            return value
        raise BadInput(f"{self._menu.path}: {name} is {safe(text, 60)}")


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu and those of its properties that are in use."""

    path: str
    properties: Mapping[str, Property]

    @property
    def proplist(self) -> tuple[str, ...]:
        """What to ask a print for: `.id` and the properties."""
        return (".id", *self.properties)

    def command(self, verb: str) -> str:
        """The path of one of the menu's commands."""
        return f"{self.path}/{verb}"

    def row(self, raw: Mapping[str, str]) -> TypedRow:
        """The row, its values typed."""
        return TypedRow(self, raw)

    def rows(self, raw: list[dict[str, str]]) -> list[TypedRow]:
        """The rows, their values typed."""
        return [TypedRow(self, row) for row in raw]

    def parse(self, name: str, text: str) -> values.Typed:
        """The text as the property's kind. Raises BadInput."""
        known = self.properties.get(name)
        if known is None:
            return values.parse_flag(text) if name == ".dead" else text
        return text if text in known.words else parse(known.kind, text)

    def plain(self, wanted: Mapping[str, values.Typed]) -> dict[str, Value]:
        """The values as they are sent. Raises BadInput for one that its kind does not allow, or an unknown property."""
        sent: dict[str, Value] = {}
        for name, value in wanted.items():
            known = self.properties.get(name)
            if known is None:
                raise BadInput(f"{self.path} has no property {safe(name, 40)} that is in use")
            try:
                sent[name] = value if isinstance(value, str) and value in known.words else plain(known.kind, value)
            except BadInput as error:
                raise BadInput(f"{name}: {error.summary}") from error
        return sent
