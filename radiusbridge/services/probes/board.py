"""The probes of some files on one board, and the last single probe of each customer: what each did last, what its kept
results come to; run some, or all."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.probe_fields import BoardRow
from radiusbridge.domain.probe_runs import SINGLE, ProbeCase, ProbeHistory, ProbeRecord, ProbeSuite, Told
from radiusbridge.domain.probes import Probe, ProbeKind
from radiusbridge.services import customers
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require
from radiusbridge.services.probes import as_customer, history, suites
from radiusbridge.services.probes.files.document import load
from radiusbridge.services.probes.running import run_cases

TRIPS = 60
"""Results of each probe that a line of round trips is drawn from."""
SINGLES = 200
"""Customers whose last single probe is shown, the newest."""

Key = tuple[str, str, str]


@dataclass(slots=True)
class Board:
    """rows: in the order of the files, single probes behind them. problems: what is wrong with a file, by its name."""

    context: Context
    files: tuple[Path, ...]
    rows: dict[Key, BoardRow] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    _suites: dict[str, ProbeSuite] = field(default_factory=dict)

    async def read(self) -> None:
        """Read the files again, and what was kept of their probes."""
        found: dict[Key, BoardRow] = {}
        problems: dict[str, str] = {}
        for file in self.files:
            try:
                document = await asyncio.to_thread(load, file)
                suite = await suites.read_with_names(self.context, document)
            except RadiusbridgeError as error:
                problems[str(file)] = error.line().replace(str(file), file.name)
                continue
            self._suites[str(file)] = suite
            kept = await history.newest(self.context, suite.name, TRIPS)
            sums = await _sums(self.context, suite.name)
            for case in suite.cases:
                row = BoardRow(suite.name, str(file), case)
                found[row.key] = self._with(row, [each for each in kept if each.probe == case.name], sums)
        for row in await self.context.database.read(_singles):
            found[row.key] = self._with(row, [row.last] if row.last is not None else [], {})
        self.rows, self.problems = found, problems

    def _with(self, row: BoardRow, kept: Sequence[ProbeRecord], sums: dict[str, ProbeHistory]) -> BoardRow:
        before = self.rows.get(row.key)
        last = kept[-1] if kept else None
        told = None if before is None else before.told
        if told is not None and (last is None or told.at >= last.at):
            last = history.record(row.suite, told, None if last is None else last.customer_id)
        return replace(
            row,
            last=last,
            told=told if told is not None and last is not None and told.at >= last.at else None,
            history=sums.get(row.case.name),
            trips=tuple(each.elapsed for each in kept),
            asking=before is not None and before.asking,
        )

    async def run(self, keys: Iterable[Key], changed: Callable[[], None]) -> int:
        """Run these side by side, keep the results; how many did not end well. Refused where nothing may be changed."""
        require(self.context, "probe.run")
        wanted = set(keys)
        by_file: dict[str, list[BoardRow]] = {}
        for key, row in self.rows.items():
            if key in wanted and not row.asking:
                by_file.setdefault(row.file, []).append(row)
                self.rows[key] = replace(row, asking=True)
        changed()
        try:
            told = await asyncio.gather(*(self._run(file, rows, changed) for file, rows in by_file.items()))
        finally:
            for key in wanted & self.rows.keys():
                self.rows[key] = replace(self.rows[key], asking=False)
            changed()
        return sum(not one.ok for each in told for one in each)

    async def _run(self, file: str, rows: Sequence[BoardRow], changed: Callable[[], None]) -> tuple[Told, ...]:
        if not file:
            return tuple([await self._run_single(row, changed) for row in rows])
        context, suite = self.context, self._suites[file]

        def ended(told: Told) -> None:
            key = file, suite.name, told.case.name
            row = self.rows.get(key)
            if row is not None:
                last = history.record(suite.name, told)
                trips = (*row.trips, told.result.elapsed)[-TRIPS:]
                self.rows[key] = replace(row, asking=False, told=told, last=last, trips=trips)
                changed()

        sockets, tap = context.gateways.wires
        told = await run_cases(
            [row.case for row in rows],
            clock=context.clock,
            entropy=context.entropy,
            sockets=sockets,
            tap=tap,
            at_once=ended,
        )
        await suites.remember(context, told)
        await history.keep(context, suite, told)
        return told

    async def _run_single(self, row: BoardRow, changed: Callable[[], None]) -> Told:
        """Log in as the customer again; Refused where that could do harm."""
        assert row.last is not None
        customer = await customers.by_id(self.context, row.last.customer_id or 0)
        result = await as_customer.probe(self.context, customer, row.case.target)
        told = Told(row.case, result, self.context.clock.now())
        last = history.record(SINGLE, told, customer.id)
        self.rows[row.key] = replace(row, asking=False, told=told, last=last, trips=(result.elapsed,))
        changed()
        return told


def _singles(unit: UnitOfWork) -> list[BoardRow]:
    """As rows of no file."""
    kept = unit.probe_results.singles(SINGLES)
    people = unit.customers.by_ids(each.customer_id for each in kept if each.customer_id)
    servers = {each.id: each for each in unit.servers.all()}
    found = []
    for last in kept:
        customer = people[last.customer_id or 0]
        server = servers[customer.server_id]
        if server.radius is not None:
            probe = Probe(ProbeKind.AUTH, server.radius, server.name, customer.username, method=server.method)
            case = ProbeCase(f"{customer.username}/{server.name}", customer.username, server.name, probe, None)
            found.append(BoardRow(SINGLE, "", case, last))
    return found


async def _sums(context: Context, suite: str) -> dict[str, ProbeHistory]:
    try:
        return {each.probe: each for each in await history.history(context, suite=suite)}
    except UnknownName:
        return {}
