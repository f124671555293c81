"""The table of what routers did minute by minute; as `tables`."""

from sqlalchemy import Column, Double, Integer, Table

from radiusbridge.db.columns import NAME, TIME, metadata

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
