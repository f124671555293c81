"""The tables of vouchers; as `tables`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Double, ForeignKey, Index, Integer, Table, UniqueConstraint

from radiusbridge.db.columns import FLAG, NAME, TEXT, TIME, append_only, chosen, id_column, metadata
from radiusbridge.db.crypt import Encrypted
from radiusbridge.db.types import WIDE
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import BatchStatus, Keeper, Mode, Starts
from radiusbridge.domain.vouchers.sales import Entry

voucher_batch = Table(
    "voucher_batch",
    metadata,
    id_column(),
    Column("label", NAME, nullable=False, unique=True),
    *chosen("keeper", Keeper),
    # No foreign key: what was sold is kept when a router goes, and its id is never used again.
    Column("router_id", WIDE, nullable=False),
    Column("router", NAME, nullable=False),
    Column("hotspot_server", TEXT, nullable=False),
    Column("profile", NAME, nullable=False),
    *chosen("mode", Mode),
    Column("alphabet", TEXT, nullable=False),
    Column("length", Integer, nullable=False),
    Column("prefix", TEXT, nullable=False),
    Column("check_sign", FLAG, nullable=False),
    Column("size", Integer, nullable=False),
    Column("time_limit", BigInteger),
    Column("data_limit", BigInteger),
    Column("validity", BigInteger),
    *chosen("starts", Starts),
    Column("price", BigInteger, nullable=False),
    Column("selling_price", BigInteger, nullable=False),
    Column("outlet", NAME, nullable=False),
    Column("comment", TEXT, nullable=False),
    *chosen("status", BatchStatus),
    *chosen("verdict", Verdict, nullable=True),
    Column("why", TEXT, nullable=False),
    Column("stop_requested", FLAG, nullable=False),
    Column("void", FLAG, nullable=False),
    Column("lease_owner", TEXT),
    Column("lease_epoch", BigInteger, nullable=False),
    Column("lease_until", TIME),
    *chosen("origin", Origin, default=Origin.HERE),
    Column("who", TEXT, nullable=False),
    Column("channel", TEXT, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("checked_at", TIME),
    Column("counted", Integer),
    Column("finished_at", TIME),
    # every voucher of it without a first login was unused then
    Column("looked_at", TIME),
    Column("looked_ahead", Double),
    CheckConstraint("price >= 0 AND selling_price >= 0", name="prices"),
    CheckConstraint(
        "(status = 'running') = (lease_owner IS NOT NULL) AND (lease_owner IS NULL) = (lease_until IS NULL)",
        name="lease_while_held",
    ),
    sqlite_autoincrement=True,
)

voucher = Table(
    "voucher",
    metadata,
    id_column(),
    Column("batch_id", WIDE, ForeignKey("voucher_batch.id"), nullable=False),
    Column("row", Integer, nullable=False),
    *chosen("keeper", Keeper),
    Column("router_id", WIDE, nullable=False),
    Column("code", NAME, nullable=False),
    Column("code_key", NAME, nullable=False, index=True),
    Column("password", Encrypted("voucher.password")),
    Column("drawn_at", TIME, nullable=False),
    Column("written_at", TIME),
    Column("read_at", TIME),
    Column("printed_at", TIME),
    Column("sold_at", TIME),
    Column("first_login_at", TIME),
    Column("first_login_off", Double),
    Column("first_login_by", TEXT, nullable=False),
    Column("expires_at", TIME),
    Column("expired_at", TIME),
    Column("void_at", TIME),
    Column("gone_at", TIME),
    Column("ended_by", WIDE, ForeignKey("operation.id")),
    *chosen("verdict", Verdict, nullable=True),
    Column("words", TEXT, nullable=False),
    UniqueConstraint("keeper", "router_id", "code_key"),
    CheckConstraint("(first_login_at IS NULL) = (first_login_off IS NULL)", name="first_login_whole"),
    sqlite_autoincrement=True,
)
Index("uq_voucher_row", voucher.c.batch_id, voucher.c.row, unique=True)

voucher_sale = Table(
    "voucher_sale",
    metadata,
    id_column(),
    Column("at", TIME, nullable=False, index=True),
    *chosen("entry", Entry),
    Column("voucher_id", WIDE, ForeignKey("voucher.id"), nullable=False),
    Column("batch_id", WIDE, ForeignKey("voucher_batch.id"), nullable=False, index=True),
    Column("code", NAME, nullable=False),
    Column("profile", NAME, nullable=False),
    Column("router", NAME, nullable=False),
    Column("outlet", NAME, nullable=False),
    Column("cashier", NAME, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("key", NAME, unique=True),
    Column("note", TEXT, nullable=False),
    *chosen("origin", Origin, default=Origin.HERE),
    Column("shift_id", WIDE, ForeignKey("voucher_shift.id"), index=True),
    Column("sold_at", TIME),
    # sales and returns take turns: nobody sells what is sold
    UniqueConstraint("voucher_id", "turn"),
    CheckConstraint("(entry = 'sale') = (turn % 2 = 1)", name="turns"),
    CheckConstraint("(entry = 'sale' AND amount >= 0) OR (entry = 'return' AND amount <= 0)", name="amounts"),
    sqlite_autoincrement=True,
)

append_only(voucher_sale)
