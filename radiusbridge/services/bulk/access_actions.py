"""Many customers isolated, activated, kicked, renewed."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import Outcome
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import BadInput, Refused
from radiusbridge.domain.records import Hold, HoldKind, Operation, Policy
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE
from radiusbridge.services.access import Manner, enter_activation, enter_isolation
from radiusbridge.services.bulk.actions import Action, Turn
from radiusbridge.services.bulk.kinds import Recorded
from radiusbridge.services.context import Context
from radiusbridge.services.kicking import check_deadline, enter_kick
from radiusbridge.services.renewal import Renewing, enter_renewal


def _kept_out(holds: tuple[Hold, ...], words: str = "") -> Recorded:
    kinds = ", ".join(f"{hold.kind} since {hold.since:%Y-%m-%d}" for hold in holds)
    return Recorded(f"{words}another hold is open: {kinds}", Outcome.KEPT_OUT)


@dataclass(frozen=True, slots=True)
class Isolate(Action):
    """As `access.isolate`."""

    kind: ClassVar[str] = "isolate"
    permission: ClassVar[str] = "customer.isolate"
    policy: Policy | None = None
    hold: HoldKind = HoldKind.UNPAID
    ticket: str = ""
    settle: float = SETTLE
    deadline: float = DEADLINE
    without_drop: bool = False

    def _manner(self) -> Manner:
        return Manner(self.settle, self.deadline, without_drop=self.without_drop)

    def __post_init__(self) -> None:
        self._manner()
        if self.without_drop and self.policy is Policy.REJECT:
            raise BadInput("only a walled customer can keep the session", hint="add --policy walled")

    def submit(self, turn: Turn) -> Operation | Recorded:
        """Open the hold and enter the isolation."""
        done = enter_isolation(
            turn.unit,
            turn.context,
            turn.customer,
            policy=self.policy,
            hold=self.hold,
            reason=turn.reason,
            ticket=self.ticket or f"bulk {turn.run_id}",
            manner=self._manner(),
        )
        assert done.operation is not None
        return done.operation


@dataclass(frozen=True, slots=True)
class Activate(Action):
    """As `access.activate`; who has no such hold is passed by."""

    kind: ClassVar[str] = "activate"
    permission: ClassVar[str] = "customer.activate"
    hold: HoldKind | None = None
    wait_online: float = 0.0
    deadline: float = DEADLINE

    def _manner(self) -> Manner:
        return Manner(min(SETTLE, self.deadline / 2), self.deadline, self.wait_online)

    def __post_init__(self) -> None:
        self._manner()

    def passed_by(self, turn: Turn) -> str:
        """Nothing to close, or several holds and none was named."""
        kinds = [hold.kind for hold in turn.holds]
        if self.hold is not None:
            return "" if self.hold in kinds else f"no hold {self.hold} is open"
        if not turn.holds:
            return "no hold is open"
        return f"several holds are open: {', '.join(kinds)}; name one with --hold" if len(kinds) > 1 else ""

    def submit(self, turn: Turn) -> Operation | Recorded:
        """Close the hold, and enter the activation where no other is open."""
        kind, manner = self.hold or turn.holds[0].kind, self._manner()
        done = enter_activation(turn.unit, turn.context, turn.customer, hold=kind, reason=turn.reason, manner=manner)
        return done.operation or _kept_out(done.holds)


@dataclass(frozen=True, slots=True)
class Kick(Action):
    """As `kicking.kick`, of all sessions of each."""

    kind: ClassVar[str] = "kick"
    permission: ClassVar[str] = "operation.kick"
    deadline: float = DEADLINE

    def __post_init__(self) -> None:
        check_deadline(self.deadline)

    def submit(self, turn: Turn) -> Operation:
        """Enter the kick."""
        return enter_kick(turn.unit, turn.context, turn.customer, deadline=self.deadline, reason=turn.reason)


@dataclass(frozen=True, slots=True)
class Renew(Action):
    """As `renewal.renew`."""

    kind: ClassVar[str] = "renew"
    permission: ClassVar[str] = "customer.renew"
    until: date | None = None
    months: int | None = None
    note: str = ""
    forced: bool = False
    wait_online: float = 0.0
    deadline: float = DEADLINE

    def _renewing(self) -> Renewing:
        manner = Manner(min(SETTLE, self.deadline / 2), self.deadline, self.wait_online)
        return Renewing(self.until, self.months, self.note, self.forced, manner)

    def __post_init__(self) -> None:
        self._renewing()

    def check(self, unit: UnitOfWork, context: Context) -> None:
        """Refused: for a day that is over."""
        if self.until is not None and not self.forced and self.until < day_of(unit.now, context.zone):
            raise Refused(f"{self.until} is over", hint="name a later day, or --force")

    def passed_by(self, turn: Turn) -> str:
        """Whoever has paid for longer, or for just that and is not held for it."""
        if self.until is None or self.forced or turn.customer.paid_until is None:
            return ""
        paid = day_of(turn.customer.paid_until, turn.context.zone)
        unpaid = any(hold.kind is HoldKind.UNPAID for hold in turn.holds)
        done = paid > self.until or (paid == self.until and not unpaid)
        return f"paid until {paid} already" if done else ""

    def submit(self, turn: Turn) -> Operation | Recorded:
        """Move paid-until, and enter the activation where one is due."""
        done = enter_renewal(turn.unit, turn.context, turn.customer, self._renewing())
        if done.operation is not None:
            return done.operation
        words = f"paid until {day_of(done.renewal.paid_to, turn.context.zone)}"
        return _kept_out(done.holds, f"{words}; ") if done.holds else Recorded(words)
