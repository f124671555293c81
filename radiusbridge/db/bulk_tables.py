"""Tables of renewals and bulk runs; as `tables`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table

from radiusbridge.db.columns import FLAG, JSON, NAME, TEXT, TIME, append_only, chosen, id_column, metadata
from radiusbridge.db.types import WIDE
from radiusbridge.domain.bulk import Outcome, RunStatus

renewal = Table(
    "renewal",
    metadata,
    id_column(),
    # No foreign key: what was paid is kept when the customer goes.
    Column("customer_id", WIDE, nullable=False),
    Column("username", NAME, nullable=False),
    Column("paid_from", TIME),
    Column("paid_to", TIME, nullable=False),
    Column("note", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("at", TIME, nullable=False),
    Column("operation_id", WIDE, ForeignKey("operation.id"), index=True),
    sqlite_autoincrement=True,
)
Index("ix_renewal_customer_id", renewal.c.customer_id, renewal.c.id)

bulk_run = Table(
    "bulk_run",
    metadata,
    id_column(),
    Column("kind", NAME, nullable=False),
    Column("selection", JSON, nullable=False),
    Column("wanted", JSON, nullable=False),
    Column("brakes", JSON, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("channel", TEXT, nullable=False),
    *chosen("status", RunStatus),
    Column("why", TEXT, nullable=False),
    Column("size", Integer, nullable=False),
    Column("stop_requested", FLAG, nullable=False),
    Column("lease_owner", TEXT),
    Column("lease_epoch", BigInteger, nullable=False),
    Column("lease_until", TIME),
    Column("created_at", TIME, nullable=False),
    Column("finished_at", TIME),
    CheckConstraint(
        "(status IN ('canary', 'running')) = (lease_owner IS NOT NULL)"
        " AND (lease_owner IS NULL) = (lease_until IS NULL)",
        name="lease_while_held",
    ),
    sqlite_autoincrement=True,
)
Index("ix_bulk_run_kind", bulk_run.c.kind, bulk_run.c.id)

bulk_row = Table(
    "bulk_row",
    metadata,
    Column("run_id", WIDE, ForeignKey("bulk_run.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("customer_id", WIDE, nullable=False),
    Column("server_id", WIDE, nullable=False),
    Column("number", NAME, nullable=False),
    Column("username", NAME, nullable=False),
    # Not unique: whoever asks for the same again while it waits shares the operation.
    Column("operation_id", WIDE, ForeignKey("operation.id"), index=True),
    *chosen("outcome", Outcome, nullable=True),
    Column("words", TEXT, nullable=False),
    Column("detail", JSON),
)

append_only(renewal)
