"""Packets: round trips, byte-equality with pyrad, and hostile octets."""

from collections import OrderedDict
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrad.packet import Packet as PyradPacket

from radiusbridge.domain.errors import BadInput
from radiusbridge.radius.packet import (
    MAXIMUM,
    Attributes,
    Code,
    MalformedPacket,
    Packet,
    code_name,
    decode,
    encode,
    encode_attributes,
)
from tests.radius.strategies import attributes
from tests.radius.support import PYRAD

OCTET = st.integers(0, 255)
AUTHENTICATOR = st.binary(min_size=16, max_size=16)


def pyrad_packet(packet: Packet) -> bytes:
    peer = PyradPacket(packet.code, packet.identifier, b"", packet.authenticator, dict=PYRAD)
    for key, value in packet.attributes:
        OrderedDict.setdefault(peer, key, []).append(value)
    header = bytes((packet.code, packet.identifier)) + (20 + len(peer._PktEncodeAttributes())).to_bytes(2, "big")
    return bytes(header + packet.authenticator + peer._PktEncodeAttributes())


def flat(peer: PyradPacket) -> Attributes:
    return tuple((key, value) for key in OrderedDict.keys(peer) for value in OrderedDict.__getitem__(peer, key))


@given(OCTET, OCTET, AUTHENTICATOR, attributes())
def test_a_packet_is_what_pyrad_makes_of_it_and_comes_back_the_same(
    code: int, identifier: int, authenticator: bytes, found: Attributes
) -> None:
    packet = Packet(code, identifier, authenticator, found)
    raw = encode(packet)
    assert raw == pyrad_packet(packet)
    assert decode(raw) == packet
    assert decode(raw + b"padding") == packet
    assert flat(PyradPacket(packet=raw, dict=PYRAD)) == found


@given(OCTET, AUTHENTICATOR, attributes(3), st.data())
def test_a_damaged_packet_is_malformed_or_decodes_never_another_error(
    code: int, authenticator: bytes, found: Attributes, data: st.DataObject
) -> None:
    raw = bytearray(encode(Packet(code, 1, authenticator, found)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(OCTET)
    cut = bytes(raw[: data.draw(st.integers(0, len(raw)))])
    for octets in (bytes(raw), cut):
        try:
            packet = decode(octets)
        except MalformedPacket:
            continue
        assert flat(PyradPacket(packet=octets, dict=PYRAD)) == grouped(packet.attributes)


def grouped(found: Attributes) -> Attributes:
    """In pyrad's order, which puts the values of one key side by side."""
    first = {key: at for at, (key, _) in reversed(list(enumerate(found)))}
    return tuple(sorted(found, key=lambda attribute: first[attribute[0]]))


@given(st.binary(max_size=200))
def test_garbage_is_malformed_or_a_packet(octets: bytes) -> None:
    with suppress(MalformedPacket):
        assert len(encode(decode(octets))) <= MAXIMUM


def test_several_vendor_attributes_in_one_come_out_one_by_one_and_leave_one_by_one() -> None:
    inner = b"\x00\x00\x3a\x8c" + b"\x08\x041M" + b"\x13\x05iso"
    raw = b"\x02\x01" + (20 + 2 + len(inner)).to_bytes(2, "big") + bytes(16) + bytes((26, 2 + len(inner))) + inner
    packet = decode(raw)
    assert packet.attributes == (((14988, 8), b"1M"), ((14988, 19), b"iso"))
    assert packet.first((14988, 19)) == b"iso"
    assert packet.values((14988, 8)) == (b"1M",)
    assert packet.first(1) is None
    assert encode_attributes(packet.attributes).count(b"\x00\x00\x3a\x8c") == 2


def test_a_vendor_specific_in_another_form_stays_whole() -> None:
    for value in (
        b"",
        b"\x00\x00\x3a\x8c",
        b"\x00\x00\x3a\x8c\x08\x01",
        b"\x00\x00\x3a\x8c\x08\x09x",
        b"\0\0\0\1\2\3x\4",
    ):
        raw = b"\x02\x01" + (22 + len(value)).to_bytes(2, "big") + bytes(16) + bytes((26, 2 + len(value))) + value
        assert decode(raw).attributes == ((26, value),)
        assert encode(decode(raw)) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        bytes(19),
        b"\x02\x01\x00\x13" + bytes(16),
        b"\x02\x01\x00\x15" + bytes(16),
        b"\x02\x01\x10\x01" + bytes(5000),
        b"\x02\x01\x00\x15" + bytes(16) + b"\x01",
        b"\x02\x01\x00\x16" + bytes(16) + b"\x01\x01",
        b"\x02\x01\x00\x16" + bytes(16) + b"\x01\x00",
        b"\x02\x01\x00\x17" + bytes(16) + b"\x01\x04a",
    ],
)
def test_bounds_are_strict(raw: bytes) -> None:
    with pytest.raises(MalformedPacket):
        decode(raw)


@pytest.mark.parametrize("found", [((1, bytes(254)),), (((14988, 8), bytes(248)),), ((1, bytes(253)),) * 16])
def test_what_does_not_fit_is_not_sent(found: Attributes) -> None:
    with pytest.raises(BadInput, match="at most"):
        encode(Packet(1, 1, bytes(16), found))


def test_codes_have_their_rfc_names() -> None:
    assert [code_name(code) for code in (1, 3, 12, 40, 42, 43, 44, 45, 99)] == [
        "Access-Request",
        "Access-Reject",
        "Status-Server",
        "Disconnect-Request",
        "Disconnect-NAK",
        "CoA-Request",
        "CoA-ACK",
        "CoA-NAK",
        "Code-99",
    ]
    assert all(not code_name(code).startswith("Code-") for code in Code)
