"""A small HTTP responder: GET and HEAD of a few paths, bounded in size, time and number; every reply closes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

HEAD_LIMIT = 8192
"""Octets of a request's head."""
SECONDS = 5.0
"""For the head to come, for the answer to be made, and for it to be taken."""
AT_ONCE = 16
"""Connections; more are told to come back."""
LINGER_SECONDS, LINGER_OCTETS = 1.0, 1 << 16
"""How much of what nobody reads is taken before the connection is closed: to close with octets unread resets it, and
who asked would lose the answer (RFC 9112, 9.6)."""

_REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a path answers."""

    status: int
    body: str
    kind: str = TEXT


Page = Callable[[], Awaitable[Reply]]


@dataclass(slots=True)
class Responder:
    """Answers by path. pages: `/path` -> what makes the answer."""

    pages: Mapping[str, Page]
    seconds: float = SECONDS
    _open: int = 0
    _server: asyncio.Server | None = field(default=None)

    async def listen(self, host: str, port: int) -> None:
        """Begin to listen. Raises OSError."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=HEAD_LIMIT)

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no more."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.seconds):
                    await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            bare, reply = await self._answer(reader)
            body = reply.body.encode()
            writer.write(_head(reply, len(body)) + (b"" if bare else body))
            async with asyncio.timeout(self.seconds):
                await writer.drain()
            await _lingered(reader, writer)
        except (OSError, TimeoutError):
            pass  # who asked has left
        finally:
            self._open -= 1
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(self.seconds):
                    await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[bool, Reply]:
        """Whether only the head is wanted, and the reply."""
        if self._open > AT_ONCE:
            return False, Reply(503, "too many connections\n")
        try:
            async with asyncio.timeout(self.seconds):
                head = await reader.readuntil(b"\r\n\r\n")
        except TimeoutError:
            return False, Reply(408, "the request did not come in time\n")
        except asyncio.LimitOverrunError:
            return False, Reply(431, "the request's head is too long\n")
        except asyncio.IncompleteReadError:
            return False, Reply(400, "the request is not whole\n")
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            return False, Reply(400, "this is no HTTP/1 request\n")
        method, target, _ = words
        if method not in ("GET", "HEAD"):
            return False, Reply(405, "only GET and HEAD\n")
        page = self.pages.get(target.partition("?")[0])
        if page is None:
            return method == "HEAD", Reply(404, f"there is {', '.join(self.pages)}\n")
        try:
            async with asyncio.timeout(self.seconds):
                return method == "HEAD", await page()
        except TimeoutError:
            return method == "HEAD", Reply(503, "the answer was not made in time\n")
        except Exception as error:
            return method == "HEAD", Reply(500, f"{type(error).__name__}\n")


async def _lingered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say that no more comes, and wait for who asked to leave."""
    writer.write_eof()
    left = LINGER_OCTETS
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0 and (taken := await reader.read(4096)):
                left -= len(taken)


def _head(reply: Reply, length: int) -> bytes:
    lines = [
        f"HTTP/1.1 {reply.status} {_REASONS[reply.status]}",
        f"Content-Type: {reply.kind}",
        f"Content-Length: {length}",
        "Connection: close",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        *(["Allow: GET, HEAD"] if reply.status == 405 else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()
