"""Credentials never get into what is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.secret import Secret
from radiusbridge.radius.auth import Method
from radiusbridge.radius.dictionary import MASKED, key_of
from radiusbridge.radius.exchange import Exchange
from radiusbridge.radius.packet import (
    MESSAGE_AUTHENTICATOR,
    Attributes,
    Code,
    Key,
    Packet,
    decode,
    decode_attributes,
    encode,
)
from radiusbridge.radius.redaction import CREDENTIALS, VENDOR_CREDENTIALS, is_credential, redact
from radiusbridge.radius.requests import access_request, coa_request
from tests.radius.strategies import attributes
from tests.radius.support import PYRAD, SECRET, Dice, HandClock

ZEROS = bytes(16)
SECRETIVE: list[Key] = [*sorted(CREDENTIALS), *((v, t) for v, types in VENDOR_CREDENTIALS.items() for t in types)]
MARK = b"Hunter2!"
"""Stands for a credential; no other octets of the tests hold it."""


def raw(code: int, *pairs: tuple[Key, bytes]) -> bytes:
    return encode(Packet(code, 7, bytes(range(16)), tuple(pairs)))


@given(st.binary(max_size=4200))
def test_any_octets_give_a_shorter_or_equal_sequence_of_attributes(octets: bytes) -> None:
    kept = redact(octets).octets
    assert len(kept) <= len(octets)
    assert kept[:4] == octets[:4]
    decode_attributes(kept[20:])
    assert redact(kept).octets == kept


@given(attributes(), st.sampled_from(SECRETIVE), attributes(), st.sampled_from([1, 2, 5, 11, 41, 43]))
def test_no_octet_of_a_credential_stays(before: Attributes, secretive: Key, after: Attributes, code: int) -> None:
    signature = (MESSAGE_AUTHENTICATOR, b"\x55" * 16)
    try:
        octets = raw(code, signature, *before, (secretive, b"\0\0\0\0" + MARK), *after)
    except ValueError:
        return  # it does not fit into a packet
    redacted = redact(octets)
    kept = decode(redacted.octets)
    assert redacted.zeroed
    assert not redacted.cut
    assert MARK not in redacted.octets
    assert all(not any(value[4:]) for key, value in kept.attributes if is_credential(key))
    assert kept.first(MESSAGE_AUTHENTICATOR) == ZEROS
    assert kept.authenticator == (bytes(range(16)) if code == Code.ACCESS_REQUEST else ZEROS)
    assert len(redacted.octets) == len(octets)


@given(attributes().filter(lambda found: not any(is_credential(key) or key == (9, 1) for key, _ in found)))
def test_a_packet_without_credentials_stays_as_it_is(found: Attributes) -> None:
    try:
        octets = raw(40, *found)
    except ValueError:
        return
    redacted = redact(octets + b"padding")
    # a Vendor-Specific of a vendor that is known to hold credentials, and that is none, is taken for one
    assert redacted.octets == octets or redacted.zeroed
    assert not redacted.cut


def test_what_cannot_be_told_apart_is_cut_off() -> None:
    good = raw(1, (1, b"ali"), (MESSAGE_AUTHENTICATOR, b"\x55" * 16))
    for rest in (b"\x02\x20" + MARK, b"\x02\x01" + MARK, b"\x02"):
        octets = good[:2] + (len(good) + len(rest)).to_bytes(2, "big") + good[4:] + rest
        redacted = redact(octets)
        assert redacted.octets[20:] == good[20:-16] + ZEROS
        assert (redacted.cut, redacted.zeroed, redacted.user_name) == (True, False, b"ali")
    short = redact(good[:2] + b"\x00\x05" + good[4:])
    assert (short.octets, short.cut) == (good[:2] + b"\x00\x05" + good[4:20], True)


@pytest.mark.parametrize(
    ("vendor", "value"),
    [
        (311, b"\x19\x50" + MARK),
        (311, b"\x01\x03x\x19\x01" + MARK),
        (14988, b"\x10" + bytes((len(MARK) + 2,)) + MARK),
        (9, b"\x01" + bytes((len(MARK) + 19,)) + b"leap:session-key=" + MARK),
    ],
)
def test_vendors_hide_nothing(vendor: int, value: bytes) -> None:
    redacted = redact(raw(2, (26, vendor.to_bytes(4, "big") + value)))
    assert redacted.zeroed
    assert MARK not in redacted.octets


def test_only_the_head_of_eap_stays() -> None:
    redacted = redact(raw(1, (79, b"\x02\x07\x00\x0d\x06" + MARK), (79, MARK)))
    assert decode(redacted.octets).values(79) == (b"\x02\x07\x00\x0d" + bytes(9), bytes(8))


def test_what_the_dictionary_hides_is_a_credential() -> None:
    hidden = {name for name, attribute in PYRAD.attributes.items() if attribute.encrypt} | MASKED
    assert {name for name in hidden if not is_credential(key_of(name))} == set()


def test_our_own_requests() -> None:
    exchange = Exchange(SECRET, clock=HandClock(), entropy=Dice())
    port = exchange.add_port(("127.0.0.1", 4000))
    assert port is not None
    for method in (Method.PAP, Method.CHAP):
        request = access_request("ali", Secret("swordfish"), method, nas_identifier="nas")
        sent = exchange.start(port, request, 1e9).raw
        kept = redact(sent)
        assert kept.zeroed
        assert kept.user_name == b"ali"
        secrets = [value for key, value in decode(sent).attributes if is_credential(key)]
        assert secrets
        assert not any(value in kept.octets for value in secrets)
        assert kept.octets[:20] == sent[:20]
    kick = exchange.start(port, coa_request([("User-Name", "ali")]), 1e9).raw
    assert redact(kick).octets == kick
