"""What a datagram says about the request it may answer: every check that a reply must pass."""

from dataclasses import dataclass

from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.packet import (
    MESSAGE_AUTHENTICATOR,
    RANDOM_AUTHENTICATOR,
    Code,
    MalformedPacket,
    Packet,
    code_name,
    decode,
)
from radiusbridge.radius.requests import EVENT_TIMESTAMP
from radiusbridge.radius.sign import message_verifies, response_verifies

ERROR_CAUSE = 101
PROXY_STATE = 33
SESSION_CONTEXT_NOT_FOUND = 503
RESIDUAL_CONTEXT_REMOVED = 201

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


@dataclass(frozen=True, slots=True)
class Finding:
    """What one datagram is for one request; `signed`: it carries a Message-Authenticator, and a good one."""

    kind: Kind
    packet: Packet | None = None
    error_cause: int | None = None
    timestamp: int | None = None
    signed: bool = False
    detail: str = ""


def examine(raw: bytes, code: int, request_authenticator: bytes, secret: bytes) -> Finding:
    """The datagram as reply to a request of that code. Its identifier was matched already; never raises."""
    try:
        packet = decode(raw)
    except MalformedPacket as error:
        return Finding(Kind.MALFORMED, detail=error.summary)
    reply = raw[: int.from_bytes(raw[2:4], "big")]
    if not response_verifies(reply, request_authenticator, secret):
        return Finding(Kind.BAD_RESPONSE_AUTHENTICATOR, packet)
    kind = _EXPECTED[code].get(packet.code)
    if kind is None:
        return Finding(Kind.WRONG_CODE, packet, detail=f"{code_name(packet.code)} to a {code_name(code)}")
    cause = timestamp = None
    signed = proxied = False
    for key, value in packet.attributes:
        if key == MESSAGE_AUTHENTICATOR:
            signed = True
        elif key == ERROR_CAUSE and len(value) == 4 and cause is None:
            cause = int.from_bytes(value, "big")
        elif key == EVENT_TIMESTAMP and len(value) == 4:
            timestamp = int.from_bytes(value, "big")
        elif key == PROXY_STATE:
            proxied = True
    if signed and not message_verifies(reply, request_authenticator, secret):
        return Finding(Kind.BAD_MESSAGE_AUTHENTICATOR, packet, cause)
    if proxied and not signed and code in RANDOM_AUTHENTICATOR:
        return Finding(Kind.PROXY_STATE_INJECTED, packet)
    return Finding(_refined(kind, cause), packet, cause, timestamp, signed)


def _refined(kind: Kind, cause: int | None) -> Kind:
    if kind is Kind.ACK and cause == RESIDUAL_CONTEXT_REMOVED:
        return Kind.ACK_201
    if kind is Kind.NAK and cause is None:
        return Kind.NAK_NO_CAUSE
    return kind
