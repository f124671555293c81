"""Due customers: who they are, and the run that isolates them; a run that was missed is noticed."""

from dataclasses import dataclass
from datetime import date, datetime

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun, RunStatus
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, HoldKind, Operation, Policy
from radiusbridge.services.access import Manner, enter_isolation
from radiusbridge.services.bulk.kinds import DUE
from radiusbridge.services.bulk.preview import LeftOut, Preview
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.context import Context
from radiusbridge.services.lateness import Late, late_customers, stands_now
from radiusbridge.services.permissions import require

MOST_GRACE = 3650


@dataclass(frozen=True, slots=True)
class Missed:
    """When the last due run began, and for how many whole days between then and today there was none."""

    last: datetime | None
    days: int
    unfinished: int | None = None
    """The id of the last run, if it was stopped, or left by a process that died."""


@dataclass(frozen=True, slots=True)
class DueList:
    """Who is due on a day."""

    on: date
    due: tuple[Late, ...]
    """The longest late first."""
    left_out: tuple[Late, ...]
    servers: dict[int, str]
    without_date: int
    """Customers for whom nobody has said until when they paid; they are never due."""
    missed: Missed


async def due_list(context: Context, on: date | None = None, *, server: str = "") -> DueList:
    """Who is due on that day (default: today), on that server or all. UnknownName."""
    zone = context.zone

    def work(unit: UnitOfWork) -> DueList:
        names = {row.id: row.name for row in unit.servers.all()}
        server_id = unit.servers.named(server).id if server else None
        today = day_of(unit.now, zone)
        late = [
            each
            for each in late_customers(unit, on or today, zone)
            if server_id is None or each.customer.server_id == server_id
        ]
        return DueList(
            on or today,
            tuple(each for each in late if each.standing.due),
            tuple(each for each in late if not each.standing.due),
            names,
            unit.customers.without_paid_until(),
            _missed(unit, context, today),
        )

    return await context.database.read(work)


def _missed(unit: UnitOfWork, context: Context, today: date) -> Missed:
    newest = next(iter(unit.bulk.listed(kind=DUE, limit=1)), None)
    if newest is None or newest.created_at is None:
        return Missed(None, 0)
    dead = newest.lease is not None and (
        newest.lease.until <= unit.now or newest.lease.owner in context.process.dead([newest.lease.owner])
    )
    left = newest.status in {RunStatus.STOPPED, RunStatus.DRAFT} or dead
    days = max(0, (today - day_of(newest.created_at, context.zone)).days - 1)
    return Missed(newest.created_at, days, newest.id if left else None)


def preview_of(
    found: DueList, *, server: str = "", policy: Policy | None = None, manner: Manner | None = None
) -> Preview:
    """What a due run would do to the customers of that list."""
    how = manner or Manner()
    wanted: dict[str, object] = {"settle": how.settle, "deadline": how.deadline}
    if policy is not None:
        wanted["policy"] = str(policy)
    return Preview(
        DUE,
        Selection(due=found.on, server=server),
        wanted,
        tuple(late.customer for late in found.due),
        tuple(LeftOut(late.customer, late.standing.left_out) for late in found.left_out),
        found.servers,
    )


def isolate_row(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    """Isolate one due customer with the hold `unpaid`; who is not due any more is passed by."""
    require(context, "customer.isolate")
    on = Selection.from_json(run.selection).due
    assert on is not None
    standing = stands_now(unit, customer, on, context.zone)
    if not standing.due:
        return standing.left_out or "paid meanwhile"
    assert customer.paid_until is not None
    wanted = run.wanted
    settle, deadline, policy = wanted.get("settle"), wanted.get("deadline"), wanted.get("policy")
    assert isinstance(settle, int | float)
    assert isinstance(deadline, int | float)
    submitted = enter_isolation(
        unit,
        context,
        customer,
        policy=Policy(str(policy)) if policy else None,
        hold=HoldKind.UNPAID,
        reason=run.reason or f"paid until {day_of(customer.paid_until, context.zone)}",
        ticket=f"bulk {run.id}",
        manner=Manner(settle, deadline),
    )
    assert submitted.operation is not None
    return submitted.operation


async def grace(context: Context) -> int:
    """Days of grace of customers without days of their own."""
    return await context.database.read(lambda unit: unit.renewals.grace())


async def set_grace(context: Context, days: int) -> int:
    """Set them. BadInput."""
    require(context, "due.grace")
    if not 0 <= days <= MOST_GRACE:
        raise BadInput(f"{days} days of grace cannot be", hint=f"0 to {MOST_GRACE}")

    def work(unit: UnitOfWork) -> int:
        before = unit.renewals.grace()
        if before != days:
            unit.renewals.set_grace(days)
            after = {"grace_days": days}
            unit.note(
                "due.grace",
                "default",
                who=context.who,
                channel=context.channel,
                before={"grace_days": before},
                after=after,
            )
        return days

    return await context.database.write(work)
