"""Rows in a form that both kinds of database give and take alike, so that a copy can be compared afterwards.

A row is a plain tuple of integers (also for yes and no), floats, texts, octets and None. A moment is the text that
SQLite keeps of it, in UTC to the microsecond; JSON is its text; an encrypted value is its sealed octets, never opened.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, Integer, LargeBinary, Table, cast, func, select
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from radiusbridge.db.engines import SQLITE
from radiusbridge.db.types import UtcTime, unstorable
from radiusbridge.domain.text import safe

Row = tuple[Any, ...]
_MOMENT = "YYYY-MM-DD HH24:MI:SS.US"
_MOMENT_SIZE = 26
_UNBOUNDED = 1 << 40


def reading(table: Table, dialect: Dialect) -> str:
    """The SELECT of all rows in the order of the key, which is the same on both: text is sorted by its octets."""
    columns = table.columns if dialect.name == SQLITE else map(_from_postgresql, table.columns)
    statement = select(*columns).order_by(*table.primary_key)
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _from_postgresql(column: Column[Any]) -> Any:
    if isinstance(column.type, UtcTime):
        return func.to_char(func.timezone("UTC", column), _MOMENT)
    return cast(column, Integer) if isinstance(column.type, Boolean) else column


def key_of(table: Table, row: Row) -> str:
    """The row's name in messages: `customer id=7`. Nothing but the key is told."""
    pairs = zip(table.primary_key, key_values(table, row), strict=True)
    return " ".join([table.name, *(f"{column.name}={safe(str(value), 40)}" for column, value in pairs)])


def key_values(table: Table, row: Row) -> Row:
    """Its key."""
    places = [column.name for column in table.columns]
    return tuple(row[places.index(column.name)] for column in table.primary_key)


def unlike(table: Table, one: Row, other: Row) -> list[str]:
    """The columns in which two rows differ, by value or by its type."""
    pairs = zip(table.columns, one, other, strict=True)
    return [column.name for column, here, there in pairs if repr(here) != repr(there)]


def misfits(table: Table, rows: Sequence[Row]) -> str | None:
    """What no database of ours should hold, though SQLite takes it: the first such row and why."""
    tests = _tests(table)
    for row in rows:
        for column, test, value in zip(table.columns, tests, row, strict=True):
            why = test(value)
            if why:
                return f"{key_of(table, row)}: {column.name} {why}"
    return None


@cache
def _tests(table: Table) -> tuple[Callable[[object], str], ...]:
    return tuple(map(_test, table.columns))


def _test(column: Column[Any]) -> Callable[[object], str]:
    kind = _stored(column.type)
    if isinstance(kind, Boolean):
        fits = _integer(0, 1)
    elif isinstance(kind, Integer):
        bits = 63 if isinstance(kind, BigInteger) else 31
        fits = _integer(-(1 << bits), (1 << bits) - 1)
    elif isinstance(kind, Double):
        fits = _of(float, "a number")
    elif isinstance(kind, LargeBinary):
        fits = _of(bytes, "octets")
    elif isinstance(column.type, UtcTime):
        fits = _moment
    else:
        fits = _text
    missing = "" if column.nullable else "is missing"
    return lambda value: missing if value is None else fits(value)


def _stored(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _integer(least: int, most: int) -> Callable[[object], str]:
    def fits(value: object) -> str:
        if not isinstance(value, int):
            return "is not an integer"
        return "" if least <= value <= most else f"is not between {least} and {most}"

    return fits


def _of(kind: type, name: str) -> Callable[[object], str]:
    return lambda value: "" if isinstance(value, kind) else f"is not {name}"


def _moment(value: object) -> str:
    return "" if isinstance(value, str) and len(value) == _MOMENT_SIZE else "is not a moment"


def _text(value: object) -> str:
    return unstorable(value, _UNBOUNDED) if isinstance(value, str) else "is not text"
