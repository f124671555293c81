"""Vouchers of the first schema."""

import sqlalchemy as sa
from alembic import op

from radiusbridge.db.migrations import first_voucher_books
from radiusbridge.db.voucher_count_tables import attach

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.Text()
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEEPERS = ("user-manager", "hotspot")
ORIGINS = ("here", "mikhmon")
VERDICTS = ("PROVEN", "UNPROVEN", "FAILED")


def upgrade() -> None:
    """Make these tables."""
    _batch()
    _voucher()
    _count()
    first_voucher_books.upgrade()
    _sale()


def _check(table: str, column: str, *values: str) -> sa.CheckConstraint:
    members = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({members})", name=op.f(f"ck_{table}_{column}"))


def _batch() -> None:
    name = "voucher_batch"
    op.create_table(
        name,
        sa.Column("id", WIDE, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("keeper", WORD, nullable=False),
        sa.Column("router_id", WIDE, nullable=False),
        *(sa.Column(each, TEXT, nullable=False) for each in ("router", "hotspot_server", "profile")),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("alphabet", TEXT, nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("check_sign", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        *(sa.Column(each, sa.BigInteger(), nullable=True) for each in ("time_limit", "data_limit", "validity")),
        sa.Column("starts", WORD, nullable=False),
        *(sa.Column(each, sa.BigInteger(), nullable=False) for each in ("price", "selling_price")),
        *(sa.Column(each, TEXT, nullable=False) for each in ("outlet", "comment")),
        sa.Column("status", WORD, nullable=False),
        sa.Column("verdict", WORD, nullable=True),
        sa.Column("why", TEXT, nullable=False),
        *(sa.Column(each, sa.Boolean(), nullable=False) for each in ("stop_requested", "void")),
        sa.Column("lease_owner", TEXT, nullable=True),
        sa.Column("lease_epoch", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("origin", WORD, nullable=False, server_default="here"),
        *(sa.Column(each, TEXT, nullable=False) for each in ("who", "channel")),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("checked_at", TIME, nullable=True),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("looked_at", TIME, nullable=True),
        sa.Column("looked_ahead", sa.Double(), nullable=True),
        _check(name, "keeper", *KEEPERS),
        _check(name, "mode", "code", "same", "pair"),
        _check(name, "starts", "generation", "sale", "first-login"),
        _check(name, "status", "drawn", "running", "waiting", "stopped", "done"),
        _check(name, "verdict", *VERDICTS),
        _check(name, "origin", *ORIGINS),
        sa.CheckConstraint("price >= 0 AND selling_price >= 0", name=op.f("ck_voucher_batch_prices")),
        sa.CheckConstraint(
            "(status = 'running') = (lease_owner IS NOT NULL) AND (lease_owner IS NULL) = (lease_until IS NULL)",
            name=op.f("ck_voucher_batch_lease_while_held"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_batch")),
        sa.UniqueConstraint("label", name=op.f("uq_voucher_batch_label")),
        sqlite_autoincrement=True,
    )


def _voucher() -> None:
    name = "voucher"
    dates = ("written_at", "read_at", "printed_at", "sold_at", "first_login_at")
    op.create_table(
        name,
        sa.Column("id", WIDE, nullable=False),
        sa.Column("batch_id", WIDE, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("keeper", WORD, nullable=False),
        sa.Column("router_id", WIDE, nullable=False),
        *(sa.Column(each, TEXT, nullable=False) for each in ("code", "code_key")),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("drawn_at", TIME, nullable=False),
        *(sa.Column(each, TIME, nullable=True) for each in dates),
        sa.Column("first_login_off", sa.Double(), nullable=True),
        sa.Column("first_login_by", TEXT, nullable=False),
        *(sa.Column(each, TIME, nullable=True) for each in ("expires_at", "expired_at", "void_at", "gone_at")),
        sa.Column("ended_by", WIDE, nullable=True),
        sa.Column("verdict", WORD, nullable=True),
        sa.Column("words", TEXT, nullable=False),
        _check(name, "keeper", *KEEPERS),
        _check(name, "verdict", *VERDICTS),
        sa.CheckConstraint(
            "(first_login_at IS NULL) = (first_login_off IS NULL)", name=op.f("ck_voucher_first_login_whole")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["voucher_batch.id"], name=op.f("fk_voucher_batch_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["operation.id"], name=op.f("fk_voucher_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("keeper", "router_id", "code_key", name=op.f("uq_voucher_keeper_router_id_code_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_voucher_code_key"), name, ["code_key"], unique=False)
    op.create_index(op.f("uq_voucher_row"), name, ["batch_id", "row"], unique=True)
    by = sa.text("ended_by IS NOT NULL")
    op.create_index(op.f("ix_voucher_ended_by"), name, ["ended_by"], unique=False, sqlite_where=by, postgresql_where=by)
    open_ = sa.text("gone_at IS NULL AND (expired_at IS NOT NULL OR void_at IS NOT NULL)")
    op.create_index(
        op.f("ix_voucher_unfinished_end"),
        name,
        ["batch_id"],
        unique=False,
        sqlite_where=open_,
        postgresql_where=open_,
    )
    ends = sa.text("expires_at IS NOT NULL AND expired_at IS NULL AND void_at IS NULL")
    op.create_index(
        op.f("ix_voucher_ends"), name, ["expires_at"], unique=False, sqlite_where=ends, postgresql_where=ends
    )
    live = sa.text("void_at IS NULL AND expired_at IS NULL")
    op.create_index(
        op.f("ix_voucher_live"),
        name,
        ["batch_id", "expires_at"],
        unique=False,
        sqlite_where=live,
        postgresql_where=live,
    )
    for_sale = sa.text(
        "verdict IN ('PROVEN', 'UNPROVEN') AND read_at IS NOT NULL AND sold_at IS NULL AND first_login_at IS NULL"
        " AND expired_at IS NULL AND void_at IS NULL"
    )
    op.create_index(
        op.f("ix_voucher_for_sale"),
        name,
        ["batch_id", "row"],
        unique=False,
        sqlite_where=for_sale,
        postgresql_where=for_sale,
    )
    failed = sa.text("verdict = 'FAILED'")
    op.create_index(
        op.f("ix_voucher_failed"),
        name,
        ["verdict", "batch_id", "row"],
        unique=False,
        sqlite_where=failed,
        postgresql_where=failed,
    )
    over = sa.text("expired_at IS NOT NULL")
    op.create_index(
        op.f("ix_voucher_expired"),
        name,
        ["expired_at", "batch_id", "sold_at"],
        unique=False,
        sqlite_where=over,
        postgresql_where=over,
    )


def _count() -> None:
    name = "voucher_count"
    op.create_table(
        name,
        sa.Column("batch_id", WIDE, autoincrement=False, nullable=False),
        *(sa.Column(each, TEXT, nullable=False) for each in ("state", "stock")),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["voucher_batch.id"], name=op.f("fk_voucher_count_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "state", "stock", "shard", name=op.f("pk_voucher_count")),
        sqlite_with_rowid=False,
    )
    attach(op.get_bind())


def _sale() -> None:
    name = "voucher_sale"
    op.create_table(
        name,
        sa.Column("id", WIDE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("entry", WORD, nullable=False),
        *(sa.Column(each, WIDE, nullable=False) for each in ("voucher_id", "batch_id")),
        *(sa.Column(each, TEXT, nullable=False) for each in ("code", "profile", "router", "outlet", "cashier")),
        *(sa.Column(each, sa.BigInteger(), nullable=False) for each in ("price", "amount")),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("key", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("origin", WORD, nullable=False, server_default="here"),
        sa.Column("shift_id", WIDE, nullable=True),
        sa.Column("sold_at", TIME, nullable=True),
        _check(name, "entry", "sale", "return"),
        _check(name, "origin", *ORIGINS),
        sa.CheckConstraint("(entry = 'sale') = (turn % 2 = 1)", name=op.f("ck_voucher_sale_turns")),
        sa.CheckConstraint(
            "(entry = 'sale' AND amount >= 0) OR (entry = 'return' AND amount <= 0)",
            name=op.f("ck_voucher_sale_amounts"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["voucher_batch.id"], name=op.f("fk_voucher_sale_batch_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["voucher_shift.id"], name=op.f("fk_voucher_sale_shift_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_sale_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_sale")),
        sa.UniqueConstraint("key", name=op.f("uq_voucher_sale_key")),
        sa.UniqueConstraint("voucher_id", "turn", name=op.f("uq_voucher_sale_voucher_id_turn")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_voucher_sale_at"), name, ["at"], unique=False)
    op.create_index(op.f("ix_voucher_sale_batch_id"), name, ["batch_id"], unique=False)
    op.create_index(op.f("ix_voucher_sale_shift_id"), name, ["shift_id"], unique=False)
    told = sa.text("sold_at IS NOT NULL")
    op.create_index(
        op.f("ix_voucher_sale_reported"), name, ["at"], unique=False, sqlite_where=told, postgresql_where=told
    )
