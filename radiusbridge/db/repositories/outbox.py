"""The outbox: events that others will want to hear, in the order of their commits."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from radiusbridge.db.tables import outbox_event
from radiusbridge.domain.records import OutboxEvent


class Outbox:
    """Events, and whether they were delivered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: OutboxEvent) -> OutboxEvent:
        """Append an event."""
        statement = insert(outbox_event).values(
            at=record.at, kind=record.kind, subject=record.subject, body=record.body
        )
        primary_key = self._connection.execute(statement).inserted_primary_key
        assert primary_key is not None
        return replace(record, id=int(primary_key[0]))

    def pending(self, limit: int = 100, after_id: int = 0) -> tuple[OutboxEvent, ...]:
        """Events not delivered yet, oldest first."""
        statement = (
            select(outbox_event)
            .where(outbox_event.c.delivered_at.is_(None), outbox_event.c.id > after_id)
            .order_by(outbox_event.c.id)
            .limit(limit)
        )
        rows = self._connection.execute(statement).mappings()
        return tuple(OutboxEvent(row["at"], row["kind"], row["subject"], row["body"], row["id"]) for row in rows)

    def delivered(self, event_ids: Iterable[int], at: datetime) -> None:
        """Mark events as delivered; one that was marked before keeps its time."""
        ids = sorted(set(event_ids))
        for start in range(0, len(ids), 500):
            chosen = outbox_event.c.id.in_(ids[start : start + 500])
            self._connection.execute(
                update(outbox_event).where(chosen, outbox_event.c.delivered_at.is_(None)).values(delivered_at=at)
            )
