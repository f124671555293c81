"""Carry out what the journal holds: which operations are due, how many side by side, and for how long."""

import asyncio
import logging
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.breaker import Admission
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import UNHELD
from radiusbridge.services.attempts import Attempts
from radiusbridge.services.bulk.unattended import Unattended
from radiusbridge.services.context import Context
from radiusbridge.services.speed_periods import bring_back_due

SIDE_BY_SIDE = 16
"""Operations that one process runs at once on each server: those of a dark one hold up nobody else's."""
LOOK_AGAIN = 1.0
"""Seconds until a drain looks whether more has become due: a server may have answered."""
LOOK_FOR_RUNS = 5.0
"""Seconds between two looks for bulk runs that nobody carries out."""
LONGEST_PAUSE = 10.0
"""Seconds between two looks while the database does not answer."""

log = logging.getLogger(__name__)


def _in_vain(run: asyncio.Task[bool]) -> bool:
    """Whether somebody else had the operation, or it was over."""
    return run.done() and not run.cancelled() and run.exception() is None and not run.result()


def _note_mistake(operation: int, run: asyncio.Task[bool]) -> None:
    """What is watched goes on after a mistake of ours: the operation tells it in its reason."""
    if run.cancelled() or (error := run.exception()) is None:
        return
    if isinstance(error, RadiusbridgeError):
        log.warning("operation %d was let go: %s", operation, error.line())
    else:
        log.error("operation %d: internal error %s", operation, type(error).__name__)


@dataclass(slots=True)
class Executor:
    """Runs operations of the journal in this process."""

    context: Context
    _busy: dict[int, asyncio.Task[bool]] = field(default_factory=dict)
    _on: Counter[int] = field(default_factory=Counter)
    """How many are busy on each server."""
    _closing: bool = False
    _unattended: Unattended = field(init=False)
    _beside: asyncio.Task[None] | None = None
    """Carries out bulk runs that nobody else does."""

    def __post_init__(self) -> None:
        self._unattended = Unattended(self.context)

    @property
    def busy(self) -> int:
        """How many operations run now."""
        return len(self._busy)

    async def wind_down(self, seconds: float) -> int:
        """Claim nothing more, and let what runs end, for at most so long; how many run still."""
        self._closing = True
        self._unattended.stop()
        working: list[asyncio.Task[Any]] = [*self._busy.values()]
        working += [self._beside] if self._beside is not None else []
        if working:
            await asyncio.wait(working, timeout=seconds)
        return len(self._busy)

    async def drain(self) -> int:
        """Run what can be claimed until nothing is due any more, then what follows from it; how many operations were
        run.

        The first mistake of our own is raised once all have ended.
        """
        runs: dict[int, asyncio.Task[bool]] = {}
        vain: set[int] = set()

        def over(operation: int, run: asyncio.Task[bool]) -> None:
            if _in_vain(run):
                vain.add(operation)

        try:
            while True:
                started = await self._start_due(passed_over=vain)
                for operation, run in started.items():
                    run.add_done_callback(partial(over, operation))
                runs |= started
                if not self._busy:
                    ended = sum(run.result() for run in runs.values())
                    await self._unattended.carry_out(runs.keys())
                    return ended
                await asyncio.wait(self._busy.values(), timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._leave()

    async def watch(self, pause: float = 1.0) -> None:
        """Drain what waits, for ever; operations of different subjects run side by side.

        Goes on when a database that could not be used can be used again. Errors: those that time does not mend.
        """
        waiting = pause
        self._beside = asyncio.create_task(self._carry_out_unattended())
        try:
            while True:
                waiting = await self._look(pause, waiting)
                await self.context.clock.sleep(waiting)
        finally:
            await self._leave()

    async def _look(self, pause: float, waited: float) -> float:
        """Start what is due; how long to wait now."""
        try:
            started = await self._start_due()
        except RadiusbridgeError as error:
            if not error.retryable:
                raise
            if waited <= pause:
                log.warning("nothing can be claimed: %s", error.line())
            return min(max(pause, LONGEST_PAUSE), waited * 2)
        for operation, run in started.items():
            run.add_done_callback(partial(_note_mistake, operation))
        if waited > pause:
            log.warning("the database can be used again")
        return pause

    async def _carry_out_unattended(self) -> None:
        self._unattended = Unattended(self.context)
        while not self._closing:
            try:
                await self._unattended.carry_out()
            except RadiusbridgeError as error:
                log.debug("no bulk run can be carried out: %s", error.line())
            except Exception as error:
                log.error("a bulk run was let go: internal error %s", type(error).__name__)
            await self.context.clock.sleep(LOOK_FOR_RUNS)

    async def _start_due(self, passed_over: Container[int] = ()) -> dict[int, asyncio.Task[bool]]:
        """Start what is due, as far as there is room on each server."""
        started: dict[int, asyncio.Task[bool]] = {}
        over, due = (False, []) if self._closing else await self._due()
        if over and await bring_back_due(self.context):
            _, due = await self._due()
        for server, operation in due:
            if self._closing or operation in self._busy or operation in passed_over or self._on[server] >= SIDE_BY_SIDE:
                continue
            self._on[server] += 1
            self._busy[operation] = started[operation] = asyncio.create_task(self._run_beside(operation, server))
        return started

    async def _run_beside(self, operation: int, server: int) -> bool:
        try:
            return await Attempts(self.context).run(operation)
        finally:
            self._on[server] -= 1
            del self._busy[operation]

    async def _leave(self) -> None:
        """Let go of what still runs."""
        busy: list[asyncio.Task[Any]] = [*self._busy.values()]
        if self._beside is not None:
            self._unattended.stop()
            busy.append(self._beside)
            self._beside = None
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        self._busy.clear()
        self._on.clear()

    async def _due(self) -> tuple[bool, list[tuple[int, int]]]:
        """Whether a period of another speed is over; (server, operation), the oldest of each server, of a dark one at
        most the one that tries it. Both by one question: it is asked each second."""
        now, process = self.context.clock.now(), self.context.process

        def work(unit: UnitOfWork) -> tuple[bool, list[tuple[int, int]]]:
            operations = unit.operations
            dead = process.dead(operations.owners())
            due: list[tuple[int, int]] = []
            for server in sorted(operations.awaited_servers()):
                admission = unit.breakers.of(server).admission(now)
                if admission is not None:
                    most = 1 if admission is Admission.TRIAL else SIDE_BY_SIDE
                    due += [(server, row.id) for row in operations.claimable(now, most, dead, server)]
                else:
                    own = operations.claimable(now, SIDE_BY_SIDE, dead, server, UNHELD)
                    due += [(server, row.id) for row in own]
            return bool(unit.speeds.due(now)), due

        return await self.context.database.read(work)
