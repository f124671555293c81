"""How a customer stands with the NASes of its server."""

from enum import StrEnum


class Live(StrEnum):
    """What their lists say."""

    LIVE = "live"
    WALLED = "walled"
    """Live, and every session is in the isolation list."""
    OFFLINE = "offline"
    """On none of the lists, and all of them are fresh."""
    UNKNOWN = "unknown"
    """A list that would decide is stale, unreadable or was never read."""
