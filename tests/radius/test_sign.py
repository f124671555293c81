"""Signatures and password methods, held byte for byte against pyrad."""

import hmac
from hashlib import md5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrad.packet import AuthPacket, CoAPacket

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius import dictionary
from radiusbridge.radius.auth import Credentials, Method, chap_response, hide
from radiusbridge.radius.dictionary import Value
from radiusbridge.radius.exchange import Exchange
from radiusbridge.radius.identifiers import Identifiers
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.packet import Code, decode
from radiusbridge.radius.pending import Port
from radiusbridge.radius.replies import examine
from radiusbridge.radius.requests import access_request, coa_request, disconnect_request
from radiusbridge.radius.sign import Signer
from tests.radius.strategies import named_pairs
from tests.radius.support import PYRAD, SECRET, Dice, HandClock

SECRETS = st.binary(min_size=1, max_size=80)
AUTHENTICATOR = st.binary(min_size=16, max_size=16)


@given(st.binary(max_size=128), SECRETS, AUTHENTICATOR)
def test_pap_hides_as_pyrad_does(password: bytes, secret: bytes, authenticator: bytes) -> None:
    assert hide(password, secret, authenticator) == AuthPacket(secret=secret, authenticator=authenticator).PwCrypt(
        password
    )


@given(SECRETS, st.binary(max_size=200))
def test_a_signer_is_hmac_md5(secret: bytes, octets: bytes) -> None:
    assert Signer(secret)._mac(octets) == hmac.digest(secret, octets, "md5")


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 128])
def test_a_password_of_that_many_octets_is_what_the_server_reads(size: int) -> None:
    password = ("0123456789abcdef" * 8)[:size]
    bench = Exchange(SECRET, clock=HandClock(), entropy=Dice())
    port = bench.add_port(("192.0.2.1", 40000))
    assert port is not None
    raw = bench.start(port, access_request("u", Secret(password), nas_identifier="n"), 2000.0).raw
    server = AuthPacket(packet=raw, secret=SECRET.octets(), dict=PYRAD)
    assert len(server[2][0]) == max(16, -(-size // 16) * 16)
    assert server.PwDecrypt(server[2][0]) == password
    with pytest.raises(BadInput, match="at most 128 octets"):
        access_request("u", Secret("x" * 129), nas_identifier="n")


def test_pap_takes_128_octets_and_no_more() -> None:
    Credentials(Secret("x" * 128), Method.PAP)
    Credentials(Secret("x" * 129), Method.CHAP)
    with pytest.raises(BadInput, match="128"):
        Credentials(Secret("ż" * 65), Method.PAP)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60), AUTHENTICATOR)
def test_chap_verifies_at_pyrad(password: str, authenticator: bytes) -> None:
    server = AuthPacket(secret=b"s", authenticator=authenticator, dict=PYRAD)
    found = dict(Credentials(Secret(password), Method.CHAP).attributes(b"s", authenticator, Dice()))
    server[3], server[60] = [found[3]], [found[60]]
    assert server.VerifyChapPasswd(password.encode())
    assert not server.VerifyChapPasswd(password.encode() + b"x")
    assert chap_response(b"\x07", b"pw", b"c" * 16) == b"\x07" + md5(b"\x07pw" + b"c" * 16).digest()


def start(request_code: Code, pairs: list[tuple[str, Value]], identifier: int) -> tuple[bytes, Exchange, Port]:
    exchange = Exchange(SECRET, clock=HandClock(), entropy=Dice())
    port = Port(("192.0.2.1", 5), Identifiers(identifier))
    if request_code is Code.ACCESS_REQUEST:
        request = access_request("ali", Secret("pw"), nas_identifier="nas", extra=pairs)
    else:
        make = disconnect_request if request_code is Code.DISCONNECT_REQUEST else coa_request
        request = make(pairs)
    return exchange.start(port, request, 2000.0).raw, exchange, port


@given(st.sampled_from([Code.DISCONNECT_REQUEST, Code.COA_REQUEST]), named_pairs(), st.integers(0, 255))
def test_a_dynamic_request_is_byte_for_byte_pyrads(code: Code, pairs: list[tuple[str, Value]], identifier: int) -> None:
    raw, _, _ = start(code, pairs, identifier)
    peer = CoAPacket(code=int(code), id=identifier, secret=SECRET.octets(), dict=PYRAD, message_authenticator=True)
    for key, octets in dictionary.encode_all(pairs):
        peer[key] = [octets]
    peer["Event-Timestamp"] = int(HandClock().now().timestamp())
    assert raw == peer.RequestPacket()
    received = CoAPacket(packet=raw, secret=SECRET.octets(), dict=PYRAD)
    assert received.VerifyCoARequest()
    assert received.verify_message_authenticator()
    assert raw[20] == 80


@given(named_pairs(3), st.integers(0, 255))
def test_an_access_request_is_byte_for_byte_pyrads(pairs: list[tuple[str, Value]], identifier: int) -> None:
    own = {"User-Name", "NAS-Identifier", "Service-Type", "Framed-Protocol", "NAS-Port-Type"}
    pairs = [pair for pair in pairs if pair[0] not in own]
    raw, _, _ = start(Code.ACCESS_REQUEST, pairs, identifier)
    peer = AuthPacket(id=identifier, secret=SECRET.octets(), authenticator=Dice().octets(16), dict=PYRAD)
    peer.add_message_authenticator()
    for name, value in (
        ("User-Name", "ali"),
        ("NAS-Identifier", "nas"),
        ("Service-Type", "Framed-User"),
        ("Framed-Protocol", "PPP"),
        ("NAS-Port-Type", "Ethernet"),
    ):
        peer[name] = value
    for key, octets in dictionary.encode_all(pairs):
        peer[key] = [octets]
    peer[2] = [peer.PwCrypt("pw")]
    assert raw == peer.RequestPacket()
    assert raw[20] == 80
    assert decode(raw).first(2) != b"pw"


@given(named_pairs(3), st.sampled_from([Code.ACCESS_REQUEST, Code.DISCONNECT_REQUEST]), st.booleans(), st.data())
def test_pyrads_replies_verify_and_no_changed_octet_passes(
    pairs: list[tuple[str, Value]], code: Code, signed: bool, data: st.DataObject
) -> None:
    raw, _, _ = start(code, [("Acct-Session-Id", "1")], 9)
    secret, authenticator, signer = SECRET.octets(), raw[4:20], Signer(SECRET.octets())
    peer = (AuthPacket if code is Code.ACCESS_REQUEST else CoAPacket)(packet=raw, secret=secret, dict=PYRAD, code=code)
    reply = peer.CreateReply(message_authenticator=signed)
    for key, octets in dictionary.encode_all(pairs):
        reply[key] = [octets]
    answer = reply.ReplyPacket()
    assert signer.response_verifies(answer, authenticator)
    finding = examine(answer + b"padding", code, authenticator, signer)
    assert finding.signed is signed
    assert not signed or signer.message_verifies(answer, answer.index(b"\x50\x12", 20), authenticator)
    assert finding.kind in {Kind.ACCEPT, Kind.ACK, Kind.ACK_201}
    at = data.draw(st.integers(0, len(answer) - 1))
    forged = bytearray(answer)
    forged[at] ^= data.draw(st.integers(1, 255))
    assert examine(bytes(forged), code, authenticator, signer).kind in {Kind.MALFORMED, Kind.BAD_RESPONSE_AUTHENTICATOR}
    assert examine(answer, code, authenticator, Signer(b"wrong")).kind is Kind.BAD_RESPONSE_AUTHENTICATOR


@pytest.mark.parametrize("extra", [bytes((80, 18)) + bytes(16), bytes((80, 17)) + bytes(15), bytes((80, 2))])
def test_a_second_or_cut_message_authenticator_makes_the_first_worthless(extra: bytes) -> None:
    secret, authenticator = SECRET.octets(), bytes(range(16))
    length = 20 + len(extra) + 18
    head = bytes((Code.DISCONNECT_ACK, 9)) + length.to_bytes(2, "big")
    valid = hmac.digest(secret, head + authenticator + extra + bytes((80, 18)) + bytes(16), "md5")
    body = extra + bytes((80, 18)) + valid
    raw = head + md5(head + authenticator + body + secret).digest() + body
    assert examine(raw, Code.DISCONNECT_REQUEST, authenticator, Signer(secret)).kind is Kind.BAD_MESSAGE_AUTHENTICATOR


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: access_request("", Secret("p"), nas_identifier="n"), "user name"),
        (lambda: access_request("u", Secret("p")), "NAS-Identifier"),
        (lambda: access_request("u" * 300, Secret("p"), nas_identifier="n"), "User-Name"),
        (lambda: disconnect_request([]), "which session"),
        (lambda: disconnect_request([("Message-Authenticator", b"x" * 16)]), "computed"),
        (lambda: coa_request([("User-Name", "u"), ("Proxy-State", b"x")]), "proxies"),
        (lambda: access_request("u", Secret("p"), nas_identifier="n", extra=[("CHAP-Password", b"x")]), "computed"),
        (lambda: disconnect_request([("User-Name", "u"), *[("Reply-Message", "x" * 253)] * 16]), "fit into one"),
        (lambda: Exchange(Secret(""), clock=HandClock(), entropy=Dice()), "secret is empty"),
    ],
)
def test_bad_requests_say_what_is_wrong(call: object, says: str) -> None:
    assert callable(call)
    with pytest.raises(BadInput, match=says):
        call()


def test_a_given_event_timestamp_is_kept() -> None:
    raw, _, _ = start(Code.DISCONNECT_REQUEST, [("User-Name", "u"), ("Event-Timestamp", 77)], 1)
    assert decode(raw).values(55) == ((77).to_bytes(4, "big"),)
