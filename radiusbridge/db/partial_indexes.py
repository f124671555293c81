"""The indexes of a part of a table. SQLAlchemy loads the dialect of PostgreSQL to make one, and no query needs them to
be known: they are apart from the tables, and loaded where a database is made."""

from sqlalchemy import Index, text

from radiusbridge.db.tables import hold, operation, outbox_event

Index(
    "uq_hold_open",
    hold.c.customer_id,
    hold.c.kind,
    unique=True,
    sqlite_where=hold.c.closed_at.is_(None),
    postgresql_where=hold.c.closed_at.is_(None),
)
Index(
    "uq_operation_running",
    operation.c.server_id,
    operation.c.subject,
    unique=True,
    sqlite_where=text("status = 'running'"),
    postgresql_where=text("status = 'running'"),
)
Index(
    "ix_operation_open",
    operation.c.id,
    sqlite_where=operation.c.finished_at.is_(None),
    postgresql_where=operation.c.finished_at.is_(None),
)
Index(
    "ix_operation_of_server",
    operation.c.server_id,
    operation.c.id,
    sqlite_where=operation.c.finished_at.is_(None),
    postgresql_where=operation.c.finished_at.is_(None),
)
Index(
    "ix_operation_unfinished",
    operation.c.server_id,
    operation.c.subject,
    operation.c.sequence,
    sqlite_where=operation.c.finished_at.is_(None),
    postgresql_where=operation.c.finished_at.is_(None),
)
Index(
    "ix_outbox_event_pending",
    outbox_event.c.id,
    sqlite_where=outbox_event.c.delivered_at.is_(None),
    postgresql_where=outbox_event.c.delivered_at.is_(None),
)
