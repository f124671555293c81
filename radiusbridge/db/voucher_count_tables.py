"""How many vouchers of each batch are in which state, kept by the database itself; as `tables`.

A list of batches, and what there is to sell, are counted often, and a million vouchers cannot be counted in the time
that a screen has. Triggers keep the counts with every change of a voucher, whoever makes it.

A row of PostgreSQL that is changed ten thousand times in a transaction is slower each time, since all its versions stay
until the end. So a trigger there counts a statement's rows together, and goes on to another row, another `shard` of the
same count, after some statements. A count is the sum of its shards; one of them may be negative.
"""

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Integer, Table, event

from radiusbridge.db.columns import TEXT, metadata
from radiusbridge.db.types import WIDE
from radiusbridge.db.voucher_tables import voucher

voucher_count = Table(
    "voucher_count",
    metadata,
    Column("batch_id", WIDE, ForeignKey("voucher_batch.id"), primary_key=True, autoincrement=False),
    # Voucher.state
    Column("state", TEXT, primary_key=True),
    # `ready` to be sold, unsold for `others` reasons, or `sold`; empty: none of it, or void
    Column("stock", TEXT, primary_key=True),
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
voucher_count.add_is_dependent_on(voucher)

_STATES = (
    ("expired_at", "expired"),
    ("first_login_at", "used"),
    ("sold_at", "sold"),
    ("printed_at", "printed"),
    ("read_at", "ready"),
    ("written_at", "written"),
)


def state_of(row: str) -> str:
    """`Voucher.state` in SQL, of the row of that name."""
    whens = " ".join(f"WHEN {row}.{column} IS NOT NULL THEN '{state}'" for column, state in _STATES)
    first = f"WHEN {row}.void_at IS NOT NULL THEN 'void' WHEN {row}.verdict = 'FAILED' THEN 'failed'"
    return f"CASE {first} {whens} ELSE 'drawn' END"


def stock_of(row: str) -> str:
    """What a voucher is to the stock, in SQL, whether or not its time is over."""
    return (
        f"CASE WHEN {row}.void_at IS NOT NULL THEN '' WHEN {row}.sold_at IS NOT NULL THEN 'sold'"
        f" WHEN {row}.first_login_at IS NOT NULL OR {row}.expired_at IS NOT NULL THEN ''"
        f" WHEN {row}.verdict IN ('PROVEN', 'UNPROVEN') AND {row}.read_at IS NOT NULL THEN 'ready' ELSE 'others' END"
    )


def _key(row: str) -> str:
    return f"{row}.batch_id, {state_of(row)}, {stock_of(row)}"


_INTO = "INSERT INTO voucher_count (batch_id, state, stock, shard, count)"
_ADDED = "ON CONFLICT (batch_id, state, stock, shard) DO UPDATE SET count = voucher_count.count + excluded.count"


_STATEMENTS, _SHARDS = 200, 64
_COUNTED = "'radiusbridge.counted'"
"""Statements of this transaction: a setting that ends with it."""
_SHARD = (
    f"DECLARE counted integer := coalesce(nullif(current_setting({_COUNTED}, true), ''), '0')::integer; "
    f"at_shard integer := mod(counted / {_STATEMENTS}, {_SHARDS});"
)
_NEXT = f"PERFORM set_config({_COUNTED}, (counted + 1)::text, true);"


def _one(row: str, number: int) -> str:
    return f"{_INTO} VALUES ({_key(row)}, 0, {number}) {_ADDED};"


def _on_sqlite(connection: Connection) -> None:
    moved = " OR ".join(
        f"{before} <> {after}"
        for before, after in (
            ("old.batch_id", "new.batch_id"),
            (state_of("old"), state_of("new")),
            (stock_of("old"), stock_of("new")),
        )
    )
    for event_, when, work in (
        ("INSERT", "", _one("new", 1)),
        ("UPDATE", f"WHEN {moved} ", f"{_one('old', -1)} {_one('new', 1)}"),
        ("DELETE", "", _one("old", -1)),
    ):
        connection.exec_driver_sql(
            f"CREATE TRIGGER voucher_count_{event_.lower()} AFTER {event_} ON voucher {when}BEGIN {work} END"
        )


def _on_postgresql(connection: Connection) -> None:
    def rows(name: str, number: int) -> str:
        key = f"{name}.batch_id, {state_of(name)} AS state, {stock_of(name)} AS stock"
        return " ".join(("SELECT", f"{key}, {number} AS count", "FROM", name))

    changed = {
        "INSERT": rows("new_rows", 1),
        "UPDATE": f"{rows('new_rows', 1)} UNION ALL {rows('old_rows', -1)}",
        "DELETE": rows("old_rows", -1),
    }
    names = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
    for event_, each in changed.items():
        name = f"voucher_count_{event_.lower()}"
        summed = (
            "SELECT batch_id, state, stock, at_shard, sum(count) FROM",
            f"({each}) AS each_row",
            "GROUP BY 1, 2, 3",
        )
        work = " ".join((_INTO, *summed, "HAVING sum(count) <> 0", _ADDED, "; RETURN NULL;"))
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {_SHARD} BEGIN {_NEXT} {work} END $$"
        )
        seen = " ".join(f"{side} TABLE AS {side.lower()}_rows" for side in names[event_])
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} AFTER {event_} ON voucher REFERENCING {seen} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def attach(connection: Connection) -> None:
    """Have the database count from here on."""
    if connection.dialect.name == "sqlite":
        _on_sqlite(connection)
    else:
        _on_postgresql(connection)


def _created(_table: Table, connection: Connection, **_: object) -> None:
    attach(connection)


event.listen(voucher_count, "after_create", _created)
