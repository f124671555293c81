"""The bulk runs that this dashboard carries out: counted as their rows end, stopped and resumed by a key."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from radiusbridge.domain.bulk import BulkRow, BulkRun, Outcome, RunStatus
from radiusbridge.domain.errors import RadiusbridgeError

if TYPE_CHECKING:
    from radiusbridge.services.bulk.preview import Preview
    from radiusbridge.services.bulk.runner import BulkRunner
    from radiusbridge.services.context import Context

KEPT = 500
"""Rows that are kept to be shown, the ones that ended last."""


@dataclass(slots=True)
class Work:
    """One run. counts: how many rows ended how; running: whether this process carries it out now."""

    run: BulkRun
    since: float
    counts: Counter[str] = field(default_factory=Counter)
    rows: deque[BulkRow] = field(default_factory=lambda: deque(maxlen=KEPT))
    begun_with: int = 0
    """Rows that had ended before."""
    running: bool = True
    stopping: str = ""
    error: str = ""
    broken_off: bool = False
    runner: "BulkRunner | None" = None

    @property
    def ended(self) -> int:
        """Rows that are over, or wait for their server."""
        return sum(self.counts.values())

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end, by whomever or by a brake."""
        return not self.running and self.run.status is RunStatus.STOPPED


class Works:
    """changed: something of a run is different; ended: it ended, or stopped, in this process."""

    def __init__(self, context: "Context", spawn: Callable[..., None]) -> None:
        self._context = context
        self._spawn = spawn
        self.all: dict[int, Work] = {}
        self.changed: Callable[[Work], None] = lambda _work: None
        self.ended: Callable[[Work], None] = lambda _work: None

    @property
    def last(self) -> Work | None:
        """The one that was begun last."""
        return next(reversed(self.all.values()), None)

    @property
    def running(self) -> tuple[Work, ...]:
        """What is carried out here now."""
        return tuple(work for work in self.all.values() if work.running)

    async def begin(self, preview: "Preview", typed: int) -> Work:
        """Store a run for those who were shown, and carry it out. Errors as `preview.create`."""
        from radiusbridge.services.bulk.preview import create
        from radiusbridge.services.bulk.usual import usual_brakes

        run = await create(self._context, preview, typed=typed, brakes=usual_brakes(preview.kind))
        return self.carry(run)

    def carry(self, run: BulkRun) -> Work:
        """Carry out what is left of a run."""
        work = self.all[run.id] = Work(run, self._context.clock.monotonic())
        self._spawn(self._carried(work), f"bulk {run.id}")
        self.changed(work)
        return work

    def stop(self, work: Work) -> None:
        """Begin no more rows; those in flight end."""
        work.stopping = "asked to"
        if work.runner is not None:
            work.runner.stop(work.stopping)
        self.changed(work)

    def seconds_of(self, work: Work) -> float:
        """How long this process has been at it."""
        return self._context.clock.monotonic() - work.since

    async def _carried(self, work: Work) -> None:
        from radiusbridge.services.bulk import runs
        from radiusbridge.services.bulk.runner import BulkRunner

        def told(row: BulkRow) -> None:
            work.counts[row.state] += 1
            work.rows.append(row)
            self.changed(work)

        try:
            before = await runs.get(self._context, work.run.id)
            work.counts = Counter({each: count for each, count in before.states.items() if each in set(Outcome)})
            work.begun_with = work.ended
            work.runner = BulkRunner(self._context, work.run.id, told)
            if work.stopping:
                work.runner.stop(work.stopping)
            standing = await work.runner.run()
            work.run = standing.run
            over = {str(each) for each in Outcome}
            work.counts = Counter({each: n for each, n in standing.states.items() if each in over or each == "waiting"})
        except RadiusbridgeError as error:
            work.error = error.line()
        except asyncio.CancelledError:
            work.broken_off = True
            raise
        finally:
            work.running = False
        self.ended(work)

    def left(self) -> tuple[int, ...]:
        """Runs that were broken off by leaving, and that nobody had stopped."""
        return tuple(each for each, work in self.all.items() if work.broken_off and not work.stopping)
