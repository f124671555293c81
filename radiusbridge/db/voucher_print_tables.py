"""The tables of printed vouchers; as `tables`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, Table

from radiusbridge.db.columns import FLAG, NAME, TEXT, TIME, append_only, chosen, id_column, metadata
from radiusbridge.db.types import WIDE
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.prints import Act, Form, Way

voucher_template = Table(
    "voucher_template",
    metadata,
    id_column(),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False, unique=True),
    Column("body", TEXT, nullable=False),
    sqlite_autoincrement=True,
)

voucher_printer = Table(
    "voucher_printer",
    metadata,
    id_column(),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False, unique=True),
    *chosen("form", Form),
    *chosen("way", Way),
    Column("address", TEXT, nullable=False),
    Column("template", NAME, nullable=False),
    Column("code_page", TEXT, nullable=False),
    Column("raster", FLAG, nullable=False),
    sqlite_autoincrement=True,
)

voucher_print = Table(
    "voucher_print",
    metadata,
    id_column(),
    Column("at", TIME, nullable=False),
    Column("owner", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("channel", TEXT, nullable=False),
    *chosen("form", Form),
    Column("template", NAME, nullable=False),
    Column("target", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("again", FLAG, nullable=False),
    Column("part", TEXT, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("cards", Integer, nullable=False),
    Column("handed", Integer, nullable=False),
    Column("octets", BigInteger, nullable=False),
    *chosen("verdict", Verdict, nullable=True),
    Column("words", TEXT, nullable=False),
    Column("ended_at", TIME, index=True),
    Column("lease_owner", TEXT),
    Column("lease_epoch", BigInteger, nullable=False),
    Column("lease_until", TIME),
    CheckConstraint("handed <= cards", name="handed"),
    CheckConstraint("(ended_at IS NULL) = (verdict IS NULL)", name="ended_with_verdict"),
    CheckConstraint(
        "(ended_at IS NULL) = (lease_owner IS NOT NULL) AND (lease_owner IS NULL) = (lease_until IS NULL)",
        name="lease_while_running",
    ),
    sqlite_autoincrement=True,
)

voucher_trace = Table(
    "voucher_trace",
    metadata,
    id_column(),
    Column("at", TIME, nullable=False),
    *chosen("act", Act),
    Column("voucher_id", WIDE, ForeignKey("voucher.id"), nullable=False, index=True),
    Column("batch_id", WIDE, ForeignKey("voucher_batch.id"), nullable=False, index=True),
    Column("run_id", WIDE, ForeignKey("voucher_print.id"), index=True),
    Column("who", TEXT, nullable=False),
    Column("channel", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    sqlite_autoincrement=True,
)

append_only(voucher_trace)
