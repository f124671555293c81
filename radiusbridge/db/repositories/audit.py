"""The audit log: append-only."""

from dataclasses import fields
from typing import Any

from sqlalchemy import func, select

from radiusbridge.db.tables import audit_entry
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.records import AuditEntry

_SAME = tuple(item.name for item in fields(AuditEntry) if item.name != "id")

_NEWEST = select(func.max(audit_entry.c.id))


class Audit:
    """Who changed what."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, record: AuditEntry) -> None:
        """Append an entry."""
        self._transaction.insert_later(audit_entry, [{name: getattr(record, name) for name in _SAME}])

    def newest(self) -> int:
        """The id of the newest entry; 0: there is none. While it stays, nobody has changed anything."""
        self._transaction.settle()
        return self._transaction.connection.scalar(_NEWEST) or 0

    def recent(
        self,
        limit: int = 100,
        *,
        subject: str | None = None,
        operation_id: int | None = None,
        before_id: int | None = None,
    ) -> tuple[AuditEntry, ...]:
        """Entries, newest first; `before_id` continues a list that ended there."""
        self._transaction.settle()
        conditions: list[Any] = []
        if subject is not None:
            conditions.append(audit_entry.c.subject == subject)
        if operation_id is not None:
            conditions.append(audit_entry.c.operation_id == operation_id)
        if before_id is not None:
            conditions.append(audit_entry.c.id < before_id)
        statement = select(audit_entry).where(*conditions).order_by(audit_entry.c.id.desc()).limit(limit)
        rows = self._transaction.connection.execute(statement).mappings()
        return tuple(AuditEntry(id=row["id"], **{name: row[name] for name in _SAME}) for row in rows)
