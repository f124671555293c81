"""Bulk runs that follow from a changed profile, carried out by whoever carries out the journal.

Whoever asked for the change begins them and watches. Where nobody does, since the change waited for a dark server or
the process went, they are begun here; what somebody stopped stays so.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.breaker import State
from radiusbridge.domain.bulk import BulkRun
from radiusbridge.domain.errors import RadiusbridgeError, Refused, UnknownName
from radiusbridge.services.bulk.driver import NO_DATABASE
from radiusbridge.services.bulk.kinds import FOLLOWING
from radiusbridge.services.bulk.runner import NO_ANSWER, BulkRunner
from radiusbridge.services.context import Context

GRACE = 10.0
"""Seconds in which whoever asked for the change may begin its run."""
HANDED_OVER = "handed over"
_GOES_ON = (HANDED_OVER, NO_ANSWER, NO_DATABASE)
"""Why a run was stopped by no person."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Unattended:
    """Carries such runs out in this process, one after the other."""

    context: Context
    _runner: BulkRunner | None = field(default=None)
    _closing: bool = field(default=False)

    def stop(self) -> None:
        """Begin no more rows, and leave the rest to another process."""
        self._closing = True
        if self._runner is not None:
            self._runner.stop(HANDED_OVER)

    async def carry_out(self, operations: Collection[int] = ()) -> int:
        """Carry out what nobody does, and at once what follows from these operations; how many runs were begun."""
        begun = 0
        for run_id in await self._found(operations):
            if self._closing:
                break
            self._runner = BulkRunner(self.context, run_id)
            try:
                await self._runner.run()
                begun += 1
            except Refused:
                log.debug("bulk run %d went to another process", run_id)
            except RadiusbridgeError as error:
                if error.retryable:
                    raise
                log.warning("bulk run %d was let go: %s", run_id, error.line())
            finally:
                self._runner = None
        return begun

    async def _found(self, operations: Collection[int]) -> tuple[int, ...]:
        """In the order in which they were made."""
        process = self.context.process

        def work(unit: UnitOfWork) -> tuple[int, ...]:
            dead = process.dead(unit.bulk.owners())
            runs = unit.bulk.unattended(FOLLOWING, _GOES_ON, unit.now, dead)
            late = unit.now - timedelta(seconds=GRACE)
            due = (run for run in runs if run.wanted.get("operation") in operations or run.since <= late)
            return tuple(run.id for run in due if not _dark(unit, run))

        return await self.context.database.read(work)


def _dark(unit: UnitOfWork, run: BulkRun) -> bool:
    try:
        server = unit.servers.named(str(run.selection.get("server")))
    except UnknownName:
        return False
    return unit.breakers.of(server.id).state(unit.now) is not State.CLOSED
