"""One recorded datagram as a value and as octets: appended to a file, a torn or damaged one skipped by its readers.

A record is MAGIC, the length of its body (2 octets), a CRC-32 of length and body (4), then the body: fixed fields, the
datagram, and texts with one length octet each. All numbers are in network order. Another format gets another MAGIC.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Literal, get_args
from zlib import crc32

MAGIC = b"RBp1"

Direction = Literal["send", "recv", "end"]
Address = tuple[str, int]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_HEAD = Struct("!4sHI")
_SIZE = Struct("!H")
_FIXED = Struct("!qIQBBHHHH")
_DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
_NO_ROUND_TRIP = 0xFFFFFFFF
_ZEROED, _CUT = 1, 2
_TEXT = 255
_END_OF_TIME = 253_402_300_800_000_000  # the year 10000
_DATAGRAM = 0xFFFF


@dataclass(frozen=True, slots=True)
class Record:
    """A datagram as it was seen at `at`, microseconds of UTC since 1970. `octets` hold no credentials.

    size: octets of the datagram as it was. kind: what a received one was, or how the request ended ("end", with the
    request's header in `octets`); empty for one that answered nothing. round_trip: seconds since the request was last
    sent. operation 0 and customer "": it belonged to none. user_name: of this packet, or of the request it answers.
    """

    at: int
    direction: Direction
    octets: bytes
    size: int
    peer: Address
    local: Address
    kind: str = ""
    round_trip: float | None = None
    operation: int = 0
    customer: str = ""
    user_name: bytes = b""
    zeroed: bool = False
    cut: bool = False

    @property
    def time(self) -> datetime:
        """When, in UTC."""
        return EPOCH + timedelta(microseconds=self.at)


def encode(record: Record) -> bytes:
    """The record's octets; texts are cut at 255 octets."""
    wait = record.round_trip
    octets = record.octets[:_DATAGRAM]
    fixed = _FIXED.pack(
        record.at,
        _NO_ROUND_TRIP if wait is None else min(round(wait * 1e6), _NO_ROUND_TRIP - 1),
        record.operation,
        _DIRECTIONS.index(record.direction),
        (_ZEROED if record.zeroed else 0) | (_CUT if record.cut else 0),
        min(record.size, _DATAGRAM),
        record.peer[1],
        record.local[1],
        len(octets),
    )
    parts = [fixed, octets]
    for text in (record.kind, record.peer[0], record.local[0], record.customer):
        raw = text.encode(errors="replace")[:_TEXT]
        parts += (bytes((len(raw),)), raw)
    name = record.user_name[:_TEXT]
    body = b"".join([*parts, bytes((len(name),)), name])
    size = _SIZE.pack(len(body))
    return _HEAD.pack(MAGIC, len(body), crc32(body, crc32(size))) + body


def scan(octets: bytes, at: int = 0) -> Iterator[tuple[int, int]]:
    """Where whole records begin and end, from `at` on; what is no record, or a torn one, is passed over."""
    end = len(octets)
    while (at := octets.find(MAGIC, at)) >= 0:
        if end - at < _HEAD.size:
            return
        _, size, check = _HEAD.unpack_from(octets, at)
        body = at + _HEAD.size
        if body + size <= end and crc32(octets[body : body + size], crc32(_SIZE.pack(size))) == check:
            yield at, body + size
            at = body + size
        else:
            at += 1


def decode(octets: bytes, at: int = 0) -> Record:
    """The record that begins at `at`, as `scan` found it. Raises ValueError for a body in no such form."""
    at += _HEAD.size
    try:
        when, wait, operation, direction, flags, size, peer_port, local_port, length = _FIXED.unpack_from(octets, at)
        if not 0 <= when < _END_OF_TIME:
            raise ValueError("no such time")
        at += _FIXED.size
        datagram = octets[at : at + length]
        at += length
        texts = []
        for _ in range(5):
            texts.append(octets[at + 1 : at + 1 + octets[at]])
            at += 1 + octets[at]
        kind, peer, local, customer = (text.decode(errors="replace") for text in texts[:4])
        return Record(
            when,
            _DIRECTIONS[direction],
            datagram,
            size,
            (peer, peer_port),
            (local, local_port),
            kind,
            None if wait == _NO_ROUND_TRIP else wait / 1e6,
            operation,
            customer,
            texts[4],
            bool(flags & _ZEROED),
            bool(flags & _CUT),
        )
    except (struct.error, IndexError) as error:
        raise ValueError("no such record") from error
