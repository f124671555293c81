"""Engines: how connections of each dialect are set up. One for writing, one that can only read.

Writers stand in one queue on both dialects: SQLite by `BEGIN IMMEDIATE`, PostgreSQL by an advisory lock that each
writing transaction takes first. So a check followed by a write in one transaction holds, numbers have no gaps or
repeats, and events leave the outbox in the order of their commits.
"""

import sqlite3
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from radiusbridge.domain.errors import BadInput

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
BUSY_SECONDS = 5
_WRITER_LOCK = 0x7261646272


@dataclass(frozen=True, slots=True)
class Engines:
    """The two engines of one database."""

    url: URL
    writer: Engine
    reader: Engine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.writer.dialect.name

    @property
    def target(self) -> str:
        """The database as it is named in messages; without a password."""
        return target_of(self.url)

    def dispose(self) -> None:
        """Close all connections."""
        self.reader.dispose()
        self.writer.dispose()


def target_of(url: URL) -> str:
    """The database as it is named in messages: the file, or the URL without its password."""
    if url.get_backend_name() == SQLITE:
        return url.database or ""
    return url.set(drivername=POSTGRESQL).render_as_string(hide_password=True)


def parsed(place: str | Path) -> URL:
    """The URL of a file name, `sqlite:///FILE` or `postgresql://…`. BadInput: anything else."""
    if isinstance(place, Path) or "://" not in place:
        return URL.create(SQLITE, database=str(Path(place).expanduser().absolute()))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise BadInput("not a database address", hint="use a file name or postgresql://USER@HOST/NAME") from None
    backend = url.drivername.partition("+")[0]
    if backend == SQLITE and url.database:
        return URL.create(SQLITE, database=str(Path(url.database).expanduser().absolute()))
    if backend in {POSTGRESQL, "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    raise BadInput("no such kind of database", target=backend, hint="use a file name or postgresql://USER@HOST/NAME")


def make_engines(url: URL) -> Engines:
    """Engines for the URL; nothing is opened yet. BadInput: the PostgreSQL driver is not installed."""
    if url.get_backend_name() == SQLITE:
        return Engines(url, sqlite_engine(url), sqlite_engine(url, read_only=True))
    return Engines(url, _postgresql_engine(url), _postgresql_engine(url, read_only=True))


def sqlite_engine(url: URL, *, read_only: bool = False, foreign_keys: bool = True) -> Engine:
    """An engine on a file. `foreign_keys` off only for migrations, which build tables anew."""
    engine = create_engine(
        url,
        hide_parameters=True,
        creator=partial(sqlite_file, url.database or ""),
        pool_size=4 if read_only else 1,
        max_overflow=0,
        # The connection that was used last has the pages that are wanted again; the others need no cache of their own.
        pool_use_lifo=True,
    )
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    pragmas = ["synchronous = FULL", f"foreign_keys = {'ON' if foreign_keys else 'OFF'}", "recursive_triggers = ON"]
    # The system keeps the pages that are read; a large cache of SQLite's own would hold them twice.
    pragmas += ["query_only = ON", "cache_size = -512"] if read_only else ["journal_mode = WAL"]

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # The driver's own BEGIN comes too late and is deferred: SQLAlchemy's begin event takes its place.
        connection.isolation_level = None
        connection.create_function("line_of", 2, _line_of, deterministic=True)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def sqlite_file(file: str) -> sqlite3.Connection:
    """A connection to a file that is there: one that went missing while others have it open is not made anew."""
    place = f"file:{quote(file)}?mode=rw"
    return sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)


def _line_of(text: str, number: int) -> str:
    lines = text.split("\n", number + 1)
    return lines[number] if number < len(lines) else ""


def _postgresql_engine(url: URL, *, read_only: bool = False) -> Engine:
    given = url.query.get("options", "")
    options = [given if isinstance(given, str) else " ".join(given), "-c timezone=UTC"]
    options.append(f"-c lock_timeout={BUSY_SECONDS}s -c idle_in_transaction_session_timeout=60s")
    if read_only:
        # A plan made for any text would look for one letter in the index of trigrams, which takes all of it.
        options.append("-c default_transaction_read_only=on -c plan_cache_mode=force_custom_plan")
    try:
        engine = create_engine(
            url,
            hide_parameters=True,
            connect_args={"options": " ".join(options).strip(), "connect_timeout": 10},
            isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
            pool_size=4 if read_only else 1,
            max_overflow=0,
            pool_pre_ping=True,
        )
    except ImportError:
        raise BadInput(
            "the PostgreSQL driver is not installed",
            target=target_of(url),
            hint="install radiusbridge[postgresql]",
        ) from None
    if not read_only:

        @event.listens_for(engine, "begin")
        def _begun(connection: Connection) -> None:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")

    return engine
