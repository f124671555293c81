"""A RADIUS client as RouterOS has it: rows in order, three sends to each, then the next."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.events import Timer

if TYPE_CHECKING:
    from radiusbridge.simulator.network import Address
    from radiusbridge.simulator.router import Router

_FIRST_PORT = 49152
_PORTS = 64
_SENDS = 3


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send, with which secret, and how long to wait for each answer."""

    address: "Address"
    secret: bytes
    timeout: float = 0.3
    sends: int = _SENDS
    require_signed_replies: bool = False


class _Pending:
    """One request under way."""

    __slots__ = ("began", "data", "done", "packet", "sent", "target", "timer")

    def __init__(
        self, packet: codec.Packet, target: Target, data: bytes, done: Callable[[codec.Packet | None], None]
    ) -> None:
        self.packet = packet
        self.target = target
        self.data = data
        self.done = done
        self.sent = 0
        self.began = 0.0
        self.timer: Timer | None = None


class RadiusClient:
    """Sends requests from a router's own ports and gives each its verified reply, or None when none came."""

    def __init__(self, router: "Router", first_port: int = _FIRST_PORT) -> None:
        self._router = router
        self._first_port = first_port
        self._count = 0
        self._pending: dict[tuple[int, int], _Pending] = {}
        self._bound: set[int] = set()
        self._counts: dict[Address, Counter[str]] = {}
        self._rtt: dict[Address, float] = {}

    def counts(self, server: "Address") -> Counter[str]:
        """What `/radius/monitor` counts of a server: requests, accepts, rejects, resends, timeouts, bad-replies."""
        return self._counts.setdefault(server, Counter())

    def total(self, name: str) -> int:
        """Of all servers together."""
        return sum(each[name] for each in self._counts.values())

    def last_rtt(self, server: "Address") -> float:
        """Seconds that the last answered request took."""
        return self._rtt.get(server, 0.0)

    def reset(self) -> None:
        """Count from zero."""
        self._counts.clear()

    @property
    def pending(self) -> int:
        """How many requests wait for an answer."""
        return len(self._pending)

    def request(
        self, packet: codec.Packet, target: Target, done: Callable[[codec.Packet | None], None], sign: bool = True
    ) -> None:
        """Send a request; `done` gets the reply, or None after the last time-out."""
        port, packet.identifier = self._place()
        data = codec.encode(packet, target.secret, sign=sign)
        pending = _Pending(packet, target, data, done)
        self._pending[port, packet.identifier] = pending
        self._send(port, pending)

    def _place(self) -> tuple[int, int]:
        """A port and identifier that is not in use."""
        while True:
            self._count += 1
            port = self._first_port + self._count // 256 % _PORTS
            if (port, self._count % 256) not in self._pending:
                break
        if port not in self._bound:
            self._bound.add(port)
            self._router.world.network.bind(
                (self._router.host, port), lambda data, source: self._receive(port, data, source)
            )
        return port, self._count % 256

    def _send(self, port: int, pending: _Pending) -> None:
        pending.sent += 1
        self.counts(pending.target.address)["resends" if pending.sent > 1 else "requests"] += 1
        events = self._router.world.events
        if pending.sent == 1:
            pending.began = self._router.world.now
        self._router.world.network.send(pending.data, (self._router.host, port), pending.target.address)
        pending.timer = events.call_later(pending.target.timeout, lambda: self._late(port, pending))

    def _late(self, port: int, pending: _Pending) -> None:
        if pending.sent < pending.target.sends:
            self._send(port, pending)
            return
        self.counts(pending.target.address)["timeouts"] += 1
        del self._pending[port, pending.packet.identifier]
        pending.done(None)

    def _receive(self, port: int, data: bytes, source: "Address") -> None:
        try:
            reply = codec.decode(data)
        except codec.BadPacketError:
            self.counts(source)["bad-replies"] += 1
            return
        pending = self._pending.get((port, reply.identifier))
        if pending is None or source[0] not in (pending.target.address[0], self._router.host):
            return
        secret, request = pending.target.secret, pending.packet.authenticator
        signed = reply.first(codec.MESSAGE_AUTHENTICATOR) is not None
        if (
            not codec.reply_verifies(reply, secret, request)
            or not codec.message_authenticator_verifies(reply, secret, request)
            or (pending.target.require_signed_replies and not signed and reply.code in (2, 3))
        ):
            self.counts(pending.target.address)["bad-replies"] += 1
            return
        del self._pending[port, reply.identifier]
        if pending.timer is not None:
            pending.timer.cancel()
        self._rtt[pending.target.address] = self._router.world.now - pending.began
        pending.done(reply)
