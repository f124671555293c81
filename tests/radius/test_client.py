"""The client: on loopback against small servers, and on a virtual clock against a network in memory."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
from pyrad.packet import AuthPacket, CoAPacket

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.client import Frame, RadiusClient
from radiusbridge.radius.exchange import REPLAY_WINDOW
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.packet import decode
from radiusbridge.radius.requests import Request, access_request, disconnect_request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sockets import UdpSockets
from tests.ports import refusing_udp_port
from tests.radius.support import PYRAD, SECRET, Answer, Dice, LoopClock, MemoryNetwork, run_virtually

QUICK = Retransmission(initial=0.05, maximum=0.1, count=3, duration=0)
"""For ends that only silence brings: three sendings, however late each of them is."""
ONCE = Retransmission(initial=60.0, maximum=60.0, duration=0)
"""For what is answered: one sending, however long the answer takes here."""
ACCESS = access_request("ali", Secret("pw"), nas_identifier="nas")


def disconnect(session: str = "8000000a") -> Request:
    return disconnect_request([("Acct-Session-Id", session)])


def answered(raw: bytes, code: int, cause: int | None = None, secret: bytes = SECRET.octets()) -> bytes:
    kind = AuthPacket if raw[0] == 1 else CoAPacket
    reply = kind(packet=raw, secret=secret, dict=PYRAD, code=raw[0]).CreateReply(message_authenticator=True)
    reply.code = code
    if cause is not None:
        reply["Error-Cause"] = cause
    return bytes(reply.ReplyPacket())


class Peer(asyncio.DatagramProtocol):
    """A server of one function: the datagrams to answer with."""

    def __init__(self, answer: Callable[[bytes], list[bytes]]) -> None:
        self.answer = answer
        self.heard: list[tuple[int, bytes]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append((addr[1], data))
        for reply in self.answer(data):
            self.transport.sendto(reply, addr)


@asynccontextmanager
async def peer_and_client(
    answer: Callable[[bytes], list[bytes]], host: str = "127.0.0.1", **more: Any
) -> AsyncIterator[tuple[Peer, RadiusClient]]:
    loop = asyncio.get_running_loop()
    transport, peer = await loop.create_datagram_endpoint(lambda: Peer(answer), local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    options: dict[str, Any] = {"clock": LoopClock(), "entropy": Dice(), "retransmission": ONCE} | more
    try:
        async with RadiusClient(host, port, SECRET, **options) as client:
            yield peer, client
    finally:
        transport.close()
        await asyncio.sleep(0)


def soon(seconds: float = 60.0) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_every_cause_over_a_real_socket_side_by_side() -> None:
    def nas(raw: bytes) -> list[bytes]:
        said = (decode(raw).first(44) or b"").decode()
        return [answered(raw, 41 if said == "0" else 42, int(said) or None)]

    causes = [0, *range(401, 408), *range(501, 509)]
    async with peer_and_client(nas) as (peer, client):
        outcomes = await asyncio.gather(*(client.send(disconnect(str(cause)), deadline=soon()) for cause in causes))
    assert [outcome.label for outcome in outcomes] == ["ack", *(f"nak-{cause}" for cause in causes[1:])]
    assert len({port for port, _ in peer.heard}) == 1
    assert all(outcome.sends == 1 and outcome.round_trip is not None for outcome in outcomes)


async def test_silence_a_wrong_secret_and_a_refused_port_are_told_apart() -> None:
    async with peer_and_client(lambda _: [], retransmission=QUICK) as (peer, client):
        silent = await client.send(disconnect(), deadline=soon())
        assert (silent.kind, silent.sends) == (Kind.SILENCE, 3)
        assert len({raw for _, raw in peer.heard}) == 1, "a retransmission is the same octets"
        port = client._wire.remote
        assert port is not None
    async with peer_and_client(lambda raw: [answered(raw, 41, secret=b"other")], retransmission=QUICK) as (_, client):
        assert (await client.send(disconnect(), deadline=soon())).kind is Kind.BAD_RESPONSE_AUTHENTICATOR
    options: dict[str, Any] = {"clock": LoopClock(), "entropy": Dice(), "retransmission": ONCE}
    with refusing_udp_port() as closed:
        async with RadiusClient("127.0.0.1", closed, SECRET, **options) as client:
            many = await asyncio.gather(*(client.send(disconnect(str(n)), deadline=soon(120)) for n in range(20)))
    assert {(outcome.kind, outcome.detail) for outcome in many} == {(Kind.REFUSED, "Connection refused")}
    assert max(outcome.elapsed for outcome in many) < ONCE.initial, "nobody waits for silence"


async def test_a_name_is_resolved_once_and_what_cannot_be_sent_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    asked = []

    async def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        await asyncio.sleep(0)
        if host == "nowhere.invalid":
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", port))]

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    async with peer_and_client(lambda raw: [answered(raw, 41)], host="nas.example") as (_, client):
        outcomes = await asyncio.gather(*(client.send(disconnect(str(n)), deadline=soon()) for n in range(5)))
    assert {outcome.kind for outcome in outcomes} == {Kind.ACK}
    assert asked == ["nas.example"]
    async with peer_and_client(lambda _: [], host="nowhere.invalid") as (_, client):
        lost = await client.send(disconnect(), deadline=soon())
    assert (lost.label, lost.detail, lost.sends) == ("not-sent", "Name or service not known", 0)
    async with peer_and_client(lambda _: [], source="203.0.113.9") as (_, client):
        assert (await client.send(disconnect(), deadline=soon())).kind is Kind.NOT_SENT
    async with peer_and_client(lambda _: []) as (peer, client):
        assert (await client.send(disconnect(), deadline=soon(-1))).kind is Kind.NOT_SENT
        client.close()
        assert (await client.send(disconnect(), deadline=soon())).detail == "the client is closed"
        assert peer.heard == []


async def test_the_source_address_is_bound_and_ipv6_is_spoken() -> None:
    async with peer_and_client(lambda raw: [answered(raw, 41)], source="127.0.0.9") as (_, client):
        await client.send(disconnect(), deadline=soon())
        assert [sock.local_address[0] for sock in client._wire.open.values()] == ["127.0.0.9"]
    try:
        sock = UdpSockets().open(("::1", 9), None, lambda: None)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    assert sock.local_address[0] == "::1"
    sock.close()
    sock.close()


async def test_the_tap_sees_every_datagram_and_cannot_hurt() -> None:
    frames: list[Frame] = []
    async with peer_and_client(lambda raw: [b"\x29", answered(raw, 41)], tap=frames.append) as (_, client):
        assert (await client.send(disconnect(), deadline=soon())).kind is Kind.ACK
    assert [(frame.direction, frame.kind) for frame in frames] == [("send", None), ("recv", None), ("recv", Kind.ACK)]
    assert decode(frames[0].octets).code == 40
    assert frames[0].peer == frames[2].peer == client._wire.remote
    frames.clear()
    once = replace(QUICK, count=1)
    async with peer_and_client(lambda _: [], retransmission=once, tap=frames.append) as (_, client):
        assert (await client.send(disconnect(), deadline=soon())).kind is Kind.SILENCE
    sent, ended = frames
    assert (sent.direction, ended.direction, ended.kind) == ("send", "end", Kind.SILENCE)
    assert (ended.octets, ended.local) == (sent.octets, sent.local)

    def broken(_: Frame) -> None:
        raise RuntimeError("the disk is full")

    async with peer_and_client(lambda raw: [answered(raw, 41)], tap=broken) as (_, client):
        assert (await client.send(disconnect(), deadline=soon())).kind is Kind.ACK


async def test_cancelling_gives_a_request_up_and_closing_ends_the_others() -> None:
    async with peer_and_client(lambda _: [], retransmission=Retransmission()) as (_, client):
        given_up, waiting = (asyncio.create_task(client.send(disconnect(), deadline=soon())) for _ in range(2))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        assert client.exchange.in_flight == 1
        client.close()
        ended = await waiting
    assert (ended.label, ended.detail) == ("silence", "the client was closed before an answer came")


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example", "nul\0", "\ud800", "\N{RIGHT-TO-LEFT OVERRIDE}"])
async def test_a_hostile_host_name_is_not_sent_to(host: str) -> None:
    async with peer_and_client(lambda _: [], host=host) as (_, client):
        assert (await client.send(disconnect(), deadline=soon())).kind is Kind.NOT_SENT


@pytest.mark.parametrize(
    ("host", "port", "source"),
    [("", 1, None), ("nas", 0, None), ("nas", 65536, None), ("nas", 1, "name"), ("nas", 1, "")],
)
def test_addresses_that_are_none_are_bad_input(host: str, port: int, source: str | None) -> None:
    with pytest.raises(BadInput):
        RadiusClient(host, port, SECRET, clock=LoopClock(), entropy=Dice(), source=source)


def on_memory(answer: Answer, **options: Any) -> tuple[MemoryNetwork, Callable[[], RadiusClient]]:
    network = MemoryNetwork(answer)
    given: dict[str, Any] = {"clock": LoopClock(), "entropy": Dice(), "sockets": network} | options
    return network, lambda: RadiusClient("192.0.2.1", 3799, SECRET, **given)


def test_a_mass_kick_keeps_the_window_rotates_ports_and_repeats_no_identifier() -> None:
    network, client_of = on_memory(lambda raw: [(0.02, answered(raw, 41))], window=50)
    network.ports = [40000, 40001, 40000, 40002, 40003, 40004]  # 40000 comes round again too soon
    busiest = 0

    async def kick_all() -> list[Outcome]:
        nonlocal busiest
        async with client_of() as client:

            async def kick(number: int) -> Outcome:
                nonlocal busiest
                outcome = await client.send(disconnect(str(number)), deadline=60.0)
                busiest = max(busiest, client.exchange.in_flight)
                return outcome

            return await asyncio.gather(*(kick(number) for number in range(800)))

    outcomes = run_virtually(kick_all())
    assert {outcome.label for outcome in outcomes} == {"ack"}
    assert busiest <= 50
    used = [(local, raw[1]) for _, local, raw in network.sent]
    assert len(used) == len(set(used)) == 800
    assert max(when for when, _, _ in network.sent) < REPLAY_WINDOW
    assert all(sock.closed for sock in network.opened)
    assert [sock.local_address[1] for sock in network.opened] == [40000, 40001, 40000, 40002, 40003]


def test_a_request_whose_turn_does_not_come_is_not_sent_and_the_next_one_goes_on() -> None:
    network, client_of = on_memory(lambda raw: [(5.0, answered(raw, 41))], window=1)

    async def three() -> list[Outcome]:
        async with client_of() as client:
            return await asyncio.gather(*(client.send(disconnect(), deadline=when) for when in (9.0, 4.0, 20.0)))

    outcomes = run_virtually(three())
    assert [outcome.label for outcome in outcomes] == ["ack", "not-sent", "ack"]
    assert len({raw for _, _, raw in network.sent}) == 2


@pytest.mark.parametrize("seed", range(5))
def test_with_thirty_percent_loss_duplicates_and_reordering_all_is_answered(seed: int) -> None:
    dice = random.Random(seed)

    def lossy(raw: bytes) -> list[tuple[float, bytes]]:
        if dice.random() < 0.3:
            return []
        copies = [(dice.uniform(0, 3), answered(raw, 2)) for _ in range(dice.choice((1, 1, 2)))]
        forged = [(0.0, answered(raw, 3, secret=b"forger"))]
        return [copy for copy in copies if dice.random() > 0.3] + forged

    _, client_of = on_memory(lossy, retransmission=Retransmission(count=0, duration=0))

    async def probe_all() -> list[Outcome]:
        async with client_of() as client:
            return await asyncio.gather(*(client.send(ACCESS, deadline=300.0) for _ in range(150)))

    outcomes = run_virtually(probe_all())
    assert {outcome.label for outcome in outcomes} == {"accept"}
    assert max(outcome.sends for outcome in outcomes) > 1


def test_the_deadline_holds_even_between_retransmissions() -> None:
    network, client_of = on_memory(lambda _: [])

    async def one() -> tuple[Outcome, float]:
        async with client_of() as client:
            outcome = await client.send(disconnect(), deadline=3.0)
            return outcome, asyncio.get_running_loop().time()

    outcome, ended = run_virtually(one())
    assert (outcome.kind, outcome.sends) == (Kind.SILENCE, 2)
    assert ended == pytest.approx(3.0)
    assert [round(when) for when, _, _ in network.sent] == [0, 2]
