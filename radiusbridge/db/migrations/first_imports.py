"""What imports changed, of the first schema."""

import sqlalchemy as sa
from alembic import op

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make this table."""
    op.create_table(
        "import_row",
        sa.Column("operation_id", WIDE, autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", WIDE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], name=op.f("fk_import_row_operation_id")),
        sa.PrimaryKeyConstraint("operation_id", "sequence", name=op.f("pk_import_row")),
    )
