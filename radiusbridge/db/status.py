"""How a database stands: looked at, never changed, and not brought to this program's revision."""

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from radiusbridge.db import search
from radiusbridge.db.database import check_key
from radiusbridge.db.engines import SQLITE, Engines, make_engines, parsed
from radiusbridge.db.faults import LEAST_ROOM, translated
from radiusbridge.db.holders import Holder, holders
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.schema import SCHEMA, current, every_table
from radiusbridge.db.tables import operation
from radiusbridge.db.topics import OTHERS, TOPICS
from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.text import safe

_READ_ONLY_BY_SETTING = (
    "SELECT 1 FROM pg_db_role_setting, unnest(setconfig) AS given WHERE given = 'default_transaction_read_only=on'"
    " AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
    " AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))"
)


@dataclass(frozen=True, slots=True)
class Index:
    """The index of customers' words. present: searches use it. sound: a sample of customers was found by it; None: not
    asked. lacking: customers that changed since it was brought up to date, who are looked at one by one."""

    present: bool
    sound: bool | None = None
    lacking: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """kind: `sqlite` or `postgresql`. revision: None where there are no tables of ours. size: octets. key: why the key
    does not fit, empty: it does. durable: what a commit waits for, by the database's own names. read_only: why nothing
    can be written. rows, index, unfinished and holders are known only at this program's revision."""

    target: str
    kind: str
    software: str
    revision: str | None
    size: int
    key: str
    durable: Mapping[str, str]
    read_only: tuple[str, ...]
    rows: Mapping[str, int] = field(default_factory=dict)
    index: Index | None = None
    unfinished: Mapping[str, int] = field(default_factory=dict)
    holders: tuple[Holder, ...] = ()

    @property
    def current(self) -> bool:
        """Whether its schema is this program's."""
        return self.revision == SCHEMA.head


def look(place: str | Path, key: KeyFile) -> Standing:
    """How the database at a file name or URL stands. Blocks. Errors: BadInput: there is none; Unreachable,
    LoginRefused; Damaged: it cannot be read."""
    url = parsed(place)
    if url.get_backend_name() == SQLITE and not Path(url.database or "").is_file():
        raise BadInput("there is no such database", target=safe(url.database or "", 200))
    engines = make_engines(url)
    try:
        with translated(engines.target), engines.reader.begin() as connection:
            return _standing(engines, connection, key)
    finally:
        engines.dispose()


def _standing(engines: Engines, connection: Connection, key: KeyFile) -> Standing:
    revision = current(connection)
    embedded = engines.dialect == SQLITE
    outside = _of_sqlite(engines.target, connection) if embedded else _of_postgresql(connection, revision)
    known: dict[str, Any] = {}
    if revision == SCHEMA.head:
        present = search.whole(connection) and (not embedded or search.capable(connection))
        lacking = search.lacking(connection) if present else 0
        known = {
            "rows": _rows(connection),
            "index": Index(present, search.sound(connection) if present else None, lacking),
            "unfinished": _unfinished(connection),
            "holders": holders(connection),
        }
    fits = "there are no tables" if revision is None else _key(connection, key, engines.target)
    return Standing(
        target=engines.target,
        kind=engines.dialect,
        revision=revision,
        key=fits,
        **outside,
        **known,
    )


def _key(connection: Connection, key: KeyFile, target: str) -> str:
    try:
        check_key(connection, key, target)
    except RadiusbridgeError as error:
        return error.summary
    return ""


def _rows(connection: Connection) -> dict[str, int]:
    tables = every_table().tables
    topics = {name: topic for topic, names in TOPICS.items() for name in names}
    found = dict.fromkeys(TOPICS, 0)
    for name, table in tables.items():
        topic = topics.get(name, OTHERS)
        found[topic] = found.get(topic, 0) + (connection.scalar(select(func.count()).select_from(table)) or 0)
    return found


def _unfinished(connection: Connection) -> dict[str, int]:
    o = operation.c
    counted = select(o.status, func.count()).where(o.finished_at.is_(None)).group_by(o.status)
    return {str(status): count for status, count in connection.execute(counted)}


def _of_sqlite(file: str, connection: Connection) -> dict[str, Any]:
    mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
    sizes = [path.stat().st_size for path in (Path(file), Path(f"{file}-wal")) if path.exists()]
    return {
        "software": f"SQLite {sqlite3.sqlite_version}",
        "size": sum(sizes),
        # what each connection that writes asks for (engines.sqlite_engine)
        "durable": {"journal_mode": mode, "synchronous": "full"},
        "read_only": tuple(_unwritable(Path(file))),
    }


def _unwritable(file: Path) -> list[str]:
    room = os.statvfs(file.parent)
    whys = {
        "the file system is mounted read-only": bool(room.f_flag & os.ST_RDONLY),
        "the file may not be written by this user": not os.access(file, os.W_OK),
        "the folder may not be written by this user": not os.access(file.parent, os.W_OK),
        "the disk is full": room.f_bavail * room.f_frsize < LEAST_ROOM,
    }
    return [why for why, so in whys.items() if so]


def _of_postgresql(connection: Connection, revision: str | None) -> dict[str, Any]:
    def told(statement: str) -> object:
        return connection.exec_driver_sql(statement).scalar()

    whys = {
        "the server is a standby": told("SELECT pg_is_in_recovery()"),
        "transactions are set to read only": told(_READ_ONLY_BY_SETTING),
    }
    if revision is not None:
        may = "SELECT NOT has_table_privilege('operation', 'INSERT, UPDATE, DELETE')"
        whys["this user may not write"] = told(may)
    return {
        "software": f"PostgreSQL {told('SHOW server_version')}",
        "size": int(str(told("SELECT pg_database_size(current_database())"))),
        "durable": {name: str(told(f"SHOW {name}")) for name in ("fsync", "synchronous_commit")},
        "read_only": tuple(why for why, so in whys.items() if so),
    }
