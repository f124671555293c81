"""INSERT with what to do where a row is there already, in the words of the dialect at hand.

The other dialect's package is not loaded: PostgreSQL's brings every driver that it has, and takes 2 MiB.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    Insert = postgresql.Insert | sqlite.Insert


def insert_into(connection: Connection, table: Table) -> "Insert":
    """Takes `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as for_sqlite

        return for_sqlite(table)
    from sqlalchemy.dialects.postgresql import insert as for_postgresql

    return for_postgresql(table)
