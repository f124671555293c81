"""What routers did minute by minute."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime

from sqlalchemy import delete, select

from radiusbridge.db.inserting import insert_into
from radiusbridge.db.reading_tables import router_minute as kept
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.minutes import Minute

_COLUMNS = tuple(item.name for item in fields(Minute))
_AT_ONCE = 100


class Minutes:
    """By where a router's API is. Who keeps a minute first is believed: agent and dashboards see the same router."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def keep(self, minutes: Iterable[tuple[str, Minute]]) -> None:
        """Add (endpoint, minute), each unless it is there."""
        rows = [{"endpoint": where, **{name: getattr(each, name) for name in _COLUMNS}} for where, each in minutes]
        for start in range(0, len(rows), _AT_ONCE):
            statement = insert_into(self._connection, kept).values(rows[start : start + _AT_ONCE])
            self._connection.execute(statement.on_conflict_do_nothing())

    def forget(self, before: datetime) -> int:
        """Delete older ones; how many."""
        return self._connection.execute(delete(kept).where(kept.c.at < before)).rowcount

    def since(self, moment: datetime) -> Mapping[str, tuple[Minute, ...]]:
        """By endpoint, oldest first."""
        found: dict[str, list[Minute]] = {}
        for row in self._connection.execute(select(kept).where(kept.c.at >= moment).order_by(kept.c.at)).mappings():
            found.setdefault(row["endpoint"], []).append(Minute(**{name: row[name] for name in _COLUMNS}))
        return {where: tuple(minutes) for where, minutes in found.items()}
