"""What operations changed in the database. Append-only, and encrypted, since it holds passwords."""

from dataclasses import replace

from sqlalchemy import bindparam, func, select

from radiusbridge.db.sealed import opened, sealed
from radiusbridge.db.tables import operation_change
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.changes import Change

_c = operation_change.c
_OF = select(_c.undoes, _c.sealed).where(_c.operation_id == bindparam("operation"))
_UNDONE_BY = select(func.max(_c.operation_id)).where(_c.undoes == bindparam("operation"))


class Changes:
    """One for each operation that was submitted with one."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, change: Change) -> None:
        """Store what the operation `change.operation_id` changed."""
        row = {"operation_id": change.operation_id, "undoes": change.undoes, "sealed": sealed(change)}
        self._transaction.insert_later(operation_change, [row])

    def of(self, operation_id: int) -> Change | None:
        """What an operation changed; None: that is not kept."""
        self._transaction.settle()
        row = self._transaction.connection.execute(_OF, {"operation": operation_id}).one_or_none()
        if row is None:
            return None
        change: Change = opened(Change, row.sealed)
        return replace(change, operation_id=operation_id, undoes=row.undoes)

    def undone_by(self, operation_id: int) -> int | None:
        """The newest operation that takes this one back."""
        self._transaction.settle()
        found: int | None = self._transaction.connection.scalar(_UNDONE_BY, {"operation": operation_id})
        return found
