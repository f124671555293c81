"""What is copied: one moment of a database that nobody writes to meanwhile."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Table

from radiusbridge.db.copying.rows import Row
from radiusbridge.db.copying.sides import Side, outlast, side_of
from radiusbridge.db.database import check_key
from radiusbridge.db.engines import SQLITE, Engines, make_engines, parsed
from radiusbridge.db.faults import translated
from radiusbridge.db.holders import at_work, holders
from radiusbridge.db.keys import Key
from radiusbridge.db.schema import SCHEMA, current
from radiusbridge.domain.errors import BadInput, Damaged, Refused
from radiusbridge.domain.text import safe

Dead = Callable[[set[str]], frozenset[str]]


class Source:
    """The database in one transaction that reads, beside another one that keeps writers waiting."""

    def __init__(self, engines: Engines, lock: Connection, reading: Connection) -> None:
        self.name = engines.target
        self._lock = lock
        self.side: Side = side_of(reading)

    def batches(self, table: Table) -> Generator[list[Row], None, None]:
        """The rows of a table; what goes wrong with reading them is said of this database."""
        with translated(self.name):
            yield from self.side.batches(table)

    def still_alone(self) -> None:
        """The lock was never lost. ConnectionLost."""
        with translated(self.name):
            self._lock.exec_driver_sql("SELECT 1")


@contextmanager
def opened(place: str | Path, key: Key, now: datetime, dead: Dead) -> Iterator[Source]:
    """The database at a file name or URL. Writers of other processes wait, and tell that it is busy.

    dead: which of those owners of leases live no more. Errors: BadInput: there is none; Refused: somebody works on it;
    Damaged: another revision or key; Busy, Unreachable.
    """
    url = parsed(place)
    if url.get_backend_name() == SQLITE and not Path(url.database or "").is_file():
        raise BadInput("there is no such database", target=safe(url.database or "", 200))
    engines = make_engines(url)
    try:
        with translated(engines.target):
            with engines.reader.begin() as connection:
                _check_revision(connection, engines.target)
            # the moment that is read comes after the lock: nothing is committed between the two
            with engines.writer.connect() as lock, lock.begin():
                outlast(lock)
                with engines.reader.connect() as reading, reading.begin():
                    outlast(reading)
                    check_key(reading, key, engines.target)
                    _check_idle(reading, now, dead, engines.target)
                    yield Source(engines, lock, reading)
    finally:
        engines.dispose()


def _check_revision(connection: Connection, name: str) -> None:
    revision = current(connection)
    if revision is None:
        raise Damaged("there are no tables of radiusbridge in it", target=name)
    if revision != SCHEMA.head:
        raise Damaged(
            f"its schema is {revision}, this program's is {SCHEMA.head}",
            target=name,
            hint=f"run: radiusbridge db upgrade --database {name}",
        )


def _check_idle(connection: Connection, now: datetime, dead: Dead, name: str) -> None:
    working = at_work(holders(connection), now, dead)
    if working:
        told = ", ".join(f"{each.what} by {safe(each.owner, 60)}" for each in working[:3])
        more = f" and {len(working) - 3} more" if len(working) > 3 else ""
        raise Refused(
            f"somebody works on it: {told}{more}",
            target=name,
            hint="end the agents, and wait until nothing runs (radiusbridge db status)",
        )
