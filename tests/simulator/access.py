"""Access-Requests made by pyrad over an in-memory socket."""

import asyncio
import hashlib
from typing import Any

from pyrad.packet import AuthPacket

from radiusbridge.simulator.build import PROBE_KEY
from tests.simulator.virtual import Sim


class Answer:
    def __init__(self, data: bytes, request: AuthPacket) -> None:
        self.packet = request.CreateReply(packet=data)
        assert request.VerifyReply(self.packet, data)
        self.code = self.packet.code
        self.signed = self.packet.message_authenticator is not None
        self.rate = self.vendor(8)

    def plain(self, number: int) -> bytes:
        """A standard attribute, empty when it is not there."""
        return bytes(self.packet.get(number, [b""])[0])

    def vendor(self, number: int) -> str:
        """A MikroTik attribute, empty when it is not there."""
        for raw in self.packet.get(26, []):
            if raw[:5] == b"\x00\x00\x3a\x8c" + bytes([number]):
                return bytes(raw[6:]).decode()
        return ""


async def login(
    sim: Sim, user: str, password: str, *, secret: str = PROBE_KEY, method: str = "pap", caller: str = "", **more: Any
) -> Answer | None:
    """One Access-Request made by pyrad over an in-memory socket; None for silence."""
    request = AuthPacket(secret=secret.encode(), authenticator=b"\x07" * 16, id=more.get("ident", 9))
    request[1] = [user.encode()]
    if method == "pap":
        request[2] = [request.PwCrypt(password)]
    else:
        challenge = bytes(range(16))
        request[60] = [challenge]
        request[3] = [b"\x05" + hashlib.md5(b"\x05" + password.encode() + challenge).digest()]
    if caller:
        request[31] = [caller.encode()]
    if more.get("sign", True):
        request.add_message_authenticator()
    arrived = asyncio.Event()
    sock = sim.net.open_datagram((sim.host("um1"), 1812), more.get("source"), arrived.set)
    try:
        sock.send(request.RequestPacket())
        try:
            await asyncio.wait_for(arrived.wait(), 5)
        except TimeoutError:
            return None
        data = sock.receive()
        assert data is not None
        return Answer(data, request)
    finally:
        sock.close()


def password(sim: Sim, user: str = "cust0001") -> str:
    return sim.world.customers[user].password
