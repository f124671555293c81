"""Which routers there are, and how each of them is as far as is known. Pure but for the look into the database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from radiusbridge.domain.local_access import PPP
from radiusbridge.domain.records import ApiAccess
from radiusbridge.domain.vitals import Traffic, Vitals

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork

SLOW = 1.0
"""Seconds for a small question from which on a router counts as slow."""
NOT_READ = Traffic(why="not read yet")
NO_API = "no API access is known"


class Contact(StrEnum):
    """How it stands with a router, the worst first."""

    DARK = "dark"
    """It does not answer."""
    REFUSED = "refused"
    """It answers, and refuses us."""
    UNKNOWN = "unknown"
    """It was not asked yet, cannot be asked, or our reading of it broke."""
    SLOW = "slow"
    UP = "up"


@dataclass(frozen=True, slots=True)
class RouterHome:
    """A router, once, though it may be server and NAS. endpoint: where its API is, `host:port`; of a NAS without API
    access `nas NAME`. server: the kind of its User Manager, if it is a server."""

    name: str
    endpoint: str
    api: ApiAccess | None
    server: str = ""
    nas: str = ""
    """The name of the NAS on it."""

    @property
    def roles(self) -> tuple[str, ...]:
        """`server`, `nas` or both."""
        return (*(("server",) if self.server else ()), *(("nas",) if self.nas else ()))


@dataclass(frozen=True, slots=True)
class RouterState:
    """vitals: of the last reading that came, however old. since: when the contact became what it is; None: not known.
    heard_at: when it answered last. error: why the newest attempt failed."""

    home: RouterHome
    contact: Contact = Contact.UNKNOWN
    since: datetime | None = None
    heard_at: datetime | None = None
    vitals: Vitals | None = None
    traffic: Traffic = NOT_READ
    error: str = ""

    @property
    def stale(self) -> bool:
        """Whether the figures must not be told as what is so now."""
        return self.contact not in {Contact.UP, Contact.SLOW}

    def age(self, now: datetime) -> float | None:
        """Seconds since it answered last; None: it is not known when."""
        return None if self.heard_at is None else max(0.0, (now - self.heard_at).total_seconds())


def routers(unit: "UnitOfWork") -> tuple[RouterHome, ...]:
    """Every router once, servers first."""
    found: dict[str, RouterHome] = {}
    for server in unit.servers.all():
        if server.api is None:
            continue
        where = endpoint(server.api)
        manager = "" if server.kind == PPP else server.kind
        found.setdefault(where, RouterHome(server.name, where, server.api, manager))
    for nas in unit.nases.all():
        where = f"nas {nas.name}" if nas.api is None else endpoint(nas.api)
        known = found.get(where)
        if known is None:
            found[where] = RouterHome(nas.name, where, nas.api, nas=nas.name)
        elif not known.nas:
            found[where] = RouterHome(known.name, where, known.api, known.server, nas.name)
    return tuple(found.values())


def endpoint(api: ApiAccess) -> str:
    """Where an API is."""
    return f"{api.host}:{api.port}"
