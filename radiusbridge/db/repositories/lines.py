"""How good customers' lines were."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import delete, insert, select

from radiusbridge.db.line_tables import line_quality as kept
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.line_quality import LineQuality

_COLUMNS = tuple(item.name for item in fields(LineQuality))


class Lines:
    """The measurements of all customers."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, record: LineQuality) -> None:
        """Keep one."""
        self._connection.execute(insert(kept).values({name: getattr(record, name) for name in _COLUMNS}))

    def of(self, customer_id: int, limit: int = 100) -> tuple[LineQuality, ...]:
        """A customer's, newest first."""
        statement = select(kept).where(kept.c.customer_id == customer_id).order_by(kept.c.at.desc(), kept.c.id.desc())
        rows = self._connection.execute(statement.limit(limit)).mappings()
        return tuple(LineQuality(**{name: row[name] for name in _COLUMNS}) for row in rows)

    def forget(self, before: datetime) -> int:
        """Delete older ones; how many."""
        return self._connection.execute(delete(kept).where(kept.c.at < before)).rowcount
