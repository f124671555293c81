"""The tables around the ledger of vouchers: its days, shifts at a cash drawer, and how much stock there has to be; as
`tables`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from radiusbridge.db.columns import NAME, TEXT, TIME, append_only, id_column, metadata
from radiusbridge.db.types import WIDE

_SUMS = ("sold", "returned", "amount", "price", "refunded")

# day: date.toordinal(), in the zone of the books
voucher_day = Table(
    "voucher_day",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    *(Column(name, NAME, primary_key=True) for name in ("profile", "router", "outlet", "cashier")),
    *(Column(name, BigInteger, nullable=False) for name in (*_SUMS, "expired", "unsold")),
    sqlite_with_rowid=False,
)
# of one outlet or cashier there are few; of a profile or router a good part of all
for _name in ("outlet", "cashier"):
    Index(f"ix_voucher_day_{_name}", voucher_day.c[_name], voucher_day.c.day)
# the same by one of the four: a year has thousands of rows, where it has a hundred thousand by all of them
voucher_day_part = Table(
    "voucher_day_part",
    metadata,
    Column("part", NAME, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("name", NAME, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in (*_SUMS, "expired", "unsold")),
    sqlite_with_rowid=False,
)

voucher_shift = Table(
    "voucher_shift",
    metadata,
    id_column(),
    Column("opened_at", TIME, nullable=False, index=True),
    Column("outlet", NAME, nullable=False),
    Column("cashier", NAME, nullable=False),
    # the how-manieth of that cashier: two that are opened at once are not two
    Column("turn", Integer, nullable=False),
    Column("cash", BigInteger, nullable=False),
    Column("note", TEXT, nullable=False),
    UniqueConstraint("cashier", "turn"),
    CheckConstraint("cash >= 0", name="cash"),
    sqlite_autoincrement=True,
)

voucher_shift_end = Table(
    "voucher_shift_end",
    metadata,
    # the primary key: a shift is closed once
    Column("shift_id", WIDE, ForeignKey("voucher_shift.id"), primary_key=True, autoincrement=False),
    Column("closed_at", TIME, nullable=False),
    Column("who", NAME, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in _SUMS),
    Column("expected", BigInteger, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Column("reason", TEXT, nullable=False),
    CheckConstraint("counted >= 0", name="counted"),
    CheckConstraint("counted = expected OR reason <> ''", name="reasoned"),
)

voucher_outlet = Table(
    "voucher_outlet",
    metadata,
    Column("name_key", NAME, primary_key=True),
    # as it was first written
    Column("name", NAME, nullable=False),
)

voucher_least = Table(
    "voucher_least",
    metadata,
    Column("profile", NAME, primary_key=True),
    # empty: at all of them together
    Column("outlet", NAME, primary_key=True),
    Column("least", Integer, nullable=False),
    CheckConstraint("least > 0", name="least"),
)

append_only(voucher_shift, voucher_shift_end)
