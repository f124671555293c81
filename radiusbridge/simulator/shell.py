"""A world on real loopback sockets: TCP for the API, UDP for RADIUS and DAE."""

import asyncio
import contextlib
import socket
import ssl
import struct
import sys
import time
from random import SystemRandom
from typing import TYPE_CHECKING

from radiusbridge.simulator.driver import Driver
from radiusbridge.simulator.network import LOCAL, Address

if TYPE_CHECKING:
    from radiusbridge.simulator.build import Ports
    from radiusbridge.simulator.network import Stream
    from radiusbridge.simulator.router import Router
    from radiusbridge.simulator.world import World

_DATAGRAM = 4096
_BUFFER = 1 << 21
_ATTEMPTS = 50


def free_hosts(count: int, ports: "Ports") -> tuple[str, ...]:
    """Loopback addresses of our own on which every port of a router is free; Linux has 127.0.0.0/8."""
    chance = SystemRandom()
    for _ in range(_ATTEMPTS):
        base = f"127.{chance.randrange(2, 255)}.{chance.randrange(256)}"
        hosts = tuple(f"{base}.{number}" for number in range(1, count + 1))
        if not sys.platform.startswith("linux") or all(_all_free(host, ports) for host in hosts):
            return hosts
    raise OSError("no loopback address with free ports")


def _all_free(host: str, ports: "Ports") -> bool:
    wanted = [(socket.SOCK_DGRAM, port) for port in (ports.authentication, ports.accounting, ports.dae)]
    wanted += [(socket.SOCK_STREAM, port) for port in (ports.api, ports.api_ssl) if port]
    for kind, port in wanted:
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


class Shell:
    """Opens the ports of every router of a world, and closes and opens them as settings and faults change.

    Where a router's own address cannot be had, its ports are free ones of 127.0.0.1: `real` says which.
    """

    def __init__(self, world: "World", tls: ssl.SSLContext | None = None) -> None:
        self.world = world
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        world.epoch = time.time() - world.now
        self.driver = Driver(world, self._loop)
        self._real: dict[tuple[int, Address], Address] = {}
        self._udp: dict[Address, socket.socket] = {}
        self._asking: dict[Address, socket.socket] = {}
        """Ports from which a router asks servers outside the world."""
        self._tcp: dict[Address, asyncio.Server] = {}
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening = asyncio.Lock()

    async def start(self) -> None:
        """Open the ports."""
        self.world.network.outside = self._outside
        for router in self.world.routers.values():
            router.on_ports = self._refresh
            router.faults.on_change = self._refresh
        self._open_datagrams()
        await self._open_streams()

    async def stop(self) -> None:
        """Close every port and connection."""
        self.driver.stop()
        self.world.network.outside = None
        for task in tuple(self._tasks):
            task.cancel()
        for sockets in (self._udp, self._asking):
            for address in list(sockets):
                self._close_datagram(sockets, address)
        for connection in tuple(self._connections):
            connection.abort()
        for server in self._tcp.values():
            server.close()
        for server in self._tcp.values():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), 1)
        self._tcp.clear()

    def real(self, kind: int, address: Address) -> Address:
        """The address of a router's port as others reach it; `kind` is SOCK_STREAM or SOCK_DGRAM."""
        return self._real.get((kind, address), address)

    def _refresh(self) -> None:
        self._open_datagrams()
        self._close_streams()
        task = self._loop.create_task(self._open_streams())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until every port is open that should be."""
        await asyncio.gather(*self._tasks)

    def _bound(self, kind: int, address: Address) -> socket.socket:
        # with the protocol named, asyncio turns Nagle's algorithm off, which would add 40 ms to what the dial says
        sock = socket.socket(socket.AF_INET, kind, socket.IPPROTO_TCP if kind == socket.SOCK_STREAM else 0)
        sock.setblocking(False)
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            try:
                sock.bind(self.real(kind, address))
            except OSError:
                sock.bind((LOCAL, 0))
        except OSError:
            sock.close()
            raise
        self._real[kind, address] = sock.getsockname()
        return sock

    # -- datagrams

    def _open_datagrams(self) -> None:
        wanted = {
            (router.host, port)
            for router in self.world.routers.values()
            if not router.faults.refuse_udp
            for port in router.radius_ports
        }
        for address in [address for address in self._udp if address not in wanted]:
            self._close_datagram(self._udp, address)
        for address in wanted - self._udp.keys():
            self._open_datagram(self._udp, address)

    def _open_datagram(self, sockets: dict[Address, socket.socket], address: Address) -> socket.socket:
        sock = sockets[address] = self._bound(socket.SOCK_DGRAM, address)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
        self._loop.add_reader(sock.fileno(), self._readable, sock, address)
        return sock

    def _close_datagram(self, sockets: dict[Address, socket.socket], address: Address) -> None:
        sock = sockets.pop(address)
        self._loop.remove_reader(sock.fileno())
        sock.close()

    def _readable(self, sock: socket.socket, address: Address) -> None:
        self.driver.sync()
        while sock.fileno() >= 0:
            try:
                data, source = sock.recvfrom(_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                continue
            self.world.network.send(data, source, address)

    def _outside(self, data: bytes, source: Address, destination: Address) -> None:
        """A packet of a router for somebody outside the world."""
        with contextlib.suppress(OSError):
            sock = self._udp.get(source) or self._asking.get(source)
            if sock is None and self.world.network.is_bound(source):
                sock = self._open_datagram(self._asking, source)
            if sock is not None:
                sock.sendto(data, destination)

    # -- streams

    def _wanted_streams(self) -> "dict[Address, tuple[Router, bool]]":
        return {
            (router.host, port): (router, tls)
            for router in self.world.routers.values()
            if not router.faults.refuse_tcp
            for port, tls in router.services.stream_ports().items()
            if self._tls is not None or not tls
        }

    def _close_streams(self) -> None:
        wanted = self._wanted_streams()
        for address in [address for address in self._tcp if address not in wanted]:
            self._tcp.pop(address).close()

    async def _open_streams(self) -> None:
        async with self._opening:
            await self._open_missing_streams()

    async def _open_missing_streams(self) -> None:
        for address, (router, tls) in self._wanted_streams().items():
            if address not in self._tcp:
                sock = self._bound(socket.SOCK_STREAM, address)
                self._tcp[address] = await self._loop.create_server(
                    lambda router=router, port=address[1]: _Connection(self, router, port),
                    sock=sock,
                    ssl=self._tls if tls else None,
                    backlog=100,
                )

    def enter(self, connection: "_Connection") -> None:
        """A connection is there."""
        self._connections.add(connection)

    def leave(self, connection: "_Connection") -> None:
        """A connection is gone."""
        self._connections.discard(connection)


class _Connection(asyncio.Protocol):
    """One TCP connection to the API of a router."""

    def __init__(self, shell: Shell, router: "Router", port: int) -> None:
        self._shell = shell
        self._router = router
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._stream: Stream | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is there; a dark router says nothing to it."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(type(transport))
        self._transport = transport
        self._shell.enter(self)
        self._shell.driver.sync()
        peer = transport.get_extra_info("peername")[0]
        network = self._shell.world.network
        try:
            self._stream = network.connect(self._router.host, self._port, peer, transport.write, self._ended)
        except ConnectionRefusedError:
            self._ended(True)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._stream is not None:
            self._shell.driver.sync()
            self._stream.send(data)

    def connection_lost(self, _exc: Exception | None) -> None:
        """The client is gone."""
        self._shell.leave(self)
        if self._stream is not None:
            self._shell.driver.sync()
            self._stream.close()
            self._stream = None

    def abort(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _ended(self, reset: bool) -> None:
        transport = self._transport
        if transport is None:
            return
        if not reset:
            transport.close()
            return
        raw = transport.get_extra_info("socket")
        if raw is not None:
            # Closing with a linger time of zero sends a reset in place of an orderly end.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
