"""Renewals: how far customers paid, and when; append-only. And the numbers that hold where a customer has no own."""

from dataclasses import fields, replace

from sqlalchemy import insert, select, update

from radiusbridge.db.bulk_tables import renewal
from radiusbridge.db.tables import meta
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.bulk import Renewal

_SAME = tuple(item.name for item in fields(Renewal) if item.name != "id")
_GRACE = "grace_days"
_READ_GRACE = select(meta.c.value).where(meta.c.name == _GRACE)


class Renewals:
    """The renewals of all customers."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add(self, record: Renewal) -> Renewal:
        """Append a renewal."""
        values = {name: getattr(record, name) for name in _SAME}
        primary_key = self._connection.execute(insert(renewal).values(values)).inserted_primary_key
        assert primary_key is not None
        return replace(record, id=int(primary_key[0]))

    def of(self, customer_id: int, limit: int = 100) -> tuple[Renewal, ...]:
        """A customer's renewals, newest first."""
        statement = (
            select(renewal).where(renewal.c.customer_id == customer_id).order_by(renewal.c.id.desc()).limit(limit)
        )
        rows = self._connection.execute(statement).mappings()
        return tuple(Renewal(id=row["id"], **{name: row[name] for name in _SAME}) for row in rows)

    def grace(self) -> int:
        """Days of grace for customers without days of their own; 0 until somebody sets them."""
        return int(self._connection.scalar(_READ_GRACE) or 0)

    def set_grace(self, days: int) -> None:
        """Set them."""
        changed = self._connection.execute(update(meta).where(meta.c.name == _GRACE).values(value=str(days)))
        if not changed.rowcount:
            self._connection.execute(insert(meta).values(name=_GRACE, value=str(days)))
