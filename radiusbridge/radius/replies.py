"""What a datagram says about the request it may answer: every check that a reply must pass."""

from typing import NamedTuple

from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.packet import (
    MAXIMUM,
    MESSAGE_AUTHENTICATOR,
    MINIMUM,
    RANDOM_AUTHENTICATOR,
    Code,
    MalformedPacket,
    code_name,
    decode,
)
from radiusbridge.radius.requests import EVENT_TIMESTAMP
from radiusbridge.radius.sign import Signer

ERROR_CAUSE = 101
PROXY_STATE = 33
SESSION_CONTEXT_NOT_FOUND = 503
RESIDUAL_CONTEXT_REMOVED = 201

_INTEGER = 6  # octets of an attribute with a 32-bit value
_LOOKED_AT = frozenset({MESSAGE_AUTHENTICATOR, ERROR_CAUSE, EVENT_TIMESTAMP, PROXY_STATE})
_EXPECTED: dict[int, dict[int, Kind]] = {
    Code.ACCESS_REQUEST: {
        Code.ACCESS_ACCEPT: Kind.ACCEPT,
        Code.ACCESS_REJECT: Kind.REJECT,
        Code.ACCESS_CHALLENGE: Kind.CHALLENGE,
    },
    Code.ACCOUNTING_REQUEST: {Code.ACCOUNTING_RESPONSE: Kind.RESPONSE},
    # RFC 5997 section 3 wants the port's positive answer; a server whose policy rejects is as much alive
    Code.STATUS_SERVER: {
        Code.ACCESS_ACCEPT: Kind.ACCEPT,
        Code.ACCESS_REJECT: Kind.REJECT,
        Code.ACCOUNTING_RESPONSE: Kind.RESPONSE,
    },
    Code.DISCONNECT_REQUEST: {Code.DISCONNECT_ACK: Kind.ACK, Code.DISCONNECT_NAK: Kind.NAK},
    Code.COA_REQUEST: {Code.COA_ACK: Kind.ACK, Code.COA_NAK: Kind.NAK},
}


class Finding(NamedTuple):
    """What one datagram is for one request; `signed`: it carries a Message-Authenticator, and a good one.

    `octets` is the reply cut to its Length, None where it is no packet.
    """

    kind: Kind
    octets: bytes | None = None
    error_cause: int | None = None
    timestamp: int | None = None
    signed: bool = False
    detail: str = ""


def examine(raw: bytes, code: int, request_authenticator: bytes, signer: Signer) -> Finding:
    """The datagram as reply to a request of that code. Its identifier was matched already; never raises."""
    length = len(raw)
    if length >= MINIMUM:
        length = raw[2] << 8 | raw[3]
    if not MINIMUM <= length <= MAXIMUM or length > len(raw):
        return _malformed(raw)
    reply = raw if length == len(raw) else raw[:length]
    found = []
    at = MINIMUM
    while at < length:
        if at + 1 == length:
            return _malformed(raw)
        size = reply[at + 1]
        if reply[at] in _LOOKED_AT:
            found.append((reply[at], at))
        at += size
        if size < 2 or at > length:
            return _malformed(raw)
    if not signer.response_verifies(reply, request_authenticator):
        return Finding(Kind.BAD_RESPONSE_AUTHENTICATOR, reply)
    kind = _EXPECTED.get(code, {}).get(reply[0])
    if kind is None:
        return Finding(Kind.WRONG_CODE, reply, detail=f"{code_name(reply[0])} to a {code_name(code)}")
    if not found:
        return Finding(Kind.NAK_NO_CAUSE if kind is Kind.NAK else kind, reply)
    return _weigh(kind, reply, found, code, request_authenticator, signer)


def _weigh(
    kind: Kind, reply: bytes, found: list[tuple[int, int]], code: int, request_authenticator: bytes, signer: Signer
) -> Finding:
    cause = timestamp = None
    signed = repeated = proxied = False
    signature = 0
    for key, at in found:
        if key == MESSAGE_AUTHENTICATOR:
            signed, repeated, signature = True, signed, at
        elif key == PROXY_STATE:
            proxied = True
        elif reply[at + 1] == _INTEGER:
            value = int.from_bytes(reply[at + 2 : at + _INTEGER], "big")
            if key == EVENT_TIMESTAMP:
                timestamp = value
            elif cause is None:
                cause = value
    if signed and (repeated or not signer.message_verifies(reply, signature, request_authenticator)):
        return Finding(Kind.BAD_MESSAGE_AUTHENTICATOR, reply, cause)
    if proxied and not signed and code in RANDOM_AUTHENTICATOR:
        return Finding(Kind.PROXY_STATE_INJECTED, reply)
    if kind is Kind.ACK and cause == RESIDUAL_CONTEXT_REMOVED:
        kind = Kind.ACK_201
    elif kind is Kind.NAK and cause is None:
        kind = Kind.NAK_NO_CAUSE
    return Finding(kind, reply, cause, timestamp, signed)


def _malformed(raw: bytes) -> Finding:
    try:
        decode(raw)
    except MalformedPacket as error:
        return Finding(Kind.MALFORMED, detail=error.summary)
    return Finding(Kind.MALFORMED)
