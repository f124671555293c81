"""Routers' minutes and the sessions' history of the first schema."""

import sqlalchemy as sa
from alembic import op

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make these tables."""
    op.create_table(
        "router_minute",
        sa.Column("endpoint", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=True),
        sa.Column("received", sa.Double(), nullable=True),
        sa.Column("sent", sa.Double(), nullable=True),
        sa.Column("cpu", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("endpoint", "at", name=op.f("pk_router_minute")),
    )
    op.create_index(op.f("ix_router_minute_at"), "router_minute", ["at"], unique=False)
    op.create_table(
        "session_span",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("nas", TEXT, nullable=False),
        sa.Column("server_id", WIDE, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("row", TEXT, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("caller_id", TEXT, nullable=False),
        sa.Column("interface", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_span")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_session_span_ended_at"), "session_span", ["ended_at"], unique=False)
    op.create_index(op.f("ix_session_span_username"), "session_span", ["username"], unique=False)
    op.create_index(
        "uq_session_span_open",
        "session_span",
        ["nas", "session_id", "row"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "nas_seen",
        sa.Column("nas", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("nas", name=op.f("pk_nas_seen")),
    )
