"""Streams and datagrams in memory, on the time of the running event loop: for deterministic simulation."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.simulator.driver import Driver
from radiusbridge.simulator.network import LOCAL, Address

if TYPE_CHECKING:
    from radiusbridge.simulator.network import Stream
    from radiusbridge.simulator.world import World

_FIRST_PORT, _LAST_PORT = 20000, 48999


class InMemoryNetwork:
    """Opens streams and datagram sockets into a world, from `client` where no other source is named.

    Needs a running loop from its first use on; that loop, whose clock may be virtual, then drives the world.
    """

    def __init__(self, world: "World", client: str = LOCAL) -> None:
        self.world = world
        self.client = client
        self._driver: Driver | None = None
        self._port = _FIRST_PORT
        self.datagrams_sent = 0
        self.streams_opened = 0

    @property
    def driver(self) -> Driver:
        """What ties the world to the running loop."""
        if self._driver is None:
            self._driver = Driver(self.world, asyncio.get_running_loop())
        return self._driver

    async def connect_stream(self, host: str, port: int, source: str | None = None) -> "MemoryStream":
        """A stream to a router's API after one round trip.

        Raises ConnectionRefusedError; a dark or unknown host answers nothing, so the caller needs a deadline.
        """
        self.driver.sync()
        router = self.world.network.router(host)
        if router is not None and not router.faults.dark:
            await asyncio.sleep(router.faults.rtt)
            self.driver.sync()
        stream = MemoryStream(self.driver)
        carrier = self.world.network.connect(host, port, source or self.client, stream.arrived, stream.ended)
        if carrier is None:
            await asyncio.get_running_loop().create_future()
            raise AssertionError("unreachable")
        stream.carrier = carrier
        self.streams_opened += 1
        return stream

    async def dial(self, host: str, port: int, _tls: object = None) -> "MemoryStream":
        """`connect_stream` under the name that a dialer has; nothing is encrypted in memory."""
        return await self.connect_stream(host, port)

    def open_datagram(
        self, remote: Address, source: str | None = None, on_readable: Callable[[], None] | None = None
    ) -> "MemoryDatagram":
        """A connected datagram socket; `on_readable` is called when a datagram or an error waits."""
        address = (source or self.client, self._free_port(source or self.client))
        self.driver.sync()
        return MemoryDatagram(self, address, remote, on_readable)

    def open(self, remote: Address, source: str | None, on_readable: Callable[[], None]) -> "MemoryDatagram":
        """`open_datagram` under the name that a source of sockets has."""
        return self.open_datagram(remote, source, on_readable)

    def wall(self) -> float:
        """The world's wall time now, in seconds since 1970: what a clock of a simulated program should show."""
        self.driver.sync()
        return self.world.wall

    def _free_port(self, host: str) -> int:
        for _ in range(_LAST_PORT - _FIRST_PORT):
            self._port = _FIRST_PORT if self._port >= _LAST_PORT else self._port + 1
            if not self.world.network.is_bound((host, self._port)):
                return self._port
        raise OSError("no free port")

    def close(self) -> None:
        """Let the world stand still."""
        if self._driver is not None:
            self._driver.stop()


class MemoryStream:
    """One connection: `read` gives what arrived, b"" at the end, and raises ConnectionResetError after a reset."""

    carrier: "Stream"

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._arrived: list[bytes] = []
        self._end: bytes | ConnectionResetError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False

    async def read(self, _limit: int = 0) -> bytes:
        """What has arrived, or the next bytes that arrive."""
        while not self._arrived:
            if self._closed:
                return b""
            if isinstance(self._end, ConnectionResetError):
                raise self._end
            if self._end is not None:
                return self._end
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        data = b"".join(self._arrived)
        self._arrived.clear()
        return data

    def write(self, data: bytes) -> None:
        """Send bytes; those written after the end go nowhere."""
        if not self._closed and self._end is None:
            self._driver.sync()
            self.carrier.send(data)

    async def drain(self) -> None:
        """Raise ConnectionResetError when the connection was reset."""
        if isinstance(self._end, ConnectionResetError):
            raise self._end

    def close(self) -> None:
        """Close; harmless when done twice."""
        if not self._closed:
            self._closed = True
            self._driver.sync()
            self.carrier.close()
            self._wake()

    def arrived(self, data: bytes) -> None:
        """Bytes from the router."""
        self._arrived.append(data)
        self._wake()

    def ended(self, reset: bool) -> None:
        """The router closed or reset the connection."""
        self._end = ConnectionResetError("connection reset by peer") if reset else b""
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class MemoryDatagram:
    """One connected datagram socket; `local_address` is its own host and port."""

    def __init__(
        self, network: InMemoryNetwork, local: Address, remote: Address, on_readable: Callable[[], None] | None
    ) -> None:
        self._network = network
        self._remote = remote
        self._on_readable = on_readable
        self._arrived: deque[bytes | ConnectionRefusedError] = deque()
        self._closed = False
        self.local_address = local
        network.world.network.bind(local, self._receive, self._refuse)

    def send(self, octets: bytes) -> None:
        """Send one datagram."""
        if self._closed:
            raise OSError("closed")
        self._network.driver.sync()
        self._network.datagrams_sent += 1
        self._network.world.network.send(octets, self.local_address, self._remote)

    def receive(self) -> bytes | None:
        """The next datagram, or None; ConnectionRefusedError when nobody listened at the other end."""
        if not self._arrived:
            return None
        item = self._arrived.popleft()
        if isinstance(item, ConnectionRefusedError):
            raise item
        return item

    def close(self) -> None:
        """Give the port back."""
        if not self._closed:
            self._closed = True
            self._network.world.network.unbind(self.local_address)

    def _receive(self, data: bytes, source: Address) -> None:
        if source == self._remote:
            self._arrived.append(data)
            self._tell()

    def _refuse(self) -> None:
        self._arrived.append(ConnectionRefusedError("connection refused"))
        self._tell()

    def _tell(self) -> None:
        if self._on_readable is not None:
            self._on_readable()
