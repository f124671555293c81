"""Calendar days as an ISP bills them: whole days of the operator's zone; a moment stands for the day it falls in.

A zone of None is the machine's own.
"""

import calendar
from datetime import date, datetime, timedelta, tzinfo

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

FURTHEST = 1200
"""Months that a date is moved by at most."""


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name. BadInput."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise BadInput("no such time zone", target=safe(name, 60), hint="an IANA name like Asia/Jakarta") from error


def day_of(moment: datetime, zone: tzinfo | None = None) -> date:
    """The day that a timezone-aware moment falls in."""
    return moment.astimezone(zone).date()


def start_of(day: date, zone: tzinfo | None = None) -> datetime:
    """The first moment of a day, timezone-aware; where clocks skip midnight, the first that there is."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    moment = midnight.astimezone(zone)
    return moment if moment.date() == day else moment + timedelta(hours=1)


def billing_day(day: date, known: int | None) -> int:
    """The day of the month that a last paid day stands for: the known one if it may be that, or its own.

    28 February may stand for the 31st; 28 March cannot.
    """
    return known if known and min(known, _last(day)) == day.day else day.day


def _last(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def add_months(day: date, months: int, on: int | None = None) -> date:
    """The same day of a later month, or that month's last: 31 January and one month is 28 or 29 February.

    on: another day of the month, 1 to 31, that is meant.
    """
    if not 0 <= months <= FURTHEST:
        raise BadInput(f"{months} months cannot be added", hint=f"0 to {FURTHEST}")
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        raise BadInput("the date would be after the year 9999")
    first = date(year, month + 1, 1)
    return first.replace(day=min(on or day.day, _last(first)))


def parse_day(text: str) -> date:
    """A day `2026-12-31`."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise BadInput(f"“{text[:40]}” is not a day", hint="write it like 2026-12-31") from None
