"""How an attempt ends in the journal: with the one final verdict, waiting, or back in the queue."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.breaker import Admission, pause
from radiusbridge.domain.observations import Observation
from radiusbridge.domain.proof import End
from radiusbridge.domain.records import PROFILE_INTENTS, Intent, Operation, Server
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services.breaker import end_trial, note_silence
from radiusbridge.services.context import Context
from radiusbridge.services.hands import Hands
from radiusbridge.services.moving import take_back_move
from radiusbridge.services.profile_operations import after_profile
from radiusbridge.services.provisioning import forget_removed
from radiusbridge.services.speed_periods import after_speed
from radiusbridge.services.vouchers.operations import after_voucher

FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
"""Seconds until an operation is tried again whose server answers, but not to it; doubles with each attempt."""

log = logging.getLogger(__name__)

Beside = Callable[[UnitOfWork, Operation], None]
"""What else belongs into the transaction that ends an operation, or lets it wait; told how it stands then."""


def nothing(_unit: UnitOfWork, _operation: Operation) -> None:
    """Nothing else."""


def remember_signature(unit: UnitOfWork, server: Server, hands: Hands) -> None:
    """A server that has signed one reply is held to it from then on (design rule 7)."""
    if server.radius is None or server.radius.signed_once or not hands.signatures:
        return
    stored = unit.servers.get(server.id)
    if stored.radius is not None and not stored.radius.signed_once:
        unit.servers.change(replace(stored, radius=replace(stored.radius, signed_once=True)))


@dataclass(frozen=True, slots=True)
class Ending:
    """The ways to let go of one claimed operation; each runs inside the caller's transaction."""

    context: Context
    operation: Operation
    epoch: int
    admission: Admission
    share: float
    """Of the pause, by chance; drawn beforehand, since a transaction may run again."""

    def waits(self, unit: UnitOfWork, end: End, silence: str | None) -> Operation:
        """To be tried again. silence: what its server was asked in vain; None: it answered something."""
        operation = self.operation
        due: datetime | None = unit.now + pause(operation.attempts, self.share, FIRST_WAIT, LONGEST_WAIT)
        if silence is not None:
            due = note_silence(unit, operation.server_id, self.admission, silence, self.share)
        assert due is not None
        unit.operations.wait(operation.id, self.epoch, "; ".join(end.reasons), due, unit.now)
        # one that was cancelled meanwhile is over
        take_back_move(unit, operation, self.context.who, self.context.channel)
        return unit.operations.get(operation.id)

    def decided(self, unit: UnitOfWork, end: End, seen: Sequence[Observation]) -> Operation:
        """The one final verdict, unless somebody else has written it."""
        operation, context = self.operation, self.context
        assert end.verdict is not None
        if not unit.operations.finish(operation.id, self.epoch, end.verdict, end.reasons, unit.now):
            log.warning("operation %d was ended elsewhere", operation.id)
            return unit.operations.get(operation.id)
        self._record(unit, str(end.verdict), end.reasons)
        also = take_back_move(unit, operation, context.who, context.channel)
        after_speed(unit, operation, end.verdict)
        after_voucher(unit, operation, end.verdict, end.reasons)
        if operation.intent is Intent.REMOVE and end.verdict is Verdict.PROVEN:
            forget_removed(unit, operation, context.who, context.channel)
        if operation.intent in PROFILE_INTENTS and end.verdict is Verdict.PROVEN:
            also += after_profile(unit, operation, seen, context.who, context.channel)
        return replace(
            operation,
            status=Status.DONE,
            verdict=end.verdict,
            reasons=(*end.reasons, *also),
            finished_at=unit.now,
            lease=None,
        )

    def end_trial(self, unit: UnitOfWork) -> None:
        """Nothing of this attempt is under way any more."""
        if self.admission is Admission.TRIAL:
            end_trial(unit, self.operation.server_id)

    def released(self, unit: UnitOfWork) -> Operation:
        """Queued again for whoever comes next; or cancelled or superseded, where that was asked for."""
        operation = self.operation
        asked = unit.operations.stop_requested(operation.id)
        if unit.operations.release(operation.id, self.epoch, unit.now) and asked is not None:
            self._record(unit, str(asked), ())
            take_back_move(unit, operation, self.context.who, self.context.channel)
        return unit.operations.get(operation.id)

    def _record(self, unit: UnitOfWork, ended: str, reasons: tuple[str, ...]) -> None:
        unit.note(
            f"operation.{self.operation.intent}.ended",
            self.operation.username,
            who=self.context.who,
            channel=self.context.channel,
            after={"ended": ended, "reasons": list(reasons)},
            operation_id=self.operation.id,
            event="operation.ended",
        )


def when(clock_now: datetime, hands: Hands, seen: Observation) -> datetime:
    """The wall time of an observation."""
    return clock_now - timedelta(seconds=hands.clock.now() - seen.at)
