"""What the units of work over one transaction share: rows that are inserted together, records that were read."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Select, Table, bindparam, insert, select

from radiusbridge.db import search
from radiusbridge.db.tables import customer

Values = Mapping[str, Any]


@cache
def insert_into(table: Table) -> Insert:
    """The table's INSERT. Building a statement costs several times what running it does, so each is built once."""
    return insert(table)


@cache
def select_by_id(table: Table) -> Select[Any]:
    """The table's SELECT by `wanted_id`."""
    return select(table).where(table.c.id == bindparam("wanted_id"))


class Transaction:
    """One transaction. Who writes is alone (one writer at a time), so that what was read stays true until it ends or
    until the transaction itself writes there, and `forget`s."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._waiting: dict[Table, list[Values]] = {}
        self._known: dict[Table, dict[object, Any]] = {}
        self._written: set[Table] = set()

    def insert_later(self, table: Table, rows: Iterable[Values]) -> None:
        """Insert rows, whose ids nobody asks for, before anybody looks at that table and before the commit."""
        self._written.add(table)
        self._waiting.setdefault(table, []).extend(rows)

    def insert_waiting(self) -> None:
        """Insert what waits."""
        while self._waiting:
            table, rows = next(iter(self._waiting.items()))
            del self._waiting[table]
            if rows:
                self.connection.execute(insert_into(table), rows)

    def settle(self) -> None:
        """Insert what waits, and bring the index of customers up to date."""
        self.insert_waiting()
        if customer in self._written:
            search.catch_up(self.connection)

    def known(self, table: Table) -> dict[object, Any]:
        """What was read of a table whose rows are few and asked for often, by any key of the reader's."""
        return self._known.setdefault(table, {})

    def forget(self, table: Table) -> None:
        """The table is written to."""
        self._written.add(table)
        self._known.pop(table, None)
