"""Two databases compared row by row: each value, its type, the order, and what is on one side only."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from itertools import zip_longest

from sqlalchemy import Table

from radiusbridge.db.copying.rows import Row, key_of, key_values, unlike
from radiusbridge.db.copying.sides import Side

_OCTETS = 16


@dataclass(frozen=True, slots=True)
class Same:
    """What was found equal. digest: of all rows in the order of their key, the same for either kind of database."""

    table: str
    rows: int
    digest: str


def compare(one: Side, other: Side, table: Table, told: Callable[[int], None]) -> Same | str:
    """What both hold, or the first row that differs, by its key and columns only. told: rows that were compared."""
    digest = blake2b(digest_size=_OCTETS)
    rows = 0
    nothing: list[Row] = []
    with closing(one.batches(table)) as ours, closing(other.batches(table)) as theirs:
        for here, there in zip_longest(ours, theirs, fillvalue=nothing):
            text = _written(here)
            if text != _written(there):
                return _first_difference(table, here, there)
            digest.update(text)
            rows += len(here)
            told(len(here))
    if one.counter(table) != other.counter(table):
        return f"{table.name}: the highest id ever given is {one.counter(table)} here, {other.counter(table)} there"
    return Same(table.name, rows, digest.hexdigest())


def overall(tables: tuple[Same, ...]) -> str:
    """One digest of all tables."""
    digest = blake2b(digest_size=_OCTETS)
    for each in sorted(tables, key=lambda each: each.table):
        digest.update(f"{each.table} {each.rows} {each.digest}\n".encode())
    return digest.hexdigest()


def _written(rows: list[Row]) -> bytes:
    """Python's notation tells 1 from 1.0 and from '1', and every float from its neighbour."""
    return "\n".join([*map(repr, rows), ""]).encode()


def _first_difference(table: Table, here: list[Row], there: list[Row]) -> str:
    for one, other in zip_longest(here, there):
        if one is None or other is None or key_values(table, one) != key_values(table, other):
            row = one or other or ()
            return f"{key_of(table, row)} is on one side only"
        if columns := unlike(table, one, other):
            return f"{key_of(table, one)} differs in {', '.join(columns)}"
    return table.name
