"""Bulk runs as they stand: list, show, stop; and the exit status of one."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import GOOD, BulkRow, BulkRun, Outcome, RunStatus
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require


@dataclass(frozen=True, slots=True)
class Standing:
    """A run, and how many of its rows are in which state (`BulkRow.state`)."""

    run: BulkRun
    states: Mapping[str, int]

    @property
    def ended(self) -> int:
        """Rows that have an outcome."""
        return sum(self.states.get(outcome, 0) for outcome in Outcome)

    @property
    def exit_status(self) -> int:
        """0 all PROVEN, recorded or left out; 1 any FAILED or kept out, or stopped; 3 waiting, not ended or cancelled;
        5 any UNPROVEN."""
        no = self.states.get(Outcome.FAILED) or self.states.get(Outcome.KEPT_OUT)
        if no or self.run.status is RunStatus.STOPPED:
            return 1
        over = {*GOOD, Outcome.LEFT_OUT}
        if any(count for state, count in self.states.items() if state not in over):
            return 3
        return 5 if self.states.get(Outcome.UNPROVEN) else 0


async def get(context: Context, run_id: int) -> Standing:
    """A run as it stands. UnknownName."""

    def work(unit: UnitOfWork) -> Standing:
        return Standing(unit.bulk.get(run_id), unit.bulk.states((run_id,)).get(run_id, {}))

    return await context.database.read(work)


async def listed(context: Context, *, kind: str | None = None, limit: int = 50) -> tuple[Standing, ...]:
    """Runs, newest first."""

    def work(unit: UnitOfWork) -> tuple[Standing, ...]:
        runs = unit.bulk.listed(kind=kind, limit=limit)
        states = unit.bulk.states(run.id for run in runs)
        return tuple(Standing(run, states.get(run.id, {})) for run in runs)

    return await context.database.read(work)


async def rows(context: Context, run_id: int) -> tuple[BulkRow, ...]:
    """The rows of a run with their operations as they stand. UnknownName."""

    def work(unit: UnitOfWork) -> tuple[BulkRow, ...]:
        unit.bulk.get(run_id)
        return unit.bulk.rows(run_id)

    return await context.database.read(work)


async def stop(context: Context, run_id: int) -> BulkRun:
    """Have no more rows begun; what is in flight ends by itself. UnknownName."""
    require(context, "bulk.stop")
    process = context.process

    def work(unit: UnitOfWork) -> BulkRun:
        before = unit.bulk.get(run_id)
        after = unit.bulk.request_stop(run_id, unit.now, process.dead(unit.bulk.owners()))
        if after != before:
            subject = f"bulk run {run_id}"
            unit.note("bulk.stop", subject, who=context.who, channel=context.channel, before=before, after=after)
        return after

    return await context.database.write(work)
