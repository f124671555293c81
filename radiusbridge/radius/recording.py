"""One recorded datagram as a value and as octets: appended to a file, a torn or damaged one skipped by its readers.

A record is MAGIC, the length of its body (2 octets), a CRC-32 of length and body (4), then the body: fixed fields, the
datagram, and texts with one length octet each. All numbers are in network order. Another format gets another MAGIC.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import Literal
from zlib import crc32

MAGIC = b"RBp1"

Direction = Literal["send", "recv", "end"]
Address = tuple[str, int]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_HEAD = Struct("!4sHI")
_SIZE = Struct("!H")
_FIXED = Struct("!qIQBBHHHH")
_DIRECTIONS: dict[Direction, int] = {"send": 0, "recv": 1, "end": 2}
_BY_NUMBER: tuple[Direction, ...] = tuple(_DIRECTIONS)
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
    return pack(
        record.at,
        record.direction,
        record.octets,
        record.size,
        record.peer,
        record.local,
        record.kind,
        record.round_trip,
        record.operation,
        record.customer,
        record.user_name,
        record.zeroed,
        record.cut,
    )


def pack(
    at: int,
    direction: Direction,
    octets: bytes,
    size: int,
    peer: Address,
    local: Address,
    kind: str,
    round_trip: float | None,
    operation: int,
    customer: str,
    user_name: bytes,
    zeroed: bool,
    cut: bool,
) -> bytes:
    """The same without a `Record`, which costs as much as the rest: for the recorder, which has thousands a second."""
    octets = octets[:_DATAGRAM]
    body = b"".join(
        (
            _FIXED.pack(
                at,
                _NO_ROUND_TRIP if round_trip is None else min(round(round_trip * 1e6), _NO_ROUND_TRIP - 1),
                operation,
                _DIRECTIONS[direction],
                (_ZEROED if zeroed else 0) | (_CUT if cut else 0),
                min(size, _DATAGRAM),
                peer[1],
                local[1],
                len(octets),
            ),
            octets,
            _ends(peer[0], local[0], kind, customer),
            bytes((min(len(user_name), _TEXT),)),
            user_name[:_TEXT],
        )
    )
    length = _SIZE.pack(len(body))
    return _HEAD.pack(MAGIC, len(body), crc32(body, crc32(length))) + body


@lru_cache(maxsize=1024)
def _ends(peer: str, local: str, kind: str, customer: str) -> bytes:
    parts: list[bytes] = []
    for text in (kind, peer, local, customer):
        raw = text.encode(errors="replace")[:_TEXT]
        parts += (bytes((len(raw),)), raw)
    return b"".join(parts)


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
            _BY_NUMBER[direction],
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
