"""Readings whose caller may leave: the query then ends at once, instead of keeping a reader from those who wait."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from radiusbridge.domain.errors import ConnectionLost

_TOLD = 2.0
"""Seconds in which PostgreSQL has to take the word."""


class Leaving:
    """One reading. Whoever stops it may be in another thread than the reading; it never hits the next user of the
    connection, since the connection is let go under the same lock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._connection: Connection | None = None
        self._left = False

    @contextmanager
    def using(self, connection: Connection) -> Iterator[None]:
        """While the reading asks on that connection. ConnectionLost: the caller left before it began."""
        with self._lock:
            if self._left:
                raise ConnectionLost("the reading is not wanted any more")
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None

    def stop(self) -> None:
        """End what the reading asks now. Blocks on PostgreSQL: the server is told on a connection of its own."""
        with self._lock:
            self._left = True
            raw = None if self._connection is None else self._connection.connection.driver_connection
            if raw is not None:
                _stop(raw)


def _stop(raw: Any) -> None:
    if isinstance(raw, sqlite3.Connection):
        raw.interrupt()
    else:
        with suppress(Exception):  # a server that takes no word goes on with the query, as it would have
            raw.cancel_safe(timeout=_TOLD)
