"""Connected UDP sockets on the running event loop, behind a protocol so that a simulation can bring its own."""

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import Protocol, runtime_checkable

Address = tuple[str, int]

RECEIVE_BUFFER = 1 << 20
"""Octets asked of the kernel: its default holds some 200 small replies, and each one dropped costs a whole timeout."""

_DATAGRAM = 4096


class DatagramSocket(Protocol):
    """One socket that talks to one peer from one source port."""

    @property
    def local_address(self) -> Address:
        """The source address and port that the peer sees (before any NAT)."""
        ...

    def send(self, octets: bytes) -> None:
        """Send one datagram. Raises OSError, among them the peer's ICMP answer to an earlier one."""
        ...

    def receive(self) -> bytes | None:
        """The next datagram, None when there is none now. Raises ConnectionRefusedError and other OSErrors."""
        ...

    def close(self) -> None:
        """Give the source port back."""
        ...


@runtime_checkable
class HearsElsewhere(Protocol):
    """What a socket may do beside: hear datagrams to its port that come from another address than the peer's."""

    def hear_elsewhere(self, on_datagram: Callable[[bytes, Address], None]) -> None:
        """Call with each such datagram and its source from now on; does nothing where the system cannot."""
        ...


class DatagramSockets(Protocol):
    """Where sockets come from."""

    def open(self, remote: Address, source: str | None, on_readable: Callable[[], None]) -> DatagramSocket:
        """A socket connected to `remote`, from the address `source` where given. Raises OSError.

        `on_readable` is called from the event loop whenever a datagram or an error waits.
        """
        ...


class UdpSockets:
    """The kernel's sockets. Every one has a port of its own: no SO_REUSEPORT, which would mix up replies."""

    def open(self, remote: Address, source: str | None, on_readable: Callable[[], None]) -> DatagramSocket:
        """See `DatagramSockets`; needs a running event loop."""
        return _UdpSocket(remote, source, on_readable)


class _UdpSocket:
    def __init__(self, remote: Address, source: str | None, on_readable: Callable[[], None]) -> None:
        family = socket.AF_INET6 if ":" in remote[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            if source is not None:
                self._socket.bind((source, 0))
            self._socket.connect(remote)
            local = self._socket.getsockname()
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._socket.fileno(), on_readable)
        except BaseException:
            self._socket.close()
            raise
        self.local_address: Address = (local[0], local[1])
        self._elsewhere: socket.socket | None = None

    def send(self, octets: bytes) -> None:
        try:
            self._socket.send(octets)
        except BlockingIOError:
            return  # a full send buffer is a datagram lost on the way: it is sent again when its time comes

    def receive(self) -> bytes | None:
        try:
            return self._socket.recv(_DATAGRAM)
        except BlockingIOError:
            return None

    def hear_elsewhere(self, on_datagram: Callable[[bytes, Address], None]) -> None:
        if sys.platform != "linux":
            return  # other kernels give the datagrams of two sockets on one port to either of them
        second = socket.socket(self._socket.family, socket.SOCK_DGRAM)
        pair = (self._socket, second)
        try:
            second.setblocking(False)
            for sock in pair:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            second.bind(self._socket.getsockname())
            for sock in pair:  # nobody else may come to this port
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        except OSError:
            second.close()
            return
        self._elsewhere = second
        self._loop.add_reader(second.fileno(), self._hear, second, on_datagram)

    def _hear(self, second: socket.socket, on_datagram: Callable[[bytes, Address], None]) -> None:
        try:
            octets, source = second.recvfrom(_DATAGRAM)
        except OSError:
            return
        on_datagram(octets, (source[0], source[1]))

    def close(self) -> None:
        for sock in (self._socket, self._elsewhere):
            if sock is not None and sock.fileno() >= 0:
                self._loop.remove_reader(sock.fileno())
                sock.close()
