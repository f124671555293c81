"""What the recorder keeps, exported and read by tshark: well formed, and with authenticators that verify."""

import asyncio
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyrad.packet import AcctPacket, CoAPacket, Packet

from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.packet_ring import PacketRing
from radiusbridge.gateways.recorder import Origin, Recorder, on_behalf
from radiusbridge.radius.auth import Method
from radiusbridge.radius.client import Frame, RadiusClient
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.packet import Code
from radiusbridge.radius.requests import Request, access_request, coa_request, disconnect_request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sockets import Address
from radiusbridge.services.packet_capture import write_capture
from radiusbridge.services.packets import Wanted, listed
from tests.peers.freeradius import FreeRadiusAuth, FreeRadiusDae
from tests.peers.programs import PATIENCE, require
from tests.radius.support import PYRAD, Dice, LoopClock

pytestmark = pytest.mark.peer

FIELDS = (
    *("frame.comment", "radius.code", "radius.authenticator.valid", "radius.authenticator.invalid"),
    *("ip.checksum.status", "udp.checksum.status", "_ws.malformed", "_ws.expert.severity", "radius.Acct_Session_Id"),
    "udp.payload",
)
GOOD = "1"
ERROR = 0x00800000
ONCE = Retransmission(initial=PATIENCE, maximum=PATIENCE, duration=0)
"""Each request is in the capture once."""
PASSWORDS = ("alice-pw-1", "swordfish")


class Dissected(dict[str, str]):
    """The fields of one packet."""

    @property
    def code(self) -> int:
        return int(self["radius.code"])

    def verifies(self, secret: str) -> bool:
        """An answer by tshark, with the request that is in the capture too; a request, which tshark leaves alone, by
        pyrad on the octets that tshark took out of the capture."""
        if self.code in {Code.ACCOUNTING_REQUEST, Code.DISCONNECT_REQUEST, Code.COA_REQUEST}:
            kind = AcctPacket if self.code == Code.ACCOUNTING_REQUEST else CoAPacket
            octets = bytes.fromhex(self["udp.payload"])
            packet = kind(packet=octets, secret=secret.encode(), dict=PYRAD)
            verified = packet.VerifyAcctRequest() if kind is AcctPacket else packet.VerifyCoARequest()
            return bool(verified)
        return self["radius.authenticator.valid"] in {"1", "True"}


def dissect(tshark: str, capture: Path, secret: str, ports: set[int]) -> list[Dissected]:
    """What tshark makes of each packet, with the shared secret."""
    options = {
        "radius.shared_secret": secret,
        "radius.validate_authenticator": "TRUE",
        "ip.check_checksum": "TRUE",
        "udp.check_checksum": "TRUE",
    }
    command = [tshark, "-n", "-r", str(capture), "-T", "fields", "-E", "occurrence=a"]
    command += [part for name, value in options.items() for part in ("-o", f"{name}:{value}")]
    command += [part for port in ports for part in ("-d", f"udp.port=={port},radius")]
    command += [part for field in FIELDS for part in ("-e", field)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return [Dissected(zip(FIELDS, line.split("\t"), strict=True)) for line in done.stdout.splitlines()]


def check_health(packets: list[Dissected]) -> None:
    for packet in packets:
        assert not packet["_ws.malformed"], packet
        assert packet["ip.checksum.status"] in {GOOD, ""}, packet  # IPv6 has none
        assert packet["udp.checksum.status"] == GOOD, packet
        severities = [int(one) for one in packet["_ws.expert.severity"].split(",") if one]
        assert not [one for one in severities if one >= ERROR], packet


async def inline_frames(
    recorder: Recorder, peer: Address, local: Address, exchanges: Iterator[tuple[bytes, bytes]]
) -> None:
    for request, reply in exchanges:
        recorder.tap(Frame("send", request, peer, local, 1.0))
        recorder.tap(Frame("recv", reply, peer, local, 1.1, Kind.ACK))


async def ask(recorder: Recorder, host: str, port: int, secret: str, requests: list[Request]) -> None:
    async with RadiusClient(
        host, port, Secret(secret), clock=LoopClock(), entropy=Dice(), retransmission=ONCE, tap=recorder.tap
    ) as client:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        with on_behalf(Origin(17, "C-0001")):
            await asyncio.gather(*(client.send(request, deadline=deadline) for request in requests))


async def export(recorder: Recorder, ring: PacketRing, path: Path) -> None:
    await recorder.flush()
    recorder.close()
    write_capture(listed(ring, Wanted(), None), path)


async def test_real_exchanges(freeradius_auth: FreeRadiusAuth, freeradius_dae: FreeRadiusDae, tmp_path: Path) -> None:
    tshark = require("tshark")
    ring = PacketRing(tmp_path / "ring")
    recorder = Recorder(ring, LoopClock(), asyncio.to_thread)
    secret = freeradius_auth.secret
    assert secret == freeradius_dae.secret
    logins = [
        access_request(user, Secret("alice-pw-1"), method, nas_identifier="nas")
        for user in ("alice", "carol", "otp")
        for method in (Method.PAP, Method.CHAP)
    ]
    sessions = ["static-1", "gone", "bare-1", "err-401"]
    kicks = [disconnect_request([("User-Name", "ali"), ("Acct-Session-Id", one)]) for one in sessions]
    changes = [coa_request([("User-Name", "static-ali"), ("Mikrotik-Rate-Limit", "1M/1M")])]
    await ask(recorder, freeradius_auth.host, freeradius_auth.ports["auth"], secret, logins)
    await ask(recorder, freeradius_auth.host, freeradius_auth.ports["legacy"], secret, logins)
    await ask(recorder, freeradius_dae.host, freeradius_dae.ports["dae"], secret, [*kicks, *changes])
    capture = tmp_path / "out.pcapng"
    await export(recorder, ring, capture)
    assert not any(word.encode() in capture.read_bytes() for word in (*PASSWORDS, secret))

    ports = {freeradius_auth.ports["auth"], freeradius_auth.ports["legacy"], freeradius_dae.ports["dae"]}
    packets = dissect(tshark, capture, secret, ports)
    check_health(packets)
    codes = Counter(packet.code for packet in packets)
    assert {code: codes[code] for code in (1, 40, 41, 42, 43, 44)} == {1: 12, 40: 4, 41: 1, 42: 3, 43: 1, 44: 1}
    for packet in packets:
        assert ("redacted" in packet["frame.comment"]) is (packet.code == Code.ACCESS_REQUEST)
        assert "operation 17; customer C-0001" in packet["frame.comment"]
        # so do the answers to redacted logins: the random Request Authenticator was kept
        assert packet.code == Code.ACCESS_REQUEST or packet.verifies(secret), packet
    assert not any(packet.verifies("another") for packet in dissect(tshark, capture, "another", ports))


@pytest.mark.parametrize("family", ["127.0.0.1", "2001:db8::1"])
async def test_packets_of_another_library(tmp_path: Path, family: str) -> None:
    """Accounting, CoA and Disconnect as pyrad makes them, over both kinds of IP."""
    tshark, secret = require("tshark"), b"peer-secret"
    ring = PacketRing(tmp_path / "ring")
    recorder = Recorder(ring, LoopClock(), asyncio.to_thread)

    def exchanges() -> Iterator[tuple[bytes, bytes]]:
        made: list[Packet] = []
        for status in ("Start", "Interim-Update", "Stop"):
            accounting = AcctPacket(id=len(made), secret=secret, dict=PYRAD)
            accounting["Acct-Status-Type"] = status
            made.append(accounting)
        for code in (40, 43):
            made.append(CoAPacket(code=code, id=len(made), secret=secret, dict=PYRAD))
        for request in made:
            request["User-Name"] = "ali" * len(made)
            request["Acct-Session-Id"] = f"8130{request.id:04x}"
            raw = request.RequestPacket()
            yield raw, request.CreateReply().ReplyPacket()

    await inline_frames(recorder, (family, 1813), (family, 41000), exchanges())
    capture = tmp_path / "out.pcapng"
    await export(recorder, ring, capture)
    packets = dissect(tshark, capture, secret.decode(), {1813})
    check_health(packets)
    assert sorted(packet.code for packet in packets) == [4, 4, 4, 5, 5, 5, 40, 41, 43, 44]
    assert all(packet.verifies(secret.decode()) for packet in packets)
    assert not any(packet.verifies("another") for packet in dissect(tshark, capture, "another", {1813}))
    assert {packet["radius.Acct_Session_Id"] for packet in packets} - {""} == {f"8130{n:04x}" for n in range(5)}


async def test_what_is_no_packet_is_no_trouble(tmp_path: Path) -> None:
    """Datagrams that were cut are captured in part, which Wireshark tells from malformed."""
    tshark = require("tshark")
    ring = PacketRing(tmp_path / "ring")
    recorder = Recorder(ring, LoopClock(), asyncio.to_thread)
    torn = b"\x02\x07\x00\x40" + bytes(16) + b"\x01\x05ali" + b"\x19\x40" + b"x" * 37
    eap = b"\x0b\x08\x00\x2c" + bytes(16) + b"\x4f\x18\x01\x07\x00\x16\x04\x10" + b"c" * 16
    peer, local = ("127.0.0.1", 1812), ("127.0.0.1", 41000)
    for raw in (torn, eap):
        recorder.tap(Frame("recv", raw, peer, local, 1.0, Kind.MALFORMED))
    capture = tmp_path / "out.pcapng"
    await export(recorder, ring, capture)
    first, second = dissect(tshark, capture, "secret", {1812})
    check_health([second])
    assert "malformed: what could not be told apart was left out" in first["frame.comment"]
    assert not first["_ws.malformed"]
