"""What PostgreSQL and its driver say, in the error tree: what happened to which database, and what next."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from radiusbridge.domain.errors import (
    BadInput,
    ConnectionLost,
    DeadlinePassed,
    LoginRefused,
    NotAllowed,
    NotSuchPeer,
    PeerRefused,
    RadiusbridgeError,
    Unreachable,
)
from radiusbridge.domain.text import safe

_GRANTS = "give our role its rights: docs/howto/freeradius.md has the GRANT lines"
_SCHEMA = "is it FreeRADIUS's database? its tables are in mods-config/sql/main/postgresql/schema.sql"
_STATES: tuple[tuple[str, type[RadiusbridgeError], str, str], ...] = (
    ("28", LoginRefused, "the database refused the login", "check user, password and pg_hba.conf"),
    ("3D000", NotSuchPeer, "there is no such database", "check --sql-database"),
    ("3F", NotSuchPeer, "there is no such schema", _SCHEMA),
    ("42P01", NotSuchPeer, "a table is missing", _SCHEMA),
    ("42703", NotSuchPeer, "a column is missing", _SCHEMA),
    ("42501", NotAllowed, "our role lacks a right", _GRANTS),
    ("25006", NotAllowed, "the database takes no writes", "name the primary server, not a replica"),
    ("57014", DeadlinePassed, "the database did not answer in time", "server test tells which index is missing"),
    ("55P03", DeadlinePassed, "somebody else holds the rows", "try again"),
    ("40", Unreachable, "the database was busy with the same rows", "try again"),
    ("53100", PeerRefused, "the database server's disk is full", "make room there"),
    ("53", Unreachable, "the database server takes no more connections", "try again"),
    ("57", ConnectionLost, "the database server is shutting down or ended the session", "try again"),
    ("08", ConnectionLost, "the connection to the database broke", "try again"),
    ("23", PeerRefused, "the database refused a row", "a constraint of somebody's own stands in the way"),
    ("22", PeerRefused, "the database refused a value", "look at the column's type there"),
)
_LATER = ("starting up", "shutting down", "too many", "remaining connection", "recovery")
"""What a server that answers says when it takes nobody now."""


@contextmanager
def translated(target: str) -> Iterator[None]:
    """Raise whatever the driver raises inside as an error of the tree, about `target`."""
    try:
        yield
    except PoolTimeout as error:
        raise Unreachable("all our connections to the database are in use", target=target, hint="try again") from error
    except SQLAlchemyError as error:
        # what the driver says beside it may hold the row that was refused, with its password
        raise said(error, target) from None
    except UnicodeError as error:
        raise BadInput("a text cannot be stored there", target=target) from error


def said(error: Exception, target: str) -> RadiusbridgeError:
    """The error of the tree for one of SQLAlchemy's or the driver's."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, UnicodeError):
        return BadInput("a text cannot be stored there", target=target)
    line = str(original).strip().partition("\n")[0]
    words = safe(line.rpartition("FATAL:" if "FATAL:" in line else " failed: ")[2].strip(), 200)
    state = getattr(original, "sqlstate", None) or ""
    for prefix, kind, summary, hint in _STATES:
        if state.startswith(prefix):
            return kind(f"{summary}: {words}", target=target, hint=hint)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return ConnectionLost(f"the connection to the database broke: {words}", target=target, hint="try again")
    if state:
        return PeerRefused(f"the database refused it: {words}", target=target)
    return _unconnected(original, words, target)


def _unconnected(original: BaseException | None, words: str, target: str) -> RadiusbridgeError:
    """Without a state nothing was asked: nobody answered, or the server turned us down at the door."""
    text = str(original)
    if "FATAL" in text and not any(each in text for each in _LATER):
        if "does not exist" in text and "database" in text:
            return NotSuchPeer(f"there is no such database: {words}", target=target, hint="check --sql-database")
        hint = "check user, password and pg_hba.conf; where it wants TLS: --sql-tls"
        return LoginRefused(f"the database refused the login: {words}", target=target, hint=hint)
    if "certificate" in text or "SSL" in text:
        return NotSuchPeer(f"TLS failed: {words}", target=target, hint="check --sql-tls and --sql-ca-file")
    if "timeout" in text:
        return DeadlinePassed("the database did not answer in time", target=target, hint="check address and firewall")
    return Unreachable(f"the database cannot be reached: {words}", target=target, hint="check address and port")
