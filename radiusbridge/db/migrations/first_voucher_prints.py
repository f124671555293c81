"""Printed vouchers of the first schema."""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.Text()
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FORMS = ("text", "html", "pdf", "escpos58", "escpos80")


def upgrade() -> None:
    """Make these tables."""
    _template()
    _printer()
    _print()
    _trace()


def _check(table: str, column: str, *values: str) -> sa.CheckConstraint:
    members = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({members})", name=op.f(f"ck_{table}_{column}"))


def _template() -> None:
    op.create_table(
        "voucher_template",
        sa.Column("id", WIDE, nullable=False),
        *(sa.Column(each, TEXT, nullable=False) for each in ("name", "name_key", "body")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_template")),
        sa.UniqueConstraint("name_key", name=op.f("uq_voucher_template_name_key")),
        sqlite_autoincrement=True,
    )


def _printer() -> None:
    name = "voucher_printer"
    op.create_table(
        name,
        sa.Column("id", WIDE, nullable=False),
        *(sa.Column(each, TEXT, nullable=False) for each in ("name", "name_key")),
        *(sa.Column(each, WORD, nullable=False) for each in ("form", "way")),
        *(sa.Column(each, TEXT, nullable=False) for each in ("address", "template", "code_page")),
        sa.Column("raster", sa.Boolean(), nullable=False),
        _check(name, "form", *FORMS),
        _check(name, "way", "device", "socket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_printer")),
        sa.UniqueConstraint("name_key", name=op.f("uq_voucher_printer_name_key")),
        sqlite_autoincrement=True,
    )


def _print() -> None:
    name = "voucher_print"
    op.create_table(
        name,
        sa.Column("id", WIDE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        *(sa.Column(each, TEXT, nullable=False) for each in ("owner", "who", "channel")),
        sa.Column("form", WORD, nullable=False),
        *(sa.Column(each, TEXT, nullable=False) for each in ("template", "target", "reason")),
        sa.Column("again", sa.Boolean(), nullable=False),
        *(sa.Column(each, TEXT, nullable=False) for each in ("part", "digest")),
        *(sa.Column(each, sa.Integer(), nullable=False) for each in ("cards", "handed")),
        sa.Column("octets", sa.BigInteger(), nullable=False),
        sa.Column("verdict", WORD, nullable=True),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("lease_owner", TEXT, nullable=True),
        sa.Column("lease_epoch", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        _check(name, "form", *FORMS),
        _check(name, "verdict", "PROVEN", "UNPROVEN", "FAILED"),
        sa.CheckConstraint("handed <= cards", name=op.f("ck_voucher_print_handed")),
        sa.CheckConstraint("(ended_at IS NULL) = (verdict IS NULL)", name=op.f("ck_voucher_print_ended_with_verdict")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (lease_owner IS NOT NULL) AND (lease_owner IS NULL) = (lease_until IS NULL)",
            name=op.f("ck_voucher_print_lease_while_running"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_print")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_voucher_print_ended_at"), name, ["ended_at"], unique=False)


def _trace() -> None:
    name = "voucher_trace"
    keys = {"voucher_id": "voucher", "batch_id": "voucher_batch", "run_id": "voucher_print"}
    op.create_table(
        name,
        sa.Column("id", WIDE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("act", WORD, nullable=False),
        *(sa.Column(each, WIDE, nullable=each == "run_id") for each in keys),
        *(sa.Column(each, TEXT, nullable=False) for each in ("who", "channel", "reason")),
        _check(name, "act", "print", "reprint", "unsent", "doubtful", "void"),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_voucher_trace_{column}"))
            for column, table in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_trace")),
        sqlite_autoincrement=True,
    )
    for column in keys:
        op.create_index(op.f(f"ix_voucher_trace_{column}"), name, [column], unique=False)
