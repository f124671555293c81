"""Hostile datagrams: whatever comes is a packet or one kind of error; only right authenticators are believed.

Bounded here; `make fuzz` sets RADIUSBRIDGE_FUZZ to many more examples.
"""

import hmac
import os
from contextlib import suppress
from hashlib import md5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiusbridge.domain.secret import Secret
from radiusbridge.radius import mschap
from radiusbridge.radius.auth import Method
from radiusbridge.radius.dictionary import Value, describe
from radiusbridge.radius.outcome import ANSWERED
from radiusbridge.radius.packet import MESSAGE_AUTHENTICATOR, Attributes, Code, MalformedPacket, Packet, decode, encode
from radiusbridge.radius.requests import (
    Request,
    access_request,
    accounting_request,
    coa_request,
    disconnect_request,
    status_request,
)
from tests.radius.strategies import attributes
from tests.radius.support import SECRET, Dice
from tests.radius.test_exchange import Bench

EXAMPLES = int(os.environ.get("RADIUSBRIDGE_FUZZ", "300"))
fuzz = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
pytestmark = pytest.mark.timeout(60 + EXAMPLES // 20)

NAS: list[tuple[str, Value]] = [("NAS-Identifier", "nas")]
LOGIN = mschap.attempt("u", Secret("p"), Dice())
REQUESTS: list[Request] = [
    access_request("u", Secret("p"), nas_identifier="n"),
    access_request("u", Secret("p"), Method.MSCHAPV2, nas_identifier="n", attempt=LOGIN),
    accounting_request([("Acct-Status-Type", "Start"), ("Acct-Session-Id", "1"), *NAS]),
    status_request(NAS),
    coa_request([("User-Name", "u"), ("Session-Timeout", 60)]),
    disconnect_request([("User-Name", "u")]),
]
REPLIES = [int(code) for code in Code]


def answer(raw: bytes, code: int, found: Attributes, secret: bytes, signed: bool) -> bytes:
    """What a peer with that secret answers to a request; made here, so that ours is not held against itself."""
    body = encode(Packet(code, raw[1], bytes(16), found))[20:]
    if signed:
        body = bytes((MESSAGE_AUTHENTICATOR, 18)) + bytes(16) + body
    head = bytes((code, raw[1])) + (20 + len(body)).to_bytes(2, "big")
    if signed:
        body = body[:2] + hmac.digest(secret, head + raw[4:20] + body, "md5") + body[18:]
    return head + md5(head + raw[4:20] + body + secret).digest() + body


def truly_from_the_peer(datagram: bytes, raw: bytes) -> bool:
    """Whether Response Authenticator and every Message-Authenticator were made with the secret for that request."""
    length = int.from_bytes(datagram[2:4], "big")
    if len(datagram) < 20 or not 20 <= length <= len(datagram):
        return False
    reply, secret = datagram[:length], SECRET.octets()
    if md5(reply[:4] + raw[4:20] + reply[20:] + secret).digest() != reply[4:20]:
        return False
    at = 20
    while at < length:
        if reply[at] == MESSAGE_AUTHENTICATOR:
            zeroed = reply[:4] + raw[4:20] + reply[20 : at + 2] + bytes(16) + reply[at + 18 :]
            if hmac.digest(secret, zeroed, "md5") != reply[at + 2 : at + 18]:
                return False
        at += max(2, reply[at + 1])
    return True


@fuzz
@given(st.binary(max_size=5000))
def test_any_octets_are_a_packet_or_malformed(octets: bytes) -> None:
    with suppress(MalformedPacket):
        packet = decode(octets)
        describe(packet.attributes)
        assert encode(packet)[20:] or not packet.attributes


@fuzz
@given(st.sampled_from(REQUESTS), st.binary(max_size=400), st.booleans())
def test_no_octets_are_believed(request_: Request, octets: bytes, aimed: bool) -> None:
    bench = Bench()
    pending = bench.start(request_)
    if aimed and len(octets) >= 4:  # past the first checks: the identifier that waits, and a Length that fits
        octets = octets[:1] + pending.raw[1:2] + len(octets).to_bytes(2, "big") + octets[4:]
    bench.exchange.received(pending.port, octets)
    assert pending.outcome is None
    assert bench.to_the_end(pending).kind not in ANSWERED


@fuzz
@given(st.sampled_from(REQUESTS), st.sampled_from(REPLIES), attributes(4), st.booleans(), st.data())
def test_a_changed_reply_is_believed_only_where_its_authenticators_are_right(
    request_: Request, code: int, found: Attributes, signed: bool, data: st.DataObject
) -> None:
    bench = Bench()
    pending = bench.start(request_)
    secret = data.draw(st.sampled_from([SECRET.octets(), SECRET.octets() + b" ", b""]))
    reply = bytearray(answer(pending.raw, code, found, secret, signed))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(reply) - 1))
        reply[at] ^= data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(reply)))
    datagram = bytes(reply[:cut]) if data.draw(st.booleans()) else bytes(reply) + data.draw(st.binary(max_size=30))
    raw = pending.raw
    bench.exchange.received(pending.port, datagram)
    if pending.outcome is not None:
        assert pending.outcome.kind in ANSWERED
        assert truly_from_the_peer(datagram, raw)
