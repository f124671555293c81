"""Speeds for a while and line quality of the first schema."""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.Text()
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make these tables."""
    _speed_period()
    _line_quality()


def _speed_period() -> None:
    op.create_table(
        "speed_period",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("customer_id", WIDE, nullable=False),
        sa.Column("server_id", WIDE, nullable=False),
        sa.Column("rate_up", WIDE, nullable=False),
        sa.Column("rate_down", WIDE, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("operation_id", WIDE, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("back_id", WIDE, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("how", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_speed_period_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], name=op.f("fk_speed_period_operation_id")),
        sa.ForeignKeyConstraint(["back_id"], ["operation.id"], name=op.f("fk_speed_period_back_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speed_period")),
        sqlite_autoincrement=True,
    )
    for name in ("operation_id", "back_id"):
        op.create_index(op.f(f"ix_speed_period_{name}"), "speed_period", [name], unique=False)
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        op.f("uq_speed_period_open"),
        "speed_period",
        ["customer_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index(
        op.f("ix_speed_period_due"),
        "speed_period",
        ["next_at"],
        unique=False,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _line_quality() -> None:
    op.create_table(
        "line_quality",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("customer_id", WIDE, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("origin", "address", "preset", "grade")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("runs", "sent", "received")),
        sa.Column("delay", sa.Double(), nullable=True),
        sa.Column("jitter", sa.Double(), nullable=True),
        sa.Column("loss", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_line_quality_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_quality")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_line_quality_at"), "line_quality", ["at"], unique=False)
    op.create_index(op.f("ix_line_quality_customer_id"), "line_quality", ["customer_id", "at"], unique=False)
