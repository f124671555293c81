"""RADIUS packets as bytes (RFC 2865, 2866, 2869, 5176): attributes, authenticators, Message-Authenticator."""

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address

ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT = 1, 2, 3
ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 4, 5
STATUS_SERVER = 12
DISCONNECT_REQUEST, DISCONNECT_ACK, DISCONNECT_NAK = 40, 41, 42
COA_REQUEST, COA_ACK, COA_NAK = 43, 44, 45

USER_NAME, USER_PASSWORD, CHAP_PASSWORD, NAS_IP_ADDRESS, NAS_PORT, SERVICE_TYPE = 1, 2, 3, 4, 5, 6
FRAMED_PROTOCOL, FRAMED_IP_ADDRESS, FILTER_ID, REPLY_MESSAGE, STATE, CLASS = 7, 8, 11, 18, 24, 25
VENDOR_SPECIFIC, SESSION_TIMEOUT, IDLE_TIMEOUT, CALLED_STATION_ID, CALLING_STATION_ID = 26, 27, 28, 30, 31
NAS_IDENTIFIER, PROXY_STATE, ACCT_STATUS_TYPE, ACCT_DELAY_TIME = 32, 33, 40, 41
ACCT_INPUT_OCTETS, ACCT_OUTPUT_OCTETS, ACCT_SESSION_ID, ACCT_AUTHENTIC, ACCT_SESSION_TIME = 42, 43, 44, 45, 46
ACCT_TERMINATE_CAUSE, ACCT_MULTI_SESSION_ID, ACCT_INPUT_GIGAWORDS, ACCT_OUTPUT_GIGAWORDS = 49, 50, 52, 53
EVENT_TIMESTAMP, CHAP_CHALLENGE, NAS_PORT_TYPE, PORT_LIMIT = 55, 60, 61, 62
MESSAGE_AUTHENTICATOR, ACCT_INTERIM_INTERVAL, NAS_PORT_ID, FRAMED_POOL, ERROR_CAUSE = 80, 85, 87, 88, 101

MIKROTIK = 14988
RECV_LIMIT, XMIT_LIMIT, GROUP, RATE_LIMIT, MARK_ID = (
    (MIKROTIK, 1),
    (MIKROTIK, 2),
    (MIKROTIK, 3),
    (MIKROTIK, 8),
    (MIKROTIK, 11),
)
ADVERTISE_URL, ADVERTISE_INTERVAL, ADDRESS_LIST = (MIKROTIK, 12), (MIKROTIK, 13), (MIKROTIK, 19)

Key = int | tuple[int, int]
"""The number of an attribute, or (vendor, number)."""

_ZERO = bytes(16)
_SIGNED_LIKE_ACCOUNTING = frozenset({ACCOUNTING_REQUEST, DISCONNECT_REQUEST, COA_REQUEST})


class BadPacketError(Exception):
    """The bytes are no RADIUS packet."""


@dataclass(slots=True)
class Packet:
    """One packet: code, identifier, authenticator and its attributes in order."""

    code: int
    identifier: int
    authenticator: bytes = _ZERO
    attributes: list[tuple[Key, bytes]] = field(default_factory=list)
    raw: bytes = b""

    def first(self, key: Key) -> bytes | None:
        """The first value of that attribute."""
        for other, value in self.attributes:
            if other == key:
                return value
        return None

    def text(self, key: Key) -> str:
        """The first value as text, empty when it is not there."""
        value = self.first(key)
        return "" if value is None else value.decode("utf-8", "surrogateescape")

    def number(self, key: Key) -> int:
        """The first value as a number, 0 when it is not there."""
        value = self.first(key)
        return 0 if value is None else int.from_bytes(value, "big")

    def address(self, key: Key) -> str:
        """The first value as an IPv4 address, empty when it is not there."""
        value = self.first(key)
        return "" if value is None or len(value) != 4 else str(IPv4Address(value))

    def add(self, key: Key, value: bytes | str | int) -> None:
        """Append an attribute; numbers are 32 bits."""
        if isinstance(value, str):
            value = value.encode("utf-8", "surrogateescape")
        elif isinstance(value, int):
            value = value.to_bytes(4, "big")
        self.attributes.append((key, value))

    def copy_to(self, reply: "Packet", key: Key) -> None:
        """Copy every value of an attribute, as Proxy-State must be."""
        reply.attributes += [(other, value) for other, value in self.attributes if other == key]


@lru_cache(65536)
def packed(address: str) -> bytes:
    """An IPv4 address as four octets."""
    return IPv4Address(address).packed


def decode(data: bytes) -> Packet:
    """Read a packet; BadPacketError when lengths do not add up (RFC 2865 section 3)."""
    if len(data) < 20:
        raise BadPacketError("short")
    code, identifier, length = struct.unpack_from("!BBH", data)
    if not 20 <= length <= min(len(data), 4096):
        raise BadPacketError("length")
    raw = data[:length]
    return Packet(code, identifier, raw[4:20], list(_attributes(raw)), raw)


def _attributes(raw: bytes) -> Iterator[tuple[Key, bytes]]:
    at = 20
    while at < len(raw):
        if at + 2 > len(raw) or not 2 <= raw[at + 1] <= len(raw) - at:
            raise BadPacketError("attribute")
        number, value = raw[at], raw[at + 2 : at + raw[at + 1]]
        at += raw[at + 1]
        if number == VENDOR_SPECIFIC and len(value) >= 6:
            vendor = int.from_bytes(value[:4], "big")
            inner = 4
            while inner + 2 <= len(value) and 2 <= value[inner + 1] <= len(value) - inner:
                yield (vendor, value[inner]), value[inner + 2 : inner + value[inner + 1]]
                inner += value[inner + 1]
        else:
            yield number, value


def _encode_attributes(attributes: list[tuple[Key, bytes]]) -> bytes:
    parts = []
    for key, value in attributes:
        size = len(value) + 2
        if isinstance(key, tuple):
            parts.append(bytes((VENDOR_SPECIFIC, size + 6)) + key[0].to_bytes(4, "big") + bytes((key[1], size)))
        else:
            parts.append(bytes((key, size)))
        parts.append(value)
    return b"".join(parts)


def encode(packet: Packet, secret: bytes, request: bytes | None = None, sign: bool = False) -> bytes:
    """The bytes of a packet, with a leading Message-Authenticator when `sign`.

    A reply needs the Request Authenticator of its request. An Access-Request and a Status-Server keep the authenticator
    that they have; the others get theirs computed. The packet's own authenticator and raw bytes are set.
    """
    body = _encode_attributes(packet.attributes)
    if sign:
        body = bytes((MESSAGE_AUTHENTICATOR, 18)) + _ZERO + body
    header = struct.pack("!BBH", packet.code, packet.identifier, 20 + len(body))
    accounting = packet.code in _SIGNED_LIKE_ACCOUNTING
    vector = request if request is not None else _ZERO if accounting else packet.authenticator
    if sign:
        digest = hmac.digest(secret, header + vector + body, "md5")
        body = body[:2] + digest + body[18:]
    if accounting or request is not None:
        packet.authenticator = hashlib.md5(header + vector + body + secret).digest()
    packet.raw = header + packet.authenticator + body
    return packet.raw


def request_verifies(packet: Packet, secret: bytes) -> bool:
    """Whether an Accounting-, Disconnect- or CoA-Request has the Request Authenticator of that secret."""
    raw = packet.raw
    return hmac.compare_digest(hashlib.md5(raw[:4] + _ZERO + raw[20:] + secret).digest(), packet.authenticator)


def reply_verifies(packet: Packet, secret: bytes, request: bytes) -> bool:
    """Whether a reply has the Response Authenticator for that request."""
    raw = packet.raw
    return hmac.compare_digest(hashlib.md5(raw[:4] + request + raw[20:] + secret).digest(), packet.authenticator)


def message_authenticator_verifies(packet: Packet, secret: bytes, request: bytes | None = None) -> bool:
    """Whether the Message-Authenticator is right; True also when there is none."""
    given = packet.first(MESSAGE_AUTHENTICATOR)
    if given is None:
        return True
    raw = bytearray(packet.raw)
    at = 20
    while raw[at] != MESSAGE_AUTHENTICATOR:
        at += raw[at + 1]
    raw[at + 2 : at + 18] = _ZERO
    if request is not None:
        raw[4:20] = request
    elif packet.code in _SIGNED_LIKE_ACCOUNTING:
        raw[4:20] = _ZERO
    return len(given) == 16 and hmac.compare_digest(hmac.digest(secret, bytes(raw), "md5"), given)


def hide_password(password: bytes, secret: bytes, authenticator: bytes) -> bytes:
    """User-Password as it goes over the wire (RFC 2865 section 5.2)."""
    padded = password + bytes(-len(password) % 16 or (0 if password else 16))
    hidden = b""
    last = authenticator
    for at in range(0, len(padded), 16):
        mask = hashlib.md5(secret + last).digest()
        last = bytes(a ^ b for a, b in zip(padded[at : at + 16], mask, strict=True))
        hidden += last
    return hidden


def reveal_password(hidden: bytes, secret: bytes, authenticator: bytes) -> bytes:
    """The password in a User-Password attribute; empty when the length is wrong."""
    if not hidden or len(hidden) % 16:
        return b""
    clear = b""
    last = authenticator
    for at in range(0, len(hidden), 16):
        mask = hashlib.md5(secret + last).digest()
        clear += bytes(a ^ b for a, b in zip(hidden[at : at + 16], mask, strict=True))
        last = hidden[at : at + 16]
    return clear.rstrip(b"\x00")


def chap_response(identifier: int, password: bytes, challenge: bytes) -> bytes:
    """CHAP-Password: the identifier and the response (RFC 1994)."""
    ident = bytes([identifier])
    return ident + hashlib.md5(ident + password + challenge).digest()


def chap_verifies(packet: Packet, password: bytes) -> bool:
    """Whether CHAP-Password was made with that password."""
    given = packet.first(CHAP_PASSWORD)
    if given is None or len(given) != 17:
        return False
    challenge = packet.first(CHAP_CHALLENGE) or packet.authenticator
    return hmac.compare_digest(chap_response(given[0], password, challenge), given)
