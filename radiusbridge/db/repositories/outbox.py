"""The outbox: events that others will want to hear, in the order of their commits."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from radiusbridge.db.tables import outbox_event
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.records import OutboxEvent


class Outbox:
    """Events, and whether they were delivered."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, record: OutboxEvent) -> None:
        """Append an event."""
        values = {"at": record.at, "kind": record.kind, "subject": record.subject, "body": record.body}
        self._transaction.insert_later(outbox_event, [values])

    def pending(self, limit: int = 100, after_id: int = 0) -> tuple[OutboxEvent, ...]:
        """Events not delivered yet, oldest first."""
        self._transaction.settle()
        statement = (
            select(outbox_event)
            .where(outbox_event.c.delivered_at.is_(None), outbox_event.c.id > after_id)
            .order_by(outbox_event.c.id)
            .limit(limit)
        )
        rows = self._transaction.connection.execute(statement).mappings()
        return tuple(OutboxEvent(row["at"], row["kind"], row["subject"], row["body"], row["id"]) for row in rows)

    def delivered(self, event_ids: Iterable[int], at: datetime) -> None:
        """Mark events as delivered; one that was marked before keeps its time."""
        self._transaction.settle()
        ids = sorted(set(event_ids))
        for start in range(0, len(ids), 500):
            chosen = outbox_event.c.id.in_(ids[start : start + 500])
            self._transaction.connection.execute(
                update(outbox_event).where(chosen, outbox_event.c.delivered_at.is_(None)).values(delivered_at=at)
            )
