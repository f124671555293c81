"""What people write into lists is read in one way or refused."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain import as_written
from radiusbridge.domain.as_written import DayOrder
from radiusbridge.domain.errors import BadInput


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0812-3456-7890", "6281234567890"),
        ("+62 812 3456 7890", "6281234567890"),
        ("+62 (0) 812-3456-7890", "6281234567890"),
        ("62812 3456 7890", "6281234567890"),
        ("81234567890", "6281234567890"),
        ("(021) 555-1234", "62215551234"),
        ("+60 12 345 6789", "60123456789"),
    ],
)
def test_telephone_numbers_are_without_the_plus(text: str, found: str) -> None:
    assert as_written.phone(text) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("8.12346E+11", "cut off"),
        ("08123456789/08133333333", "several"),
        ("0814", "no telephone number"),
        ("12345678", "country"),
        ("=0812", "no telephone number"),
        ("08123456789012345", "too long"),
    ],
)
def test_what_is_no_telephone_number_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        as_written.phone(text)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-12-31", "31/12/2026", "31-12-2026", "31.12.26", "12/31/2026", "31 Desember 2026", "31-Des-2026"),
        *("2026-12-31 00:00:00", "2026-12-31T23:59:59Z", "31/12/2026 10:20", "Dec 31, 2026", "31 dec 26", "46387"),
        "46387.5",
    ],
)
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert as_written.day(text) == date(2026, 12, 31)


def test_a_day_that_may_be_two_is_refused_unless_somebody_says() -> None:
    with pytest.raises(BadInput, match="may be two"):
        as_written.day("03/04/2026")
    assert as_written.day("03/04/2026", DayOrder.DMY) == date(2026, 4, 3)
    assert as_written.day("03/04/2026", DayOrder.MDY) == date(2026, 3, 4)
    assert as_written.day("04/04/2026") == date(2026, 4, 4)
    assert as_written.day("5 Mei 2026") == as_written.day("05-May-26") == date(2026, 5, 5)
    assert as_written.day("44925", from_1904=True) == date(2026, 12, 31)
    for text in ("31/02/2026", "2026-13-01", "31 Foo 2026", "besok", "99/99/2026", "1"):
        with pytest.raises(BadInput):
            as_written.day(text)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_is_the_same_in_every_form(day: date) -> None:
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    texts = [day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d %B %Y}", f"{day:%d-%b-%y}", str(serial)]
    assert {as_written.day(text, DayOrder.DMY) for text in texts} == {day}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10M/50M", (10_000_000, 50_000_000)),
        ("10 Mbps", (10_000_000, 10_000_000)),
        ("10/50 Mbps", (10_000_000, 50_000_000)),
        ("10240k/51200k", (10_240_000, 51_200_000)),
        ("1,5 Mbit/s / 512 kb/s", (1_500_000, 512_000)),
        ("1000000/2M", (1_000_000, 2_000_000)),
        ("1Gbps", (1_000_000_000, 1_000_000_000)),
    ],
)
def test_rates(text: str, found: tuple[int, int]) -> None:
    assert as_written.rates(text) == found


@pytest.mark.parametrize("text", ["10", "10/50", "fast", "10M/50M/1M", "10M/50M 20M/100M", "", "-5M"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        as_written.rates(text)


@pytest.mark.parametrize(
    "text",
    ["Rp 150.000", "150,000", "150000", "Rp150.000,-", "150.000,00", "IDR 150,000.00", "150 rb", "150ribu"],
)
def test_rupiah(text: str) -> None:
    assert as_written.rupiah(text) == 150_000


@pytest.mark.parametrize("text", ["150.50", "1.5", "0,", "15.00.000", "$5", "150.000.00.0", "abc"])
def test_parts_of_a_rupiah_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        as_written.rupiah(text)


def test_whether_somebody_is_let_in() -> None:
    assert as_written.let_in("AKTIF")
    assert as_written.let_in("Enabled")
    assert not as_written.let_in("Non-Aktif")
    assert not as_written.let_in("isolir")
    with pytest.raises(BadInput):
        as_written.let_in("mungkin")
