"""Streams of requests: in memory on a virtual clock, and over real sockets whose buffers are too small."""

import asyncio
import random
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from hashlib import md5
from typing import Any, cast

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.frames import Frame
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.packet import decode
from radiusbridge.radius.requests import Request, access_request, accounting_request, disconnect_request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sockets import Address, DatagramSocket, UdpSockets
from radiusbridge.radius.stream import FIRST_WINDOW, RadiusStream
from tests.radius.support import SECRET, Answer, Dice, LoopClock, MemoryNetwork, run_virtually

PATIENT = Retransmission(initial=0.5, maximum=2.0, count=0, duration=0)
ACCESS = access_request("ali", Secret("pw"), nas_identifier="nas")


def kicks(count: int) -> Iterator[tuple[int, Request]]:
    return ((number, disconnect_request([("Acct-Session-Id", str(number))])) for number in range(count))


def ack(raw: bytes, secret: bytes = SECRET.octets()) -> bytes:
    """The positive answer without attributes, quicker than pyrad's."""
    code = {1: 2, 4: 5, 40: 41}[raw[0]]
    head = struct.pack("!BBH", code, raw[1], 20)
    return head + md5(head + raw[4:20] + secret).digest()


async def collect(
    stream: RadiusStream[int], requests: Iterable[tuple[int, Request]], **options: Any
) -> dict[int, Outcome]:
    found: dict[int, Outcome] = {}
    async with aclosing(stream.run(requests, **options)) as batches:
        async for batch in batches:
            assert not found.keys() & {tag for tag, _ in batch}, "told twice"
            found.update(batch)
    return found


def streamed(
    answer: Answer, requests: Iterable[tuple[int, Request]], *, timeout: float = 600.0, **options: Any
) -> tuple[MemoryNetwork, dict[int, Outcome], RadiusStream[int]]:
    """Everything through one stream on a virtual clock."""
    network = MemoryNetwork(answer)
    given: dict[str, Any] = {"clock": LoopClock(), "entropy": Dice(), "sockets": network} | options
    pace = given.pop("pace", None)
    stream: RadiusStream[int] = RadiusStream("192.0.2.1", 3799, SECRET, **given)
    found = run_virtually(collect(stream, requests, timeout=timeout, pace=pace))
    assert stream.exchange.in_flight == 0
    assert all(sock.closed for sock in network.opened)
    return network, found, stream


def test_every_request_ends_once_within_the_window_and_no_identifier_comes_twice() -> None:
    taken = 0

    def counted() -> Iterator[tuple[int, Request]]:
        nonlocal taken
        for taken, item in enumerate(kicks(3000), 1):  # noqa: B007
            yield item

    most = ahead = 0

    def answer(raw: bytes) -> list[tuple[float, bytes]]:
        nonlocal most, ahead
        most, ahead = max(most, stream.exchange.in_flight), max(ahead, taken - len(network.sent))
        return [(0.01, ack(raw))]

    network = MemoryNetwork(answer)
    stream: RadiusStream[int] = RadiusStream(
        "192.0.2.1", 3799, SECRET, clock=LoopClock(), entropy=Dice(), sockets=network, window=100
    )
    found = run_virtually(collect(stream, counted()))
    assert sorted(found) == list(range(3000))
    assert {outcome.label for outcome in found.values()} == {"ack"}
    assert FIRST_WINDOW < most <= 100
    assert ahead <= 1, "the requests are read as they can be sent"
    used = [(local, raw[1]) for _, local, raw in network.sent]
    assert len(set(used)) == len(used) == 3000


@pytest.mark.parametrize("seed", range(4))
def test_with_thirty_percent_loss_duplicates_reordering_and_forgeries_all_is_answered(seed: int) -> None:
    dice = random.Random(seed)

    def lossy(raw: bytes) -> list[tuple[float, bytes]]:
        if dice.random() < 0.3:
            return []
        copies = [(dice.uniform(0, 3), ack(raw)) for _ in range(dice.choice((1, 1, 2)))]
        forged = bytearray(ack(raw))
        forged[dice.randrange(4, 20)] ^= 1
        return [copy for copy in copies if dice.random() > 0.3] + [(0.0, bytes(forged)), (0.0, b"\x02")]

    requests = [(number, ACCESS if number % 2 else next(kicks(1))[1]) for number in range(400)]
    _, found, stream = streamed(lossy, requests, retransmission=PATIENT)
    assert len(found) == 400
    assert {outcome.label for outcome in found.values()} == {"accept", "ack"}
    assert max(outcome.sends for outcome in found.values()) > 1
    assert stream.exchange.strays


def test_identifiers_wrap_with_two_thousand_in_flight() -> None:
    network, found, _ = streamed(lambda raw: [(5.0, ack(raw))], kicks(6000), window=2000, retransmission=PATIENT)
    assert {outcome.label for outcome in found.values()} == {"ack"}
    first = {raw: (local, raw[1]) for _, local, raw in network.sent}
    assert len(first) == len(set(first.values())) == 6000, "a retransmission is the same octets on the same port"
    assert max(Counter(local for local, _ in first.values()).values()) == 256


def test_a_dead_peer_costs_each_request_its_time_and_a_lost_burst_halves_the_window() -> None:
    network, found, _ = streamed(lambda _: [], kicks(100), timeout=3.0, window=50)
    assert {(outcome.kind, outcome.sends) for outcome in found.values()} == {(Kind.SILENCE, 2)}
    assert max(outcome.elapsed for outcome in found.values()) == pytest.approx(3.0)
    assert len(network.sent) == 200


def test_the_pace_is_kept_and_what_cannot_be_sent_is_told() -> None:
    network, found, _ = streamed(lambda raw: [(0.001, ack(raw))], kicks(50), pace=lambda number: number / 10)
    assert [round(when, 3) for when, _, _ in network.sent] == [number / 10 for number in range(50)]
    assert len(found) == 50

    class NoPorts:
        def open(self, remote: Address, source: str | None, on_readable: Callable[[], None]) -> DatagramSocket:
            raise OSError(98, "Address already in use")

    stream: RadiusStream[int] = RadiusStream(
        "192.0.2.1", 1, SECRET, clock=LoopClock(), entropy=Dice(), sockets=NoPorts()
    )
    unsent = run_virtually(collect(stream, kicks(5)))
    assert {(outcome.kind, outcome.detail) for outcome in unsent.values()} == {
        (Kind.NOT_SENT, "Address already in use")
    }


def test_an_error_of_the_requests_is_raised_after_what_was_sent_has_ended() -> None:
    def broken() -> Iterator[tuple[int, Request]]:
        yield from kicks(3)
        raise BadInput("line 7: no such attribute")

    network = MemoryNetwork(lambda raw: [(1.0, ack(raw))])
    stream: RadiusStream[int] = RadiusStream("192.0.2.1", 1, SECRET, clock=LoopClock(), entropy=Dice(), sockets=network)
    found: list[tuple[int, Outcome]] = []

    async def all_of_it() -> None:
        async for batch in stream.run(broken()):
            found.extend(batch)

    with pytest.raises(BadInput, match="line 7"):
        run_virtually(all_of_it())
    assert [outcome.label for _, outcome in found] == ["ack"] * 3
    with pytest.raises(BadInput, match="at least one"):
        RadiusStream("192.0.2.1", 1, SECRET, clock=LoopClock(), entropy=Dice(), window=0)


def test_stopping_waits_for_what_is_on_the_wire_and_leaving_does_not() -> None:
    network = MemoryNetwork(lambda raw: [(1.0, ack(raw))])

    def stream() -> RadiusStream[int]:
        return RadiusStream("192.0.2.1", 1, SECRET, clock=LoopClock(), entropy=Dice(), sockets=network, window=40)

    async def stopped() -> tuple[int, int]:
        one, count = stream(), 0
        async for batch in one.run(kicks(10_000)):
            count += len(batch)
            one.stop()
        return one.started, count

    started, count = run_virtually(stopped())
    assert started == count < 200

    async def left() -> int:
        one = stream()
        async with aclosing(one.run(kicks(10_000))) as batches:
            await anext(batches)
        return one.exchange.in_flight

    assert run_virtually(left()) == 0
    assert all(sock.closed for sock in network.opened)


def test_accounting_takes_a_new_packet_for_each_sending_and_the_tap_sees_all() -> None:
    start = accounting_request([("Acct-Status-Type", "Start"), ("Acct-Session-Id", "1"), ("NAS-Identifier", "n")])
    frames: list[Frame] = []
    heard: Counter[bytes] = Counter()

    def second_time(raw: bytes) -> list[tuple[float, bytes]]:
        session = decode(raw).first(44) or b""
        heard[session] += 1
        return [(0.1, ack(raw))] if heard[session] > 1 else []

    network, found, _ = streamed(second_time, [(1, start)], tap=frames.append)
    assert (found[1].kind, found[1].sends) == (Kind.RESPONSE, 2)
    assert len({raw[1] for _, _, raw in network.sent}) == 2
    assert [(frame.direction, frame.kind) for frame in frames] == [
        ("send", None),
        ("send", None),
        ("recv", Kind.RESPONSE),
    ]


class Cramped(UdpSockets):
    """Sockets that hold a handful of replies; what comes on top of them is lost in the kernel."""

    def open(self, remote: Address, source: str | None, on_readable: Callable[[], None]) -> DatagramSocket:
        sock = super().open(remote, source, on_readable)
        sock._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # type: ignore[attr-defined]
        return sock


class Bursts(asyncio.DatagramProtocol):
    """A peer that holds its answers until there are six."""

    def __init__(self) -> None:
        self.heard = 0
        self._held: list[tuple[bytes, Address]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.heard += 1
        self._held.append((ack(data), addr))
        if len(self._held) == 6:
            for reply, asker in self._held:
                self._transport.sendto(reply, asker)
            self._held.clear()


async def test_what_a_full_receive_buffer_loses_is_asked_again() -> None:
    loop = asyncio.get_running_loop()
    transport, peer = await loop.create_datagram_endpoint(Bursts, ("127.0.0.1", 0))
    stream: RadiusStream[int] = RadiusStream(
        "127.0.0.1",
        transport.get_extra_info("sockname")[1],
        SECRET,
        clock=LoopClock(),
        entropy=Dice(),
        sockets=Cramped(),
        retransmission=Retransmission(initial=0.05, maximum=0.2, count=0, duration=0),
    )
    try:
        found = await collect(stream, kicks(64), timeout=100.0)
    finally:
        transport.close()
        await asyncio.sleep(0)
    assert {outcome.label for outcome in found.values()} == {"ack"}
    assert peer.heard > 64
