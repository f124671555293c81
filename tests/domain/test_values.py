"""Values: what is read back is what was written, and nothing but BadInput comes out of bad text."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain import values
from radiusbridge.domain.errors import BadInput

PARSERS: tuple[Callable[[str], object], ...] = (
    values.parse_rate,
    values.parse_rate_pair,
    values.parse_duration,
    values.parse_username,
    values.parse_label,
    lambda text: values.parse_host_port(text, 8728),
    values.parse_address,
    values.parse_date,
)
NUMBERISH = st.text(alphabet="0123456789kKmMgGwdhs:/[]. -+٣", max_size=40)


@given(st.one_of(st.text(), NUMBERISH, st.integers(min_value=0).map(str), st.just("9" * 5000)), st.data())
def test_any_text_is_a_value_or_bad_input(text: str, data: st.DataObject) -> None:
    parse = data.draw(st.sampled_from(PARSERS))
    told: BadInput | None = None
    try:
        parse(text)
    except BadInput as error:
        told = error
    assert told is None or (told.hint and len(told.summary) < 200)


@given(st.integers(min_value=0, max_value=10**12))
def test_rates_survive_the_round_trip_in_their_shortest_form(bits: int) -> None:
    written = values.format_rate(bits)
    assert values.parse_rate(written) == bits
    assert len(written) <= len(str(bits))


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("10M", 10_000_000),
        ("512k", 512_000),
        ("1500K", 1_500_000),
        ("1G", 10**9),
        ("10000000", 10**7),
        (" 5M ", 5 * 10**6),
    ],
)
def test_rates_as_people_write_them(text: str, bits: int) -> None:
    assert values.parse_rate(text) == bits


@pytest.mark.parametrize("text", ["10X", "", "M", "-1M", "1.5M", "10 M", "10M/2M", "0x10", "１０MB"])
def test_what_is_not_a_rate(text: str) -> None:
    with pytest.raises(BadInput, match="is not a rate"):
        values.parse_rate(text)


def test_a_pair_of_rates_is_upload_then_download() -> None:
    assert values.parse_rate_pair("2M/10M") == (2_000_000, 10_000_000)
    assert values.parse_rate_pair("5M") == (5_000_000, 5_000_000)
    with pytest.raises(BadInput):
        values.parse_rate_pair("2M/")


@given(st.integers(min_value=0, max_value=10**9))
def test_durations_survive_the_round_trip(seconds: int) -> None:
    assert values.parse_duration(values.format_duration(seconds)) == seconds
    assert values.parse_duration(str(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10s", 10), ("5m", 300), ("1w2d03:04:05", 788_645), ("1d2h", 93_600), ("00:00:10", 10), ("1d3h4m5s", 97_445)],
)
def test_durations_as_routeros_writes_them(text: str, seconds: int) -> None:
    assert values.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", " ", "5x", "s", "1h1d", "-5s", "1:2"])
def test_what_is_not_a_duration(text: str) -> None:
    with pytest.raises(BadInput, match="is not a duration"):
        values.parse_duration(text)


@pytest.mark.parametrize(
    "name",
    [
        "0123",
        "yes",
        "no",
        "true",
        "1e3",
        "🙂",
        "budi santoso",
        'o"brien',
        "a=b",
        "?x",
        "=name",
        "ñandú",
        "客户",
        "a" * 253,
    ],
)
def test_user_names_stay_as_they_are(name: str) -> None:
    assert values.parse_username(name) == name


ACTING = [
    "\u202e",
    "\u200f",
    "\u061c",
    "\u2066",
    "\x00",
    "\n",
    "\x1b",
    "\x7f",
    "\x9b",
    "\u200b",
    "\ufeff",
    "\u2028",
    "\xad",
    "\ud800",
]
UNFIT = ["", " ", " a", "a ", "a\u00a0", "a" * 254, "a" * 300, "🙂" * 64]


@pytest.mark.parametrize("name", UNFIT + [f"a{char}b" for char in ACTING])
def test_user_names_that_would_act_hide_or_not_fit_are_refused(name: str) -> None:
    with pytest.raises(BadInput, match="user name") as caught:
        values.parse_username(name)
    assert caught.value.line().isprintable()


@given(st.text(max_size=300))
def test_a_user_name_is_never_changed(text: str) -> None:
    try:
        assert values.parse_username(text) == text
    except BadInput:
        return
    assert 0 < len(text.encode()) <= values.USERNAME_OCTETS


@pytest.mark.parametrize("label", ["bras-1", "Server utama", "x" * 64, "10M malam"])
def test_labels(label: str) -> None:
    assert values.parse_label(label) == label


@pytest.mark.parametrize("label", ["", " a", "a/b", "a\u202eb", "a\nb", "x" * 65])
def test_what_is_not_a_label(label: str) -> None:
    with pytest.raises(BadInput, match="the name"):
        values.parse_label(label)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("10.0.0.1", ("10.0.0.1", 8728)),
        ("10.0.0.1:8729", ("10.0.0.1", 8729)),
        ("[fd00::1]:3799", ("fd00::1", 3799)),
        ("fd00::1", ("fd00::1", 8728)),
        ("router.example:1", ("router.example", 1)),
    ],
)
def test_host_and_port(text: str, wanted: tuple[str, int]) -> None:
    assert values.parse_host_port(text, 8728) == wanted


@pytest.mark.parametrize(
    "text", ["", ":1", "a:0", "a:65536", "a:b", "a b", "a:" + "9" * 5000, "[fd00::1]x", "a\u202eb"]
)
def test_what_is_not_host_and_port(text: str) -> None:
    with pytest.raises(BadInput):
        values.parse_host_port(text, 8728)


def test_dates_are_utc() -> None:
    assert values.parse_date("2026-12-31") == datetime(2026, 12, 31, tzinfo=UTC)
    assert values.parse_date("2026-12-31 23:59") == datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    with pytest.raises(BadInput):
        values.parse_date("31/12/2026")


def test_addresses_are_written_plainly() -> None:
    assert values.parse_address(" 10.20.0.7 ") == "10.20.0.7"
    assert values.parse_address("FD00:0::1") == "fd00::1"
    with pytest.raises(BadInput):
        values.parse_address("10.20.0.256")
