"""The database: opened once, then asked through `read` and `write`."""

import asyncio
import base64
import os
from collections.abc import Callable
from contextlib import nullcontext
from copy import copy
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, insert, select

from radiusbridge.db import search
from radiusbridge.db.crypt import Cipher, use_cipher
from radiusbridge.db.engines import SQLITE, Engines, make_engines, parsed
from radiusbridge.db.errors import Busy
from radiusbridge.db.faults import translated
from radiusbridge.db.group import Writer
from radiusbridge.db.hop import Hop, ThreadHop
from radiusbridge.db.keys import Key, KeyFile
from radiusbridge.db.leaving import Leaving
from radiusbridge.db.marks import Marks
from radiusbridge.db.schema import SCHEMA, Schema, prepare_postgresql, prepare_sqlite
from radiusbridge.db.tables import meta
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.db.version import Version
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import Damaged, Refused

T = TypeVar("T")

_PAUSES = (0.05, 0.2, 1.0)
"""Seconds between tries of a transaction that found the database busy, each try having waited itself."""
_SQLITE_START = b"SQLite format 3\0"
_CANARY = "key_canary"
_CANARY_PLACE = "meta.key_canary"
_CANARY_TEXT = b"radiusbridge"


class Database:
    """One database: the embedded file, or PostgreSQL."""

    def __init__(self, engines: Engines, hop: Hop, clock: Clock, marks: Marks, *, indexed: bool) -> None:
        self.marks = marks
        self.indexed = indexed
        """Whether words are looked for by an index; otherwise in all rows, more slowly."""
        self._engines = engines
        self._hop = hop
        self._clock = clock
        self._writer = Writer(engines, self._hop, clock.now)
        self._version = Version(engines)
        self._closed = False
        self.read_only = False

    @classmethod
    def open(
        cls,
        url: str | Path,
        *,
        key: Key | KeyFile,
        clock: Clock,
        hop: Hop | None = None,
        upgrade: bool = False,
        schema: Schema = SCHEMA,
    ) -> Self:
        """Open a file (made where missing, migrated after a backup where old) or `postgresql://…` (only checked,
        unless `upgrade`). A `KeyFile` that is missing is made for a new database only.

        Blocks: call it before the event loop runs, or in a thread.
        Errors: Damaged (file, schema or key), BadInput (address, mode of the key file), Unreachable, LoginRefused.
        """
        engines = make_engines(parsed(url))
        try:
            with translated(engines.target):
                if engines.dialect == SQLITE:
                    _make_file(Path(engines.target))
                    prepare_sqlite(engines, schema, clock.now(), partial(mark_with, key))
                else:
                    prepare_postgresql(engines, schema, partial(mark_with, key), upgrade=upgrade)
                with engines.reader.begin() as connection:
                    cipher, marks = check_key(connection, key, engines.target)
                    indexed = search.use(connection, engines.writer.dialect, engines.reader.dialect)
        except BaseException:
            engines.dispose()
            raise
        for engine in (engines.writer, engines.reader):
            use_cipher(engine.dialect, cipher)
        return cls(engines, hop or ThreadHop(), clock, marks, indexed=indexed)

    @property
    def target(self) -> str:
        """The file, or the URL without its password."""
        return self._engines.target

    def only_reading(self) -> Self:
        """The same database, where every write is refused."""
        guarded = copy(self)
        guarded.read_only = True
        return guarded

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` in one transaction and commit it; an exception rolls back and is raised here.

        `work` may run again after a transaction that did not commit, so it does nothing but ask its unit of work.
        Writes that wait at the same time are committed together (`db.group`).
        Cancelled, the caller leaves, and the transaction ends by itself.
        Errors: what `work` raises, Busy (nothing written), ConnectionLost (whether it was written is not known),
        Refused where only reading is allowed.
        """
        if self.read_only:
            raise Refused("nothing is changed: it is read-only", hint="go without --read-only")
        for pause in _PAUSES:
            try:
                return await self._written(work)
            except Busy:
                await self._clock.sleep(pause)
        return await self._written(work)

    async def _written(self, work: Callable[[UnitOfWork], T]) -> T:
        write = self._writer.announce(work)
        result: T = await self._hop.run_write(partial(self._writer.settle, write))
        return result

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` in one transaction that sees one moment and cannot write."""
        return await self._hop.run_read(partial(self._read, work))

    async def read_while_wanted(self, work: Callable[[UnitOfWork], T]) -> T:
        """The same; cancelled, the caller leaves, and what is asked ends at once: for a list that is being typed."""
        leaving = Leaving()
        try:
            return await self._hop.run_read(partial(self._read, work, leaving))
        except asyncio.CancelledError:
            asyncio.get_running_loop().run_in_executor(None, leaving.stop)
            raise

    async def version(self) -> int | None:
        """Another number after each commit, whoever committed; None: this kind of database does not tell."""
        return await self._hop.run_read(self._read_version)

    async def close(self) -> None:
        """Wait for running transactions, then close the connections and the hop. Again: nothing."""
        if self._closed:
            return
        self._closed = True
        # a connection of SQLite that is closed while another thread asks on it takes the process down
        await self._hop.close(self._dispose)

    def _dispose(self) -> None:
        self._version.close()
        self._engines.dispose()

    def _read_version(self) -> int | None:
        with translated(self.target):
            return self._version.read()

    def _read(self, work: Callable[[UnitOfWork], T], leaving: Leaving | None = None) -> T:
        with (
            translated(self.target),
            self._engines.reader.begin() as connection,
            nullcontext() if leaving is None else leaving.using(connection),
        ):
            return work(UnitOfWork(Transaction(connection), self._clock.now()))


def _make_file(path: Path) -> None:
    """SQLite gives its side files the mode of the file, so the file is made here, for its owner only; and it would
    take a very short file for an empty database, and write over it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
            start = file.read(len(_SQLITE_START))
    except OSError as error:
        raise Damaged(
            f"the database file cannot be opened: {error.strerror}",
            target=str(path),
            hint="check its path, owner and mode",
        ) from None
    if start and start != _SQLITE_START:
        raise Damaged("this file is not a database of radiusbridge", target=str(path), hint="name another file")


def mark_with(key: Key | KeyFile, connection: Connection) -> None:
    """Leave in a new database a canary that only its key opens."""
    if isinstance(key, KeyFile):
        key = key.load() if key.path.exists() else key.create()
    sealed = base64.b64encode(Cipher(key).seal(_CANARY_TEXT, _CANARY_PLACE)).decode()
    connection.execute(insert(meta).values(name=_CANARY, value=sealed))


def check_key(connection: Connection, key: Key | KeyFile, target: str) -> tuple[Cipher, Marks]:
    """What a key does in the database that `connection` is to. Damaged: it is not its key."""
    canary = connection.scalar(select(meta.c.value).where(meta.c.name == _CANARY))
    if canary is None:
        raise Damaged("the database has lost the mark of its key", target=target, hint="restore a backup")
    loaded = key.load() if isinstance(key, KeyFile) else key
    cipher = Cipher(loaded)
    try:
        cipher.open(base64.b64decode(canary), _CANARY_PLACE)
    except (Damaged, ValueError):
        raise Damaged(
            f"the key file {loaded.source} is not the key of this database",
            target=target,
            hint="restore the right key file, or name it in RADIUSBRIDGE_KEY_FILE",
        ) from None
    return cipher, Marks(canary, loaded.octets)
