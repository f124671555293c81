"""Claim an operation, run it, end it. Effects at least once, verdicts exactly once."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.breaker import Admission
from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.observations import AttemptBegan, Observation
from radiusbridge.domain.proof import End
from radiusbridge.domain.records import PAIR_INTENTS, SERVER_INTENTS, UNHELD, Customer, Operation, Profile, Step
from radiusbridge.domain.verdict import Status
from radiusbridge.gateways.fence import LeaseOver, behind
from radiusbridge.services import holding
from radiusbridge.services.breaker import admitted, answer_of, note_answer, silence_of, waits_for_server
from radiusbridge.services.context import Context
from radiusbridge.services.ending import Beside, Ending, nothing, remember_signature, when
from radiusbridge.services.equipping import changed_here, hands_of, subject_of
from radiusbridge.services.evidence_codec import decode
from radiusbridge.services.filling import filling_of
from radiusbridge.services.hands import OperationClock
from radiusbridge.services.holding import LEASE, Holding, Moment
from radiusbridge.services.plans import Subject, saga_of
from radiusbridge.services.runner import Runner, Stopped, storable
from radiusbridge.services.standby.bringing import batch_there
from radiusbridge.services.standby.turning import with_turn
from radiusbridge.services.standby.voucher_mirrors import is_batch
from radiusbridge.services.vouchers.operations import alias_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An operation that this process holds, with the records that it is about. since: when it was claimed."""

    operation: Operation
    subject: Subject
    admission: Admission
    since: Moment

    @property
    def epoch(self) -> int:
        """Of the claim."""
        assert self.operation.lease is not None
        return self.operation.lease.epoch


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts at operations in this process."""

    context: Context

    async def run(self, operation_id: int, *, insist: bool = False) -> bool:
        """Claim that operation and run it to its end or until it waits.

        insist: also where its server is dark, and somebody else will ask it later. False: somebody else has it, it is
        over, or it waits for its server.
        """
        claimed = await self._claim(operation_id, insist)
        if claimed is None:
            return False
        await self.carry(claimed)
        return True

    def claim(
        self, unit: UnitOfWork, operation: Operation, customer: Customer | None = None, *, insist: bool = False
    ) -> Claimed | None:
        """Claim, inside the caller's transaction, what it has just entered; None: something else comes first.

        customer: whom the operation is about, where the caller has the record. insist: as `run`. Whoever claims goes on
        to `carry`.
        """
        if not insist and waits_for_server(unit, operation.id, operation.server_id):
            return None
        claimed = unit.operations.claim(operation.id, self.context.process.owner, unit.now, LEASE)
        return None if claimed is None else self._claimed(unit, claimed, insist=insist, customer=customer)

    async def carry(self, claimed: Claimed, beside: Beside = nothing) -> Operation:
        """Run what is claimed; the operation as it is then. beside: is called inside the transaction that ends it.

        Errors: those of the database; what was claimed is then let go, if need be by the end of its lease.
        """
        operation = claimed.operation

        def renew(unit: UnitOfWork, until: datetime) -> bool:
            return unit.operations.renew(operation.id, claimed.epoch, until)

        hold = Holding(self.context, f"operation {operation.id}", renew, claimed.since)
        ending = Ending(
            self.context, operation, claimed.epoch, claimed.admission, self.context.entropy.uniform(0.5, 1.0)
        )
        keeping = asyncio.create_task(hold.keep())
        try:
            with behind(hold.check):
                runner = await self._runner(claimed, hold)
                end = await runner.run()
            return await self._finish(claimed, ending, end, beside, runner)
        except (Stopped, LeaseOver):
            return await self._let_go(ending, beside)
        except LeaseLost:
            log.warning("operation %d went on elsewhere", operation.id)
            return await self.context.database.read(lambda unit: unit.operations.get(operation.id))
        except asyncio.CancelledError:
            with contextlib.suppress(RadiusbridgeError):
                await asyncio.shield(self._let_go(ending, nothing))
            raise
        except Exception as error:
            if isinstance(error, RadiusbridgeError) and error.retryable:  # the database's: peers' are observations
                with contextlib.suppress(RadiusbridgeError):
                    await self._let_go(ending, nothing)
                raise
            waiting = End(Status.WAITING, None, (f"internal error {type(error).__name__}",))
            await self._finish(claimed, ending, waiting, beside)
            raise
        finally:
            await holding.end(keeping)
            self.context.bus.changed(operation.id)

    async def _claim(self, operation_id: int, insist: bool) -> Claimed | None:
        now, process = self.context.clock.now(), self.context.process

        def work(unit: UnitOfWork) -> Claimed | None:
            operations = unit.operations
            if not insist and waits_for_server(unit, operation_id):
                return None
            operation = operations.claim(operation_id, process.owner, now, LEASE)
            if operation is None and (dead := process.dead(operations.owners())):
                operation = operations.claim(operation_id, process.owner, now, LEASE, dead)
            return None if operation is None else self._claimed(unit, operation, insist=insist)

        return await self.context.database.write(work)

    def _claimed(
        self, unit: UnitOfWork, operation: Operation, *, insist: bool = False, customer: Customer | None = None
    ) -> Claimed:
        assert operation.lease is not None
        subject = replace(subject_of(unit, operation, customer), epoch=unit.standbys.epoch(operation.server_id))
        # a router itself, and what its own hotspot has, say nothing about the server
        elsewhere = subject.keeper is not None or operation.intent in UNHELD
        admission = Admission.ORDINARY if elsewhere else admitted(unit, operation.server_id, insist=insist)
        since = Moment.at(self.context.clock, operation.lease.until - timedelta(seconds=LEASE))
        return Claimed(operation, subject, admission, since)

    async def _runner(self, claimed: Claimed, hold: Holding) -> Runner:
        operation, subject = claimed.operation, claimed.subject
        steps: tuple[Step, ...] = ()
        if operation.attempts > 1:
            steps = await self.context.database.read(lambda unit: unit.operations.steps(operation.id, 0))
        alias = alias_of(operation, subject)
        details = [step.detail if alias is None else alias.show(dict(step.detail)) for step in steps]
        observed = of_this_server([decode(each) for each in details], operation, subject.epoch)
        last = max((seen.at for seen in observed), default=0.0)
        ended = max((step.started_at + timedelta(seconds=step.duration) for step in steps), default=None)
        away = (self.context.clock.now() - ended).total_seconds() if ended else 0.0
        clock = OperationClock.resume(self.context.clock, last, away)
        hands = hands_of(self.context.gateways, operation, subject, clock)
        fingerprint = self.context.database.marks.fingerprint
        hands = replace(hands, profile_now=lambda: self._profile_now(subject), fingerprint=fingerprint)
        if operation.intent in SERVER_INTENTS:
            hands = replace(hands, filling=filling_of(self.context, operation, subject.server))
        elif is_batch(operation):
            hands = replace(hands, filling=batch_there(self.context, operation, subject.server))
        if hands.pair is not None:
            hands = replace(hands, pair=with_turn(hands.pair, self.context, operation, claimed.epoch))
        subject = replace(subject, changed_here=changed_here(operation, subject, fingerprint))
        runner = Runner(
            self.context, operation, claimed.epoch, saga_of(operation, subject), hands, observed, hold=hold.check
        )
        runner.pair_epoch, runner.alias = subject.epoch, alias
        if claimed.admission is not Admission.ORDINARY:
            await self.context.gateways.forget_failures(subject.server)
            runner.noted = lambda unit, seen: self._note(unit, claimed, runner, seen)
        return runner

    def _note(self, unit: UnitOfWork, claimed: Claimed, runner: Runner, seen: Sequence[Observation]) -> None:
        """Close the breaker as soon as the server has answered: the rest does not wait for this operation's end."""
        answer = answer_of(seen)
        if answer is not None and claimed.subject.keeper is None:
            note_answer(unit, claimed.operation.server_id, when(self.context.clock.now(), runner.hands, answer))

    async def _profile_now(self, subject: Subject) -> Profile | None:
        known = subject.profile
        if known is None:
            return None
        try:
            return await self.context.database.read(lambda unit: unit.profiles.get(known.id))
        except UnknownName:
            return None

    async def _finish(
        self, claimed: Claimed, ending: Ending, end: End, beside: Beside, runner: Runner | None = None
    ) -> Operation:
        alias = alias_of(claimed.operation, claimed.subject)
        reasons = end.reasons if alias is None else map(alias.hide, end.reasons)
        end = replace(end, reasons=tuple(map(storable, reasons)))
        rest = runner.rest() if runner is not None else None
        seen = runner.attempt() if runner is not None else ()
        silence = silence_of(seen) if claimed.subject.keeper is None else None

        def work(unit: UnitOfWork) -> Operation:
            stop = None if rest is None else rest.write(unit)
            if _elsewhere(unit, claimed):
                # what was seen is of a server that is not this operation's any more
                ended = ending.released(unit)
                ending.end_trial(unit)
                beside(unit, ended)
                return ended
            if runner is not None:
                remember_signature(unit, claimed.subject.server, runner.hands)
                self._note(unit, claimed, runner, seen)
            if stop is not None:
                ended = ending.released(unit)
            elif end.status is Status.WAITING:
                ended = ending.waits(unit, end, silence)
            else:
                ended = ending.decided(unit, end, runner.log if runner is not None else ())
            ending.end_trial(unit)
            beside(unit, ended)
            return ended

        return await self.context.database.write(work)

    async def _let_go(self, ending: Ending, beside: Beside) -> Operation:
        def work(unit: UnitOfWork) -> Operation:
            released = ending.released(unit)
            ending.end_trial(unit)
            beside(unit, released)
            return released

        return await self.context.database.write(work)


def _elsewhere(unit: UnitOfWork, claimed: Claimed) -> bool:
    """Whether the server of an operation is another machine than it was at the claim."""
    operation = claimed.operation
    return operation.intent not in PAIR_INTENTS and unit.standbys.epoch(operation.server_id) != claimed.subject.epoch


def of_this_server(log: list[Observation], operation: Operation, epoch: int) -> list[Observation]:
    """What was seen since a server and its standby have changed roles last: before, it was another machine."""
    if operation.intent in PAIR_INTENTS:
        return log
    others = [at for at, seen in enumerate(log) if isinstance(seen, AttemptBegan) and seen.epoch != epoch]
    if not others:
        return log
    since = (at for at in range(others[-1] + 1, len(log)) if isinstance(log[at], AttemptBegan))
    return log[next(since, len(log)) :]
