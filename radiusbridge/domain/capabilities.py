"""What a device is known to be able to do, and since when that is known. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FRESH = timedelta(hours=12)
"""How long a card is believed: whoever changes a router's settings seldom tells us."""
SAME_START = timedelta(minutes=2)
"""Starts that are told apart by less are one: uptime is told in seconds, and clocks are set."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a device answered when it was last asked.

    kind: `server` or `nas`. endpoint: `host:port` of the API that was asked. generation: the kind of User Manager that
    answered, or empty. lacks: rung -> why it does not exist. signs: whether its answers are signed; None: not known.
    limits: what its licence carries. started_at: when the router was started, by its uptime.
    """

    kind: str
    device_id: int
    endpoint: str
    version: str
    read_at: datetime
    board: str = ""
    licence: str = ""
    generation: str = ""
    menus: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)
    signs: bool | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    started_at: datetime | None = None

    def fresh(self, now: datetime, endpoint: str) -> bool:
        """Whether it still counts: read not long ago, and from where the device is reached now."""
        return self.endpoint == endpoint and now - FRESH <= self.read_at <= now + timedelta(minutes=5)

    def same_life(self, version: str, started_at: datetime | None) -> bool:
        """Whether a router of that version, started then, is the one that was read: not updated or restarted since."""
        if version != self.version or started_at is None or self.started_at is None:
            return False
        return abs(started_at - self.started_at) < SAME_START
