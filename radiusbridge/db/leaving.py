"""Readings whose caller may leave: the query then ends at once, instead of keeping a reader from those who wait."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Condition
from typing import Any

from sqlalchemy import Connection

from radiusbridge.domain.errors import ConnectionLost

_TOLD = 2.0
"""Seconds in which PostgreSQL has to take the word."""
_AGAIN = 0.02
"""Seconds until a reading that goes on is stopped again: between two statements there is nothing to stop."""


class Leaving:
    """One reading. Whoever stops it may be in another thread than the reading; it never hits the next user of the
    connection, since the connection is let go under the same lock."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._connection: Connection | None = None
        self._left = False

    @contextmanager
    def using(self, connection: Connection) -> Iterator[None]:
        """While the reading asks on that connection. ConnectionLost: the caller left before it began."""
        with self._changed:
            if self._left:
                raise ConnectionLost("the reading is not wanted any more")
            self._connection = connection
        try:
            yield
        finally:
            with self._changed:
                self._connection = None
                self._changed.notify_all()

    def stop(self) -> None:
        """End what the reading asks. Blocks until it has ended; PostgreSQL is told on a connection of its own."""
        with self._changed:
            self._left = True
            while self._connection is not None:
                _stop(self._connection.connection.driver_connection)
                self._changed.wait(_AGAIN)


def _stop(raw: Any) -> None:
    if isinstance(raw, sqlite3.Connection):
        raw.interrupt()
    else:
        with suppress(Exception):  # a server that takes no word goes on with the query, as it would have
            raw.cancel_safe(timeout=_TOLD)
