"""Renewal: paid-until moves, the unpaid hold closes, access opens with proof; all of it one transaction."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import Renewal
from radiusbridge.domain.changes import Change
from radiusbridge.domain.days import add_months, billing_day, day_of, start_of
from radiusbridge.domain.errors import BadInput, Refused
from radiusbridge.domain.records import Customer, Hold, HoldKind, Intent, Operation
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import format_duration
from radiusbridge.services.access import Manner, enter_activation, is_paid
from radiusbridge.services.checks import plain_text
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter_recorded
from radiusbridge.services.permissions import require

RECORDED = "recorded: nothing of it concerns a server"


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a renewal led to. operation: what opens the access again; None: nothing has to, or `holds` keep it shut."""

    customer: Customer
    renewal: Renewal
    operation: Operation | None
    holds: tuple[Hold, ...]
    """Open ones, after the change."""
    hint: str = ""
    """What the operator should know beside the verdict."""
    recorded: Operation | None = None
    """The entry of it in the journal, where no operation opens the access or an earlier one is about to."""

    @property
    def undoable(self) -> int | None:
        """The operation that `undo` takes back."""
        found = self.recorded or self.operation
        return None if found is None else found.id


async def renew(
    context: Context,
    who: str,
    *,
    until: date | None = None,
    months: int | None = None,
    note: str = "",
    forced: bool = False,
    manner: Manner | None = None,
) -> Renewed:
    """Move a customer's paid-until, close the `unpaid` hold, and submit the activation where no other hold is open.

    until: the last paid day. months: calendar months (default 1) from the later of today and the last paid day. Its day
    of the month is kept as the customer's billing day: after the 31st of January and the 28th of February comes the
    31st of March.
    A promise to pay has been kept, and goes. Without a hold only the date moves, and a customer on a plan with a
    validity is activated as well, since the server may have ended the plan: then it is given anew.
    Errors: UnknownName; BadInput; Refused, unless `forced`, for less time than is paid already or a day that is over.
    """
    require(context, "customer.renew")
    wanted = Renewing(until, months, note, forced, manner or Manner())
    return await context.database.write(lambda unit: enter_renewal(unit, context, unit.customers.find(who), wanted))


@dataclass(frozen=True, slots=True)
class Renewing:
    """What `renew` is given. BadInput: it is no renewal."""

    until: date | None = None
    months: int | None = None
    note: str = ""
    forced: bool = False
    manner: Manner = field(default_factory=Manner)

    def __post_init__(self) -> None:
        plain_text(self.note, "payment note")
        if self.until is not None and self.months is not None:
            raise BadInput("give --until or --months, not both")
        if self.months is not None and self.months < 1:
            raise BadInput(f"{self.months} months are no renewal", hint="1 or more")


def enter_renewal(unit: UnitOfWork, context: Context, before: Customer, wanted: Renewing) -> Renewed:
    """`renew` inside the caller's transaction, which has asked for the permission."""
    zone, until = context.zone, wanted.until
    today = day_of(unit.now, zone)
    paid = None if before.paid_until is None else day_of(before.paid_until, zone)
    start = max(today, paid or today)
    day = billing_day(until or start, before.billing_day)
    to = until or add_months(start, wanted.months or 1, day)
    if not wanted.forced:
        _check(before, paid, to, today)
    moved = before.paid_until if paid == to and before.paid_until is not None else start_of(to, zone)
    after = replace(before, paid_until=moved, promise_until=None, billing_day=day)
    words = plain_text(wanted.note, "payment note")
    earlier = unit.holds.open_holds(before.id)
    operation, holds, hint = _opened(unit, context, before, after, words, wanted.manner)
    recorded = _recorded(unit, context, Change(before, after, earlier, holds), operation, words)
    told = operation or recorded
    renewal = _written(unit, context, before, after, words, told.id if told is not None else None)
    return Renewed(after, renewal, operation, holds, hint, recorded)


def _recorded(
    unit: UnitOfWork, context: Context, change: Change, operation: Operation | None, note: str
) -> Operation | None:
    """The entry of what no operation would take back: of all, or where an earlier activation is to open the access."""
    kept = unit.changes.of(operation.id) if operation is not None else None
    covered = kept is not None and kept.after == change.after
    return None if covered or change.nothing else enter_date(unit, context, change, note)


def enter_date(unit: UnitOfWork, context: Context, change: Change, note: str) -> Operation:
    """Enter in the journal that a customer is paid for longer, or shorter, of which no server has to know."""
    after = change.after
    assert after is not None
    wanted = {"paid_until": after.paid_until.isoformat() if after.paid_until is not None else None}
    operation = Operation(
        Intent.RENEW, after.server_id, after.id, after.username, wanted, reason=note, reasons=(RECORDED,)
    )
    return enter_recorded(unit, context, operation, change)


async def history(context: Context, who: str, limit: int = 100) -> tuple[Renewal, ...]:
    """A customer's renewals, newest first. UnknownName."""
    return await context.database.read(lambda unit: unit.renewals.of(unit.customers.find(who).id, limit))


def _check(customer: Customer, paid: date | None, to: date, today: date) -> None:
    target = safe(customer.username, 80)
    if paid is not None and paid > to:
        raise Refused(f"paid until {paid} already, which is further than {to}", target=target, hint="--force moves it")
    if to < today:
        raise Refused(f"{to} is over", target=target, hint="name a later day, or --force")


def _opened(
    unit: UnitOfWork,
    context: Context,
    before: Customer,
    customer: Customer,
    note: str,
    manner: Manner,
) -> tuple[Operation | None, tuple[Hold, ...], str]:
    """(the activation, the holds that stay open, a hint)."""
    holds = unit.holds.open_holds(customer.id)
    unpaid = any(hold.kind is HoldKind.UNPAID for hold in holds)
    plan = unit.profiles.get(customer.profile_id)
    ends = plan.validity is not None and is_paid(unit, context, customer)
    hint = ""
    if plan.validity is not None:
        hint = (
            f"plan {plan.name} ends on the server {format_duration(plan.validity)} after it was given, whatever is "
            f"paid; once it has ended, `radiusbridge activate {customer.number}` gives it anew while paid time lasts"
        )
    if holds and not unpaid:
        return None, holds, hint
    if not unpaid and not ends:
        return None, (), hint
    done = enter_activation(
        unit,
        context,
        customer,
        hold=HoldKind.UNPAID if unpaid else None,
        reason=f"renewed: {note}" if note else "renewed",
        manner=manner,
        before=before,
    )
    return done.operation, done.holds, hint


def _written(
    unit: UnitOfWork, context: Context, before: Customer, after: Customer, note: str, operation_id: int | None
) -> Renewal:
    paid_to: datetime | None = after.paid_until
    assert paid_to is not None
    if after != before:
        unit.customers.change(after)
    who, channel = context.who, context.channel
    row = Renewal(
        before.id, before.username, before.paid_until, paid_to, note, who, unit.now, operation_id=operation_id
    )
    renewal = unit.renewals.add(row)
    unit.note(
        "customer.renew", before.username, who=who, channel=channel, before=before, after=after, reason=note,
        operation_id=operation_id,
    )  # fmt: skip
    return renewal
