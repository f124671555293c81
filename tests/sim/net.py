"""The simulator's network on a virtual event loop, behind the protocols that the product dials through."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context

from radiusbridge.domain.errors import Unreachable
from radiusbridge.radius.sockets import Address, DatagramSocket
from radiusbridge.routeros.dialer import ByteStream
from radiusbridge.routeros.endpoint import TlsPolicy
from radiusbridge.simulator.network import Stream
from radiusbridge.simulator.world import World
from tests.sim.loop import VirtualLoop

OUR_ADDRESS = "127.0.0.1"


class Wire:
    """Moves the world along with the loop's time."""

    def __init__(self, world: World) -> None:
        self.world = world
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._port = 40_000

    def port(self) -> int:
        """A source port that nobody else has had."""
        self._port += 1
        return self._port

    def move(self) -> None:
        """Let the world catch up, then plan the next event."""
        self.world.advance(self.loop.time())
        due = self.world.next_event()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None:
            self._timer = self.loop.call_at(max(due, self.loop.time()), self.move, context=Context())


def _always() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


class MortalDialer:
    """Streams of one process. awake: set while the process runs, as it always does by default; what arrives
    while it stands still waits. sent: hears of each piece that leaves."""

    def __init__(self, wire: Wire, awake: asyncio.Event | None = None, sent: Callable[[], None] = lambda: None) -> None:
        self._wire = wire
        self._sent = sent
        self._awake = awake or _always()
        self._open: list[WorldStream] = []
        self.dead = False

    async def dial(self, host: str, port: int, tls: TlsPolicy) -> ByteStream:
        if self.dead:
            await asyncio.Event().wait()
        self._wire.move()
        stream = WorldStream(self._wire, self._awake, self._sent)
        try:
            raw = self._wire.world.network.connect(host, port, OUR_ADDRESS, stream.arrived, stream.closed)
        except ConnectionRefusedError:
            raise Unreachable("connection refused", target=f"{host}:{port}") from None
        if raw is None:
            await asyncio.Event().wait()
        assert raw is not None
        stream.raw = raw
        self._open.append(stream)
        self._wire.move()
        return stream

    def cut(self) -> None:
        self.dead = True
        for stream in self._open:
            stream.close()


class WorldStream:
    """A ByteStream in the world."""

    def __init__(self, wire: Wire, awake: asyncio.Event, sent: Callable[[], None]) -> None:
        self._sent = sent
        self._wire = wire
        self._awake = awake
        self.raw: Stream | None = None
        self._chunks: deque[bytes] = deque()
        self._ended = self._reset = False
        self._news = asyncio.Event()

    def arrived(self, data: bytes) -> None:
        self._chunks.append(data)
        self._news.set()

    def closed(self, reset: bool) -> None:
        self._ended, self._reset = True, reset
        self._news.set()

    async def read(self) -> bytes:
        while not (self._chunks and self._awake.is_set()):
            if self._reset and not self._chunks:
                raise ConnectionResetError("reset by the router")
            if self._ended and not self._chunks:
                return b""
            if not self._chunks:
                self._news.clear()
                await self._news.wait()
            await self._awake.wait()
        return self._chunks.popleft()

    def write(self, data: bytes) -> None:
        if not self._ended and self.raw is not None:
            self._wire.move()
            self.raw.send(data)
            self._wire.move()
            self._sent()

    async def drain(self) -> None:
        await asyncio.sleep(0)

    def close(self) -> None:
        if not self._ended:
            self._ended = True
            self._news.set()
            if self.raw is not None:
                self._wire.move()
                self.raw.close()
                self._wire.move()


class MortalSockets:
    """Datagram sockets of one process, as above."""

    def __init__(self, wire: Wire, awake: asyncio.Event | None = None) -> None:
        self._wire = wire
        self._awake = awake or _always()
        self._open: list[WorldSocket] = []

    def open(self, remote: Address, source: str | None, on_readable: Callable[[], None]) -> DatagramSocket:
        local = (source or OUR_ADDRESS, self._wire.port())
        socket = WorldSocket(self._wire, self._awake, remote, local, on_readable)
        self._open.append(socket)
        return socket

    def cut(self) -> None:
        for socket in self._open:
            socket.close()

    def woken(self) -> None:
        """Hand over what arrived while the process stood still."""
        for socket in self._open:
            socket.look()


class WorldSocket:
    """One connected datagram socket in the world."""

    def __init__(
        self, wire: Wire, awake: asyncio.Event, remote: Address, local: Address, on_readable: Callable[[], None]
    ) -> None:
        self._wire, self._awake, self._remote, self._on_readable = wire, awake, remote, on_readable
        self.local_address = local
        self._context = copy_context()
        self._waiting: deque[bytes | None] = deque()
        self._closed = False
        wire.world.network.bind(local, self._arrived, self._refused)

    def _arrived(self, data: bytes, source: Address) -> None:
        if not self._closed and source == self._remote:
            self._waiting.append(data)
            self._wire.loop.call_soon(self._readable, context=self._context)

    def _refused(self) -> None:
        if not self._closed:
            self._waiting.append(None)
            self._wire.loop.call_soon(self._readable, context=self._context)

    def look(self) -> None:
        for _ in self._waiting:
            self._wire.loop.call_soon(self._readable, context=self._context)

    def _readable(self) -> None:
        if not self._closed and self._waiting and self._awake.is_set():
            self._on_readable()

    def send(self, octets: bytes) -> None:
        if not self._closed:
            self._wire.move()
            self._wire.world.network.send(octets, self.local_address, self._remote)
            self._wire.move()

    def receive(self) -> bytes | None:
        if not self._waiting:
            return None
        octets = self._waiting.popleft()
        if octets is None:
            raise ConnectionRefusedError("port unreachable")
        return octets

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._wire.world.network.unbind(self.local_address)
