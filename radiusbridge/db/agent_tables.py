"""The tables of the agent: the last refusal of each user, and who keeps the timers; as `tables`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, UniqueConstraint

from radiusbridge.db.columns import JSON, NAME, TEXT, TIME, chosen, id_column, metadata
from radiusbridge.db.types import WIDE
from radiusbridge.domain.refusals import RefusalCause

refusal = Table(
    "refusal",
    metadata,
    id_column(),
    # no foreign key: what a log says must not keep a server from being removed
    Column("server_id", WIDE, nullable=False),
    Column("username", NAME, nullable=False),
    Column("at", TIME, nullable=False),
    *chosen("cause", RefusalCause),
    Column("words", TEXT, nullable=False),
    Column("router", NAME, nullable=False),
    Column("times", Integer, nullable=False),
    Column("entered_at", TIME),
    UniqueConstraint("server_id", "username"),
    CheckConstraint("times >= 1", name="times"),
    sqlite_autoincrement=True,
)
Index("ix_refusal_at", refusal.c.at)

duty = Table(
    "duty",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("owner", TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until", TIME, nullable=False),
)

timer = Table(
    "timer",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("began_at", TIME, nullable=False),
    Column("ended_at", TIME),
    Column("outcome", TEXT, nullable=False),
    Column("figures", JSON, nullable=False),
)
