"""Attributes by name, held against pyrad's own encoding and decoding."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrad.packet import AuthPacket

from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.radius import dictionary
from radiusbridge.radius.dictionary import Value, describe
from radiusbridge.radius.packet import encode_attributes
from tests.radius.strategies import SETTABLE, named_pairs
from tests.radius.support import PYRAD


@given(named_pairs())
def test_values_are_encoded_and_decoded_as_pyrad_does_it(pairs: list[tuple[str, Value]]) -> None:
    peer = AuthPacket(dict=PYRAD)
    for name, value in pairs:
        if PYRAD.attributes[name].type == "octets":  # pyrad guesses at text; raw octets go in by key
            peer[dictionary.key_of(name)] = [value]
        else:
            peer.AddAttribute(name, value)
    found = dictionary.encode_all(pairs)
    assert encode_attributes(found) == peer._PktEncodeAttributes()
    for (name, _), (key, octets) in zip(pairs, found, strict=True):
        decoded = peer[name][0]
        assert dictionary.decode(key, octets) == (
            name,
            f"0x{decoded.hex()}" if isinstance(decoded, bytes) else decoded,
        )


@pytest.mark.parametrize("name", SETTABLE)
def test_every_attribute_takes_back_what_it_was_decoded_to(name: str) -> None:
    value = _SAMPLE[PYRAD.attributes[name].type]
    key, octets = dictionary.encode(name, value)
    again, shown = dictionary.decode(key, octets)
    assert again == name
    assert dictionary.encode(name, shown) == (key, octets)


@given(named_pairs())
def test_what_is_shown_can_be_typed(pairs: list[tuple[str, Value]]) -> None:
    """Every type comes back from the text that it is shown as, where a terminal can show it."""
    for name, value in pairs:
        key, octets = dictionary.encode(name, value)
        shown = str(dictionary.decode(key, octets)[1])
        assert dictionary.encode(name, shown) == (key, octets)


@pytest.mark.parametrize(
    "text", ["1780000000", "2026-05-28T20:26:40Z", "2026-05-29T03:26:40+07:00", "2026-05-28 20:26:40"]
)
def test_a_time_is_taken_in_every_form(text: str) -> None:
    assert dictionary.encode("Event-Timestamp", text) == (55, (1_780_000_000).to_bytes(4, "big"))


_SAMPLE: dict[str, Value] = {
    "string": "żaneta",
    "octets": b"0x12345",
    "integer": 4_000_000_000,
    "date": 1_780_000_000,
    "ipaddr": "10.20.30.40",
    "ipv6addr": "2001:db8::1",
    "ipv6prefix": "2001:db8:1::/56",
    "ifid": "211:22ff:fe33:4455",
}


@given(st.sampled_from([*SETTABLE, "User-Password"]), st.binary(max_size=253))
def test_no_octets_make_decoding_or_showing_fail(name: str, octets: bytes) -> None:
    key = dictionary.key_of(name)
    assert dictionary.decode(key, octets)[0] == name
    ((_, shown),) = describe(((key, octets),))
    assert shown.isprintable()


def test_mikrotik_is_complete() -> None:
    known = {name: dictionary.key_of(name) for name in dictionary.names() if name.startswith("Mikrotik-")}
    assert sorted(known.values(), key=str) == sorted(((14988, number) for number in range(1, 31)), key=str)
    assert known["Mikrotik-Address-List"] == (14988, 19)
    assert known["Mikrotik-Switching-Filter"] == (14988, 30)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Mikrotik-Ratelimit", "Mikrotik-Rate-Limit"),
        ("user-name", "User-Name"),
        ("Framed-Ip-Adress", "Framed-IP-Address"),
    ],
)
def test_an_unknown_name_names_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(UnknownName) as caught:
        dictionary.encode(typed, "x")
    assert caught.value.hint.startswith(f"did you mean {meant}")
    with pytest.raises(UnknownName):
        dictionary.key_of("\x1b[31mnothing like it")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Framed-IP-Address", "300.1.1.1"),
        ("Framed-IP-Address", 5),
        ("Session-Timeout", -1),
        ("Session-Timeout", "soon"),
        ("Event-Timestamp", "now"),
        ("User-Name", "x" * 254),
        ("User-Name", "ż" * 127),
        ("User-Name", "\ud800"),
        ("User-Name", 5),
        ("Mikrotik-Rate-Limit", "x" * 248),
        ("State", "0xzz"),
        ("State", 7),
        ("Framed-IPv6-Prefix", "10.0.0.0/8"),
        ("User-Password", "in clear"),
        ("MS-MPPE-Send-Key", b"key"),
    ],
)
def test_a_value_that_does_not_fit_is_bad_input(name: str, value: Value) -> None:
    with pytest.raises(BadInput, match=name):
        dictionary.encode(name, value)


def test_octets_are_not_guessed_at() -> None:
    assert dictionary.encode("State", "12345") == (24, b"12345")
    assert dictionary.encode("State", b"0x41") == (24, b"0x41")
    assert dictionary.encode("State", "0x41") == (24, b"A")


def test_evidence_shows_no_password_and_nothing_that_acts_on_a_terminal() -> None:
    shown = describe(
        ((1, b"a\x1b[2J"), (2, b"hidden"), (3, b"chap"), ((311, 16), b"key"), (200, b"\x01"), ((9, 1), b"x"))
    )
    assert shown == (
        ("User-Name", "a␛[2J"),
        ("User-Password", "***"),
        ("CHAP-Password", "***"),
        ("MS-MPPE-Send-Key", "***"),
        ("Attr-200", "0x01"),
        ("Vendor-9-Attr-1", "0x78"),
    )


def test_importing_the_room_loads_neither_pyrad_nor_anything_heavy() -> None:
    program = (
        "import sys, radiusbridge.radius.client, radiusbridge.radius.causes\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in {'pyrad', 'netaddr', 'sqlalchemy'}))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
