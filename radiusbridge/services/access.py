"""Isolate and activate: holds in the database, the journal's intent, and who is still kept out."""

from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ACCESS_OF, Access
from radiusbridge.domain.changes import Change
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Hold, HoldKind, Intent, Operation, Policy
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE
from radiusbridge.services.context import Context
from radiusbridge.services.earlier import same_intent
from radiusbridge.services.journal import enter
from radiusbridge.services.permissions import require


@dataclass(frozen=True, slots=True)
class Manner:
    """How an access operation is carried out. Seconds."""

    settle: float = SETTLE
    deadline: float = DEADLINE
    wait_online: float = 0.0
    without_drop: bool = False
    """A live session is walled where it is, by CoA; where that fails it is kicked."""

    def __post_init__(self) -> None:
        if not 0 <= self.settle <= 600 or not 1 <= self.deadline <= 3600 or not 0 <= self.wait_online <= 3600:
            raise BadInput(
                "settle, deadline or wait-online is out of range",
                hint="settle 0 to 600 s, deadline 1 to 3600 s, wait-online 0 to 3600 s",
            )
        if self.settle >= self.deadline:
            raise BadInput("the settle time does not fit before the deadline", hint="raise --deadline")


@dataclass(frozen=True, slots=True)
class Submitted:
    """What an access verb led to. operation: None where nothing is to be carried out (another hold is open)."""

    customer: Customer
    operation: Operation | None
    holds: tuple[Hold, ...]
    """Open ones, after the change."""


async def isolate(
    context: Context,
    who: str,
    *,
    policy: Policy | None = None,
    hold: HoldKind = HoldKind.UNPAID,
    reason: str = "",
    ticket: str = "",
    manner: Manner | None = None,
    key: str = "",
) -> Submitted:
    """Open a hold on a customer (number, user name or name) and submit the isolation.

    A hold of that kind that is open already stays as it is. Errors: UnknownName, BadInput.
    """
    require(context, "customer.isolate")
    how = manner or Manner()

    def work(unit: UnitOfWork) -> Submitted:
        customer = unit.customers.find(who)
        return enter_isolation(
            unit, context, customer, policy=policy, hold=hold, reason=reason, ticket=ticket, manner=how, key=key
        )

    return await context.database.write(work)


def enter_isolation(
    unit: UnitOfWork,
    context: Context,
    customer: Customer,
    *,
    policy: Policy | None = None,
    hold: HoldKind = HoldKind.UNPAID,
    reason: str = "",
    ticket: str = "",
    manner: Manner,
    key: str = "",
) -> Submitted:
    """`isolate` inside the caller's transaction, which has asked for the permission."""
    server = unit.servers.get(customer.server_id)
    earlier = holds = unit.holds.open_holds(customer.id)
    if all(each.kind is not hold for each in holds):
        opened = unit.holds.open_another(Hold(customer.id, hold, context.who, unit.now, reason=reason, ticket=ticket))
        unit.note("hold.open", customer.username, who=context.who, channel=context.channel, after=opened)
        holds = (*holds, opened)
    access = ACCESS_OF[policy or server.isolation_policy]
    if manner.without_drop and access is not Access.WALLED:
        raise BadInput(
            "only a walled customer can keep the session", target=customer.username[:80], hint="add --policy walled"
        )
    change = Change(customer, customer, earlier, holds)
    operation = enter_access(unit, context, customer, access, manner, change, reason=reason, key=key)
    return Submitted(customer, operation, holds)


async def activate(
    context: Context,
    who: str,
    *,
    hold: HoldKind | None = None,
    reason: str = "",
    manner: Manner | None = None,
    key: str = "",
) -> Submitted:
    """Close a hold and, if no other is open, submit the activation.

    hold None: the only open one; several open: BadInput that names them, since a payment must not unlock an abuser.
    While another hold stays open the access stays closed and `operation` is None.
    """
    require(context, "customer.activate")
    how = manner or Manner()

    def work(unit: UnitOfWork) -> Submitted:
        customer = unit.customers.find(who)
        kind = hold or _the_only(unit.holds.open_holds(customer.id), customer)
        return enter_activation(unit, context, customer, hold=kind, reason=reason, manner=how, key=key)

    return await context.database.write(work)


def enter_activation(
    unit: UnitOfWork,
    context: Context,
    customer: Customer,
    *,
    hold: HoldKind | None,
    reason: str = "",
    manner: Manner,
    key: str = "",
    before: Customer | None = None,
) -> Submitted:
    """`activate` inside the caller's transaction, which has asked for the permission. hold None: there is none.

    before: the customer, where the transaction changes the record, too.

    Whose paid time is not over gets a plan that the server has ended given anew.
    """
    earlier = unit.holds.open_holds(customer.id)
    if hold is not None and unit.holds.find_open(customer.id, hold) is not None:
        closed = unit.holds.close(customer.id, hold, by=context.who, at=unit.now)
        unit.note(
            "hold.close", customer.username, who=context.who, channel=context.channel, before=closed, reason=reason
        )
    left = unit.holds.open_holds(customer.id)
    if left:
        return Submitted(customer, None, left)
    change = Change(before or customer, customer, earlier, left)
    operation = enter_access(unit, context, customer, Access.OPEN, manner, change, reason=reason, key=key)
    return Submitted(customer, operation, ())


def is_paid(unit: UnitOfWork, context: Context, customer: Customer) -> bool:
    """Whether the last paid day is not over. Without one nothing is known to be paid."""
    zone = context.zone
    return customer.paid_until is not None and day_of(customer.paid_until, zone) >= day_of(unit.now, zone)


def _the_only(holds: tuple[Hold, ...], customer: Customer) -> HoldKind | None:
    if len(holds) > 1:
        names = ", ".join(hold.kind for hold in holds)
        raise BadInput(f"several holds are open: {names}", target=customer.username, hint="name one with --hold")
    return holds[0].kind if holds else None


def enter_access(
    unit: UnitOfWork,
    context: Context,
    customer: Customer,
    access: Access,
    manner: Manner,
    change: Change,
    *,
    reason: str = "",
    key: str = "",
) -> Operation:
    """Submit that access, inside the caller's transaction, which has seen to the holds."""
    intent = Intent.ACTIVATE if access is Access.OPEN else Intent.ISOLATE
    wanted: dict[str, object] = {
        "access": str(access),
        "settle": manner.settle,
        "deadline": manner.deadline,
        "wait_online": manner.wait_online,
    }
    if manner.without_drop:
        wanted["without_drop"] = True
    if intent is Intent.ACTIVATE and is_paid(unit, context, customer):
        wanted["anew"] = True
    operation = Operation(intent, customer.server_id, customer.id, customer.username, wanted, key=key, reason=reason)
    running = None if key or change.undoes is not None else same_intent(unit, operation)
    if running is not None:
        return running
    return enter(unit, context, replace(operation, created_at=unit.now), change)
