"""Listed requests on a virtual clock: order, rate, silent peers beside each other, and errors in the middle."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from radiusbridge.domain.errors import BadInput, Unreachable
from radiusbridge.gateways.request_files import Entry, FilePair, RequestFiles
from radiusbridge.gateways.sending import AHEAD, MOST_PEERS, End, Peer, Pressure, Sender
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.packet import Code, decode
from tests.radius.support import SECRET, Answer, Dice, LoopClock, MemoryNetwork, MemorySocket, run_virtually
from tests.radius.test_accounting_and_status import reply


class Hosts(MemoryNetwork):
    """A network that knows whom each datagram went to; the hosts of `silent` never answer."""

    silent: frozenset[str] = frozenset()

    def open(self, remote: tuple[str, int], source: str | None, on_readable: Callable[[], None]) -> MemorySocket:
        network = MemoryNetwork((lambda _: []) if remote[0] in self.silent else self.answer, self.sent)
        return MemorySocket(network, (source or "192.0.2.10", self.ports.pop(0)), on_readable)


def kicked(raw: bytes) -> list[tuple[float, bytes]]:
    return [(0.01, reply(raw, Code.DISCONNECT_ACK))]


def peer_of(entry: Entry) -> Peer:
    host, port, source = entry.sending.destination
    return Peer(host or "192.0.2.1", port or 3799, SECRET, source)


class Sent:
    """What came of sending a text."""

    def __init__(
        self,
        folder: Path,
        text: str,
        pressure: Pressure,
        *,
        answer: Answer = kicked,
        silent: frozenset[str] = frozenset(),
        count: int = 1,
        stop_after: int | None = None,
    ) -> None:
        file = folder / "list"
        file.write_text(text)
        self.ends: list[End] = []
        self.error: Exception | None = None
        self.network = Hosts(answer)
        self.network.silent = silent
        self.sender = Sender(pressure, peer_of, self.ended, clock=LoopClock(), entropy=Dice(), sockets=self.network)
        self._stop_after = stop_after
        self.took = run_virtually(self._run(str(file), count))

    def ended(self, ends: list[End]) -> None:
        self.ends += ends
        if self._stop_after is not None and len(self.ends) >= self._stop_after:
            self.sender.stop()

    async def _run(self, file: str, count: int) -> float:
        def opened(on_more: Callable[[], None]) -> RequestFiles:
            return RequestFiles([FilePair(file)], Code.DISCONNECT_REQUEST, None, Dice(), count=count, on_more=on_more)

        try:
            await self.sender.run(opened)
        except (BadInput, Unreachable) as error:
            self.error = error
        return asyncio.get_running_loop().time()

    @property
    def users(self) -> list[str]:
        return [value.decode() for _, _, raw in self.network.sent for value in decode(raw).values(1)]


def listed(count: int, more: str = "") -> str:
    return "\n\n".join(f"User-Name = u{number}{more}" for number in range(count))


def test_one_after_the_other_where_nothing_is_said(tmp_path: Path) -> None:
    sent = Sent(tmp_path, listed(5), Pressure(), count=2)
    assert sent.users == [f"u{number // 2}" for number in range(10)]
    assert sent.took == pytest.approx(0.1, abs=0.02)
    assert [end.entry.place for end in sent.ends[::2]] == [f"{tmp_path}/list:{line}" for line in (1, 3, 5, 7, 9)]


def test_a_rate_is_kept_over_all_peers(tmp_path: Path) -> None:
    text = "\n\n".join(f"User-Name=u{n}, Packet-Dst-IP-Address = 192.0.2.{n % 3 + 1}" for n in range(60))
    sent = Sent(tmp_path, text, Pressure(parallel=10, rate=20))
    assert sent.took == pytest.approx(59 / 20 + 0.01, abs=0.1)
    assert len(sent.ends) == len(set(sent.users)) == 60
    early = [when for when, _, _ in sent.network.sent if when <= 1.0]
    assert len(early) in {20, 21}


def test_silent_peers_cost_one_timeout_side_by_side(tmp_path: Path) -> None:
    hosts = [f"192.0.2.{n}" for n in range(1, 41)]
    text = "\n\n".join(f"User-Name=u, Packet-Dst-IP-Address = {host}" for host in hosts)
    sent = Sent(tmp_path, text, Pressure(timeout=2.0), silent=frozenset(hosts[::2]))
    assert sent.took == pytest.approx(2.0, abs=0.1)
    kinds = {end.peer.host: end.outcome.kind for end in sent.ends}
    assert kinds == {host: Kind.SILENCE if host in hosts[::2] else Kind.ACK for host in hosts}


def test_a_silent_peer_does_not_hold_up_the_others_further_on_in_the_file(tmp_path: Path) -> None:
    dark = "\n\n".join(f"User-Name=d{n}, Packet-Dst-IP-Address = 192.0.2.9" for n in range(AHEAD // 2))
    sent = Sent(
        tmp_path, f"{dark}\n\n{listed(50)}", Pressure(timeout=1.0), silent=frozenset({"192.0.2.9"}), stop_after=51
    )
    answered = [end for end in sent.ends if end.outcome.kind is Kind.ACK]
    assert (len(answered), len(sent.ends)) == (50, 52)  # one silent one had ended, one was on the wire
    assert sent.took < 3


def test_more_than_is_read_ahead_arrives_all_the_same(tmp_path: Path) -> None:
    text = "\n\n".join(f"User-Name=u{n}, Packet-Dst-IP-Address = 192.0.2.{n // 3000 + 1}" for n in range(9000))
    sent = Sent(tmp_path, text, Pressure(parallel=256))
    assert len(sent.ends) == 9000
    assert all(end.outcome.kind is Kind.ACK for end in sent.ends)


def test_an_error_in_the_middle_is_told_after_what_stands_before_it(tmp_path: Path) -> None:
    sent = Sent(tmp_path, f"{listed(30)}\n\nUser-Name = a b\n\n{listed(5)}", Pressure(parallel=8))
    assert isinstance(sent.error, BadInput)
    assert sent.error.target == f"{tmp_path}/list:61"
    assert sent.users == [f"u{number}" for number in range(30)]
    assert len(sent.ends) == 30


def test_peers_are_bounded_and_a_name_that_does_not_resolve_is_told(tmp_path: Path) -> None:
    text = "\n\n".join(f"User-Name=u, Packet-Dst-Port = {n + 1}" for n in range(MOST_PEERS + 1))
    sent = Sent(tmp_path, text, Pressure())
    assert isinstance(sent.error, BadInput)
    assert len(sent.ends) == MOST_PEERS

    async def main() -> None:
        sender = Sender(
            Pressure(), lambda _: Peer("no host", 1, SECRET), print, clock=LoopClock(), entropy=Dice(), sockets=None
        )
        files = [FilePair(str(tmp_path / "list"))]
        await sender.run(lambda more: RequestFiles(files, Code.COA_REQUEST, None, Dice(), on_more=more))

    with pytest.raises(Unreachable):
        asyncio.run(main())


def test_it_ends_early_with_what_came_until_then(tmp_path: Path) -> None:
    sent = Sent(tmp_path, listed(5000), Pressure(parallel=50), stop_after=200)
    assert sent.sender.stopped
    assert 200 <= len(sent.ends) == len(sent.network.sent) < 1000
    assert sent.error is None


def test_a_pipe_is_read_as_it_is_written_and_does_not_hold_up_answers(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    writer = os.open(fifo, os.O_RDWR)  # so that neither side waits for the other
    ends: list[End] = []
    news = asyncio.Event()

    def ended(some: list[End]) -> None:
        ends.extend(some)
        news.set()

    sender = Sender(Pressure(), peer_of, ended, clock=LoopClock(), entropy=Dice(), sockets=Hosts(kicked))

    async def main() -> None:
        def opened(on_more: Callable[[], None]) -> RequestFiles:
            return RequestFiles([FilePair(str(fifo))], Code.DISCONNECT_REQUEST, None, Dice(), on_more=on_more)

        running = asyncio.create_task(sender.run(opened))
        await asyncio.sleep(0)
        for number in range(3):
            os.write(writer, f"User-Name = u{number}\n\n".encode())
            await news.wait()
            news.clear()
            assert len(ends) == number + 1
        os.write(writer, b"User-Name = last\n")
        os.close(writer)
        await running

    async def bounded() -> None:
        async with asyncio.timeout(60):
            await main()

    asyncio.run(bounded())
    assert [end.entry.sending.user for end in ends] == ["u0", "u1", "u2", "last"]


def test_each_request_has_its_filter(tmp_path: Path) -> None:
    requests, filters = tmp_path / "re:quests", tmp_path / "filters"
    requests.write_text(listed(2))
    assert FilePair.parse(str(requests)) == FilePair(str(requests))
    assert FilePair.parse("a:b") == FilePair("a", "b")

    def read(text: str) -> list[Entry | BadInput | None]:
        filters.write_text(text)
        files = RequestFiles([FilePair(str(requests), str(filters))] * 2, Code.COA_REQUEST, None, Dice(), count=2)
        found: list[Entry | BadInput | None] = []
        try:
            while len(found) < 20:
                found.append(files.next())
        except StopIteration:
            return found
        raise AssertionError("no end")

    good = read("Packet-Type == CoA-ACK\n\nPacket-Type == CoA-NAK\n")
    assert [one.filter.expected for one in good if isinstance(one, Entry) and one.filter] == [44, 44, 45, 45] * 2
    for text, says in (
        ("Packet-Type == CoA-ACK\n", "has no filter"),
        ("Packet-Type == CoA-ACK\n\n" * 3, "has no request"),
        ("Packet-Type == CoA-ACK\n\nReply-Message = x\n", "compares nothing"),
        ("Packet-Type == CoA-ACK\n\nReply-Message\n", "no operator"),
    ):
        errors = [one for one in read(text) if isinstance(one, BadInput)]
        assert says in errors[0].summary
    with pytest.raises(BadInput, match="cannot be read"):
        RequestFiles([FilePair(str(tmp_path / "none"))], None, None, Dice())
