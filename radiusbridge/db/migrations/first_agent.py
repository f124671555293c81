"""The agent's tables of the first schema."""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.Text()
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CAUSES = (
    "wrong_password", "disabled", "shared_users", "caller_id", "no_plan", "expired", "limit", "unknown_user", "method",
    "licence", "no_answer", "no_address", "rejected",
)  # fmt: skip


def upgrade() -> None:
    """Make these tables."""
    causes = ", ".join(f"'{cause}'" for cause in _CAUSES)
    op.create_table(
        "refusal",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("server_id", WIDE, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("cause", WORD, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("router", TEXT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("entered_at", TIME, nullable=True),
        sa.CheckConstraint(f"cause IN ({causes})", name=op.f("ck_refusal_cause")),
        sa.CheckConstraint("times >= 1", name=op.f("ck_refusal_times")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
        sa.UniqueConstraint("server_id", "username", name=op.f("uq_refusal_server_id_username")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_refusal_at", "refusal", ["at"], unique=False)
    op.create_table(
        "duty",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_duty")),
    )
    op.create_table(
        "timer",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_timer")),
    )
