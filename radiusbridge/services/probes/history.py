"""Results of runs that are kept in the database, and what they come to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.probe_runs import SINGLE, ProbeCase, ProbeHistory, ProbeRecord, ProbeSuite, Told
from radiusbridge.domain.probes import ProbeKind, ProbeResult
from radiusbridge.domain.records import Server
from radiusbridge.services.context import Context

KEEP = 90 * 86_400
"""Seconds that results are kept where nothing else is said."""


async def keep(context: Context, suite: ProbeSuite, told: Sequence[Told], seconds: int = KEEP) -> None:
    """Keep a run, each probe with the customer whose user name it has, and forget what is older than that many seconds,
    whichever file it came from."""

    def work(unit: UnitOfWork) -> None:
        known = _Known(unit)
        unit.probe_results.forget(_ago(unit.now, seconds))
        unit.probe_results.add_all(record(suite.name, one, known.customer(one)) for one in told)

    await context.database.write(work)


async def keep_single(context: Context, server: Server, result: ProbeResult) -> None:
    """Keep a probe that stands in no file, if it was one as a customer of that server."""
    now = context.clock.now()

    def work(unit: UnitOfWork) -> None:
        customer = unit.customers.by_username(server.id, result.probe.user) if result.probe.user else None
        if customer is not None:
            name = f"{customer.username}/{server.name}"
            told = Told(ProbeCase(name, customer.username, server.name, result.probe), result, now)
            unit.probe_results.forget(_ago(unit.now, KEEP))
            unit.probe_results.add_all([record(SINGLE, told, customer.id)])

    await context.database.write(work)


class _Known:
    """Whose user names probes have; each is looked up once."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        self._servers = {(one.radius.host, one.radius.port): one.id for one in unit.servers.all() if one.radius}
        self._ids: dict[tuple[int, str], int | None] = {}

    def customer(self, told: Told) -> int | None:
        """The id; None: nobody of a server that is known."""
        probe = told.case.probe
        server = told.case.server_id or self._servers.get((probe.target.host, probe.target.port), 0)
        key = server, next((value for name, value in probe.attributes if name == "User-Name"), probe.user)
        if key not in self._ids:
            found = self._unit.customers.by_username(*key) if all(key) else None
            self._ids[key] = None if found is None else found.id
        return self._ids[key]


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


def record(suite: str, one: Told, customer_id: int | None = None) -> ProbeRecord:
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
        customer_id,
    )
