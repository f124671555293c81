"""What drivers raise, said in the error tree: what happened to which database, and what next."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError, StatementError

from radiusbridge.db.errors import Busy
from radiusbridge.domain.errors import (
    AlreadyThere,
    BadInput,
    ConnectionLost,
    Damaged,
    LoginRefused,
    NotAllowed,
    NotSuchPeer,
    RadiusbridgeError,
    Unreachable,
)
from radiusbridge.domain.text import safe

_RESTORE = "restore a backup, or name another file"

_SQLITE = {
    "SQLITE_NOTADB": Damaged("this file is not a database of radiusbridge", hint="name another file"),
    "SQLITE_CORRUPT": Damaged("the database file is damaged", hint=_RESTORE),
    "SQLITE_CANTOPEN": Damaged("the database file cannot be opened", hint="check its path, owner and mode"),
    "SQLITE_READONLY": Damaged("the database cannot be written", hint="check owner and mode of file and directory"),
    "SQLITE_PERM": Damaged("the database cannot be opened", hint="check owner and mode of file and directory"),
    "SQLITE_FULL": Damaged("the disk is full; nothing was written", hint="make room", retryable=True),
    "SQLITE_IOERR": Damaged("the disk failed to read or write the database", hint="check the disk", retryable=True),
    "SQLITE_TOOBIG": BadInput("a value is too large to be stored"),
}
LEAST_ROOM = 65536
"""Octets; less is no room for what SQLite keeps beside its file."""
_BUSY = Busy("the database is busy: another process is writing", hint="try again")

_SQLSTATE: tuple[tuple[str, RadiusbridgeError], ...] = (
    ("40001", _BUSY),
    ("40P01", _BUSY),
    ("55P03", _BUSY),
    ("42501", NotAllowed("the database user lacks a right", hint="make it the owner of the database")),
    ("25006", Damaged("the database is read-only", hint="connect to the primary server")),
    ("53100", Damaged("the database server's disk is full; nothing was written", hint="make room", retryable=True)),
    ("53", Unreachable("the database server takes no more connections", hint="try again")),
    ("54", BadInput("a value is too large to be stored")),
    ("22", BadInput("the database refused a value")),
    ("57", ConnectionLost("the database server is shutting down or ended the session", hint="try again")),
    ("08", ConnectionLost("the connection to the database broke", hint="try again")),
)


@contextmanager
def translated(target: str) -> Iterator[None]:
    """Raise whatever the database's driver raises inside as an error of the tree, about `target`."""
    try:
        yield
    except StatementError as error:
        if isinstance(error.orig, RadiusbridgeError):
            raise error.orig from None
        raise _said(error, target) from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _said(error, target) from error
    except Exception as error:
        # where rows go to the driver itself; it is not loaded for SQLite
        if type(error).__module__.partition(".")[0] != "psycopg":
            raise
        raise _said(error, target) from error


def _said(error: Exception, target: str) -> RadiusbridgeError:
    if isinstance(error, NoSuchModuleError):
        return BadInput("no such kind of database", target=target, hint="use a file name or postgresql://…")
    original = error.orig if isinstance(error, StatementError) else error
    if isinstance(original, UnicodeError | OverflowError):
        return BadInput("a value cannot be stored", target=target)
    if isinstance(original, sqlite3.Error):
        return _about(_of_sqlite(original, error, target), target)
    return _about(_of_postgresql(original, error), target)


def _of_sqlite(original: sqlite3.Error, error: Exception, target: str) -> RadiusbridgeError:
    name = getattr(original, "sqlite_errorname", None) or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return _BUSY
    if isinstance(error, IntegrityError):
        return _of_constraint(str(original))
    if name.startswith("SQLITE_IOERR") and _full(target):
        name = "SQLITE_FULL"  # for the file's memory beside it SQLite tells only that it cannot be had
    known = next((value for prefix, value in _SQLITE.items() if name.startswith(prefix)), None)
    return known or Damaged(f"the database failed: {safe(str(original))}")


def _full(target: str) -> bool:
    """Whether there is no room beside the file."""
    try:
        room = os.statvfs(Path(target).parent)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < LEAST_ROOM


def _of_postgresql(original: BaseException | None, error: Exception) -> RadiusbridgeError:
    state = str(getattr(original, "sqlstate", None) or "")
    if isinstance(error, IntegrityError) or state.startswith("23"):
        return _of_constraint(str(original))
    known = next((value for prefix, value in _SQLSTATE if state.startswith(prefix)), None)
    if known is not None:
        return known
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return ConnectionLost("the connection to the database broke", hint="try again")
    first_line = safe((str(original).splitlines() or [""])[0])
    if not state and type(original).__name__ in {"OperationalError", "ConnectionTimeout"}:
        return _of_connecting(first_line)
    return Damaged(f"the database failed: {first_line}")


def _of_connecting(message: str) -> RadiusbridgeError:
    """While connecting, libpq tells no SQLSTATE; what the server itself said follows `FATAL:`."""
    _, answered, said = message.partition("FATAL:")
    said = said.strip()
    if not answered:
        reason = message.rpartition("failed: ")[2]
        return Unreachable(f"the database server cannot be reached: {reason}", hint="check address and network")
    if said.startswith("database") and said.endswith("does not exist"):
        return NotSuchPeer("no such database on that server", hint="create it with: createdb")
    if "too many" in said or "connection slots" in said or "starting up" in said or "shutting down" in said:
        return Unreachable(f"the database server takes no connection now: {said}", hint="try again")
    return LoginRefused(f"the database server refused the login: {said}", hint="check user, password and pg_hba.conf")


def _of_constraint(message: str) -> RadiusbridgeError:
    first_line = safe((message.splitlines() or [""])[0])
    if "unique" in message.lower():
        return AlreadyThere(f"something of that name is there already: {first_line}")
    return BadInput(f"the database refused the record: {first_line}")


def _about(error: RadiusbridgeError, target: str) -> RadiusbridgeError:
    """A fresh copy: a shared exception object would gather the tracebacks of all its raisings."""
    return type(error)(error.summary, target=target, hint=error.hint, retryable=error.retryable)
