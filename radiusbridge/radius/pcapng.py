"""Recorded datagrams as a pcapng capture (draft-ietf-opsawg-pcapng): raw IP and UDP headers made around each.

Addresses, ports and checksums are right; the rest of the headers is the plainest there is. A datagram that was not kept
whole is a packet that was captured in part.
"""

import socket
from struct import Struct
from typing import Literal

from radiusbridge.radius.recording import Address, Record

_BLOCK = Struct("=II")
_SECTION = Struct("=IHHq")
_INTERFACE = Struct("=HHI")
_PACKET = Struct("=IIIII")
_OPTION = Struct("=HH")
_FLAGS = Struct("=I")
_IPV4 = Struct("!BBHHHBBH4s4s")
_IPV6 = Struct("!IHBB16s16s")
_UDP = Struct("!HHHH")

_SECTION_HEADER, _INTERFACE_DESCRIPTION, _ENHANCED_PACKET = 0x0A0D0D0A, 1, 6
_BYTE_ORDER = 0x1A2B3C4D
_LINKTYPE_RAW = 101
_APPLICATION, _COMMENT, _PACKET_FLAGS, _INTERFACE_NAME = 4, 1, 2, 2
_INBOUND, _OUTBOUND = 1, 2
_UDP_PROTOCOL, _HOPS = 17, 64
_COMMENT_OCTETS = 4000
_LARGEST = 0xFFFF - 28


def file_header() -> bytes:
    """A section and its one interface; times are in microseconds, which is what pcapng takes when nothing is said."""
    section = _SECTION.pack(_BYTE_ORDER, 1, 0, -1) + _options([(_APPLICATION, b"radiusbridge")])
    interface = _INTERFACE.pack(_LINKTYPE_RAW, 0, 0) + _options([(_INTERFACE_NAME, b"radius")])
    return _block(_SECTION_HEADER, section) + _block(_INTERFACE_DESCRIPTION, interface)


def packet_block(record: Record, comment: str) -> bytes:
    """A sent or received datagram as a packet, with a comment that Wireshark shows beside it."""
    outbound = record.direction == "send"
    source, target = (record.local, record.peer) if outbound else (record.peer, record.local)
    original = min(max(record.size, len(record.octets)), _LARGEST)
    packet = _datagram(source, target, record.octets, original)
    whole = len(packet) + original - len(record.octets)
    head = _PACKET.pack(0, record.at >> 32 & 0xFFFFFFFF, record.at & 0xFFFFFFFF, len(packet), whole)
    options = [
        (_COMMENT, comment.encode(errors="replace")[:_COMMENT_OCTETS]),
        (_PACKET_FLAGS, _FLAGS.pack(_OUTBOUND if outbound else _INBOUND)),
    ]
    return _block(_ENHANCED_PACKET, head + _padded(packet) + _options(options))


def _block(kind: int, body: bytes) -> bytes:
    size = len(body) + 12
    return _BLOCK.pack(kind, size) + body + _FLAGS.pack(size)


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _options(options: list[tuple[int, bytes]]) -> bytes:
    return b"".join(_OPTION.pack(code, len(value)) + _padded(value) for code, value in options) + _OPTION.pack(0, 0)


def _datagram(source: Address, target: Address, octets: bytes, original: int) -> bytes:
    """IP, UDP and what was kept of the payload; the lengths are those of the `original` octets."""
    version, ours, theirs = _addresses(source[0], target[0])
    size = _UDP.size + original
    bare = _UDP.pack(source[1], target[1], size, 0)
    pseudo = ours + theirs + size.to_bytes(4, "big") + _UDP_PROTOCOL.to_bytes(4, "big")
    udp = _UDP.pack(source[1], target[1], size, _checksum(pseudo + bare + octets) or 0xFFFF)
    if version == 6:
        return _IPV6.pack(6 << 28, size, _UDP_PROTOCOL, _HOPS, ours, theirs) + udp + octets
    head = _ipv4(size, 0, ours, theirs)
    return _ipv4(size, _checksum(head), ours, theirs) + udp + octets


def _ipv4(size: int, checksum: int, ours: bytes, theirs: bytes) -> bytes:
    return _IPV4.pack(0x45, 0, _IPV4.size + size, 0, 0, _HOPS, _UDP_PROTOCOL, checksum, ours, theirs)


def _addresses(source: str, target: str) -> tuple[Literal[4, 6], bytes, bytes]:
    if ":" in source or ":" in target:
        return 6, _literal(socket.AF_INET6, source), _literal(socket.AF_INET6, target)
    return 4, _literal(socket.AF_INET, source), _literal(socket.AF_INET, target)


def _literal(family: socket.AddressFamily, address: str) -> bytes:
    """The address, without the zone of a link-local one; the unspecified one for what is no address."""
    try:
        return socket.inet_pton(family, address.partition("%")[0])
    except (OSError, ValueError):
        return bytes(4 if family == socket.AF_INET else 16)


def _checksum(octets: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total = sum(int.from_bytes(octets[at : at + 2].ljust(2, b"\0"), "big") for at in range(0, len(octets), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
