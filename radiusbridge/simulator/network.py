"""The network of the world: datagrams and streams between hosts, with the faults of the way."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.simulator.faults import Faults

if TYPE_CHECKING:
    from radiusbridge.simulator.api.session import ApiSession
    from radiusbridge.simulator.events import EventHeap
    from radiusbridge.simulator.router import Router

Address = tuple[str, int]
Receive = Callable[[bytes, Address], None]

LOCAL = "127.0.0.1"
_RETRANSMISSION = 0.2
"""The first time-out of TCP on a lossy way, in seconds; it doubles."""
_NO_FAULTS = Faults()


class Network:
    """Who listens where, and what happens to packets between them.

    A way from or to a router has that router's faults; the way between two routers has those of `link(a, b)`. Packets
    to an address that nobody in the world holds go to `outside`, where real sockets take over.
    """

    def __init__(self, events: "EventHeap", chance: random.Random) -> None:
        self._events = events
        self._chance = chance
        self._routers: dict[str, Router] = {}
        self._ports: dict[Address, Receive] = {}
        self._refused: dict[Address, Callable[[], None]] = {}
        self._links: dict[tuple[str, str], Faults] = {}
        self._forwards: dict[Address, Address] = {}
        self._flows: dict[tuple[Address, Address], Address] = {}
        """(who answers inside, whom) -> the address outside that was asked."""
        self.outside: Callable[[bytes, Address, Address], None] | None = None

    def attach(self, router: "Router") -> None:
        """Give a router its place."""
        self._routers[router.host] = router

    def router(self, host: str) -> "Router | None":
        """The router with that address."""
        return self._routers.get(host)

    def link(self, one: "Router", other: "Router") -> Faults:
        """The faults of the way between two routers."""
        key = (min(one.host, other.host), max(one.host, other.host))
        return self._links.setdefault(key, Faults())

    def forward(self, outside: Address, inside: Address) -> None:
        """A NAT in front of a router forwards datagrams to a port of its own, and hides where the answers come from."""
        self._forwards[outside] = inside

    # -- datagrams

    def bind(self, address: Address, receive: Receive, refused: Callable[[], None] | None = None) -> None:
        """Listen on a port; `refused` hears that a destination has nobody listening."""
        self._ports[address] = receive
        if refused is not None:
            self._refused[address] = refused

    def unbind(self, address: Address) -> None:
        """Stop listening."""
        self._ports.pop(address, None)
        self._refused.pop(address, None)

    def is_bound(self, address: Address) -> bool:
        """Whether somebody listens there."""
        return address in self._ports

    def send(self, data: bytes, source: Address, destination: Address) -> None:
        """Send a datagram; it arrives later, twice or never, as the faults of the way have it."""
        inside = self._inside(source, destination)
        if inside is not None:
            self._events.call_later(0.0, lambda: self._deliver(data, (LOCAL, source[1]), inside, source))
            return
        if destination in self._forwards:
            asked, destination = destination, self._forwards[destination]
            self._flows[destination, source] = asked
        source = self._flows.get((source, destination), source)
        faults = self._way(source[0], destination[0])
        if (
            faults is None
            or faults.dark
            or self._dark(source[0])
            or (faults.loss and self._chance.random() < faults.loss)
        ):
            return
        self._plan(faults, lambda: self._deliver(data, source, destination, source))
        if faults.duplicate and self._chance.random() < faults.duplicate:
            self._plan(faults, lambda: self._deliver(data, source, destination, source))

    def _inside(self, source: Address, destination: Address) -> Address | None:
        """The port on the same router that is meant, when a router talks to itself."""
        if source[0] not in self._routers or destination[0] not in (LOCAL, source[0]):
            return None
        own = (source[0], destination[1])
        return own if own in self._ports else None

    def _way(self, one: str, other: str) -> Faults | None:
        first, second = self._routers.get(one), self._routers.get(other)
        if first is not None and second is not None:
            return self.link(first, second)
        router = first or second
        return _NO_FAULTS if router is None else router.faults

    def _dark(self, host: str) -> bool:
        router = self._routers.get(host)
        return router is not None and router.faults.dark

    def _plan(self, faults: Faults, arrive: Callable[[], None]) -> None:
        delay = faults.rtt / 2
        if faults.jitter:
            delay += self._chance.uniform(0, faults.jitter)
        if faults.reorder and self._chance.random() < faults.reorder:
            delay += faults.rtt or 0.001
        self._events.call_later(delay, arrive)

    def _deliver(self, data: bytes, source: Address, destination: Address, back: Address) -> None:
        router = self._routers.get(destination[0])
        if router is not None and router.faults.dark:
            return
        receive = self._ports.get(destination)
        if router is not None and (receive is None or router.faults.refuse_udp):
            self._refuse(back)
        elif receive is not None:
            receive(data, source)
        elif self.outside is not None:
            self.outside(data, source, destination)

    def _refuse(self, source: Address) -> None:
        refused = self._refused.get(source)
        if refused is not None:
            refused()

    # -- streams

    def connect(
        self, host: str, port: int, peer: str, on_data: Callable[[bytes], None], on_close: Callable[[bool], None]
    ) -> "Stream | None":
        """Open a stream to a router's API; None when nothing answers, ConnectionRefusedError when nobody listens."""
        router = self._routers.get(host)
        if router is None or router.faults.dark:
            return None
        if router.faults.refuse_tcp or port not in router.services.stream_ports():
            raise ConnectionRefusedError(f"{host}:{port}")
        return Stream(self._events, self._chance, router, peer, on_data, on_close)


class Stream:
    """One connection between a client and a router's API: bytes in order, late by half a round trip each way."""

    def __init__(
        self,
        events: "EventHeap",
        chance: random.Random,
        router: "Router",
        peer: str,
        on_data: Callable[[bytes], None],
        on_close: Callable[[bool], None],
    ) -> None:
        self._events = events
        self._chance = chance
        self._router = router
        self._on_data = on_data
        self._on_close = on_close
        self._broken = False
        self._open = True
        self._due_in = self._due_out = events.now
        self._session: ApiSession | None = router.api.open(peer, self._to_client, self._router_closes)
        if self._session is None:
            self._router_closes(False)

    def send(self, data: bytes) -> None:
        """Bytes from the client."""
        self._due_in = self._later(self._due_in, lambda: self._arrive(data))

    def close(self) -> None:
        """The client closes."""
        self._open = False
        if self._session is not None and not self._session.closed:
            self._due_in = self._later(self._due_in, self._session.detach)

    def _later(self, last: float, event: Callable[[], None]) -> float:
        """Plan an event for after the way, never before the one planned last; at once where there is no way."""
        faults = self._router.faults
        delay = faults.rtt / 2
        timeout = _RETRANSMISSION
        while faults.loss and self._chance.random() < faults.loss and timeout < 60:
            delay += timeout
            timeout *= 2
        due = max(last, self._events.now + delay)
        if due <= self._events.now:
            event()
        else:
            self._events.call_at(due, event)
        return due

    def _passes(self) -> bool:
        """Whether packets pass now; a connection that met darkness is reset once there is light again."""
        if self._router.faults.dark:
            self._broken = True
            return False
        if self._broken and self._open:
            self._open = False
            if self._session is not None:
                self._session.detach()
            self._on_close(True)
        return not self._broken

    def _arrive(self, data: bytes) -> None:
        if self._session is not None and self._passes():
            self._session.feed(data)

    def _to_client(self, data: bytes) -> None:
        if self._passes():
            self._due_out = self._later(self._due_out, lambda: self._hand_over(data))

    def _hand_over(self, data: bytes) -> None:
        if self._open and self._passes():
            self._on_data(data)

    def _router_closes(self, reset: bool) -> None:
        self._due_out = self._later(self._due_out, lambda: self._end(reset))

    def _end(self, reset: bool) -> None:
        if self._open and not self._router.faults.dark:
            self._open = False
            self._on_close(reset)
