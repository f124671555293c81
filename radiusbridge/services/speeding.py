"""Another speed for a live session, for a while or until the redial; and back. Operations of the journal."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.profiles import limits_of, limits_text
from radiusbridge.domain.records import Customer, Intent, Nas, Operation, Profile
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.domain.speeds import SHORTEST, SpeedPeriod, attribute_of, checked_period, checked_rate
from radiusbridge.domain.text import safe
from radiusbridge.services.capabilities import doubts
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter
from radiusbridge.services.kicking import check_deadline
from radiusbridge.services.permissions import require

INSTEAD = (
    "change the profile (profile edit, then kick), or give the customer another one (customer edit --profile); "
    "`nas test` reads anew what a NAS takes"
)


@dataclass(frozen=True, slots=True)
class SpeedSet:
    """What was submitted. period: until when it holds; None: until the redial."""

    operation: Operation
    customer: Customer
    profile: Profile
    period: SpeedPeriod | None

    @property
    def own(self) -> str:
        """The profile's rate, as an operator reads it."""
        return limits_text(limits_of(self.profile))


@dataclass(frozen=True, slots=True)
class Speed:
    """rate: (upload, download) in bits a second. lasts: seconds; None: until the redial."""

    rate: tuple[int, int]
    lasts: int | None = None
    deadline: float = DEADLINE

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        check_deadline(self.deadline)
        if self.lasts is not None:
            checked_period(self.lasts)


async def speed(context: Context, who: str, wanted: Speed, *, reason: str = "", key: str = "") -> SpeedSet:
    """Submit another rate for a customer's live sessions (number, user name or name).

    Errors: UnknownName; BadInput; Refused for who is kept out, and where no NAS takes a CoA-Request.
    """
    require(context, "customer.speed")

    def work(unit: UnitOfWork) -> SpeedSet:
        customer = unit.customers.find(who)
        check_speed(unit, customer)
        return enter_speed(unit, context, customer, wanted, reason=reason, key=key)

    return await context.database.write(work)


async def back(context: Context, who: str, *, deadline: float = DEADLINE, reason: str = "", key: str = "") -> SpeedSet:
    """Submit the way back to the profile's rate before the period is over. Errors: as `speed`."""
    require(context, "customer.speed")
    check_deadline(deadline)

    def work(unit: UnitOfWork) -> SpeedSet:
        customer = unit.customers.find(who)
        check_speed(unit, customer)
        return enter_back(unit, context, customer, deadline, reason=reason, key=key)

    return await context.database.write(work)


@dataclass(frozen=True, slots=True)
class SpeedNow:
    """The profile of a customer, and the period that is open."""

    profile: Profile
    period: SpeedPeriod | None

    @property
    def own(self) -> str:
        """The profile's rate, as an operator reads it."""
        return limits_text(limits_of(self.profile))


async def standing(context: Context, who: str) -> SpeedNow:
    """What there is before another speed is set. Errors: as `speed`."""

    def work(unit: UnitOfWork) -> SpeedNow:
        customer = unit.customers.find(who)
        check_speed(unit, customer)
        return SpeedNow(unit.profiles.get(customer.profile_id), unit.speeds.of(customer.id))

    return await context.database.read(work)


async def open_periods(context: Context) -> tuple[tuple[SpeedPeriod, Customer], ...]:
    """All open periods with their customers, the soonest over first."""

    def work(unit: UnitOfWork) -> tuple[tuple[SpeedPeriod, Customer], ...]:
        periods = unit.speeds.open()
        known = unit.customers.by_ids([each.customer_id for each in periods])
        return tuple((each, known[each.customer_id]) for each in periods if each.customer_id in known)

    return await context.database.read(work)


def check_speed(unit: UnitOfWork, customer: Customer) -> None:
    """Refused: the customer is kept out, or no NAS of the server takes a CoA-Request."""
    target = safe(customer.username, 60)
    holds = unit.holds.open_holds(customer.id)
    if holds:
        words = f"the customer is kept out ({', '.join(sorted(str(hold.kind) for hold in holds))})"
        hint = f"radiusbridge activate {safe(customer.number, 40)} --hold {holds[0].kind}"
        raise Refused(f"no other speed: {words}", target=target, hint=hint)
    nases = unit.nases.of_server(customer.server_id)
    doubt = doubts(unit.cards.around(customer.server_id), nases, unit.now)
    why = {nas.name: _no_coa(nas, doubt) for nas in nases}
    if all(why.values()):
        words = (
            "; ".join(f"{safe(name, 60)}: {each}" for name, each in why.items()) or "no NAS is known for this server"
        )
        raise Refused(f"no other speed: no NAS takes a CoA-Request ({words})", target=target, hint=INSTEAD)


def _no_coa(nas: Nas, doubt: dict[str, str]) -> str:
    return "no DAE address and secret are known" if nas.dae is None else doubt.get(nas.name, "")


def enter_speed(
    unit: UnitOfWork,
    context: Context,
    customer: Customer,
    wanted: Speed,
    *,
    reason: str = "",
    key: str = "",
    undoes: int | None = None,
) -> SpeedSet:
    """`speed` inside the caller's transaction, which has asked for the permission and whether it can be."""
    asked: dict[str, object] = {"rate": attribute_of(wanted.rate), "deadline": wanted.deadline}
    if wanted.lasts is not None:
        asked["lasts"] = wanted.lasts
    earlier = unit.speeds.of(customer.id)
    known = unit.operations.by_key(key) if key else None
    if known is not None:
        asked |= {name: value for name, value in known.wanted.items() if name == "before"}
    elif earlier is not None and earlier.back_id is None and earlier.until > unit.now:
        asked["before"] = {"rate": attribute_of(earlier.rate), "until": earlier.until.isoformat()}
    profile = unit.profiles.get(customer.profile_id)
    operation = enter(unit, context, _operation(customer, asked, reason, key), _change(customer, undoes))
    if known is not None:
        return SpeedSet(operation, customer, profile, earlier)
    if earlier is not None:
        end(unit, earlier, f"replaced by operation {operation.id}")
    period = None
    if wanted.lasts is not None:
        until = unit.now + timedelta(seconds=wanted.lasts)
        up, down = wanted.rate
        period = unit.speeds.add(SpeedPeriod(customer.id, customer.server_id, up, down, until, operation.id, until))
    return SpeedSet(operation, customer, profile, period)


def enter_back(
    unit: UnitOfWork,
    context: Context,
    customer: Customer,
    deadline: float = DEADLINE,
    *,
    reason: str = "",
    key: str = "",
    undoes: int | None = None,
) -> SpeedSet:
    """`back` inside the caller's transaction; the customer's open period ends once it is PROVEN."""
    asked: dict[str, object] = {"back": True, "deadline": deadline}
    operation = enter(unit, context, _operation(customer, asked, reason, key), _change(customer, undoes))
    period = unit.speeds.of(customer.id)
    if period is not None:
        unit.speeds.change(replace(period, back_id=operation.id))
    return SpeedSet(operation, customer, unit.profiles.get(customer.profile_id), period)


def _operation(customer: Customer, wanted: dict[str, object], reason: str, key: str) -> Operation:
    return Operation(Intent.SPEED, customer.server_id, customer.id, customer.username, wanted, key=key, reason=reason)


def _change(customer: Customer, undoes: int | None) -> Change:
    return Change(customer, customer, undoes=undoes)


def end(unit: UnitOfWork, period: SpeedPeriod, how: str) -> None:
    """Close a period."""
    unit.speeds.change(replace(period, ended_at=unit.now, how=how))


def former_speed(operation: Operation, now: datetime) -> Speed | None:
    """The speed of a period that the operation replaced, for what is left of it; None: there is nothing left."""
    before = operation.wanted.get("before")
    if not isinstance(before, dict):
        return None
    left = int((datetime.fromisoformat(str(before["until"])) - now).total_seconds())
    up, _, down = str(before["rate"]).partition("/")
    return Speed((int(up), int(down)), left) if left >= SHORTEST else None
