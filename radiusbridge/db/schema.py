"""The schema's age: made, checked and migrated at opening.

Alembic takes longer to import than everything else together, so the version row is compared without it, and a new
SQLite file is made from the table definitions (a test holds them equal to the migrations).
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select

from radiusbridge.db import search
from radiusbridge.db.columns import metadata
from radiusbridge.db.engines import Engines, sqlite_engine
from radiusbridge.domain.errors import Damaged

VERSION_TABLE = "schema_version"
_version = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)


@dataclass(frozen=True, slots=True)
class Schema:
    """The revisions that this program knows, oldest first, and where their scripts are."""

    revisions: tuple[str, ...]
    scripts: Path

    @property
    def head(self) -> str:
        """The revision that the table definitions stand at."""
        return self.revisions[-1]


SCHEMA = Schema(revisions=("0001",), scripts=Path(__file__).parent / "migrations")


_DEFINING = (
    "agent_tables",
    "alert_tables",
    "bulk_tables",
    "device_tables",
    "import_tables",
    "line_tables",
    "partial_indexes",
    "probe_tables",
    "reading_tables",
    "standby_tables",
    "tables",
    "voucher_book_tables",
    "voucher_count_tables",
    "voucher_print_tables",
    "voucher_tables",
)
"""Modules that define tables and their indexes."""


def every_table() -> MetaData:
    """All of them: the modules that define them are loaded here, since only a new database needs them at once."""
    for name in _DEFINING:
        import_module(f"{__package__}.{name}")
    return metadata


def current(connection: Connection) -> str | None:
    """The revision that the database stands at; None: nothing of ours is in it."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(_version.c.version_num))


def prepare_sqlite(engines: Engines, schema: Schema, now: datetime, mark: Callable[[Connection], None]) -> None:
    """Make or migrate the tables of an embedded file. `mark` writes the key's mark into a new one."""
    target = engines.target
    # Looked at before the writer connects, which changes the file's journal mode.
    with engines.reader.begin() as connection:
        revision = current(connection)
        if revision is None and inspect(connection).get_table_names():
            raise Damaged("this is a database of another program", target=target, hint="name another file")
    if revision is None:
        revision = _make_sqlite(engines, mark)
    _refuse_newer(revision, schema, target)
    if revision != schema.head:
        back_up(Path(target), Path(f"{target}.{revision}.{now:%Y%m%dT%H%M%SZ}.backup"))
        _migrate_sqlite(engines, schema)
    _index_sqlite(engines)


def prepare_postgresql(engines: Engines, schema: Schema, mark: Callable[[Connection], None], *, upgrade: bool) -> None:
    """Check the shared database's schema, and make or migrate it only where that was asked for."""
    target = engines.target
    with engines.reader.begin() as connection:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        revision = current(connection)
    if encoding != "UTF8":
        raise Damaged(f"the database's encoding is {encoding}, not UTF8", target=target, hint="create it anew")
    if revision is not None:
        _refuse_newer(revision, schema, target)
    if revision == schema.head and not upgrade:
        return
    if not upgrade:
        state = "has no tables yet" if revision is None else f"has an older schema ({revision})"
        raise Damaged(f"the database {state}", target=target, hint="run: radiusbridge db upgrade")
    with engines.writer.begin() as connection:
        revision = current(connection)
        if revision != schema.head:
            run_scripts(connection, schema)
        if revision is None:
            mark(connection)
        search.prepare(connection)


def _make_sqlite(engines: Engines, mark: Callable[[Connection], None]) -> str:
    with engines.writer.begin() as connection:
        revision = current(connection)
        if revision is not None:
            return revision
        every_table().create_all(connection)
        _version.create(connection)
        connection.execute(insert(_version).values(version_num=SCHEMA.head))
        mark(connection)
    return SCHEMA.head


def _index_sqlite(engines: Engines) -> None:
    """A file that another SQLite made may lack its index."""
    with engines.reader.begin() as connection:
        lacking = not search.whole(connection) and search.capable(connection)
    if lacking:
        with engines.writer.begin() as connection:
            search.prepare(connection)


def back_up(source: Path, copy: Path) -> None:
    """Copy a SQLite file, as of one moment, into a new file of mode 0600; on disk when this returns."""
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(copy)) as target:
        origin.backup(target)


def _refuse_newer(revision: str, schema: Schema, target: str) -> None:
    if revision not in schema.revisions:
        raise Damaged(
            f"the database's schema ({revision}) is newer than this program",
            target=target,
            hint="upgrade radiusbridge",
        )


def _migrate_sqlite(engines: Engines, schema: Schema) -> None:
    """Foreign keys cannot be switched inside a transaction; they are checked as a whole before the commit."""
    engine = sqlite_engine(engines.url, foreign_keys=False)
    try:
        with engine.begin() as connection:
            if current(connection) == schema.head:
                return
            run_scripts(connection, schema)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise Damaged("the migration would break references; nothing was changed", target=engines.target)
    finally:
        engine.dispose()


def run_scripts(connection: Connection, schema: Schema) -> None:
    """Run Alembic's scripts up to the head, in the connection's transaction, and make the index of customers, which a
    script that builds their table anew takes its triggers."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    # ConfigParser reads `%` as interpolation.
    config.set_main_option("script_location", str(schema.scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, schema.head)
    search.prepare(connection)
