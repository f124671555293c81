"""What is known of devices; as `tables`."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table

from radiusbridge.db.columns import JSON, TEXT, TIME, id_column, metadata
from radiusbridge.db.types import WIDE

device_card = Table(
    "device_card",
    metadata,
    id_column(),
    Column("server_id", WIDE, ForeignKey("server.id", ondelete="CASCADE"), unique=True),
    Column("nas_id", WIDE, ForeignKey("nas.id", ondelete="CASCADE"), unique=True),
    Column("endpoint", TEXT, nullable=False),
    Column("read_at", TIME, nullable=False),
    Column("body", JSON, nullable=False),
    CheckConstraint("(server_id IS NULL) <> (nas_id IS NULL)", name="one_device"),
    sqlite_autoincrement=True,
)
