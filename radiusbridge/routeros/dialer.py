"""How octets reach a router: the protocol that a connection needs, and the real one on asyncio, plain or TLS."""

import asyncio
import socket
from collections import deque
from typing import Protocol

from radiusbridge.domain.errors import NotSuchPeer, Unreachable
from radiusbridge.domain.records import TlsMode
from radiusbridge.domain.text import safe
from radiusbridge.routeros.endpoint import TlsPolicy
from radiusbridge.routeros.errors import WrongCertificate

_BUFFERED_LIMIT = 1024 * 1024


class ByteStream(Protocol):
    """A connected stream of octets."""

    async def read(self) -> bytes:
        """The next octets, at least one; `b""` at the end. Raises OSError when the connection breaks."""
        ...

    def write(self, data: bytes) -> None:
        """Send the octets, without waiting."""
        ...

    async def drain(self) -> None:
        """Wait until the peer takes what was written."""
        ...

    def close(self) -> None:
        """Close at once; may be called again."""
        ...


class Dialer(Protocol):
    """Opens streams to routers."""

    async def dial(self, host: str, port: int, tls: TlsPolicy) -> ByteStream:
        """A connected stream, TLS done and the certificate checked.

        Raises Unreachable (nobody there), or NotSuchPeer (no TLS there, or not the certificate that was expected).
        """
        ...


class TcpStream(asyncio.Protocol):
    """A ByteStream on an asyncio transport; asyncio sets TCP_NODELAY itself."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._paused = False
        self._ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport is there."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep the octets for the reader; stop reading while it is far behind."""
        self._chunks.append(data)
        self._buffered += len(data)
        if self._buffered > _BUFFERED_LIMIT and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """The peer sends no more; the transport closes itself."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._ended = True
        self._error = exc
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        """The peer takes nothing: `drain` waits from now."""
        self._writer = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """The peer takes again."""
        waiter, self._writer = self._writer, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def read(self) -> bytes:
        """The next octets as they arrived."""
        while not self._chunks:
            if self._ended:
                if self._error is not None:
                    raise self._error
                return b""
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        chunk = self._chunks.popleft()
        self._buffered -= len(chunk)
        if self._paused and not self._chunks:
            self._paused = False
            self.transport.resume_reading()
        return chunk

    def write(self, data: bytes) -> None:
        """Send the octets."""
        self.transport.write(data)

    async def drain(self) -> None:
        """Wait while the peer takes nothing."""
        if self._writer is not None:
            await self._writer

    def close(self) -> None:
        """Drop the connection; nothing of value is ever left to flush."""
        self.transport.abort()


class TcpDialer:
    """Dials with asyncio: plain TCP, TLS with a checked certificate and host name, or TLS with a pinned certificate."""

    async def dial(self, host: str, port: int, tls: TlsPolicy) -> TcpStream:
        """A connected stream."""
        loop = asyncio.get_running_loop()
        try:
            if tls.mode is TlsMode.PLAIN:
                _, stream = await loop.create_connection(TcpStream, host, port)
                return stream
            return await _dial_tls(loop, host, port, tls)
        except socket.gaierror as error:
            raise Unreachable(f"the name {safe(host, 80)} does not resolve", hint="check the host name") from error
        except ConnectionRefusedError as error:
            hint = "check the port, and that the API service is on (/ip/service)"
            raise Unreachable(f"port {port} refuses connections", hint=hint) from error
        except OSError as error:
            reason = error.strerror or str(error) or type(error).__name__
            raise Unreachable(f"cannot connect to port {port}: {safe(reason, 120)}") from error


async def _dial_tls(loop: asyncio.AbstractEventLoop, host: str, port: int, tls: TlsPolicy) -> TcpStream:
    import ssl

    from radiusbridge.routeros.tls import check_pin, context_for

    try:
        transport, stream = await loop.create_connection(
            TcpStream, host, port, ssl=context_for(tls), server_hostname=host
        )
    except ssl.SSLCertVerificationError as error:
        hint = "give the authority's certificate file, or compare the fingerprint with the router's and pin it"
        shown = await _fingerprint(loop, host, port)
        words = f"the certificate is not trusted: {safe(error.verify_message, 120)}{shown}"
        raise NotSuchPeer(words, hint=hint) from error
    except ssl.SSLError as error:
        raise NotSuchPeer(*_no_handshake(str(error.reason or "")), hint=_TLS_HINT) from error
    except (ConnectionResetError, ConnectionAbortedError) as error:
        raise NotSuchPeer("the connection was closed during the TLS handshake", hint=_TLS_HINT) from error
    if tls.fingerprint:
        try:
            check_pin(transport.get_extra_info("ssl_object").getpeercert(binary_form=True), tls.fingerprint)
        except WrongCertificate:
            stream.close()
            raise
    return stream


async def _fingerprint(loop: asyncio.AbstractEventLoop, host: str, port: int) -> str:
    """What to compare and pin: ` (SHA-256 …)` of the certificate there, or nothing; nothing is said over that line."""
    import ssl

    from radiusbridge.routeros.tls import fingerprint_of, unchecked_context

    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            transport, stream = await loop.create_connection(TcpStream, host, port, ssl=unchecked_context())
    except (OSError, ssl.SSLError, TimeoutError):
        return ""
    certificate = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    stream.close()
    return f" (SHA-256 {fingerprint_of(certificate)})" if certificate else ""


_LOOK_SECONDS = 2.0
_TLS_HINT = "the port may speak plain (api-ssl is 8729), or the router's api-ssl has no certificate"


def _no_handshake(reason: str) -> tuple[str]:
    words = safe(reason.replace("_", " ").lower(), 80)
    return (f"the port does not speak TLS as expected ({words or 'no handshake'})",)
