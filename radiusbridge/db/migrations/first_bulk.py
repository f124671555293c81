"""Renewals, bulk runs and what operations changed, of the first schema."""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.Text()
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make these tables."""
    _renewal()
    _bulk_run()
    _bulk_row()


def operation_change() -> None:
    """Make the table of what operations changed."""
    op.create_table(
        "operation_change",
        sa.Column("operation_id", WIDE, autoincrement=False, nullable=False),
        sa.Column("undoes", WIDE, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], name=op.f("fk_operation_change_operation_id")),
        sa.ForeignKeyConstraint(["undoes"], ["operation.id"], name=op.f("fk_operation_change_undoes")),
        sa.PrimaryKeyConstraint("operation_id", name=op.f("pk_operation_change")),
    )
    op.create_index(op.f("ix_operation_change_undoes"), "operation_change", ["undoes"], unique=False)


def _renewal() -> None:
    op.create_table(
        "renewal",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("customer_id", WIDE, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("paid_from", TIME, nullable=True),
        sa.Column("paid_to", TIME, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("operation_id", WIDE, nullable=True),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], name=op.f("fk_renewal_operation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_renewal_operation_id"), "renewal", ["operation_id"], unique=False)
    op.create_index("ix_renewal_customer_id", "renewal", ["customer_id", "id"], unique=False)


def _bulk_run() -> None:
    op.create_table(
        "bulk_run",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("selection", WORD, nullable=False),
        sa.Column("wanted", WORD, nullable=False),
        sa.Column("brakes", WORD, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("lease_owner", TEXT, nullable=True),
        sa.Column("lease_epoch", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.CheckConstraint(
            "(status IN ('canary', 'running')) = (lease_owner IS NOT NULL)"
            " AND (lease_owner IS NULL) = (lease_until IS NULL)",
            name=op.f("ck_bulk_run_lease_while_held"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'canary', 'running', 'stopped', 'done')", name=op.f("ck_bulk_run_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bulk_run_kind", "bulk_run", ["kind", "id"], unique=False)


def _bulk_row() -> None:
    op.create_table(
        "bulk_row",
        sa.Column("run_id", WIDE, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", WIDE, nullable=False),
        sa.Column("server_id", WIDE, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("operation_id", WIDE, nullable=True),
        sa.Column("outcome", WORD, nullable=True),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("detail", WORD, nullable=True),
        sa.CheckConstraint(
            "outcome IN ('PROVEN', 'UNPROVEN', 'FAILED', 'cancelled', 'superseded', 'recorded', 'kept-out',"
            " 'left-out')",
            name=op.f("ck_bulk_row_outcome"),
        ),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], name=op.f("fk_bulk_row_operation_id")),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_run.id"], name=op.f("fk_bulk_row_run_id")),
        sa.PrimaryKeyConstraint("run_id", "sequence", name=op.f("pk_bulk_row")),
    )
    op.create_index(
        "uq_bulk_row_customer",
        "bulk_row",
        ["run_id", "customer_id"],
        unique=True,
        sqlite_where=sa.text("customer_id != 0"),
        postgresql_where=sa.text("customer_id != 0"),
    )
    op.create_index(op.f("ix_bulk_row_operation_id"), "bulk_row", ["operation_id"], unique=False)
