"""Tables of somebody else's PostgreSQL database, only read: in a transaction that cannot write, and sees one moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, column, inspect, select, table

from radiusbridge.db.engines import POSTGRESQL, make_engines, parsed
from radiusbridge.db.faults import translated
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret

Row = dict[str, str]
_AT_ONCE = 2000


def read_tables(url: Secret, wanted: Mapping[str, Sequence[str]]) -> tuple[str, dict[str, list[Row]]]:
    """(the database as it is named in messages, rows of the wanted tables by their names in lower case, with those of
    the wanted columns that are there, as texts; NULL is empty). A table that is not there is left out. Blocks.

    Errors: BadInput: no address of a PostgreSQL database; Unreachable, LoginRefused, Damaged.
    """
    place = parsed(url.reveal())
    engines = make_engines(place)
    try:
        if engines.dialect != POSTGRESQL:
            raise BadInput("only PostgreSQL is read by its address", hint="of MySQL or MariaDB give a dump")
        with translated(engines.target), engines.reader.begin() as connection:
            names = {name.lower(): name for name in inspect(connection).get_table_names()}
            found = {
                each.lower(): _rows(connection, names[each.lower()], columns)
                for each, columns in wanted.items()
                if each.lower() in names
            }
        return engines.target, {name: rows for name, rows in found.items() if rows}
    finally:
        engines.dispose()


def _rows(connection: Connection, name: str, wanted: Sequence[str]) -> list[Row]:
    there = {each["name"].lower(): each["name"] for each in inspect(connection).get_columns(name)}
    columns = [each.lower() for each in wanted if each.lower() in there]
    if not columns:
        return []
    chosen: list[Any] = [column(there[each]) for each in columns]
    statement = select(*chosen).select_from(table(name))
    if "id" in there:
        statement = statement.order_by(column(there["id"]))
    result = connection.execution_options(stream_results=True, yield_per=_AT_ONCE).execute(statement)
    return [dict(zip(columns, ("" if value is None else str(value) for value in row), strict=True)) for row in result]
