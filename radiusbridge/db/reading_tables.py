"""Tables of what routers did minute by minute, and of who was online where; as `tables`."""

from sqlalchemy import Column, Double, Integer, Table

from radiusbridge.db.columns import NAME, TIME, id_column, metadata
from radiusbridge.db.types import WIDE

router_minute = Table(
    "router_minute",
    metadata,
    # where its API is, and no foreign key: a router may be server and NAS, and its minutes end by their age
    Column("endpoint", NAME, primary_key=True),
    Column("at", TIME, primary_key=True, index=True),
    Column("sessions", Integer),
    Column("received", Double),
    Column("sent", Double),
    Column("cpu", Integer),
)

session_span = Table(
    "session_span",
    metadata,
    id_column(),
    # names, and no foreign keys: what was stays when a NAS or a customer goes, and ends by its age
    Column("nas", NAME, nullable=False),
    Column("server_id", WIDE, nullable=False),
    Column("username", NAME, nullable=False, index=True),
    Column("session_id", NAME, nullable=False),
    Column("row", NAME, nullable=False),
    Column("began_at", TIME, nullable=False),
    Column("seen_at", TIME, nullable=False),
    Column("ended_at", TIME, index=True),
    Column("address", NAME, nullable=False),
    Column("caller_id", NAME, nullable=False),
    Column("interface", NAME, nullable=False),
    sqlite_autoincrement=True,
)

nas_seen = Table("nas_seen", metadata, Column("nas", NAME, primary_key=True), Column("at", TIME, nullable=False))
"""When the list of a NAS was read last for the history."""
