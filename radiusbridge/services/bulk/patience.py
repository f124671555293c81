"""Patience with a database that is gone for a moment: tried again, as long as the claim on the run lasts."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.services.context import Context

LEASE = 20.0
"""Seconds that a claim on a run lasts without a renewal."""
MARGIN = 2.0
"""Seconds before that from which nothing more is tried."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0
"""Seconds between two tries; doubles with each. Up to half of it is taken away by chance."""

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Patience:
    """Of the process that holds a run. renewed_at: monotonic seconds of the claim or its last renewal."""

    context: Context
    renewed_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.renewed_at = self.context.clock.monotonic()

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """As `Database.write`. `work` may run again after a commit of which nothing is known."""
        return await self.keep_trying(partial(self.context.database.write, work))

    async def keep_trying(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What `attempt` gives, or the error of the one before the claim may be over."""
        clock, pause = self.context.clock, FIRST_PAUSE
        while True:
            try:
                return await attempt()
            except RadiusbridgeError as error:
                seconds = pause * self.context.entropy.uniform(0.5, 1.0)
                if not error.retryable or clock.monotonic() + seconds > self.renewed_at + LEASE - MARGIN:
                    raise
                log.debug("tried again in %.2f s: %s", seconds, error.line())
            await clock.sleep(seconds)
            pause = min(2 * pause, LONGEST_PAUSE)
