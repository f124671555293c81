"""The recorder: what it keeps, where, and that it never harms."""

import asyncio
import errno
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from hashlib import md5
from pathlib import Path

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.packet_ring import SMALLEST_SIZE, PacketFile, PacketRing, PacketStore
from radiusbridge.gateways.recorder import BUFFER, Origin, Recorder, on_behalf
from radiusbridge.radius.auth import Method
from radiusbridge.radius.client import Frame, RadiusClient
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.packet import encode_attributes
from radiusbridge.radius.recording import Record, decode, encode, scan
from radiusbridge.radius.requests import access_request, disconnect_request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.services.packets import recording
from tests.gateways.support import LoopClock
from tests.radius.support import SECRET, Dice, MemoryNetwork, run_virtually

HERE, THERE = ("127.0.0.1", 4000), ("127.0.0.1", 3799)


class Kept:
    """A store in memory; `broken` is raised instead of keeping."""

    def __init__(self, broken: OSError | None = None) -> None:
        self.records: list[Record] = []
        self.broken = broken
        self.closed = False

    def append(self, records: Sequence[bytes]) -> None:
        if self.broken is not None:
            raise self.broken
        self.records += map(decode, records)

    def segments(self) -> list[tuple[int, Path]]:
        return []

    def close(self) -> None:
        self.closed = True


async def inline(work: Callable[[], None]) -> None:
    work()


def frame(octets: bytes = b"\x28\x07\x00\x14" + bytes(16)) -> Frame:
    return Frame("send", octets, THERE, HERE, 1.0, None)


def read(store: PacketStore) -> list[Record]:
    found = []
    for _, path in store.segments():
        octets = path.read_bytes()
        found += [decode(octets, at) for at, _ in scan(octets)]
    return found


def test_packets_belong_to_who_sent_them_whatever_shares_the_socket() -> None:
    """One client, two operations at once, the second one's first copy lost: its copy and answer come by timers."""
    lost: list[bytes] = []

    def answer(raw: bytes) -> list[tuple[float, bytes]]:
        if b"late" in raw and raw not in lost:
            lost.append(raw)
            return []
        body = encode_attributes([(101, (503).to_bytes(4, "big"))])
        return [(0.01, _answered(raw, 42, body))]

    async def main() -> tuple[Outcome, ...]:
        recorder = Recorder(kept, LoopClock(), inline)
        client = RadiusClient(
            *THERE,
            SECRET,
            clock=LoopClock(),
            entropy=Dice(),
            sockets=MemoryNetwork(answer),
            tap=recorder.tap,
            retransmission=Retransmission(initial=1.0, maximum=2.0, count=3, duration=5.0),
        )

        async def kick(name: str, origin: Origin | None) -> Outcome:
            request = disconnect_request([("User-Name", name), ("Acct-Session-Id", "1")])
            deadline = asyncio.get_running_loop().time() + 10
            if origin is None:
                return await client.send(request, deadline=deadline)
            with on_behalf(origin):
                return await client.send(request, deadline=deadline)

        outcomes = await asyncio.gather(
            kick("early", Origin(1, "C-1")), kick("late", Origin(2, "C-2")), kick("nobody", None)
        )
        client.close()
        await recorder.flush()
        recorder.close()
        return outcomes

    kept = Kept()
    early, late, _ = run_virtually(main())
    assert (early.sends, late.sends, late.kind) == (1, 2, Kind.GONE_AFTER_RETRANSMIT)
    told = [(one.direction, one.operation, one.customer, one.user_name, one.kind) for one in kept.records]
    assert told == [
        ("send", 1, "C-1", b"early", ""),
        ("send", 2, "C-2", b"late", ""),
        ("send", 0, "", b"nobody", ""),
        ("recv", 1, "C-1", b"early", "nak"),
        ("recv", 0, "", b"nobody", "nak"),
        ("send", 2, "C-2", b"late", ""),
        ("recv", 2, "C-2", b"late", "gone-after-retransmit"),
    ]
    assert [round(one.round_trip or 0, 3) for one in kept.records if one.direction == "recv"] == [0.01] * 3
    assert kept.closed


def _answered(raw: bytes, code: int, body: bytes) -> bytes:
    head = bytes((code, raw[1])) + (20 + len(body)).to_bytes(2, "big")
    return head + md5(head + raw[4:20] + body + SECRET.octets()).digest() + body


def test_silence_ends_and_credentials_do_not_stay() -> None:
    async def main() -> None:
        recorder = Recorder(kept, LoopClock(), inline)
        client = RadiusClient(
            *THERE,
            SECRET,
            clock=LoopClock(),
            entropy=Dice(),
            sockets=MemoryNetwork(lambda _: []),
            tap=recorder.tap,
            retransmission=Retransmission(count=2),
        )
        request = access_request("ali", Secret("swordfish"), Method.PAP, nas_identifier="nas")
        await client.send(request, deadline=asyncio.get_running_loop().time() + 30)
        client.close()
        await recorder.flush()
        assert not recorder._asked
        recorder.close()

    kept = Kept()
    run_virtually(main())
    first, second, end = kept.records
    assert (first.direction, second.direction, end.direction, end.kind) == ("send", "send", "end", "silence")
    assert first.octets == second.octets
    assert first.zeroed
    assert end.octets == first.octets[:20]


async def test_a_failing_disk_ends_the_recording_with_one_line(caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder(Kept(OSError(errno.ENOSPC, "No space left on device")), LoopClock(), inline)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            recorder.tap(frame())
            await recorder.flush()
        recorder.close()
    assert [one.getMessage() for one in caplog.records] == [
        "packets are not recorded any more: No space left on device"
    ]


async def test_a_disk_that_hangs_costs_packets_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    hanging, kept = asyncio.Event(), Kept()

    async def hop(work: Callable[[], None]) -> None:
        await hanging.wait()
        work()

    recorder = Recorder(kept, LoopClock(), hop)
    large = frame(b"\x28\x07\x0f\xa0" + bytes(16) + b"\x01\x0a01234567" * 398)
    count = 2 * BUFFER // len(recorder._record(large))
    with caplog.at_level(logging.WARNING):
        for _ in range(count):
            recorder.tap(large)
    hanging.set()
    await recorder.flush()
    recorder.tap(large)
    recorder.close()
    assert count // 2 - 2 <= len(kept.records) <= count // 2 + 2
    assert len(caplog.records) == 1


async def test_a_recording_is_left_once_all_of_it_is_written(tmp_path: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hop(work: Callable[[], None]) -> None:
        begun.set()
        await go_on.wait()
        work()

    async with recording(tmp_path / "some.packets", LoopClock(), hop) as tap:
        assert tap is not None
        tap(frame())
        await begun.wait()
        asyncio.get_running_loop().call_soon(go_on.set)
    assert [one.octets for one in read(PacketFile(tmp_path / "some.packets"))] == [frame().octets]


def record(number: int, size: int = 300) -> bytes:
    return encode(Record(number, "send", number.to_bytes(4, "big") * (size // 4), size, THERE, HERE))


def test_the_ring_keeps_the_newest_within_its_size(tmp_path: Path) -> None:
    ring = PacketRing(tmp_path / "ring", SMALLEST_SIZE)
    count = 4 * SMALLEST_SIZE // len(record(0))
    for number in range(count):
        ring.append([record(number)])
    numbers = [one.at for one in read(ring)]
    assert numbers == list(range(numbers[0], count))
    total = sum(path.stat().st_size for _, path in ring.segments())
    assert SMALLEST_SIZE * 0.8 < total <= SMALLEST_SIZE
    assert {path.stat().st_mode & 0o777 for _, path in ring.segments()} == {0o600}
    ring.close()
    again = PacketRing(tmp_path / "ring", SMALLEST_SIZE)
    again.append([record(count)])
    assert [one.at for one in read(again)][-1] == count
    again.close()
    with pytest.raises(BadInput, match="too few"):
        PacketRing(tmp_path, 1000)


def test_a_writer_notices_that_its_segment_was_deleted(tmp_path: Path) -> None:
    idle, busy = (PacketRing(tmp_path / "ring", SMALLEST_SIZE) for _ in range(2))
    idle.append([record(0)])
    for number in range(1, 2 * SMALLEST_SIZE // len(record(0))):
        busy.append([record(number)])
    assert all(one.at for one in read(busy))
    idle.append([record(10**9)])
    assert read(busy)[-1].at == 10**9
    idle.close()
    busy.close()


_WRITER = """
import sys
from pathlib import Path
from radiusbridge.gateways.packet_ring import PacketRing
from radiusbridge.radius.recording import Record, encode
ring = PacketRing(Path(sys.argv[1]), 1 << 21)
sys.stdin.readline()
for number in range(2000):
    octets = encode(Record(int(sys.argv[2]) * 10000 + number, "send", bytes(300), 300, ("::1", 1), ("::1", 2)))
    ring.append([octets])
"""


def test_processes_write_side_by_side(tmp_path: Path) -> None:
    folder = tmp_path / "ring"
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(folder), str(which)], stdin=subprocess.PIPE)
        for which in range(3)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=240)
        assert writer.returncode == 0
    ring = PacketRing(folder, 1 << 21)
    found = [one.at for one in read(ring)]
    octets = sum(path.stat().st_size for _, path in ring.segments())
    assert octets == sum(end - at for _, path in ring.segments() for at, end in scan(path.read_bytes()))
    assert len(ring.segments()) > 1
    if octets < (1 << 21) * 0.9:  # nothing was old enough to be deleted
        assert sorted(found) == [which * 10000 + number for which in range(3) for number in range(2000)]
    assert len(found) == len(set(found))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs root and the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk(small_disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    ring = PacketRing(small_disk / "ring")
    recorder = Recorder(ring, LoopClock(), asyncio.to_thread)
    big = frame(b"\x28\x07\x03\xf4" + bytes(16) + b"\x01\x0a01234567" * 99)
    with caplog.at_level(logging.WARNING):
        for _ in range(100):
            recorder.tap(big)
            await recorder.flush()
        recorder.close()
    assert [one.getMessage() for one in caplog.records] == [
        "packets are not recorded any more: No space left on device"
    ]
    assert 20 < len(read(ring)) < 65
    ring.close()


def test_a_named_file_is_added_to_and_nothing_else_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "some.packets"
    for number in range(2):
        file = PacketFile(path)
        file.append([record(number)])
        file.close()
    assert [one.at for one in read(PacketFile(path))] == [0, 1]
    assert path.stat().st_mode & 0o777 == 0o600
    full = PacketFile(path, 700)
    with pytest.raises(OSError, match="as large as it may get"):
        full.append([record(2)])
    full.close()
    (tmp_path / "letter").write_text("Dear")
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "pipe")
    for name in ("letter", "link", "pipe", ".", "no/where"):
        with pytest.raises(BadInput):
            PacketFile(tmp_path / name).open_for_writing()
    assert (tmp_path / "letter").read_text() == "Dear"
