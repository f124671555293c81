"""Days and months as they are billed, and who is due: by properties."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.days import add_months, day_of, parse_day, start_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.lateness import standing
from radiusbridge.domain.records import Customer, Hold, HoldKind

ZONES = (
    "Asia/Jakarta",
    "Asia/Jayapura",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Pacific/Apia",
    "UTC",
)
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
days = st.dates(date(1990, 1, 1), date(2200, 1, 1))
JAKARTA = ZoneInfo("Asia/Jakarta")


@given(days, st.integers(0, 600))
def test_months_keep_the_day_or_take_the_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    last = monthrange(later.year, later.month)[1]
    assert later.day == min(day.day, last)


@given(days, days, st.integers(0, 60))
def test_who_pays_later_is_never_paid_for_less(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-05-15", 0, "2026-05-15"),
    ],
)
def test_month_ends(day: str, months: int, expected: str) -> None:
    assert add_months(parse_day(day), months) == parse_day(expected)


def test_what_cannot_be_counted_is_refused() -> None:
    for months in (-1, 1201):
        with pytest.raises(BadInput):
            add_months(date(2026, 1, 1), months)
    with pytest.raises(BadInput):
        add_months(date(9999, 12, 1), 1)
    for text in ("2026-02-30", "31-12-2026", "tomorrow", ""):
        with pytest.raises(BadInput):
            parse_day(text)


@given(days, zones)
def test_a_day_begins_in_its_zone_and_no_moment_of_it_comes_before(day: date, zone: ZoneInfo) -> None:
    begin = start_of(day, zone)
    midnight = datetime.combine(day, time(), zone)
    exists = midnight.astimezone(UTC).astimezone(zone).date() == day
    if exists:  # Samoa has no 30 December 2011
        assert day_of(begin, zone) == day
        assert day_of(begin - timedelta(seconds=1), zone) < day
    assert begin.tzinfo is not None


def test_the_same_moment_is_two_days() -> None:
    moment = datetime(2026, 5, 31, 18, 0, tzinfo=UTC)
    assert day_of(moment, JAKARTA) == date(2026, 6, 1)
    assert day_of(moment, ZoneInfo("UTC")) == date(2026, 5, 31)


optional_days = st.none() | st.integers(0, 40)


@given(
    late=st.integers(-40, 400),
    default=st.integers(0, 40),
    own=optional_days,
    promise=st.none() | st.integers(-40, 40),
    exempt=st.booleans(),
    held=st.booleans(),
    zone=zones,
)
def test_due_is_past_grace_and_nothing_else(
    late: int, default: int, own: int | None, promise: int | None, exempt: bool, held: bool, zone: ZoneInfo
) -> None:
    on = date(2026, 5, 15)
    customer = Customer(
        "C-1",
        "budi",
        1,
        1,
        paid_until=start_of(on - timedelta(days=late), zone),
        grace_days=own,
        exempt="staff" if exempt else "",
        promise_until=None if promise is None else start_of(on + timedelta(days=promise), zone),
    )
    holds = (Hold(1, HoldKind.ABUSE, "ani", datetime(2026, 1, 1, tzinfo=UTC)),) if held else ()
    found = standing(customer, holds, on, grace=default, zone=zone)
    grace = default if own is None else own
    expected = late > grace and not exempt and not held and (promise is None or promise < 0)
    assert found.due == expected
    assert found.days_late == max(0, late)
    assert bool(found.left_out) == (late > 0 and not expected), "whoever is late and passed by hears why"


def test_nobody_is_due_without_a_date() -> None:
    assert not standing(Customer("C-1", "budi", 1, 1), (), date(2026, 5, 15), grace=0).due
