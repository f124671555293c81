"""What stands around the ledger of vouchers in the first schema: its days, shifts, and the least stock."""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEYS = ("profile", "router", "outlet", "cashier")
SUMS = ("sold", "returned", "amount", "price", "refunded")


def upgrade() -> None:
    """Make these tables."""
    _day()
    _shift()
    _shift_end()
    _least()
    _outlet()


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _figures(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _day() -> None:
    op.create_table(
        "voucher_day",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        *_texts(*KEYS),
        *_figures(*SUMS, "expired", "unsold"),
        sa.PrimaryKeyConstraint("day", *KEYS, name=op.f("pk_voucher_day")),
        sqlite_with_rowid=False,
    )
    for name in ("outlet", "cashier"):
        op.create_index(op.f(f"ix_voucher_day_{name}"), "voucher_day", [name, "day"], unique=False)
    op.create_table(
        "voucher_day_part",
        *_texts("part"),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("name"),
        *_figures(*SUMS, "expired", "unsold"),
        sa.PrimaryKeyConstraint("part", "day", "name", name=op.f("pk_voucher_day_part")),
        sqlite_with_rowid=False,
    )


def _shift() -> None:
    name = "voucher_shift"
    op.create_table(
        name,
        sa.Column("id", WIDE, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        *_texts("outlet", "cashier"),
        sa.Column("turn", sa.Integer(), nullable=False),
        *_figures("cash"),
        *_texts("note"),
        sa.CheckConstraint("cash >= 0", name=op.f("ck_voucher_shift_cash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_shift")),
        sa.UniqueConstraint("cashier", "turn", name=op.f("uq_voucher_shift_cashier_turn")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_voucher_shift_opened_at"), name, ["opened_at"], unique=False)


def _shift_end() -> None:
    name = "voucher_shift_end"
    op.create_table(
        name,
        sa.Column("shift_id", WIDE, autoincrement=False, nullable=False),
        sa.Column("closed_at", TIME, nullable=False),
        *_texts("who"),
        *_figures(*SUMS, "expected", "counted"),
        *_texts("reason"),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_voucher_shift_end_counted")),
        sa.CheckConstraint("counted = expected OR reason <> ''", name=op.f("ck_voucher_shift_end_reasoned")),
        sa.ForeignKeyConstraint(["shift_id"], ["voucher_shift.id"], name=op.f("fk_voucher_shift_end_shift_id")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_voucher_shift_end")),
    )


def _least() -> None:
    op.create_table(
        "voucher_least",
        *_texts("profile", "outlet"),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.CheckConstraint("least > 0", name=op.f("ck_voucher_least_least")),
        sa.PrimaryKeyConstraint("profile", "outlet", name=op.f("pk_voucher_least")),
    )


def _outlet() -> None:
    op.create_table(
        "voucher_outlet",
        *_texts("name_key", "name"),
        sa.PrimaryKeyConstraint("name_key", name=op.f("pk_voucher_outlet")),
    )
