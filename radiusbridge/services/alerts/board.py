"""What is wrong now, as everybody sees it. Imports little: the first frame of the dashboard needs it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from radiusbridge.domain.alerts.episodes import Episode, muted

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

TIMER = "alerts"
"""Under which name the agent notes its looks."""
WATCHED_WITHIN = timedelta(minutes=5)
"""A look that is older means that nobody watches."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An alert, and whether nothing is told of it now."""

    episode: Episode
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """looked_at: when an agent looked last; None: never."""

    at: datetime
    alerts: tuple[Listed, ...]
    looked_at: datetime | None

    @property
    def watched(self) -> bool:
        """Whether somebody watches now."""
        return self.looked_at is not None and self.at - self.looked_at <= WATCHED_WITHIN


def board_of(unit: "UnitOfWork", since: timedelta | None = None) -> Board:
    """Alerts now, the gravest first; since: with those that were resolved in so long a time, the newest first."""
    mutes = unit.alerts.mutes()
    found = unit.alerts.raised() + (() if since is None else unit.alerts.resolved(unit.now - since))
    looked = unit.duties.timers().get(TIMER)
    listed = tuple(Listed(each, each.raised and muted(mutes, each, unit.now)) for each in found)
    return Board(unit.now, listed, None if looked is None else looked.began_at)


async def board(context: "Context", since: timedelta | None = None) -> Board:
    """The same."""
    return await context.database.read(lambda unit: board_of(unit, since))
