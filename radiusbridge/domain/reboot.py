"""What a router has that has to be there again after a restart: values only, the verdict is `sagas.restart`'s."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BACK_WITHIN = 300.0
"""Seconds from the command until it has to answer."""
SETTLE_WITHIN = 180.0
"""Seconds from its answer until everything has to be back."""
START_WITHIN = 120.0
"""Seconds from the confirmation until the command has to be out: sessions that were counted long ago are others now."""
SESSIONS, INTERFACES, ADDRESSES, SERVERS, NETWATCH = "sessions", "interfaces", "addresses", "PPPoE servers", "netwatch"
KINDS = (INTERFACES, ADDRESSES, SERVERS, NETWATCH, SESSIONS)


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a router has at one moment. at: on the monotonic clock, when it told its uptime, in seconds; None: it does
    not tell.

    sessions: rows of its list of PPP sessions; guests: of the hotspot's. names: by kind, what is there and works: user
    names, running interfaces, its own addresses, PPPoE servers, watched hosts that are up. unread: kinds that could not
    be read, and why.
    """

    at: float
    uptime: float | None
    version: str = ""
    sessions: int = 0
    guests: int = 0
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def started(self) -> float | None:
        """When it was started, on our monotonic clock."""
        return None if self.uptime is None else self.at - self.uptime

    @property
    def dropping(self) -> int:
        """How many sessions a restart drops."""
        return self.sessions + self.guests


@dataclass(frozen=True, slots=True)
class Alive:
    """It answers. at, uptime: as in `Inventory`."""

    at: float
    uptime: float | None

    @property
    def started(self) -> float | None:
        """When it was started, on our monotonic clock."""
        return None if self.uptime is None else self.at - self.uptime
