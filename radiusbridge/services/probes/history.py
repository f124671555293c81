"""Results of runs that are kept in the database, and what they come to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.probe_runs import ProbeHistory, ProbeRecord, ProbeSuite, Told
from radiusbridge.domain.probes import ProbeKind
from radiusbridge.services.context import Context

KEEP = 90 * 86_400
"""Seconds that results are kept where nothing else is said."""


async def keep(context: Context, suite: ProbeSuite, told: Sequence[Told], seconds: int = KEEP) -> None:
    """Keep a run, and forget what is older than that many seconds, whichever file it came from."""
    records = [record(suite.name, one) for one in told]

    def work(unit: UnitOfWork) -> None:
        unit.probe_results.forget(_ago(unit.now, seconds))
        unit.probe_results.add_all(records)

    await context.database.write(work)


async def history(
    context: Context, probe: str = "", suite: str = "", since: datetime | None = None
) -> tuple[ProbeHistory, ...]:
    """What the kept results come to. UnknownName."""
    return await context.database.read(lambda unit: unit.probe_results.history(probe, suite, since))


async def newest(context: Context, suite: str, limit: int) -> tuple[ProbeRecord, ...]:
    """The last results of each probe of a suite, the oldest first."""
    return await context.database.read(lambda unit: unit.probe_results.newest(suite, limit))


def _ago(now: datetime, seconds: int) -> datetime:
    try:
        return now - timedelta(seconds=seconds)
    except OverflowError:
        return datetime.min.replace(tzinfo=now.tzinfo)


def record(suite: str, one: Told) -> ProbeRecord:
    """What is kept of it."""
    probe = one.case.probe
    return ProbeRecord(
        one.at,
        suite,
        one.case.name,
        one.case.target,
        str(probe.kind),
        str(probe.method) if probe.kind is ProbeKind.AUTH else "",
        one.result.label,
        one.ok,
        int(one.state),
        one.result.elapsed,
        one.words[:1000],
    )
