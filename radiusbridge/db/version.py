"""Whether anything was committed since one last looked: cheaper than reading it again."""

import sqlite3

from radiusbridge.db.engines import SQLITE, Engines, sqlite_file


class Version:
    """Of one database. SQLite counts, for one connection, the commits of all others (`PRAGMA data_version`)."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._connection: sqlite3.Connection | None = None

    def read(self) -> int | None:
        """Another number after each commit, whoever committed; None: this kind of database does not tell. Blocks.
        Errors: the driver's."""
        if self._engines.dialect != SQLITE:
            return None
        if self._connection is None:
            self._connection = sqlite_file(self._engines.target)
        found: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return found

    def close(self) -> None:
        """Close the connection; `read` would open another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
