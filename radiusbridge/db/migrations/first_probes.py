"""Kept probe results of the first schema."""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make this table."""
    op.create_table(
        "probe_result",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("suite", TEXT, nullable=False),
        sa.Column("probe", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("elapsed", sa.Double(), nullable=True),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("customer_id", WIDE, nullable=True),
        sa.CheckConstraint("state BETWEEN 0 AND 3", name=op.f("ck_probe_result_state")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_probe_result_customer_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probe_result")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_probe_result_at"), "probe_result", ["at"], unique=False)
    op.create_index("ix_probe_result_probe", "probe_result", ["suite", "probe", "at"], unique=False)
    op.create_index("ix_probe_result_customer_id", "probe_result", ["customer_id", "at"], unique=False)
