"""The filter language: what is understood, what is refused with the reason, and what fits."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.customer_fields import CUSTOMERS, LIVE, in_database, plain
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.filter_rows import Partly, decided, matches
from radiusbridge.domain.filters import All, Field, Not, Word, fields_of, parse, split

TODAY = date(2026, 11, 22)
BUDI: dict[str, object] = {
    "": "C-0001\nbudi@wisp\nBudi Santoso\nutara",
    "number": "C-0001",
    "user": "budi@wisp",
    "name": "Budi Santoso",
    "area": "Utara",
    "odp": "",
    "paid": date(2026, 11, 20),
    "hold": ("unpaid", "abuse"),
    "state": ("live", "held", "isolated"),
    "up": 7300,
    "ip": "10.20.0.7",
    "access": "held",
    "static": None,
}


def fits(text: str) -> bool:
    return matches(parse(text, CUSTOMERS), BUDI.get, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "budi",
        "BUDI santoso",
        '"budi santoso"',
        "area:utara state:isolated up>2h budi",
        "area:tar",
        "area=UTARA",
        "user:*@wisp",
        "user:bu*sp",
        "hold:abuse",
        "state:offline,held",
        "paid<today",
        "paid>=2026-11-20 paid<=-2d",
        "paid:2026-11-20",
        "odp:none static:- phone:none",
        "-area:barat !state:offline -zzz",
        "area:barat or user:budi",
        "(area:barat or area:utara) up<3h",
        "area!=barat",
        "not-a-field-but-a-word or budi",
        "budi and utara",
        'name:"i s"',
        "-(area:barat or area:timur)",
    ],
)
def test_fits(text: str) -> None:
    assert fits(text)


@pytest.mark.parametrize(
    "text",
    [
        "budi timur",
        '"santoso budi"',
        "area=utar",
        "user:*@isp",
        "up>2h3m",
        "paid>today",
        "odp:x",
        "phone=1",
        "-budi",
        "up:none",
        "hold:pause",
        "area:barat or user:ani",
        "promise<today",
    ],
)
def test_does_not_fit(text: str) -> None:
    assert not fits(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("areaa:utara", "nearest: area"),
        ("state:lvie", "one of live"),
        ("up>soon", "duration"),
        ("paid<friday", "not a day"),
        ("area>utara", "area:utara"),
        ("up>1h,2h", "write up:1h"),
        ("area:", "area:none"),
        ("(budi", "not closed"),
        ("budi)", ") too many"),
        ("budi or", "nothing beside"),
        ('"budi', "close the quotes"),
        ("budi -", ""),
        ("(" * 30 + "a" + ")" * 30, "20 are allowed"),
        ("x" * 1001, "1000 are allowed"),
        ("up>none", "up:none"),
    ],
)
def test_refused_with_what_to_do(text: str, said: str) -> None:
    if not said:
        assert parse(text, CUSTOMERS) == All((Word("budi"), Word("-")))
        return
    with pytest.raises(BadInput) as caught:
        parse(text, CUSTOMERS)
    assert said in caught.value.line()


@given(st.text(max_size=60))
def test_any_line_is_a_filter_or_bad_input(text: str) -> None:
    try:
        node = parse(text, CUSTOMERS)
    except BadInput:
        return
    matches(node, BUDI.get, TODAY)


@given(st.text(alphabet='abu:<>=!-() "*or,', max_size=30))
def test_signs_alone_never_break_it(text: str) -> None:
    try:
        node = parse(text, CUSTOMERS)
    except BadInput:
        return
    assert matches(Not(node), BUDI.get, TODAY) is not matches(node, BUDI.get, TODAY)


def test_what_the_database_knows_is_split_off() -> None:
    inside, outside = split(plain(parse("budi state:held (up>1h or area:x) area:utara", CUSTOMERS)), in_database)
    assert fields_of(inside) == {"", "access", "area"}
    assert fields_of(outside) == {"up", "area"}


def test_days_beyond_the_calendar() -> None:
    for text in ("paid<+99999d", "paid>-99999d", "paid<=9999-12-31"):
        assert matches(parse(text, CUSTOMERS), BUDI.get, TODAY) is True
    assert not matches(parse("paid>+99999d", CUSTOMERS), BUDI.get, date(9999, 1, 1))


def told(field: Field) -> str:
    choices = f": {', '.join(f'`{each}`' for each in field.choices)}" if field.choices else ""
    return f"| `{field.name}` | {field.kind}{choices} | {field.help}{' (live)' if field.name in LIVE else ''} |"


def test_every_field_is_documented() -> None:
    lines = (Path(__file__).parents[2] / "docs" / "filters.md").read_text().splitlines()
    assert [line for line in lines if line.startswith("| `")] == [told(each) for each in CUSTOMERS.fields.values()]
    assert all(each.help for each in CUSTOMERS.fields.values())


def test_a_mac_is_a_word() -> None:
    for text in ("aa:bb:cc:dd:ee:ff", "AA:BB:CC", "4c:5e:0c:"):
        assert parse(text, CUSTOMERS) == Word(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("state:live", None),
        ("!state:live", None),
        ("state:unknown", True),
        ("up>1h", True),
        ("up>9h", None),
        ("up:none", False),
        ("ip:none", None),
        ("area:utara state:live", None),
        ("area:barat state:live", False),
        ("area:utara or state:live", True),
        ("!(area:barat state:live)", True),
        ("state:live,held", True),
    ],
)
def test_what_was_not_read_decides_nothing(text: str, said: bool | None) -> None:
    row = {**BUDI, "state": Partly(("held", "unknown")), "up": Partly((7300,)), "ip": Partly()}
    assert decided(parse(text, CUSTOMERS), row.get, TODAY) is said
    assert matches(parse(text, CUSTOMERS), row.get, TODAY) is (said is True)
