"""The PostgreSQL database of a FreeRADIUS: our own engine on it, behind the thread hop of our own database.

We never make or change a table there. Reading takes one round trip on a warm connection; a transaction that lost its
connection is carried out once more, which does no harm since each compares before it writes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Executable, Row, create_engine, text

from radiusbridge.db.hop import ThreadHop
from radiusbridge.domain.errors import BadInput, ConnectionLost, NotSuchPeer
from radiusbridge.domain.records import SqlAccess, TlsMode
from radiusbridge.gateways.accounts.freeradius_columns import read_columns
from radiusbridge.gateways.accounts.freeradius_faults import translated
from radiusbridge.gateways.accounts.freeradius_tables import Tables

CONNECT_SECONDS, STATEMENT_SECONDS, LOCK_SECONDS = 5, 10, 5
LIST_SECONDS = 300
"""For the first row of a list of everybody, and between two looks at it."""
BATCH = 2000
_THREADS = 4
T = TypeVar("T")


class SqlDatabase:
    """One database. `read` and `write` run a function of (tables, connection) and return what it returns."""

    def __init__(self, access: SqlAccess) -> None:
        self.access = access
        self.target = f"{access.database} at {access.host}:{access.port}"
        self._hop = ThreadHop(_THREADS)
        self._engine: Engine | None = None
        self._tables: Tables | None = None

    async def read(self, work: Callable[[Tables, Connection], T]) -> T:
        """Run a function that only reads, each of its statements for itself. Raises errors of the tree."""
        return await self._hop.run_read(lambda: self._twice(lambda: self._read(work)))

    async def write(self, work: Callable[[Tables, Connection], T]) -> T:
        """Run a function in one transaction. It may run twice. Raises errors of the tree."""
        return await self._hop.run_read(lambda: self._twice(lambda: self._write(work)))

    async def plain(self, work: Callable[[Connection], T]) -> T:
        """As `read`, whatever tables there are."""

        def run() -> T:
            with translated(self.target), self._made().connect() as connection:
                return work(connection)

        return await self._hop.run_read(lambda: self._twice(run))

    async def stream(self, statement: Callable[[Tables], Executable]) -> AsyncIterator[list[Row[Any]]]:
        """The rows of a long list, some at a time, by a cursor of the server's."""
        opened: list[Connection] = []

        def begin() -> Any:
            with translated(self.target):
                tables = self._known()
                connection = self._made().execution_options(isolation_level="READ COMMITTED").connect()
                opened.append(connection)
                for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    connection.execute(text(f"SET LOCAL {setting} = '{LIST_SECONDS}s'"))
                return iter(
                    connection.execution_options(stream_results=True, max_row_buffer=BATCH).execute(statement(tables))
                )

        def some(rows: Any) -> list[Row[Any]]:
            with translated(self.target):
                return list(islice(rows, BATCH))

        try:
            rows = await self._hop.run_read(begin)
            while batch := await self._hop.run_read(lambda: some(rows)):
                yield batch
        finally:
            await asyncio.shield(self._hop.run_read(lambda: _close(opened)))

    async def forget(self) -> None:
        """Give back the connections over which nothing goes on."""
        if self._engine is not None:
            await self._hop.run_read(self._engine.dispose)

    async def close(self) -> None:
        """Close all connections; nothing is taken any more."""
        await self._hop.close(lambda: None if self._engine is None else self._engine.dispose())

    def _twice(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except ConnectionLost:
            # most often the server was started anew while the connection was idle
            return work()
        except NotSuchPeer:
            self._tables = None
            raise

    def _read(self, work: Callable[[Tables, Connection], T]) -> T:
        with translated(self.target):
            tables = self._known()
            with self._made().connect() as connection:
                return work(tables, connection)

    def _write(self, work: Callable[[Tables, Connection], T]) -> T:
        with translated(self.target):
            tables = self._known()
            engine = self._made().execution_options(isolation_level="READ COMMITTED")
            with engine.begin() as connection:
                return work(tables, connection)

    def _known(self) -> Tables:
        if self._tables is None:
            with self._made().connect() as connection:
                self._tables = Tables(read_columns(connection))
        return self._tables

    def _made(self) -> Engine:
        if self._engine is None:
            self._engine = _engine(self.access, self.target)
        return self._engine


def _close(connections: list[Connection]) -> None:
    for each in connections:
        each.close()


def _engine(access: SqlAccess, target: str) -> Engine:
    settings = {
        "timezone": "UTC",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "lock_timeout": f"{LOCK_SECONDS}s",
        "idle_in_transaction_session_timeout": "60s",
    }
    arguments: dict[str, object] = {
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "radiusbridge",
        "gssencmode": "disable",
        "sslmode": "verify-full" if access.tls is TlsMode.TLS else "prefer",
    }
    if access.tls is TlsMode.TLS:
        arguments["sslrootcert"] = access.ca_file or "system"
    url = URL.create(
        "postgresql+psycopg", access.user, access.password.reveal(), access.host, access.port, access.database
    )
    try:
        return create_engine(
            url,
            hide_parameters=True,
            connect_args=arguments,
            isolation_level="AUTOCOMMIT",
            pool_size=_THREADS,
            max_overflow=_THREADS,
            pool_timeout=STATEMENT_SECONDS,
            pool_use_lifo=True,
        )
    except ImportError:
        hint = "install radiusbridge[postgresql]"
        raise BadInput("the PostgreSQL driver is not installed", target=target, hint=hint) from None
