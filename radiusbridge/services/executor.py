"""Claim operations, run them, write the one final verdict. Effects at least once, verdicts exactly once."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.observations import Observation
from radiusbridge.domain.proof import End
from radiusbridge.domain.records import PROFILE_INTENTS, Customer, Intent, Operation, Profile, Server, Step
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services.context import Context
from radiusbridge.services.equipping import hands_of, subject_of
from radiusbridge.services.evidence_codec import decode
from radiusbridge.services.hands import Hands, OperationClock
from radiusbridge.services.moving import take_back_move
from radiusbridge.services.planning.prints import profile_here
from radiusbridge.services.plans import Subject, expected_of, saga_of
from radiusbridge.services.profile_operations import after_profile
from radiusbridge.services.provisioning import forget_removed
from radiusbridge.services.runner import Runner, Stopped, storable

LEASE = 20.0
"""Seconds that a claim lasts without a renewal."""
SIDE_BY_SIDE = 16
"""Operations that one process runs at once on each server: those of a dark one hold up nobody else's."""
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
"""Seconds until an operation whose server was silent is tried again; doubles with each attempt."""

log = logging.getLogger(__name__)


def _in_vain(run: asyncio.Task[bool]) -> bool:
    """Whether somebody else had the operation, or it was over."""
    return run.done() and not run.cancelled() and run.exception() is None and not run.result()


def _note_mistake(operation: int, run: asyncio.Task[bool]) -> None:
    """What is watched goes on after a mistake of ours: the operation tells it in its reason."""
    if not run.cancelled() and (error := run.exception()) is not None:
        log.error("operation %d: internal error %s", operation, type(error).__name__)


def remember_signature(unit: UnitOfWork, server: Server, hands: Hands) -> None:
    """A server that has signed one reply is held to it from then on (design rule 7)."""
    if server.radius is None or server.radius.signed_once or not hands.signatures:
        return
    stored = unit.servers.get(server.id)
    if stored.radius is not None and not stored.radius.signed_once:
        unit.servers.change(replace(stored, radius=replace(stored.radius, signed_once=True)))


def _changed_here(operation: Operation, subject: Subject, fingerprint: Callable[[bytes], str]) -> bool:
    """Whether the database says something else than what the operation rests on."""
    expected = expected_of(operation)
    if expected is None:
        return False
    if operation.intent in PROFILE_INTENTS:
        now = profile_here(subject.profile) if subject.profile is not None else ""
    else:
        now = fingerprint(subject.looked_at) if subject.looked_at is not None else ""
    return now != expected["here"]


Beside = Callable[[UnitOfWork, Operation], None]
"""What else belongs into the transaction that ends an operation, or lets it wait; told how it stands then."""


def _nothing(_unit: UnitOfWork, _operation: Operation) -> None:
    """Nothing else."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An operation that this process holds, with the records that it is about."""

    operation: Operation
    subject: Subject

    @property
    def epoch(self) -> int:
        """Of the claim."""
        assert self.operation.lease is not None
        return self.operation.lease.epoch


@dataclass(slots=True)
class Executor:
    """Runs operations of the journal in this process."""

    context: Context
    _busy: dict[int, asyncio.Task[bool]] = field(default_factory=dict)
    _on: Counter[int] = field(default_factory=Counter)
    """How many are busy on each server."""

    async def run(self, operation_id: int) -> bool:
        """Claim that operation and run it to its end or until it waits; False: somebody else has it, or it is over."""
        claimed = await self._claim(operation_id)
        if claimed is None:
            return False
        await self.carry(claimed)
        return True

    def claim(self, unit: UnitOfWork, operation: Operation, customer: Customer | None = None) -> Claimed | None:
        """Claim, inside the caller's transaction, what it has just entered; None: something else comes first.

        customer: whom the operation is about, where the caller has the record. Whoever claims goes on to `carry`.
        """
        claimed = unit.operations.claim(operation.id, self.context.process.owner, unit.now, LEASE)
        return None if claimed is None else Claimed(claimed, subject_of(unit, claimed, customer))

    async def carry(self, claimed: Claimed, beside: Beside = _nothing) -> Operation:
        """Run what is claimed; the operation as it is then. beside: is called inside the transaction that ends it."""
        operation, epoch = claimed.operation, claimed.epoch
        renewing = asyncio.create_task(self._renew(operation.id, epoch))
        try:
            runner = await self._runner(operation, claimed.subject, epoch)
            end = await runner.run()
            return await self._finish(claimed, end, beside, runner)
        except Stopped:
            return await self._let_go(operation, epoch, beside)
        except LeaseLost:
            log.warning("operation %d went on elsewhere", operation.id)
            return await self.context.database.read(lambda unit: unit.operations.get(operation.id))
        except asyncio.CancelledError:
            await asyncio.shield(self._let_go(operation, epoch, _nothing))
            raise
        except Exception as error:
            waiting = End(Status.WAITING, None, (f"internal error {type(error).__name__}",))
            await self._finish(claimed, waiting, beside)
            raise
        finally:
            renewing.cancel()
            self.context.bus.changed(operation.id)

    async def drain(self) -> int:
        """Run what can be claimed until nothing is due any more; how many operations were run.

        The first mistake of our own is raised once all have ended.
        """
        runs: dict[int, asyncio.Task[bool]] = {}
        try:
            while True:
                runs |= await self._start_due(passed_over={one for one, run in runs.items() if _in_vain(run)})
                if not self._busy:
                    return sum(run.result() for run in runs.values())
                await asyncio.wait(self._busy.values(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._leave()

    async def watch(self, pause: float = 1.0) -> None:
        """Drain what waits, for ever; operations of different subjects run side by side."""
        try:
            while True:
                for operation, run in (await self._start_due()).items():
                    run.add_done_callback(partial(_note_mistake, operation))
                await self.context.clock.sleep(pause)
        finally:
            await self._leave()

    async def _start_due(self, passed_over: Container[int] = ()) -> dict[int, asyncio.Task[bool]]:
        """Start what is due, as far as there is room on each server."""
        started = {}
        for server, operation in await self._due():
            if operation in self._busy or operation in passed_over or self._on[server] >= SIDE_BY_SIDE:
                continue
            self._on[server] += 1
            self._busy[operation] = started[operation] = asyncio.create_task(self._run_beside(operation, server))
        return started

    async def _run_beside(self, operation: int, server: int) -> bool:
        try:
            return await self.run(operation)
        finally:
            self._on[server] -= 1
            del self._busy[operation]

    async def _leave(self) -> None:
        """Let go of what still runs."""
        busy = [*self._busy.values()]
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        self._busy.clear()
        self._on.clear()

    async def _due(self) -> list[tuple[int, int]]:
        """(server, operation), the oldest of each server."""
        now, process = self.context.clock.now(), self.context.process

        def work(unit: UnitOfWork) -> list[tuple[int, int]]:
            operations = unit.operations
            dead = process.dead(operations.owners())
            return [
                (server, row.id)
                for server in sorted(operations.awaited_servers())
                for row in operations.claimable(now, SIDE_BY_SIDE, dead, server)
            ]

        return await self.context.database.read(work)

    async def _claim(self, operation_id: int) -> Claimed | None:
        now, process = self.context.clock.now(), self.context.process

        def work(unit: UnitOfWork) -> Claimed | None:
            operation = unit.operations.claim(operation_id, process.owner, now, LEASE)
            if operation is None and (dead := process.dead(unit.operations.owners())):
                operation = unit.operations.claim(operation_id, process.owner, now, LEASE, dead)
            return Claimed(operation, subject_of(unit, operation)) if operation else None

        return await self.context.database.write(work)

    async def _runner(self, operation: Operation, subject: Subject, epoch: int) -> Runner:
        steps: tuple[Step, ...] = ()
        if operation.attempts > 1:
            steps = await self.context.database.read(lambda unit: unit.operations.steps(operation.id, 0))
        observed = [decode(step.detail) for step in steps]
        last = max((seen.at for seen in observed), default=0.0)
        ended = max((step.started_at + timedelta(seconds=step.duration) for step in steps), default=None)
        away = (self.context.clock.now() - ended).total_seconds() if ended else 0.0
        clock = OperationClock.resume(self.context.clock, last, away)
        hands = hands_of(self.context.gateways, operation, subject, clock)
        fingerprint = self.context.database.marks.fingerprint
        hands = replace(hands, profile_now=lambda: self._profile_now(subject), fingerprint=fingerprint)
        subject = replace(subject, changed_here=_changed_here(operation, subject, fingerprint))
        return Runner(self.context, operation, epoch, saga_of(operation, subject), hands, observed)

    async def _profile_now(self, subject: Subject) -> Profile | None:
        known = subject.profile
        if known is None:
            return None
        try:
            return await self.context.database.read(lambda unit: unit.profiles.get(known.id))
        except UnknownName:
            return None

    async def _renew(self, operation_id: int, epoch: int) -> None:
        """Keep the lease while the operation runs; losing it shows at the next commit."""

        def work(unit: UnitOfWork) -> bool:
            return unit.operations.renew(operation_id, epoch, unit.now + timedelta(seconds=LEASE))

        while True:
            await self.context.clock.sleep(LEASE / 3)
            await self.context.database.write(work)

    async def _finish(self, claimed: Claimed, end: End, beside: Beside, runner: Runner | None = None) -> Operation:
        operation, epoch = claimed.operation, claimed.epoch
        end = replace(end, reasons=tuple(map(storable, end.reasons)))
        rest = runner.rest() if runner is not None else None

        def work(unit: UnitOfWork) -> Operation:
            stop = None if rest is None else rest.write(unit)
            if runner is not None:
                remember_signature(unit, claimed.subject.server, runner.hands)
            if stop is not None:
                ended = self._released(unit, operation, epoch)
            elif end.status is Status.WAITING:
                ended = self._waits(unit, operation, epoch, end)
            else:
                ended = self._decided(unit, operation, epoch, end, runner.log if runner is not None else ())
            beside(unit, ended)
            return ended

        return await self.context.database.write(work)

    def _waits(self, unit: UnitOfWork, operation: Operation, epoch: int, end: End) -> Operation:
        pause = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(operation.attempts - 1, 10))
        unit.operations.wait(operation.id, epoch, "; ".join(end.reasons), unit.now + timedelta(seconds=pause), unit.now)
        # one that was cancelled meanwhile is over
        take_back_move(unit, operation, self.context.who, self.context.channel)
        return unit.operations.get(operation.id)

    def _decided(
        self, unit: UnitOfWork, operation: Operation, epoch: int, end: End, seen: Sequence[Observation]
    ) -> Operation:
        assert end.verdict is not None
        if not unit.operations.finish(operation.id, epoch, end.verdict, end.reasons, unit.now):
            log.warning("operation %d was ended elsewhere", operation.id)
            return unit.operations.get(operation.id)
        self._record(unit, operation, str(end.verdict), end.reasons)
        also = take_back_move(unit, operation, self.context.who, self.context.channel)
        if operation.intent is Intent.REMOVE and end.verdict is Verdict.PROVEN:
            forget_removed(unit, operation, self.context.who, self.context.channel)
        if operation.intent in PROFILE_INTENTS and end.verdict is Verdict.PROVEN:
            also += after_profile(unit, operation, seen, self.context.who, self.context.channel)
        return replace(
            operation,
            status=Status.DONE,
            verdict=end.verdict,
            reasons=(*end.reasons, *also),
            finished_at=unit.now,
            lease=None,
        )

    async def _let_go(self, operation: Operation, epoch: int, beside: Beside) -> Operation:
        def work(unit: UnitOfWork) -> Operation:
            released = self._released(unit, operation, epoch)
            beside(unit, released)
            return released

        return await self.context.database.write(work)

    def _released(self, unit: UnitOfWork, operation: Operation, epoch: int) -> Operation:
        """Queued again for whoever comes next; or cancelled or superseded, where that was asked for."""
        asked = unit.operations.stop_requested(operation.id)
        if unit.operations.release(operation.id, epoch, unit.now) and asked is not None:
            self._record(unit, operation, str(asked), ())
            take_back_move(unit, operation, self.context.who, self.context.channel)
        return unit.operations.get(operation.id)

    def _record(self, unit: UnitOfWork, operation: Operation, ended: str, reasons: tuple[str, ...]) -> None:
        unit.note(
            f"operation.{operation.intent}.ended",
            operation.username,
            who=self.context.who,
            channel=self.context.channel,
            after={"ended": ended, "reasons": list(reasons)},
            operation_id=operation.id,
            event="operation.ended",
        )
