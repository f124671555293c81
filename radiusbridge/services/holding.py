"""Holding a lease: renewing it while the work goes on, and knowing when it may be another's."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.gateways.fence import LeaseOver
from radiusbridge.services.context import Context

LEASE = 20.0
"""Seconds that a claim lasts without a renewal."""
MARGIN = 2.0
"""Seconds before that from which nothing more is begun: the clocks of hosts that share a database may differ so far."""
AGAIN = 1.0
"""Seconds between two tries to renew while the database does not answer."""

Renew = Callable[[UnitOfWork, datetime], bool]
"""Hold it until then. False: it is lost."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment on both clocks: the monotonic one stands still while a machine is suspended, the other may be set."""

    monotonic: float
    wall: datetime

    @classmethod
    def now(cls, clock: Clock) -> "Moment":
        """This one."""
        return cls(clock.monotonic(), clock.now())

    @classmethod
    def at(cls, clock: Clock, wall: datetime) -> "Moment":
        """A moment that has just been, such as a transaction's."""
        return cls(clock.monotonic() - max(0.0, (clock.now() - wall).total_seconds()), wall)

    def ago(self, clock: Clock) -> float:
        """Seconds since then, by the clock that says more."""
        return max(clock.monotonic() - self.monotonic, (clock.now() - self.wall).total_seconds())


@dataclass(slots=True)
class Holding:
    """The lease of one claimed operation or print in this process, as it was taken or renewed last. what: its name."""

    context: Context
    what: str
    renew: Renew
    since: Moment
    _lost: bool = field(default=False)

    def check(self, ahead: float = 0.0) -> None:
        """LeaseOver: it is another's, or may be before `ahead` seconds have passed."""
        if self._lost or self.since.ago(self.context.clock) + ahead > LEASE - MARGIN:
            raise LeaseOver(self.what)

    async def keep(self) -> None:
        """Renew it until cancelled or until it is lost."""

        def work(unit: UnitOfWork) -> bool:
            return self.renew(unit, unit.now + timedelta(seconds=LEASE))

        clock, pause = self.context.clock, LEASE / 3
        while True:
            await clock.sleep(pause)
            asked = Moment.now(clock)
            try:
                held = await self.context.database.write(work)
            except RadiusbridgeError as error:
                log.debug("the lease of %s was not renewed: %s", self.what, error.line())
                pause = AGAIN
                continue
            if not held:
                self._lost = True
                return
            self.since, pause = asked, LEASE / 3


async def end(keeping: "asyncio.Task[None]") -> None:
    """Stop renewing."""
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
