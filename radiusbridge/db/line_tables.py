"""The tables of what is done to customers' lines for a while, and of how good they are; as `tables`."""

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, Table

from radiusbridge.db.columns import NAME, TEXT, TIME, id_column, metadata
from radiusbridge.db.types import WIDE

speed_period = Table(
    "speed_period",
    metadata,
    id_column(),
    Column("customer_id", WIDE, ForeignKey("customer.id", ondelete="CASCADE"), nullable=False),
    Column("server_id", WIDE, nullable=False),
    Column("rate_up", WIDE, nullable=False),
    Column("rate_down", WIDE, nullable=False),
    Column("until", TIME, nullable=False),
    Column("operation_id", WIDE, ForeignKey("operation.id"), nullable=False, index=True),
    Column("next_at", TIME, nullable=False),
    Column("back_id", WIDE, ForeignKey("operation.id"), index=True),
    Column("tries", Integer, nullable=False),
    Column("ended_at", TIME),
    Column("how", TEXT, nullable=False),
    sqlite_autoincrement=True,
)

line_quality = Table(
    "line_quality",
    metadata,
    id_column(),
    Column("at", TIME, nullable=False, index=True),
    Column("customer_id", WIDE, ForeignKey("customer.id", ondelete="CASCADE"), nullable=False),
    Column("origin", NAME, nullable=False),
    Column("address", NAME, nullable=False),
    Column("preset", NAME, nullable=False),
    Column("grade", NAME, nullable=False),
    Column("runs", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("delay", Double),
    Column("jitter", Double),
    Column("loss", Double, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_line_quality_customer_id", line_quality.c.customer_id, line_quality.c.at)
