"""Accounting-Request (RFC 2866) and Status-Server (RFC 5997) through the exchange, held against pyrad."""

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrad.packet import AcctPacket

from radiusbridge.domain.errors import BadInput
from radiusbridge.radius import dictionary
from radiusbridge.radius.client import Frame, RadiusClient
from radiusbridge.radius.dictionary import Value
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.packet import decode
from radiusbridge.radius.pending import Pending
from radiusbridge.radius.requests import accounting_request, disconnect_request, status_request
from radiusbridge.radius.sign import SigningPolicy
from tests.radius.strategies import named_pairs
from tests.radius.support import PYRAD, SECRET, Dice, LoopClock, run_virtually
from tests.radius.test_client import on_memory
from tests.radius.test_exchange import Bench

START: list[tuple[str, Value]] = [
    ("Acct-Status-Type", "Start"),
    ("Acct-Session-Id", "8000000a"),
    ("NAS-Identifier", "nas"),
]
DELAY = 41


def reply(raw: bytes, code: int, *, secret: bytes = SECRET.octets(), signed: bool = False) -> bytes:
    """What a server with that secret answers to these octets, made by pyrad."""
    answer = AcctPacket(packet=raw, secret=secret, dict=PYRAD, code=raw[0]).CreateReply(message_authenticator=signed)
    answer.code = code
    return bytes(answer.ReplyPacket())


@given(named_pairs(4), st.integers(0, 255))
def test_an_accounting_request_is_byte_for_byte_pyrads(pairs: list[tuple[str, Value]], identifier: int) -> None:
    own = {name for name, _ in START} | {"Acct-Delay-Time"}
    pairs = [*START, *(pair for pair in pairs if pair[0] not in own)]
    bench = Bench()
    port = bench.exchange.add_port(("192.0.2.1", 40000))
    assert port is not None
    raw = bench.exchange.start(port, accounting_request(pairs, delay=7, stamped=False), 2000.0).raw
    peer = AcctPacket(id=raw[1], secret=SECRET.octets(), dict=PYRAD)
    for key, octets in dictionary.encode_all([*pairs, ("Acct-Delay-Time", 7)]):
        peer[key] = [octets]
    assert raw == peer.RequestPacket()
    assert AcctPacket(packet=raw, secret=SECRET.octets(), dict=PYRAD).VerifyAcctRequest()


def test_each_sending_of_an_accounting_request_is_a_new_packet_with_its_delay_and_any_of_them_is_answered() -> None:
    bench = Bench()
    pending = bench.start(accounting_request(START, delay=3))
    sent, began = [(bench.clock.seconds, pending.raw)], bench.clock.seconds
    for _ in range(2):
        assert bench.next() == [pending]
        sent.append((bench.clock.seconds, pending.raw))
    packets = [decode(raw) for _, raw in sent]
    assert len({packet.identifier for packet in packets}) == len({packet.authenticator for packet in packets}) == 3
    delays = [int.from_bytes(packet.first(DELAY) or b"", "big") for packet in packets]
    assert delays == [3 + round(when - began) for when, _ in sent]
    assert len({packet.first(55) for packet in packets}) == 1, "the time of the event stays"
    bench.clock.seconds += 0.5
    assert bench.exchange.received(pending.port, reply(sent[1][1], 5, secret=b"wrong"))[1] is None
    kind, over = bench.exchange.received(pending.port, reply(sent[1][1], 5))
    assert (kind, over) == (Kind.RESPONSE, pending)
    assert pending.outcome is not None
    assert (pending.outcome.sends, pending.outcome.answered, pending.outcome.unsigned) == (3, True, False)
    assert pending.outcome.round_trip == pytest.approx(bench.clock.seconds - sent[1][0])
    for _, raw in sent:
        assert bench.exchange.received(pending.port, reply(raw, 5)) == (None, None)
    assert bench.exchange.in_flight == 0
    assert not pending.port.pending


def test_without_a_delay_the_octets_stay_and_a_late_event_counts_on() -> None:
    bench = Bench()
    plain = bench.start(accounting_request(START, delay=None))
    raw = plain.raw
    assert not plain.request.renewed
    assert bench.next() == [plain]
    assert plain.raw == raw
    assert accounting_request([*START, ("Acct-Delay-Time", 0xFFFFFFFE)]).delayed(9).endswith(b"\x29\x06" + b"\xff" * 4)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_an_accounting_request_without_the_minimum_is_bad_input(missing: int) -> None:
    with pytest.raises(BadInput, match="Accounting-Request needs"):
        accounting_request(START[:missing] + START[missing + 1 :])


def _started_status() -> tuple[Bench, Pending]:
    bench = Bench(SigningPolicy.REQUIRE)
    return bench, bench.start(status_request([("NAS-Identifier", "nas")]))


@pytest.mark.parametrize(("code", "kind"), [(2, Kind.ACCEPT), (3, Kind.REJECT), (5, Kind.RESPONSE)])
@pytest.mark.parametrize("signed", [False, True])
def test_status_server_takes_every_sign_of_life_signed_or_not(code: int, kind: Kind, signed: bool) -> None:
    bench, pending = _started_status()
    assert AcctPacket(packet=pending.raw, secret=SECRET.octets(), dict=PYRAD).VerifyAcctRequest()
    assert pending.raw[20] == 80
    assert bench.exchange.received(pending.port, reply(pending.raw, code, signed=signed)) == (kind, pending)
    assert pending.outcome is not None
    assert pending.outcome.unsigned is not signed
    assert not bench.exchange.peer_signs


def test_status_server_is_never_retransmitted_and_takes_no_other_code() -> None:
    bench, pending = _started_status()
    raw = pending.raw
    for code in (11, 41, 45):
        assert bench.exchange.received(pending.port, reply(raw, code))[0] is Kind.WRONG_CODE
    forged = bytearray(reply(raw, 2))
    forged[-1] ^= 1
    assert bench.exchange.received(pending.port, bytes(forged))[0] is Kind.BAD_RESPONSE_AUTHENTICATOR
    bench.next()
    assert pending.raw[1] != raw[1]
    assert pending.raw[4:20] != raw[4:20]
    assert AcctPacket(packet=pending.raw, secret=SECRET.octets(), dict=PYRAD).VerifyAcctRequest()
    assert bench.exchange.received(pending.port, reply(pending.raw, 2)) == (Kind.ACCEPT, pending)


def test_elsewhere_a_good_answer_is_told_and_all_else_is_a_stray() -> None:
    bench = Bench()
    pending = bench.start(status_request())
    good = reply(pending.raw, 2)
    for raw in (b"", bytes(30), reply(pending.raw, 2, secret=b"wrong"), reply(pending.raw, 41)):
        assert bench.exchange.received_elsewhere(pending.port, raw, ("192.0.2.9", 1812)) is None
    assert bench.exchange.strays == 4
    assert bench.exchange.received_elsewhere(pending.port, good, ("192.0.2.9", 1812)) is Kind.WRONG_SOURCE
    bench.exchange.received(pending.port, reply(pending.raw, 2, secret=b"wrong"))
    outcome = bench.to_the_end(pending)
    assert (outcome.kind, outcome.answered) == (Kind.WRONG_SOURCE, False)
    assert outcome.detail == "Access-Accept from 192.0.2.9 port 1812"


async def test_an_answer_from_another_address_is_seen_over_real_sockets() -> None:
    loop = asyncio.get_running_loop()
    frames: list[Frame] = []
    request = disconnect_request([("User-Name", "ali")])
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        for sock, host in ((asked, "127.0.0.1"), (other, "127.0.0.2")):
            sock.bind((host, 0))
            sock.setblocking(False)
        heard = asyncio.Event()

        def tap(frame: Frame) -> None:
            frames.append(frame)
            if frame.kind is Kind.WRONG_SOURCE:
                heard.set()

        host, number = asked.getsockname()
        async with RadiusClient(host, number, SECRET, clock=LoopClock(), entropy=Dice(), tap=tap) as client:
            asking = asyncio.create_task(client.send(request, deadline=loop.time() + 30))
            raw, source = await loop.sock_recvfrom(asked, 4096)
            peer = AcctPacket(packet=raw, secret=SECRET.octets(), dict=PYRAD, code=raw[0]).CreateReply()
            peer.code = 41
            other.sendto(peer.ReplyPacket(), source)
            await heard.wait()
            assert not asking.done()
            asked.sendto(peer.ReplyPacket(), source)
            assert (await asking).kind is Kind.ACK
    assert [(frame.kind, frame.peer[0]) for frame in frames] == [
        (None, "127.0.0.1"),
        (Kind.WRONG_SOURCE, "127.0.0.2"),
        (Kind.ACK, "127.0.0.1"),
    ]


def test_retransmissions_of_accounting_reach_the_wire_through_the_client() -> None:
    network, client_of = on_memory(lambda raw: [(0.1, reply(raw, 5))] if len(network.sent) == 3 else [])

    async def one() -> None:
        async with client_of() as client:
            outcome = await client.send(accounting_request(START), deadline=20.0)
            assert (outcome.kind, outcome.sends) == (Kind.RESPONSE, 3)

    run_virtually(one())
    assert len({raw[1] for _, _, raw in network.sent}) == len({raw for _, _, raw in network.sent}) == 3


def test_a_closed_port_ends_what_is_renewed_too() -> None:
    bench = Bench()
    pending = bench.start(status_request())
    refused = ConnectionRefusedError(111, "Connection refused")
    assert bench.exchange.port_failed(pending.port, refused) == []
    assert bench.next() == [pending]
    assert bench.exchange.port_failed(pending.port, refused) == [pending]
    assert pending.outcome is not None
    assert pending.outcome.kind is Kind.REFUSED
    assert not pending.port.pending
