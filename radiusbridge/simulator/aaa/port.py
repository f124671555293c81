"""A RADIUS port that answers: one place for late and forged replies."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from radiusbridge.simulator.network import Address
    from radiusbridge.simulator.router import Router


class RadiusPort:
    """A UDP port of a router. `answer(data, source)` gets each datagram; replies leave through `reply`."""

    def __init__(self, router: "Router", port: int, answer: Callable[[bytes, "Address"], None]) -> None:
        self._router = router
        self.number = port
        self._answer = answer
        router.world.network.bind((router.host, port), self.feed)
        router.radius_ports.add(port)
        router.ports_changed()

    def feed(self, datagram: bytes, source: "Address") -> None:
        """Take one datagram."""
        self._answer(datagram, source)

    def reply(self, data: bytes, destination: "Address") -> None:
        """Send a reply, preceded by a forged one or late when the faults say so."""
        world, faults = self._router.world, self._router.faults
        own = (self._router.host, self.number)
        if faults.forge_replies and world.chance.random() < faults.forge_replies:
            world.network.send(data[:4] + world.octets(16) + data[20:], own, destination)
        if faults.late_replies:
            world.events.call_later(faults.late_replies, lambda: world.network.send(data, own, destination))
        else:
            world.network.send(data, own, destination)

    def close(self) -> None:
        """Stop listening."""
        self._router.world.network.unbind((self._router.host, self.number))
        self._router.radius_ports.discard(self.number)
        self._router.ports_changed()
