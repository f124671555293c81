"""Where a copy is written: whole and compared, or not at all.

A file is written as a draft beside its name and gets the name at the end; in PostgreSQL everything is one transaction.
So what was interrupted leaves nothing to be taken for a copy, and the same line starts it anew. Indexes and triggers
are made after the rows.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Table, insert, inspect, select
from sqlalchemy.exc import OperationalError

from radiusbridge.db import search
from radiusbridge.db.copying.rows import Row
from radiusbridge.db.copying.sides import PostgresqlSide, Side, SqliteSide, outlast
from radiusbridge.db.database import check_key, mark_with
from radiusbridge.db.draft_files import give_name, sync_directory
from radiusbridge.db.engines import make_engines, parsed, sqlite_engine
from radiusbridge.db.faults import translated
from radiusbridge.db.keys import Key
from radiusbridge.db.schema import SCHEMA, current, every_table, prepare_postgresql, prepare_sqlite
from radiusbridge.db.tables import meta
from radiusbridge.domain.errors import AlreadyThere, BadInput, Damaged, Refused
from radiusbridge.domain.text import safe

UNFINISHED = ".unfinished"
_UNUSED = "name another, or one that is empty"
_SECONDARY = (
    "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace "
    "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)"
)


class Target(Protocol):
    """What is written, inside of its transaction or draft."""

    @property
    def side(self) -> Side:
        """To read it back."""
        ...

    @property
    def searchable(self) -> bool:
        """Whether words are found by an index; known once it is `complete`."""
        ...

    def fill(self, table: Table, batches: Iterable[list[Row]], counter: int) -> None:
        """Write all rows of a table."""
        ...

    def complete(self) -> None:
        """Make indexes and triggers, and check the references."""
        ...

    def keep(self) -> None:
        """It is a database from here on."""
        ...


class _File:
    searchable = False
    kept = False

    def __init__(self, connection: Connection, draft: Path, path: Path) -> None:
        self._connection = connection
        self._draft, self._path = draft, path
        self._side = SqliteSide(connection)
        self._driver = self._side.driver
        for pragma in ("journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF"):
            self._driver.execute(f"PRAGMA {pragma}").close()
        # a signal is heard between two steps of a statement that takes long
        self._driver.set_progress_handler(lambda: 0, 1_000_000)
        connection.begin()
        parts = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        self._later = self._driver.execute(parts).fetchall()
        for kind, name, _sql in self._later:
            self._driver.execute(f'DROP {kind} "{name}"')

    @property
    def side(self) -> Side:
        return self._side

    def fill(self, table: Table, batches: Iterable[list[Row]], counter: int) -> None:
        statement = str(insert(table).compile(dialect=self._connection.dialect))
        for rows in batches:
            self._driver.executemany(statement, rows)
        if counter:
            self._driver.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            self._driver.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, counter))

    def complete(self) -> None:
        try:
            for _kind, _name, sql in self._later:
                self._driver.execute(sql)
            self.searchable = search.rebuild(self._connection)
        except (sqlite3.OperationalError, OperationalError) as error:
            # the signal was heard within SQLite, which knows only that it was told to stop
            if getattr(getattr(error, "orig", error), "sqlite_errorname", "") == "SQLITE_INTERRUPT":
                raise KeyboardInterrupt from None
            raise
        if broken := self._driver.execute("PRAGMA foreign_key_check").fetchone():
            raise Damaged(f"a row of {broken[0]} refers to one of {broken[2]} that is not there")

    def keep(self) -> None:
        self._connection.commit()
        self._driver.execute("PRAGMA journal_mode = WAL").close()
        self._connection.close()
        self._connection.engine.dispose()
        with self._draft.open("rb+") as file:
            os.fsync(file.fileno())
        try:
            give_name(self._draft, self._path)
        except FileExistsError:
            raise _there(self._path) from None
        self.kept = True
        sync_directory(self._path.parent)


@contextmanager
def _file(path: Path, now: datetime) -> Iterator[Target]:
    draft = path.with_name(path.name + UNFINISHED)
    with _locked(draft), translated(str(path)):
        target = None
        try:
            engines = make_engines(parsed(draft))
            prepare_sqlite(engines, SCHEMA, now, lambda _: None)
            engines.dispose()
            engine = sqlite_engine(parsed(draft), foreign_keys=False)
            with engine.connect() as connection:
                yield (target := _File(connection, draft, path))
            engine.dispose()
        finally:
            if target is None or not target.kept:
                _remove(draft, draft)


@contextmanager
def _locked(draft: Path) -> Iterator[None]:
    """An empty draft that is ours alone. What an interrupted copy left is thrown away."""
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise BadInput(f"it cannot be written: {error.strerror}", target=safe(str(draft), 200)) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # one that was finished between the two lines above bears the name of a database by now
            if not os.path.samestat(os.fstat(descriptor), draft.stat()):
                raise BlockingIOError
        except (BlockingIOError, FileNotFoundError):
            raise Refused("another copy writes there", target=safe(str(draft), 200), hint="wait for it") from None
        os.ftruncate(descriptor, 0)
        _remove(draft)
        yield
    finally:
        os.close(descriptor)


def _remove(draft: Path, *files: Path) -> None:
    """What SQLite keeps beside a draft, and these."""
    for file in (*(Path(f"{draft}{ending}") for ending in ("-wal", "-shm", "-journal")), *files):
        file.unlink(missing_ok=True)


def _there(path: Path) -> AlreadyThere:
    return AlreadyThere("the file is there already", target=safe(str(path), 200), hint="a copy goes into a new file")


class _Shared:
    searchable = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._side = PostgresqlSide(connection)
        outlast(connection)
        connection.execute(meta.delete())
        for table in every_table().sorted_tables:
            if connection.execute(select(*table.primary_key).limit(1)).first() is not None:
                raise AlreadyThere(f"the database is not empty: {table.name} holds rows", hint=_UNUSED)
        self._triggers("DISABLE")
        self._later = connection.exec_driver_sql(_SECONDARY).all()
        for name, _definition in self._later:
            connection.exec_driver_sql(f"DROP INDEX {connection.dialect.identifier_preparer.quote(name)}")

    @property
    def side(self) -> Side:
        return self._side

    def _triggers(self, how: str) -> None:
        for table in every_table().sorted_tables:
            self._connection.exec_driver_sql(f"ALTER TABLE {self._side.quoted(table)} {how} TRIGGER USER")

    def fill(self, table: Table, batches: Iterable[list[Row]], counter: int) -> None:
        quote = self._connection.dialect.identifier_preparer.quote
        columns = ", ".join(quote(column.name) for column in table.columns)
        into = f"COPY {self._side.quoted(table)} ({columns}) FROM STDIN"
        with self._side.driver.cursor() as cursor, cursor.copy(into) as copy:
            for rows in batches:
                for row in rows:
                    copy.write_row(row)
        if counter:
            sequence = self._side.sequence(table)
            self._connection.exec_driver_sql("SELECT setval(%s::regclass, %s)", (sequence, counter))

    def complete(self) -> None:
        for _name, definition in self._later:
            self._connection.exec_driver_sql(definition)
        self._triggers("ENABLE")
        search.prepare(self._connection)
        self.searchable = search.whole(self._connection)
        self._connection.exec_driver_sql("ANALYZE")

    def keep(self) -> None:
        self._connection.commit()


@contextmanager
def _shared(place: Any, key: Key) -> Iterator[Target]:
    engines = make_engines(place)
    try:
        with translated(engines.target):
            with engines.reader.begin() as connection:
                revision = current(connection)
                if revision is None and inspect(connection).get_table_names():
                    raise Damaged("this is a database of another program", hint=_UNUSED)
            prepare_postgresql(engines, SCHEMA, partial(mark_with, key), upgrade=revision is None)
            with engines.writer.connect() as connection:
                check_key(connection, key, engines.target)
                yield _Shared(connection)
    finally:
        engines.dispose()


@contextmanager
def opened(place: str | Path, key: Key, now: datetime) -> Iterator[Target]:
    """The target at a file name or URL, to be written and kept; left without `keep` there is nothing of it.

    Errors: AlreadyThere: it is not empty; BadInput, Refused, Damaged, Unreachable.
    """
    url = parsed(place)
    if url.get_backend_name() != "sqlite":
        with _shared(url, key) as target:
            yield target
        return
    path = Path(url.database or "")
    if path.exists() or path.is_symlink():
        raise _there(path)
    if not path.parent.is_dir():
        raise BadInput("there is no such folder", target=safe(str(path.parent), 200))
    with _file(path, now) as target:
        yield target
