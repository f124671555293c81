"""Begin rows at each server's own pace, carry their operations to an end side by side, write how each row ended.

A row's operation is entered in one transaction with the row's own note of it, so that whoever comes after a crash finds
each customer either begun, with the operation to be carried to its end, or not begun at all.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, BulkRun, Outcome, outcome_of
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.records import Nas, Operation, Server
from radiusbridge.domain.verdict import Status
from radiusbridge.gateways.pulse import Pulse
from radiusbridge.services.attempts import Attempts, Claimed
from radiusbridge.services.bulk.kinds import Recorded, RowSubmit
from radiusbridge.services.bulk.pacing import Brakes, Pace, Room
from radiusbridge.services.bulk.patience import Patience
from radiusbridge.services.bulk.queues import PIECE, Braked, Halt, InOrder, Motion, Queue
from radiusbridge.services.carrying import carry_out
from radiusbridge.services.context import Context

LINGER = 0.25
"""Seconds that evidence waits to be committed together."""
NO_DATABASE = "the database could not be used"
Told = Callable[[BulkRow], None]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Places:
    """Those of one server: as many rows in flight as its routers keep up with."""

    room: Room
    pulses: Sequence[Pulse]
    taken: int = 0
    _freed: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, clock: Clock, halt: Halt) -> None:
        """Wait for a place; without one where no more are begun."""
        while not halt.why:
            if worst := max(self.pulses, key=lambda pulse: pulse.stretch, default=None):
                self.room.heard(clock.monotonic(), worst.stretch, worst.seconds)
            if self.taken < self.room.places:
                break
            self._freed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(PIECE):
                    await self._freed.wait()
        self.taken += 1

    def give_back(self) -> None:
        """A row has ended."""
        self.taken -= 1
        self._freed.set()


@dataclass(slots=True)
class Driver:
    """The rows of one claimed run. told: hears of each row when it has ended or waits for its server."""

    context: Context
    run: BulkRun
    submit: RowSubmit
    brakes: Brakes
    halt: Halt
    told: Told
    patience: Patience
    dark: set[int] = field(default_factory=set)
    """Servers of which a row waits."""
    places: dict[int, Places] = field(default_factory=dict)
    """By server."""
    motions: Mapping[int, Motion] = field(default_factory=dict)
    """By server, where the NASes are looked at."""
    given_up: list[str] = field(default_factory=list)
    """Why rows of some servers were not begun, though nothing stopped the run."""
    _failed: int = 0
    _pace: Pace = field(init=False)
    _paces: dict[int, Pace] = field(default_factory=dict)
    _patient: Context = field(init=False)
    _attempts: Attempts = field(init=False)

    def __post_init__(self) -> None:
        self._patient = replace(self.context, linger=LINGER)
        self._attempts = Attempts(self._patient)
        self._pace = Pace(self.brakes.per_second)

    @property
    def epoch(self) -> int:
        """Of our claim on the run."""
        assert self.run.lease is not None
        return self.run.lease.epoch

    async def drive(self, rows: Iterable[BulkRow]) -> list[Outcome]:
        """Carry these rows out, until all have ended or wait, or until nothing more is begun and what was has ended."""
        by_server: defaultdict[int, list[BulkRow]] = defaultdict(list)
        for row in rows:
            by_server[row.server_id].append(row)
        outcomes: list[Outcome] = []
        async with asyncio.TaskGroup() as servers:
            for server_id, of_server in by_server.items():
                servers.create_task(self._server(server_id, of_server, outcomes))
        return outcomes

    async def _server(self, server_id: int, rows: list[BulkRow], outcomes: list[Outcome]) -> None:
        places, queue = await self._places_of(server_id), self._queue(server_id, rows)
        async with asyncio.TaskGroup() as flight:
            for _ in rows:
                await places.take(self.context.clock, self.halt)
                row = await queue.next()
                if row is None:
                    places.give_back()
                    return
                queue.begun(row)
                task = flight.create_task(self._row(row, outcomes, queue.ended))
                task.add_done_callback(lambda _: places.give_back())

    def _queue(self, server_id: int, rows: list[BulkRow]) -> Queue:
        motion = self.motions.get(server_id)
        if motion is not None:
            return Braked(rows, motion, self.halt, self._pace, self.given_up.append)
        pace = self._paces.setdefault(server_id, Pace(self.brakes.server_per_second))
        return InOrder(deque(rows), self.context.clock, self.halt, pace, self._pace)

    async def _places_of(self, server_id: int) -> Places:
        """Of the server, with the pulses of its router and of its NASes' routers."""
        if server_id not in self.places:

            def work(unit: UnitOfWork) -> tuple[Server | None, tuple[Nas, ...]]:
                try:
                    return unit.servers.get(server_id), unit.nases.of_server(server_id)
                except UnknownName:
                    return None, ()

            server, nases = await self.context.database.read(work)
            apis = [(each.name, each.api) for each in (server, *nases) if each is not None and each.api is not None]
            pulses = [self.context.gateways.pulse(name, api) for name, api in apis]
            self.places[server_id] = Places(Room(self.brakes.side_by_side), pulses)
        return self.places[server_id]

    async def _row(self, row: BulkRow, outcomes: list[Outcome], over: Told) -> None:
        try:
            ended = await self._carried(row)
        except LeaseLost:
            self.halt.stop("it went on in other hands")
            return
        except RadiusbridgeError as error:
            log.warning("bulk run %d, row %d was let go: %s", self.run.id, row.sequence, error.line())
            ended = row
        except Exception:  # one row that breaks us must not end the others; its operation stays in the journal
            log.exception("bulk run %d, row %d", self.run.id, row.sequence)
            ended = row
        if ended is None:
            return
        over(ended)
        if ended.ended is None:
            self.dark.add(ended.server_id)
        else:
            outcomes.append(ended.ended)
        self._failed += ended.ended is Outcome.FAILED
        if self.brakes.failure_limit and self._failed >= self.brakes.failure_limit:
            self.halt.stop(f"{self._failed} rows FAILED")
        self.told(ended)

    async def _carried(self, row: BulkRow) -> BulkRow | None:
        """The row as it stands when its operation is over or waits; None: it was not begun."""
        claimed = None
        if row.operation_id is None:
            begun, claimed = await self._begin(row)
            if begun is None or begun.operation_id is None:
                return begun
            row = begun
        if claimed is not None:
            operation = await self._attempted(row, claimed)
            if operation is not None and operation.status is not Status.QUEUED:
                return _as_it_stands(row, operation)
        assert row.operation_id is not None
        again = partial(carry_out, self._patient, row.operation_id, insist=False)
        operation = await self.patience.keep_trying(again)
        await self.patience.write(lambda unit: self._ended(row, unit, operation))
        return _as_it_stands(row, operation)

    async def _attempted(self, row: BulkRow, claimed: Claimed) -> Operation | None:
        """The operation after its first attempt. None: the database went; once it is back, another attempt is made."""
        try:
            return await self._attempts.carry(claimed, partial(self._ended, row))
        except RadiusbridgeError as error:
            if not error.retryable:
                raise
            log.warning("operation %d was let go: %s", claimed.operation.id, error.line())
            return None

    def _ended(self, row: BulkRow, unit: UnitOfWork, operation: Operation) -> None:
        outcome = outcome_of(operation.status, operation.verdict)
        if outcome is not None:
            unit.bulk.end(self.run.id, row.sequence, outcome)

    async def _begin(self, row: BulkRow) -> tuple[BulkRow | None, Claimed | None]:
        """Enter the row's operation, and claim it where it is the first of its subject; or leave the row out. None: no
        more rows are begun."""
        tried = False

        def work(unit: UnitOfWork) -> tuple[BulkRow | None, Claimed | None]:
            nonlocal tried
            # of a commit before which the database went it is not known whether it was carried out
            known = unit.bulk.row(self.run.id, row.sequence) if tried else row
            tried = True
            if known.operation_id is not None or known.outcome is not None:
                return known, None
            return self._entered(unit, row)

        try:
            return await self.patience.write(work)
        except LeaseLost:
            raise
        except RadiusbridgeError as error:
            words = error.line()
            if error.retryable:
                log.warning("bulk run %d begins no more rows: %s", self.run.id, words)
                self.halt.stop(NO_DATABASE)
                return None, None
            return await self.patience.write(lambda unit: self._left_out(unit, row, words)), None

    def _entered(self, unit: UnitOfWork, row: BulkRow) -> tuple[BulkRow | None, Claimed | None]:
        if unit.bulk.stop_requested(self.run.id, self.epoch):
            self.halt.stop("asked to")
            return None, None
        made = self.submit(unit, self.context, self.run, row)
        if isinstance(made, str):
            return self._left_out(unit, row, made), None
        if isinstance(made, Recorded):
            return self._over(unit, row, made.outcome, made.words), None
        if not unit.bulk.begin(self.run.id, row.sequence, made.id):
            raise LeaseLost("the row was begun elsewhere", target=f"bulk run {self.run.id}")
        return replace(row, operation_id=made.id), self._attempts.claim(unit, made)

    def _left_out(self, unit: UnitOfWork, row: BulkRow, words: str) -> BulkRow:
        return self._over(unit, row, Outcome.LEFT_OUT, words)

    def _over(self, unit: UnitOfWork, row: BulkRow, outcome: Outcome, words: str) -> BulkRow:
        if not unit.bulk.end(self.run.id, row.sequence, outcome, words):
            raise LeaseLost("the row was ended elsewhere", target=f"bulk run {self.run.id}")
        return replace(row, outcome=outcome, words=words)


def _as_it_stands(row: BulkRow, operation: Operation) -> BulkRow:
    return replace(
        row,
        outcome=outcome_of(operation.status, operation.verdict),
        status=operation.status,
        verdict=operation.verdict,
        reasons=operation.reasons,
    )
