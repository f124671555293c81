"""Of several agents on one database, one keeps the timers and follows the routers; another takes over when it dies."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.services.context import Context

DUTY = "agent.timers"
SECONDS = 20.0
"""A duty that was not renewed for so long may be taken by another."""
RENEW_EVERY = 5.0
CLOSE = 3.0
"""Seconds before the end of the duty at which one who could not renew it stops."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Leadership:
    """begin: starts what only one agent does; end: ends it."""

    context: Context
    begin: Callable[[], object]
    end: Callable[[], Awaitable[None]]
    leads: bool = False
    epoch: int = 0
    _until: float = 0.0

    async def run(self) -> None:
        """Hold the duty whenever nobody else does; leave it when cancelled."""
        clock = self.context.clock
        try:
            while True:
                await self._renew()
                await clock.sleep(RENEW_EVERY if not self.leads else min(RENEW_EVERY, self._left()))
        finally:
            await self._step_down()
            with suppress(RadiusbridgeError, TimeoutError):
                async with asyncio.timeout(CLOSE):
                    await self.context.database.write(self._leave)

    def _left(self) -> float:
        return max(0.1, self._until - CLOSE - self.context.clock.monotonic())

    async def _renew(self) -> None:
        clock = self.context.clock
        asked = clock.monotonic()
        try:
            async with asyncio.timeout(RENEW_EVERY):
                held = await self.context.database.write(self._take)
        except (RadiusbridgeError, TimeoutError):
            if self.leads and self._left() <= 0.1:
                log.warning("the database does not answer: another agent may keep the timers")
                await self._step_down()
            return
        if held is None:
            await self._step_down()
            return
        self._until = asked + SECONDS
        if not self.leads:
            self.leads, self.epoch = True, held
            log.warning("this agent keeps the timers and follows the routers")
            self.begin()

    def _take(self, unit: UnitOfWork) -> int | None:
        process = self.context.process
        held = unit.duties.held(DUTY)
        dead = process.dead([held.owner]) if held is not None else frozenset[str]()
        taken = unit.duties.take(DUTY, process.owner, unit.now, SECONDS, dead)
        return None if taken is None else taken.epoch

    def _leave(self, unit: UnitOfWork) -> None:
        unit.duties.leave(DUTY, self.context.process.owner)

    async def _step_down(self) -> None:
        if self.leads:
            self.leads = False
            await self.end()
