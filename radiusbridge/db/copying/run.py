"""A whole copy: every table in the order of its references, compared row by row before the copy counts."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table, func, select

from radiusbridge.db.copying import source, targets
from radiusbridge.db.copying.compared import Same, compare, overall
from radiusbridge.db.copying.rows import Row, misfits
from radiusbridge.db.engines import parsed, target_of
from radiusbridge.db.keys import Key
from radiusbridge.db.schema import every_table
from radiusbridge.db.tables import operation
from radiusbridge.domain.errors import BadInput, Damaged, RadiusbridgeError


@dataclass(frozen=True, slots=True)
class Copied:
    """digest: of all tables. unfinished: operations that are carried out from now on by whoever uses the copy.
    searchable: whether words are found by an index there."""

    source: str
    target: str
    tables: tuple[Same, ...]
    digest: str
    unfinished: int
    searchable: bool

    @property
    def rows(self) -> int:
        """In all tables."""
        return sum(each.rows for each in self.tables)


Told = Callable[[str, int, int], None]
"""Of what (`written`, `indexes`, `compared`), how many rows more, of how many altogether."""


def copy(
    place: str | Path, to: str | Path, key: Key, now: datetime, dead: source.Dead, told: Told = lambda *_: None
) -> Copied:
    """Copy a database into another one, which is empty or not there yet, and compare both. Blocks; an exception,
    KeyboardInterrupt too, leaves the target without rows and the source as it was.

    Errors: Refused, AlreadyThere, BadInput, Damaged, Busy, Unreachable; Damaged: a row that differs, by its key.
    """
    if parsed(place) == parsed(to):
        raise BadInput("source and target are one database", target=target_of(parsed(to)))
    tables = every_table().sorted_tables
    with source.opened(place, key, now, dead) as origin, targets.opened(to, key, now) as target:
        size = sum(origin.side.connection.scalar(select(func.count()).select_from(each)) or 0 for each in tables)
        for table in tables:
            _fill(origin, target, table, lambda rows: told("written", rows, size))
        told("indexes", 0, size)
        target.complete()
        same = tuple(_compared(origin, target, table, lambda rows: told("compared", rows, size)) for table in tables)
        left = select(func.count()).select_from(operation).where(operation.c.finished_at.is_(None))
        unfinished = origin.side.connection.scalar(left) or 0
        origin.still_alone()
        target.keep()
        return Copied(origin.name, target_of(parsed(to)), same, overall(same), unfinished, target.searchable)


def _fill(origin: source.Source, target: targets.Target, table: Table, told: Callable[[int], None]) -> None:
    def counted(batches: Iterable[list[Row]]) -> Iterator[list[Row]]:
        for rows in batches:
            yield rows
            told(len(rows))

    try:
        with closing(origin.batches(table)) as batches:
            target.fill(table, counted(batches), origin.side.counter(table))
    except RadiusbridgeError:
        raise
    except Exception as error:
        _check(origin, table, error)
        raise


def _check(origin: source.Source, table: Table, error: Exception | None = None) -> None:
    """Damaged: a row that no table of ours should hold."""
    with closing(origin.batches(table)) as batches:
        for rows in batches:
            if why := misfits(table, rows):
                hint = "mend the row, or restore a backup"
                raise Damaged(f"{why}; nothing was copied", target=origin.name, hint=hint) from error


def _compared(origin: source.Source, target: targets.Target, table: Table, told: Callable[[int], None]) -> Same:
    found = compare(origin.side, target.side, table, told)
    if isinstance(found, Same):
        return found
    _check(origin, table)
    raise Damaged(f"the copy is not equal: {found}; it was not kept", target=origin.name)
