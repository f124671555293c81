"""Recorded packets as a capture that Wireshark opens."""

import os
from collections.abc import Iterator
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.radius.pcapng import file_header, packet_block
from radiusbridge.services.packet_reading import Seen

REDACTED = "redacted: credentials and what was computed over them are zeros, its authenticators do not verify"
CUT = "malformed: what could not be told apart was left out"


def capture(packets: tuple[Seen, ...]) -> Iterator[bytes]:
    """The packets as a pcapng file, piece by piece, in the order of time."""
    yield file_header()
    for seen in sorted(packets, key=lambda seen: seen.record.at):
        yield packet_block(seen.record, _comment(seen))


def write_capture(packets: tuple[Seen, ...], path: Path) -> None:
    """The same into a file, mode 0600. BadInput: it cannot be written."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.writelines(capture(packets))
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror}", target=str(path)) from error


def _comment(seen: Seen) -> str:
    record = seen.record
    parts = [f"packet {seen.id}", f"outcome {seen.outcome or 'not known'}"]
    if record.round_trip is not None:
        parts.append(f"after {record.round_trip * 1000:.2f} ms")
    if record.operation:
        parts.append(f"operation {record.operation}")
    if record.customer:
        parts.append(f"customer {safe(record.customer, 80)}")
    if record.zeroed:
        parts.append(REDACTED)
    if record.cut:
        parts.append(CUT)
    return "; ".join(parts)
