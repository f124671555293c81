"""Records survive the way to a file and back; torn and damaged ones are passed over."""

import struct
from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.radius.pcapng import file_header, packet_block
from radiusbridge.radius.recording import MAGIC, Record, decode, encode, scan

_addresses = st.tuples(st.ip_addresses().map(str), st.integers(0, 65535))
records = st.builds(
    Record,
    at=st.integers(0, 253_402_300_799_999_999),
    direction=st.sampled_from(["send", "recv", "end"]),
    octets=st.binary(max_size=4200),
    size=st.integers(0, 65535),
    peer=_addresses,
    local=_addresses,
    kind=st.sampled_from(["", "ack", "nak", "silence"]),
    round_trip=st.none() | st.integers(0, 4_000_000_000).map(lambda wait: wait / 1e6),
    operation=st.integers(0, 2**63 - 1),
    customer=st.text(max_size=60),
    user_name=st.binary(max_size=253),
    zeroed=st.booleans(),
    cut=st.booleans(),
)


@given(st.lists(records, max_size=4), st.binary(max_size=40))
def test_records_come_back(given_records: list[Record], rest: bytes) -> None:
    octets = b"".join(map(encode, given_records)) + rest
    found = [decode(octets, at) for at, _ in scan(octets)]
    assert [record.at for record in found] == [record.at for record in given_records]
    for before, after in zip(given_records, found, strict=True):
        customer = before.customer.encode(errors="replace")[:255].decode(errors="replace")
        expected = {**_fields(before), "customer": customer, "round_trip": None}
        assert {**_fields(after), "round_trip": None} == expected
        assert (after.round_trip is None) == (before.round_trip is None)
        assert abs((after.round_trip or 0) - (before.round_trip or 0)) < 1e-6


def _fields(record: Record) -> dict[str, object]:
    return {name: getattr(record, name) for name in Record.__slots__}


@given(st.lists(records, min_size=3, max_size=3), st.data())
def test_a_torn_or_damaged_record_hides_no_other(three: list[Record], data: st.DataObject) -> None:
    first, second, third = map(encode, three)
    torn = second[: data.draw(st.integers(0, len(second) - 1))]
    octets = first + torn + third
    assert [octets[at:end] for at, end in scan(octets)] == [first, third]
    at = data.draw(st.integers(0, len(second) - 1))
    damaged = second[:at] + bytes((second[at] ^ data.draw(st.integers(1, 255)),)) + second[at + 1 :]
    octets = first + damaged + third
    assert {octets[at:end] for at, end in scan(octets)} >= {first, third}


@given(st.binary(max_size=400))
def test_whatever_is_in_a_file_is_no_more_than_nothing(octets: bytes) -> None:
    list(scan(octets + MAGIC + octets))
    try:
        decode(b"\0" * 10 + octets)
    except ValueError:
        return


@given(records.filter(lambda record: ip_address(record.peer[0]).version == ip_address(record.local[0]).version))
def test_a_capture_has_whole_blocks_and_right_checksums(record: Record) -> None:
    octets = file_header() + packet_block(record, "a comment")
    kinds, at = [], 0
    while at < len(octets):
        kind, size = struct.unpack_from("=II", octets, at)
        assert size % 4 == 0
        assert struct.unpack_from("=I", octets, at + size - 4) == (size,)
        kinds.append(kind)
        body = octets[at + 8 : at + size - 4]
        at += size
    assert kinds == [0x0A0D0D0A, 1, 6]
    captured, original = struct.unpack_from("=II", body, 12)
    packet = body[20 : 20 + captured]
    four = ip_address(record.peer[0]).version == 4
    source = record.local if record.direction == "send" else record.peer
    assert (packet[12:16] if four else packet[8:24]) == ip_address(source[0]).packed
    assert packet.endswith(record.octets)
    assert original - captured == max(0, min(record.size, 0xFFFF - 28) - len(record.octets))
    if four:
        assert _sum(packet[:20]) == 0xFFFF
    if original == captured:
        ends = packet[12:20] if four else packet[8:40]
        udp = packet[20:] if four else packet[40:]
        assert _sum(ends + struct.pack("!II", len(udp), 17) + udp) == 0xFFFF


def _sum(octets: bytes) -> int:
    octets += bytes(len(octets) % 2)
    total: int = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total
