"""What is known of devices, of the first schema."""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of capability cards."""
    op.create_table(
        "device_card",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("server_id", WIDE, nullable=True),
        sa.Column("nas_id", WIDE, nullable=True),
        sa.Column("endpoint", TEXT, nullable=False),
        sa.Column("read_at", TIME, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint("(server_id IS NULL) <> (nas_id IS NULL)", name=op.f("ck_device_card_one_device")),
        sa.ForeignKeyConstraint(
            ["server_id"], ["server.id"], name=op.f("fk_device_card_server_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["nas_id"], ["nas.id"], name=op.f("fk_device_card_nas_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_card")),
        sa.UniqueConstraint("nas_id", name=op.f("uq_device_card_nas_id")),
        sa.UniqueConstraint("server_id", name=op.f("uq_device_card_server_id")),
        sqlite_autoincrement=True,
    )
