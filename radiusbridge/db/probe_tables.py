"""The table of kept probe results; as `tables`."""

from sqlalchemy import CheckConstraint, Column, Double, ForeignKey, Index, Integer, Table

from radiusbridge.db.columns import FLAG, NAME, TEXT, TIME, id_column, metadata
from radiusbridge.db.types import WIDE

probe_result = Table(
    "probe_result",
    metadata,
    id_column(),
    Column("at", TIME, nullable=False, index=True),
    Column("suite", NAME, nullable=False),
    Column("probe", NAME, nullable=False),
    Column("target", NAME, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("method", TEXT, nullable=False),
    Column("outcome", TEXT, nullable=False),
    Column("ok", FLAG, nullable=False),
    Column("state", Integer, nullable=False),
    Column("elapsed", Double),
    Column("words", TEXT, nullable=False),
    Column("customer_id", WIDE, ForeignKey("customer.id", ondelete="SET NULL")),
    CheckConstraint("state BETWEEN 0 AND 3", name="state"),
    sqlite_autoincrement=True,
)
Index("ix_probe_result_probe", probe_result.c.suite, probe_result.c.probe, probe_result.c.at)
Index("ix_probe_result_customer_id", probe_result.c.customer_id, probe_result.c.at)
