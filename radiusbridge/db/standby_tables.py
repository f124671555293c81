"""The table of servers and their standbys; as `tables`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, Table

from radiusbridge.db.columns import FLAG, JSON, TIME, metadata
from radiusbridge.db.types import WIDE

standby_pair = Table(
    "standby_pair",
    metadata,
    Column("server_id", WIDE, ForeignKey("server.id"), primary_key=True, autoincrement=False),
    Column("standby_id", WIDE, ForeignKey("server.id"), nullable=False, unique=True),
    Column("epoch", BigInteger, nullable=False),
    Column("turned", FLAG, nullable=False),
    Column("auto", FLAG, nullable=False),
    # No foreign key: an operation is no reason to keep a pair, nor the other way round.
    Column("operation_id", WIDE, nullable=False),
    Column("since", TIME, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("checked_at", TIME),
    Column("seen", JSON, nullable=False),
    CheckConstraint("server_id <> standby_id", name="two"),
)
