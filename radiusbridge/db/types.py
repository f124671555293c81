"""Column types that both dialects store alike: text, UTC times, enumerations and JSON."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

NAME_LIMIT = 400
"""Characters in anything that an index holds: PostgreSQL's B-tree takes 2,704 octets a row, and case folding may
triple a character."""
TEXT_LIMIT = 100_000

WIDE = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit integer; as a primary key SQLite wants it called INTEGER."""


def unstorable(text: str, limit: int = NAME_LIMIT) -> str:
    """Why a text cannot be stored by one dialect or the other, and therefore by none; empty: it can."""
    if len(text) > limit:
        return f"the text is too long: {len(text)} characters, {limit} fit"
    if "\0" in text:
        return "the text holds a NUL character, which cannot be stored"
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return "the text is not valid Unicode"
    return ""


class PlainText(TypeDecorator[str]):
    """Text, compared and sorted by code point on both dialects; what one of them cannot hold is refused on both."""

    impl = Text
    cache_ok = True

    def __init__(self, limit: int = TEXT_LIMIT) -> None:
        super().__init__()
        self.limit = limit

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL's default collation depends on the machine; `C` does not."""
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text itself, if it can be stored."""
        if value is None:
            return None
        why_not = unstorable(value, self.limit)
        if why_not:
            raise BadInput(why_not, target=safe(value, 60))
        return value


class UtcTime(TypeDecorator[datetime]):
    """A moment: timezone-aware in and out, UTC in the database. A naive time is a mistake of the program."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC; SQLite stores it as text without the zone, of one width, so that it sorts."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The moment, timezone-aware in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class OneOf(TypeDecorator[StrEnum]):
    """A member of a StrEnum, stored as its value; the table's CHECK says the same."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, _dialect: Dialect) -> str | None:
        """The member's value; anything that is no member raises ValueError."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> StrEnum | None:
        """The member."""
        return None if value is None else self.kind(value)


class Encoded(str):
    """A JSON value that is written out already."""

    __slots__ = ()


class JsonText(TypeDecorator[Any]):
    """A JSON value as ASCII text, so that it may hold any character on both dialects."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, _dialect: Dialect) -> str | None:
        """Compact JSON; a mapping is written as an object, a StrEnum as its value."""
        if value is None or type(value) is Encoded:
            return value
        return as_json(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> object:
        """The JSON value."""
        return None if value is None else json.loads(value)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"not a JSON value: {type(value).__name__}")


as_json = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
"""The text that a column of JSON holds."""
