"""Servers and their standbys, of the first schema."""

import sqlalchemy as sa
from alembic import op

TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make this table."""
    op.create_table(
        "standby_pair",
        sa.Column("server_id", WIDE, autoincrement=False, nullable=False),
        sa.Column("standby_id", WIDE, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("turned", sa.Boolean(), nullable=False),
        sa.Column("auto", sa.Boolean(), nullable=False),
        sa.Column("operation_id", WIDE, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("checked_at", TIME, nullable=True),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.CheckConstraint("server_id <> standby_id", name=op.f("ck_standby_pair_two")),
        sa.ForeignKeyConstraint(["server_id"], ["server.id"], name=op.f("fk_standby_pair_server_id")),
        sa.ForeignKeyConstraint(["standby_id"], ["server.id"], name=op.f("fk_standby_pair_standby_id")),
        sa.PrimaryKeyConstraint("server_id", name=op.f("pk_standby_pair")),
        sa.UniqueConstraint("standby_id", name=op.f("uq_standby_pair_standby_id")),
    )
