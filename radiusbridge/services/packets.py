"""Recorded packets: listed, shown, followed and counted. All of it reads files and blocks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.text import safe
from radiusbridge.gateways.packet_ring import PacketFile, PacketRing, PacketStore
from radiusbridge.gateways.recorder import Hop, Recorder
from radiusbridge.radius.client import Tap
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.recording import EPOCH, scan
from radiusbridge.services.packet_reading import Seen, content_of, decoded, newest_first, received_as

Position = tuple[int, int]
"""A segment's number and an offset in it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which packets; what is None or empty does not matter. peer: (host, port or None). outcome: `nak` is any NAK."""

    peer: tuple[str, int | None] | None = None
    code: int | None = None
    customer: str = ""
    operation: int | None = None
    outcome: str = ""
    user: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, seen: Seen) -> bool:
        """Whether it is one of these."""
        record = seen.record
        host, port = self.peer or ("", None)
        return (
            (not host or record.peer[0] == host)
            and (port is None or record.peer[1] == port)
            and (self.code is None or seen.code == self.code)
            and (not self.customer or record.customer.casefold() == self.customer.casefold())
            and (self.operation is None or record.operation == self.operation)
            and (not self.outcome or _is_outcome(seen.outcome, self.outcome))
            and (not self.user or record.user_name.decode(errors="replace").casefold() == self.user.casefold())
            and (self.since is None or record.time >= self.since)
            and (self.until is None or record.time < self.until)
        )


@dataclass(frozen=True, slots=True)
class Statistics:
    """sent, received: packets. octets: of the files. first, last: when; None: nothing is kept."""

    sent: int
    received: int
    octets: int
    files: int
    first: datetime | None
    last: datetime | None


@asynccontextmanager
async def recording(file: Path | None, clock: Clock, hop: Hop) -> AsyncIterator[Tap | None]:
    """A tap into a file of its own, around everything that it is to record; None without a file. BadInput."""
    if file is None:
        yield None
        return
    store = PacketFile(file)
    store.open_for_writing()
    recorder = Recorder(store, clock, hop)
    try:
        yield recorder.tap
    finally:
        await recorder.flush()
        recorder.close()


def store_of(folder: Path, file: Path | None) -> PacketStore:
    """The ring in that folder, or the file that was named."""
    return PacketRing(folder) if file is None else PacketFile(file)


def listed(store: PacketStore, wanted: Wanted, limit: int | None) -> tuple[Seen, ...]:
    """The newest packets that are wanted, the newest last."""
    found = (seen for seen in newest_first(store, wanted.since) if wanted.takes(seen))
    return tuple(islice(found, limit))[::-1]


def shown(store: PacketStore, packet_id: str) -> Seen:
    """One packet. UnknownName: it is not, or no longer, among those that are kept."""
    segment, dot, offset = packet_id.partition(".")
    if not (dot and segment.isdecimal() and offset.isdecimal()):
        raise BadInput(f"{safe(packet_id, 60)} is no packet's id", hint="packets list shows them: 12.40960")
    for seen in newest_first(store, only=int(segment)):
        if seen.id == f"{int(segment)}.{int(offset)}":
            return seen
    raise UnknownName(f"there is no packet {safe(packet_id, 60)}", hint="the oldest are deleted; see packets list")


def statistics(store: PacketStore) -> Statistics:
    """What is kept."""
    counts = {"send": 0, "recv": 0, "end": 0}
    octets = files = 0
    first: int | None = None
    last: int | None = None
    for _, path in store.segments():
        content = content_of(path)
        octets += len(content)
        files += 1
        for offset, _ in scan(content):
            record = decoded(content, offset)
            if record is None:
                continue
            counts[record.direction] += 1
            first = record.at if first is None else min(first, record.at)
            last = record.at if last is None else max(last, record.at)
    moments = [None if at is None else EPOCH + timedelta(microseconds=at) for at in (first, last)]
    return Statistics(counts["send"], counts["recv"], octets, files, moments[0], moments[1])


def end_of(store: PacketStore) -> Position:
    """Where the next packet will be."""
    segments = store.segments()
    if not segments:
        return 0, 0
    number, path = segments[-1]
    return number, max((end for _, end in scan(content_of(path))), default=0)


def after(store: PacketStore, position: Position) -> tuple[tuple[Seen, ...], Position]:
    """What was recorded since, oldest first, and where to go on. How requests end is not known yet."""
    found = []
    for number, path in store.segments():
        if number < position[0]:
            continue
        begin = position[1] if number == position[0] else 0
        content = content_of(path)
        position = number, begin
        for offset, end in scan(content, begin):
            record = decoded(content, offset)
            if record is not None and record.direction != "end":
                found.append(Seen(f"{number}.{offset}", record, received_as(record)))
            position = number, end
    return tuple(found), position


def _is_outcome(outcome: str | None, wanted: str) -> bool:
    return outcome == wanted or (wanted == Kind.NAK and (outcome or "").startswith("nak-"))
