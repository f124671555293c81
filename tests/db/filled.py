"""Rows for every table there is, hostile where a column takes anything, and every column filled at least once.

A table that is added later is filled by its columns' types; where its checks want more, `_WANTED` says what.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Double, Integer, Table, UniqueConstraint, insert, update

from radiusbridge.db.crypt import Encrypted
from radiusbridge.db.schema import every_table
from radiusbridge.db.types import JsonText, OneOf, UtcTime
from radiusbridge.domain.secret import Secret

ROWS = 6
HOSTILE = (
    "",
    "\\N",
    "a\tb\\nc\r\nd\\.",
    "'; DROP TABLE customer; --",
    '=1+1 "quoted" ,;|',
    "\x01\x1b[31m\x7f\u202e\ufeff 🛜 İI\u0130 é e\u0301 \U0010ffff",
)
_FLOATS = (0.1, -0.0, 5e-324, 1.7976931348623157e308, -1e-9, float("inf"))
_MOMENTS = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 30, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
)
_START = datetime(2026, 3, 1, tzinfo=UTC)
_JSON: tuple[dict[str, Any], ...] = (
    {},
    {"a": [1, None, "\u2028"]},
    {"=x": 1.5},
    {"": True},
    {"z": "\\u0000"},
    {"deep": {"er": []}},
)


def _later(number: int) -> datetime:
    return _START + timedelta(seconds=number)


_ENDED: dict[str, Any] = {"status": "done", "verdict": "PROVEN", "lease_owner": None, "lease_until": None}
_WANTED: dict[str, Any] = {
    # what a check, or another table, asks of the row of that number
    # reached by its API, or by SQL
    "server": lambda n: {
        **({"api_host": None, "api_password": None} if n % 2 else {"sql_host": None, "sql_password": None}),
        **({"api_host": "h", "api_password": Secret("p")} if n == ROWS else {}),
        "api_port": 8728,
        "sql_port": 5432,
        "radius_port": 1812,
        "radius_signing": "prefer",
    },
    "standby_pair": lambda n: {"standby_id": n % ROWS + 1},
    "nas": lambda n: {"dae_port": 3799, "api_port": 8728},
    "profile": lambda n: {"rate_up": 2**62, "rate_down": 0, "shared_users": 1},
    "customer": lambda n: {"number": f"C-{n}\\", "username": f"u{n}\t", "billing_day": 31, "grace_days": n},
    "operation": lambda n: {
        **_ENDED,
        "finished_at": _later(n),
        # always somebody newer, whose row comes later
        "superseded_by": n + 1 if n < ROWS else None,
        **({"status": "queued", "verdict": None, "finished_at": None} if n % 2 else {}),
    },
    "bulk_run": lambda n: {"status": "done", "lease_owner": None, "lease_until": None},
    "voucher_batch": lambda n: {
        "status": "done",
        "lease_owner": None,
        "lease_until": None,
        "price": 2**62,
        "selling_price": 0,
    },
    "voucher": lambda n: {"batch_id": 1},
    "voucher_sale": lambda n: {"entry": "sale", "turn": 1, "amount": 5},
    "voucher_shift_end": lambda n: {"counted": n, "expected": n - 1, "reason": "short"},
    "voucher_print": lambda n: {
        "verdict": "PROVEN",
        "ended_at": _later(n),
        "lease_owner": None,
        "lease_until": None,
        "handed": 1,
        "cards": 2,
    },
    "voucher_shift": lambda n: {"cash": n},
    "voucher_least": lambda n: {"least": n},
    "device_card": lambda n: {"nas_id": None, "server_id": n} if n % 2 else {"server_id": None, "nas_id": n},
    "probe_result": lambda n: {"state": n % 4},
    "refusal": lambda n: {"times": n},
    "duty": lambda n: {"until": datetime(1970, 1, 1, tzinfo=UTC)},
}
_NEVER = {"operation.lease_owner", "operation.lease_until", "bulk_run.lease_owner", "bulk_run.lease_until"}
_NEVER |= {"voucher_batch.lease_owner", "voucher_batch.lease_until"}
_NEVER |= {"voucher_print.lease_owner", "voucher_print.lease_until"}
"""Nobody works while a database is copied."""


def fill(connection: Connection) -> None:
    """Write `ROWS` rows into each table, in the order of their references."""
    for table in every_table().sorted_tables:
        rows = [_row(table, number) for number in range(1, ROWS + 1)]
        late = {column.name for column in table.columns if _points_at_itself(column)}
        connection.execute(insert(table), [{**row, **dict.fromkeys(late)} for row in rows])
        for row in rows if late else []:
            connection.execute(update(table).where(table.c.id == row["id"]).values({name: row[name] for name in late}))


def unfilled(table: Table, rows: list[tuple[Any, ...]]) -> Iterator[str]:
    """Columns of which no row says anything."""
    for at, column in enumerate(table.columns):
        if f"{table.name}.{column.name}" not in _NEVER and all(row[at] is None for row in rows):
            yield f"{table.name}.{column.name}"


def _points_at_itself(column: Column[Any]) -> bool:
    return any(key.column.table is column.table for key in column.foreign_keys)


def _row(table: Table, number: int) -> dict[str, Any]:
    row = {column.name: _value(column, number) for column in table.columns}
    wanted = _WANTED.get(table.name)
    return row if wanted is None else {**row, **wanted(number)}


def _value(column: Column[Any], number: int) -> Any:
    kind = column.type
    alone = column.primary_key or column.unique or _in_unique(column)
    if column.nullable and number == ROWS and not column.primary_key:
        return None
    if column.foreign_keys or (column.primary_key and isinstance(kind, Integer)):
        return number
    if isinstance(kind, OneOf):
        members: list[StrEnum] = list(kind.kind)
        return members[number % len(members)]
    if isinstance(kind, Encrypted):
        return Secret(f"{HOSTILE[number % len(HOSTILE)]}{number}")
    if isinstance(kind, UtcTime):
        return _later(number) if alone else _MOMENTS[number % len(_MOMENTS)]
    if isinstance(kind, JsonText):
        return _JSON[number % len(_JSON)]
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, Double):
        return _FLOATS[number % len(_FLOATS)]
    if isinstance(kind, Integer):
        most = 2**63 if isinstance(kind, BigInteger) else 2**31
        return number if alone else (most - 1, -most, 0, 1, -1, 7)[number % 6]
    text = HOSTILE[number % len(HOSTILE)]
    return f"{text}{number}" if alone else text


def _in_unique(column: Column[Any]) -> bool:
    assert column.table is not None
    unique = [each.columns for each in column.table.constraints if isinstance(each, UniqueConstraint)]
    unique += [each.columns for each in column.table.indexes if each.unique]
    return any(column.name in group for group in unique)
