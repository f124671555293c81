"""The audit log: append-only."""

from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from radiusbridge.db.tables import audit_entry
from radiusbridge.domain.records import AuditEntry

_SAME = tuple(item.name for item in fields(AuditEntry) if item.name != "id")


class Audit:
    """Who changed what."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: AuditEntry) -> AuditEntry:
        """Append an entry."""
        values = {name: getattr(record, name) for name in _SAME}
        primary_key = self._connection.execute(insert(audit_entry).values(values)).inserted_primary_key
        assert primary_key is not None
        return replace(record, id=int(primary_key[0]))

    def recent(
        self,
        limit: int = 100,
        *,
        subject: str | None = None,
        operation_id: int | None = None,
        before_id: int | None = None,
    ) -> tuple[AuditEntry, ...]:
        """Entries, newest first; `before_id` continues a list that ended there."""
        conditions: list[Any] = []
        if subject is not None:
            conditions.append(audit_entry.c.subject == subject)
        if operation_id is not None:
            conditions.append(audit_entry.c.operation_id == operation_id)
        if before_id is not None:
            conditions.append(audit_entry.c.id < before_id)
        statement = select(audit_entry).where(*conditions).order_by(audit_entry.c.id.desc()).limit(limit)
        rows = self._connection.execute(statement).mappings()
        return tuple(AuditEntry(id=row["id"], **{name: row[name] for name in _SAME}) for row in rows)
