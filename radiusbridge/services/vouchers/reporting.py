"""Reports of the ledger of vouchers, in the days of one time zone, and the books that they are read from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.days import day_of, zone_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers.reports import (
    FIRST,
    LAST,
    OF_TIME,
    TREND,
    Expired,
    Grouping,
    Period,
    Report,
    Scope,
    added_up,
    begins,
    largest_first,
    name_of,
)
from radiusbridge.domain.vouchers.sales import Takings
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be reported. first, last: days, both in it; None: as the period says. zone: whose days; None: as the
    books have it. The rest: only of these."""

    by: Grouping = Grouping.DAY
    period: Period = Period.MONTH
    first: date | None = None
    last: date | None = None
    zone: str | None = None
    profile: str | None = None
    outlet: str | None = None
    cashier: str | None = None
    router: str | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """zone: whose days they have. differences: of their days from the ledger; more than 0: somebody wrote past them."""

    zone: str
    differences: int


async def report(context: Context, ask: Ask) -> Report:
    """What the ledger says. Quick in the books' zone; in another one the ledger itself is added up. BadInput."""
    for day in (ask.first, ask.last):
        if day is not None and not FIRST <= day <= LAST:
            raise BadInput("no report has that day", target=str(day), hint=f"{FIRST} to {LAST}")
    return await context.database.read(lambda unit: _report(unit, ask))


async def zone(context: Context) -> str:
    """Of the books."""
    return await context.database.read(lambda unit: unit.voucher_totals.zone())


async def books(context: Context) -> Books:
    """Their zone, and whether they say what the ledger says."""

    def work(unit: UnitOfWork) -> Books:
        return Books(unit.voucher_totals.zone(), unit.voucher_totals.differences())

    return await context.database.read(work)


async def set_zone(context: Context, zone: str | None = None) -> Books:
    """Keep the books in that zone (None: in theirs), and add them up anew from the ledger. BadInput."""
    require(context, "voucher.books")

    def work(unit: UnitOfWork) -> Books:
        before = unit.voucher_totals.zone()
        after = zone or before
        unit.voucher_totals.rebuild(after)
        who, channel = context.who, context.channel
        zones = {"zone": before}, {"zone": after}
        unit.note("voucher.books", "books", who=who, channel=channel, before=zones[0], after=zones[1])
        return Books(after, 0)

    return await context.database.write(work)


def _report(unit: UnitOfWork, ask: Ask) -> Report:
    totals = unit.voucher_totals
    zone = ask.zone or totals.zone()
    last = ask.last or day_of(unit.now, zone_of(zone))
    outlet = None if ask.outlet is None else unit.voucher_outlets.spelled(ask.outlet)
    scope = Scope(ask.first or begins(ask.period, last), last, ask.profile, outlet, ask.cashier, ask.router)
    trend_scope = replace(scope, first=last - timedelta(days=TREND - 1))
    days = [(names[0], names[1], sums) for names, sums in totals.grouped(scope, zone, ("day", "profile"))]
    of_profiles = largest_first(added_up((str(profile), sums) for _, profile, sums in days))
    if ask.by in OF_TIME:
        dated = [(day, sums) for day, _, sums in days if isinstance(day, date)]
        dated.sort(key=lambda each: each[0])
        groups = tuple(added_up((name_of(day, ask.by), sums) for day, sums in dated).items())
    elif ask.by is Grouping.PROFILE:
        groups = of_profiles
    else:
        groups = largest_first({str(names[0]): sums for names, sums in totals.grouped(scope, zone, (str(ask.by),))})
    over = None if ask.cashier is not None else totals.expired(scope, zone)
    expired = None if over is None else tuple(Expired(name, *over[name]) for name in sorted(over))
    late = unit.voucher_sales.reported(scope, zone_of(zone))
    total = sum((sums for _, sums in of_profiles), Takings())
    return Report(zone, ask.by, scope, total, groups, of_profiles, _trend(unit, trend_scope, zone), expired, late)


def _trend(unit: UnitOfWork, scope: Scope, zone: str) -> Sequence[Takings | None]:
    sums = {names[0]: sums for names, sums in unit.voucher_totals.grouped(scope, zone, ("day",))}
    return tuple(sums.get(scope.first + timedelta(days=count)) for count in range(TREND))
