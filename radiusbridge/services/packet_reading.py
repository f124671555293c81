"""Recorded packets as they are read back: the newest first, each request with how it ended. Reads files and blocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.gateways.packet_ring import PacketStore
from radiusbridge.radius.outcome import ANSWERED, Kind
from radiusbridge.radius.packet import MINIMUM, Attributes, MalformedPacket, code_name, decode_attributes
from radiusbridge.radius.recording import Address, Record, decode, scan
from radiusbridge.radius.replies import ERROR_CAUSE

STRAY = "stray"
"""The outcome of a datagram that answered nothing that waited: late, repeated or forged."""

Key = tuple[Address, Address, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """One recorded datagram. id: `SEGMENT.OFFSET`, good for as long as it is kept.

    outcome: of a received one what it was; of a sent one how the request ended, None while that is not known.
    """

    id: str
    record: Record
    outcome: str | None

    @property
    def code(self) -> int | None:
        """The packet type; None: the datagram was empty."""
        return self.record.octets[0] if self.record.octets else None

    @property
    def identifier(self) -> int | None:
        """The packet's own identifier."""
        return self.record.octets[1] if len(self.record.octets) > 1 else None

    @property
    def name(self) -> str:
        """The packet type by its RFC name."""
        return "-" if self.code is None else code_name(self.code)

    @property
    def attributes(self) -> Attributes:
        """The attributes that were kept."""
        return _attributes(self.record)

    @property
    def error_cause(self) -> int | None:
        """Error-Cause (RFC 5176 section 3.5)."""
        return _error_cause(self.record)


def newest_first(store: PacketStore, since: datetime | None = None, only: int | None = None) -> Iterator[Seen]:
    """Every packet, the newest first, each sent one with what became of its request."""
    ends: dict[Key, tuple[bytes, str]] = {}
    for number, path in reversed(store.segments()):
        if only is not None and number < only:
            return
        if since is not None and _written(path) < since.timestamp() - 1:
            return
        content = content_of(path)
        for offset, _ in reversed(list(scan(content))):
            record = decoded(content, offset)
            if record is None:
                continue
            key = (record.local, record.peer, record.octets[1] if len(record.octets) > 1 else -1)
            outcome = received_as(record)
            if record.direction == "send":
                outcome = _ended_as(ends, key, record)
            elif outcome is not None and (record.direction == "end" or record.kind in ANSWERED):
                ends[key] = (b"", outcome)
            if record.direction != "end" and only in {None, number}:
                yield Seen(f"{number}.{offset}", record, outcome)


def _ended_as(ends: dict[Key, tuple[bytes, str]], key: Key, record: Record) -> str | None:
    """How the request ended that this is a copy of; an earlier request under the same identifier is another one."""
    authenticator, outcome = ends.get(key, (b"", ""))
    ours = record.octets[4:MINIMUM]
    if not outcome or authenticator not in {b"", ours}:
        ends.pop(key, None)
        return None
    ends[key] = (ours, outcome)
    return outcome


def received_as(record: Record) -> str | None:
    """The outcome that a received packet, or the end of a request, tells by itself."""
    if record.direction == "send":
        return None
    if record.kind == Kind.NAK:
        cause = _error_cause(record)
        return Kind.NAK.value if cause is None else f"{Kind.NAK}-{cause}"
    return record.kind or STRAY


def _error_cause(record: Record) -> int | None:
    for key, value in _attributes(record):
        if key == ERROR_CAUSE and len(value) == 4:
            return int.from_bytes(value, "big")
    return None


def _attributes(record: Record) -> Attributes:
    try:
        return decode_attributes(record.octets[MINIMUM:])
    except MalformedPacket:
        return ()  # the recorder keeps none such: somebody else wrote this


def content_of(path: Path) -> bytes:
    """A segment's octets. BadInput: it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # it was the oldest, and a writer deleted it meanwhile
    except OSError as error:
        raise BadInput(f"the recorded packets cannot be read: {error.strerror}", target=str(path)) from error


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def decoded(content: bytes, offset: int) -> Record | None:
    """None: a record of a form that this version does not know."""
    try:
        return decode(content, offset)
    except ValueError:
        return None
