"""When a voucher was sold that is booked only later: outlets sell on paper and report at night. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from radiusbridge.domain.days import day_of, parse_day, start_of
from radiusbridge.domain.errors import BadInput

_NOON = timedelta(hours=12)
_AHEAD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SoldOn:
    """A day, and its time of day; None: nobody knows."""

    day: date
    at: time | None = None


def parse_sold(text: str) -> SoldOn:
    """`2026-11-22`, or `2026-11-22 14:30`. BadInput."""
    day, _, clock = text.strip().partition(" ")
    try:
        at = None if not clock else datetime.strptime(clock.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day
    except ValueError:
        raise BadInput(f"“{text[:40]}” is not a time", hint="write it like 2026-12-31 14:30") from None
    return SoldOn(parse_day(day), at)


def moment_of(sold: SoldOn, zone: tzinfo, drawn: datetime, now: datetime) -> datetime:
    """The moment in UTC; of a day alone its noon, as near as it may be. BadInput: before the voucher was drawn, or
    after now."""
    if sold.at is None:
        moment = start_of(sold.day, zone) + _NOON
        early, late = sold.day < day_of(drawn, zone), sold.day > day_of(now, zone)
        moment = min(max(moment, drawn), now)
    else:
        moment = datetime.combine(sold.day, sold.at, zone)
        # a time of day has no seconds: the minute of the drawing is not before it
        early, late = moment + _AHEAD < drawn, moment > now + _AHEAD
        moment = min(moment, now)
    if early:
        raise BadInput("nobody sold it before it was drawn", target=f"{drawn.astimezone(zone):%Y-%m-%d %H:%M %Z}")
    if late:
        raise BadInput("that is yet to come", target=str(sold.day))
    return moment.astimezone(UTC)
