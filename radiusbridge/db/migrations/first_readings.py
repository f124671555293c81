"""Routers' minutes of the first schema."""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make this table."""
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
