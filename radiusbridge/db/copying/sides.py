"""The two ends of a copy: rows read in the order of their key, in batches, and the counters behind the ids.

Both go to the driver: a layer that knows each value's type would turn it into something and back, twice a row.
"""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from itertools import count
from typing import Any, Protocol

from sqlalchemy import Connection, Table, func, select, text

from radiusbridge.db.copying.rows import Row, reading
from radiusbridge.db.engines import SQLITE

BATCH = 2_000
"""Rows in memory at once."""
_names = count()


class Side(Protocol):
    """One end."""

    @property
    def connection(self) -> Connection:
        """In the transaction that all of it is read in."""
        ...

    def batches(self, table: Table) -> Generator[list[Row], None, None]:
        """All rows, in the order of the key."""
        ...

    def counter(self, table: Table) -> int:
        """The highest id that was ever given; 0: none, or there is no counter."""
        ...


class SqliteSide:
    """A file."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.driver: sqlite3.Connection = driver_of(connection)

    def batches(self, table: Table) -> Generator[list[Row], None, None]:
        """All rows, in the order of the key."""
        with closing(self.driver.execute(reading(table, self.connection.dialect))) as cursor:
            while rows := cursor.fetchmany(BATCH):
                yield rows

    def counter(self, table: Table) -> int:
        """As the file counts (`sqlite_sequence`)."""
        if table.autoincrement_column is None:
            return 0
        found = self.driver.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).fetchone()
        return int(found[0]) if found else 0


class PostgresqlSide:
    """A shared database."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.driver: Any = driver_of(connection)

    def batches(self, table: Table) -> Generator[list[Row], None, None]:
        """All rows, in the order of the key, by a cursor that the server keeps."""
        with self.driver.cursor(name=f"rows_{next(_names)}") as cursor:
            cursor.execute(reading(table, self.connection.dialect))
            while rows := cursor.fetchmany(BATCH):
                yield rows

    def counter(self, table: Table) -> int:
        """Of the column's sequence; ids that were given without it count too."""
        sequence = self.sequence(table)
        if sequence is None:
            return 0
        given = self.connection.scalar(text("SELECT coalesce(pg_sequence_last_value(:name), 0)"), {"name": sequence})
        highest = self.connection.scalar(select(func.max(table.autoincrement_column)))
        return max(given or 0, highest or 0)

    def sequence(self, table: Table) -> str | None:
        """Its name, quoted."""
        if table.autoincrement_column is None:
            return None
        name = self.connection.exec_driver_sql(
            "SELECT pg_get_serial_sequence(%s, %s)", (self.quoted(table), table.autoincrement_column.name)
        ).scalar()
        return None if name is None else str(name)

    def quoted(self, table: Table) -> str:
        """Its name as it stands in a statement."""
        return self.connection.dialect.identifier_preparer.format_table(table)


def side_of(connection: Connection) -> Side:
    """The side that a connection is."""
    return SqliteSide(connection) if connection.dialect.name == SQLITE else PostgresqlSide(connection)


def driver_of(connection: Connection) -> Any:
    """The driver's own connection."""
    return connection.connection.driver_connection


def outlast(connection: Connection) -> None:
    """Let the transaction stay open however long the other side takes."""
    if connection.dialect.name != SQLITE:
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
