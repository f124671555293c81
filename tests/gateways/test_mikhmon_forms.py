"""What Mikhmon, or somebody in its name, writes on a router: read, or refused, and nothing else happens."""

from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.hotspot import read_terms
from radiusbridge.gateways.vouchers.mikhmon_forms import NEWEST, OLDEST, moment, read_comment, read_sale

ZONES = ("Asia/Jakarta", "America/New_York", "UTC")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("date", ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "jan/01/0001 00:00:00"])
def test_a_moment_at_the_end_of_the_calendar_is_refused(date: str, zone: str) -> None:
    with pytest.raises(BadInput):
        read_comment(date, ZoneInfo(zone))


@given(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99), st.sampled_from(ZONES))
def test_any_date_is_a_moment_or_refused(year: int, month: int, day: int, zone: str) -> None:
    for text in (f"{year:04}-{month:02}-{day:02} 23:59:59", f"dec/{day:02}/{year:04} 00:00:00"):
        with suppress(BadInput):
            assert OLDEST <= moment(text, ZoneInfo(zone)) <= NEWEST


@pytest.mark.parametrize("price", ["9" * 5000, "9" * 20, "-5", "5.000", "٥", ""])
def test_a_price_that_is_none_is_refused(price: str) -> None:
    with pytest.raises(BadInput, match="price"):
        read_sale(f"2025-12-01-|-10:00:00-|-u-|-{price}-|-a-|-m-|-1d-|-p-|-c", ZoneInfo("UTC"))
    assert read_terms(f':put (",rem,{price or "x"},1d,6000,,Disable,")') is None
    assert read_terms(f':put (",rem,6000,1d,{price or "x"},,Disable,")') is None
