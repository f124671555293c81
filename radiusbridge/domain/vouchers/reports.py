"""What is asked of the ledger of vouchers, and what it says. Pure.

Days are those of one time zone, which is said; a week begins on Monday (ISO 8601).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers.sales import Takings

ZONE = "Asia/Jakarta"
"""Of the books, until somebody names another one."""
TREND = 60
"""Days of the trend."""
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)
"""Days between which reports are made."""


class Grouping(StrEnum):
    """What stands together in one line of a report."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    PROFILE = "profile"
    OUTLET = "outlet"
    CASHIER = "cashier"
    ROUTER = "router"


OF_TIME = frozenset({Grouping.DAY, Grouping.WEEK, Grouping.MONTH})


class Period(StrEnum):
    """Days up to today, or to the last that is asked for, that have a name."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which lines count: whole days, both in it; None: of any."""

    first: date
    last: date
    profile: str | None = None
    outlet: str | None = None
    cashier: str | None = None
    router: str | None = None

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise BadInput("the period ends before it begins", target=f"{self.first} to {self.last}")

    @property
    def names(self) -> Mapping[str, str]:
        """Column -> what it has to be."""
        columns = ("profile", "outlet", "cashier", "router")
        wanted = {column: getattr(self, column) for column in columns}
        return {column: name for column, name in wanted.items() if name is not None}


@dataclass(frozen=True, slots=True)
class Expired:
    """Vouchers that were over within the period. unsold: so many of them nobody had bought."""

    profile: str
    expired: int
    unsold: int


@dataclass(frozen=True, slots=True)
class Reported:
    """Sales that were told only later. first, last: when the earliest and the latest of them were sold."""

    count: int = 0
    amount: int = 0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """zone: whose days. groups: by time the oldest first, else the largest amount first. profiles: the same lines by
    profile. trend: the last `TREND` days up to the end of the period, None: nothing was sold or returned. expired: None
    where one cashier is asked for, since nobody sold what nobody bought."""

    zone: str
    by: Grouping
    scope: Scope
    total: Takings
    groups: tuple[tuple[str, Takings], ...]
    profiles: tuple[tuple[str, Takings], ...]
    trend: Sequence[Takings | None]
    expired: tuple[Expired, ...] | None
    reported: Reported = Reported()
    """Of the total; they count on the day when they were told."""

    @property
    def trend_first(self) -> date:
        """The day of the trend's first figure."""
        return self.scope.last - timedelta(days=len(self.trend) - 1)


def begins(of: Period, last: date) -> date:
    """The first day of the period that a day is in."""
    return {
        Period.TODAY: last,
        Period.WEEK: last - timedelta(days=last.weekday()),
        Period.MONTH: last.replace(day=1),
        Period.YEAR: last.replace(month=1, day=1),
        Period.ALL: min(FIRST, last),
    }[of]


def name_of(day: date, by: Grouping) -> str:
    """`2026-11-22`, `2026-W47` (ISO 8601) or `2026-11`: the group that a day belongs to."""
    if by is Grouping.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return f"{day:%Y-%m}" if by is Grouping.MONTH else day.isoformat()


def added_up(rows: Iterable[tuple[str, Takings]]) -> dict[str, Takings]:
    """The sums of each name, in the order in which the names came first."""
    sums: dict[str, Takings] = {}
    for name, takings in rows:
        known = sums.get(name)
        sums[name] = takings if known is None else known + takings
    return sums


def largest_first(sums: Mapping[str, Takings]) -> tuple[tuple[str, Takings], ...]:
    """By amount, then by name."""
    return tuple(sorted(sums.items(), key=lambda each: (-each[1].amount, each[0])))
