"""Restarts of which nobody says how they ended: whoever watched went away, or still watches."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from radiusbridge.services.router_desk.rebooting import ACTION, ENDED

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

LOOKED_AT = 50
"""Entries of a router's audit, the newest, among which its last restart is looked for."""
_ABOUT = timedelta(seconds=30)
"""By which the start of a router, told in whole seconds of its own, may seem to come before the command."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A restart without a verdict. sessions: that dropped, guests among them, as far as it was counted."""

    at: datetime
    who: str
    sessions: int

    def started(self, uptime: float | None, now: datetime) -> bool | None:
        """Whether the router was started since; None: its uptime, in seconds, is not told."""
        return None if uptime is None else now - timedelta(seconds=uptime) >= self.at - _ABOUT


async def last_unwatched(context: "Context", name: str) -> Unwatched | None:
    """The last restart of a router of that name, where it has no verdict. name: as `RouterHome.name`."""

    def work(unit: "UnitOfWork") -> Unwatched | None:
        for entry in unit.audit.recent(LOOKED_AT, subject=f"router {name}"):
            if entry.action == ENDED:
                return None
            if entry.action == ACTION:
                after = entry.after if isinstance(entry.after, dict) else {}
                counts = [after.get(kind) for kind in ("sessions", "guests")]
                return Unwatched(entry.at, entry.who, sum(each for each in counts if isinstance(each, int)))
        return None

    return await context.database.read(work)
