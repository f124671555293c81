"""The RADIUS packet as a frozen value, and its octets (RFC 2865 sections 3 and 5, RFC 5176 section 2.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

from radiusbridge.domain.errors import BadInput, NotSuchPeer

Key = int | tuple[int, int]
"""What an attribute is: its type, or (vendor, vendor type)."""

Attribute = tuple[Key, bytes]
Attributes = tuple[Attribute, ...]

MINIMUM = 20
MAXIMUM = 4096
VALUE_MAXIMUM = 253
VENDOR_VALUE_MAXIMUM = 247
VENDOR_SPECIFIC = 26
MESSAGE_AUTHENTICATOR = 80

_HEAD = Struct("!BBH16s")
_PLAIN = Struct("BB").pack
_VENDOR = Struct("!BBIBB")
_VENDOR_HEAD = 6


class Code(IntEnum):
    """Packet type codes, by their RFC names."""

    ACCESS_REQUEST = 1
    ACCESS_ACCEPT = 2
    ACCESS_REJECT = 3
    ACCOUNTING_REQUEST = 4
    ACCOUNTING_RESPONSE = 5
    ACCESS_CHALLENGE = 11
    STATUS_SERVER = 12
    DISCONNECT_REQUEST = 40
    DISCONNECT_ACK = 41
    DISCONNECT_NAK = 42
    COA_REQUEST = 43
    COA_ACK = 44
    COA_NAK = 45


RANDOM_AUTHENTICATOR = frozenset({Code.ACCESS_REQUEST, Code.STATUS_SERVER})
"""Requests whose authenticator is chance and not a digest: only Message-Authenticator protects them."""

_RFC_NAMES = {
    Code.STATUS_SERVER: "Status-Server",
    Code.DISCONNECT_ACK: "Disconnect-ACK",
    Code.DISCONNECT_NAK: "Disconnect-NAK",
    Code.COA_REQUEST: "CoA-Request",
    Code.COA_ACK: "CoA-ACK",
    Code.COA_NAK: "CoA-NAK",
}


def code_name(code: int) -> str:
    """The RFC's name of a code: `Disconnect-Request`; `Code-99` for one that has none here."""
    try:
        known = Code(code)
    except ValueError:
        return f"Code-{code}"
    return _RFC_NAMES.get(known) or known.name.replace("_", "-").title()


class MalformedPacket(NotSuchPeer):
    """A datagram that is no RADIUS packet: too short, too long, or an attribute that runs past its end."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. `authenticator` has 16 octets; `attributes` are in the order of the wire, repeated ones repeated."""

    code: int
    identifier: int
    authenticator: bytes
    attributes: Attributes

    def values(self, key: Key) -> tuple[bytes, ...]:
        """The values of every attribute with that key, in order."""
        return tuple(value for found, value in self.attributes if found == key)

    def first(self, key: Key) -> bytes | None:
        """The first value with that key, or None."""
        return next((value for found, value in self.attributes if found == key), None)


def encode_attributes(attributes: Iterable[Attribute]) -> bytes:
    """The attributes as octets; a vendor's attribute in a Vendor-Specific of its own.

    Raises BadInput for a value that does not fit into its one length octet.
    """
    parts = []
    for key, value in attributes:
        size = len(value)
        if isinstance(key, int):
            if size > VALUE_MAXIMUM:
                raise BadInput(f"attribute {key}: {size} octets, at most {VALUE_MAXIMUM} fit")
            parts.append(_PLAIN(key, size + 2))
        else:
            if size > VENDOR_VALUE_MAXIMUM:
                raise BadInput(f"attribute {key[0]}/{key[1]}: {size} octets, at most {VENDOR_VALUE_MAXIMUM} fit")
            parts.append(_VENDOR.pack(VENDOR_SPECIFIC, size + 8, key[0], key[1], size + 2))
        parts.append(value)
    return b"".join(parts)


def decode_attributes(octets: bytes) -> Attributes:
    """The attributes in the octets, strictly: none may run past the end.

    Several vendor attributes inside one Vendor-Specific come out one by one; a Vendor-Specific in no such
    form (RFC 2865 section 5.26 only recommends it) stays as it is, under key 26. Raises MalformedPacket.
    """
    found: list[Attribute] = []
    at, end = 0, len(octets)
    while at < end:
        if end - at < 2:
            raise MalformedPacket("a single octet where an attribute should begin")
        kind, size = octets[at], octets[at + 1]
        if size < 2 or at + size > end:
            raise MalformedPacket(f"attribute {kind} has length {size} where {end - at} octets are left")
        value = octets[at + 2 : at + size]
        if kind == VENDOR_SPECIFIC:
            found.extend(_vendor_attributes(value))
        else:
            found.append((kind, value))
        at += size
    return tuple(found)


def _vendor_attributes(value: bytes) -> list[Attribute]:
    whole: list[Attribute] = [(VENDOR_SPECIFIC, value)]
    end = len(value)
    if end < _VENDOR_HEAD:
        return whole
    vendor = int.from_bytes(value[:4], "big")
    found: list[Attribute] = []
    at = 4
    while at < end:
        if end - at < 2:
            return whole
        size = value[at + 1]
        if size < 2 or at + size > end:
            return whole
        found.append(((vendor, value[at]), value[at + 2 : at + size]))
        at += size
    return found


def encode(packet: Packet) -> bytes:
    """The packet's octets, its authenticator as it stands. Raises BadInput when they do not fit into 4096."""
    body = encode_attributes(packet.attributes)
    length = MINIMUM + len(body)
    if length > MAXIMUM:
        raise BadInput(f"the packet would have {length} octets, at most {MAXIMUM} are allowed")
    return _HEAD.pack(packet.code, packet.identifier, length, packet.authenticator) + body


def decode(octets: bytes) -> Packet:
    """The packet in a datagram; what follows its Length is padding. Raises MalformedPacket."""
    if len(octets) < MINIMUM:
        raise MalformedPacket(f"{len(octets)} octets, a packet has at least {MINIMUM}")
    code, identifier, length, authenticator = _HEAD.unpack_from(octets)
    if not MINIMUM <= length <= MAXIMUM or length > len(octets):
        raise MalformedPacket(f"Length says {length} in a datagram of {len(octets)} octets")
    return Packet(code, identifier, authenticator, decode_attributes(octets[MINIMUM:length]))
