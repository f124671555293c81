"""A scripted router: an asyncio server whose answers the test writes, on librouteros's own encoding."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from librouteros.protocol import encode_sentence

from radiusbridge.domain.records import TlsMode
from radiusbridge.domain.secret import Secret
from radiusbridge.routeros.endpoint import ApiEndpoint

PASSWORD = "p\N{LATIN SMALL LETTER E WITH ACUTE}ss=0123"


class Peer:
    """One accepted connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def words(self) -> list[str]:
        """The next sentence; empty at the end of the stream. Lengths below 0x4000 only."""
        words: list[str] = []
        while True:
            head = await self.reader.read(1)
            if not head:
                return []
            length = head[0]
            if length & 0x80:
                length = (length & 0x3F) << 8 | (await self.reader.readexactly(1))[0]
            if not length:
                return words
            words.append((await self.reader.readexactly(length)).decode(errors="replace"))

    async def command(self) -> tuple[str, list[str], str]:
        """The next sentence as path, words and tag; path empty at the end."""
        words = await self.words()
        tag = next((word[5:] for word in words if word.startswith(".tag=")), "")
        return (words[0] if words else ""), [word for word in words[1:] if not word.startswith(".tag=")], tag

    def say(self, *words: str, tag: str = "") -> None:
        """Send a sentence."""
        self.writer.write(encode_sentence(*words, *([f".tag={tag}"] if tag else []), encoding="utf-8"))

    async def accept_login(self) -> list[str]:
        """Answer `/login` with `!done`; its words."""
        words = await self.words()
        self.say("!done")
        return words


Script = Callable[[Peer], Awaitable[None]]


class Router:
    """Listens on a free loopback port and runs the script for each connection, closing it at the script's end."""

    def __init__(self, script: Script, *, login: bool = True, context: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._login = login
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()
        self.failures: list[BaseException] = []
        self.connections = 0
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if error is None and self.failures:
            raise self.failures[0]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        peer = Peer(reader, writer)
        try:
            if self._login:
                await peer.accept_login()
            await self._script(peer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        except BaseException as error:
            self.failures.append(error)
        finally:
            writer.close()
            self._tasks.discard(task)

    def endpoint(
        self, tls: TlsMode = TlsMode.PLAIN, *, fingerprint: str | None = None, ca_file: str | None = None
    ) -> ApiEndpoint:
        return ApiEndpoint(
            "core-1", "127.0.0.1", self.port, "noc", Secret(PASSWORD), tls, fingerprint=fingerprint, ca_file=ca_file
        )


class LoopClock:
    """The running loop's time; `slept` has each wait that was asked for."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return datetime(2026, 5, 31, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        """Nothing waits in these tests: the wish is noted."""
        self.slept.append(seconds)
        await asyncio.sleep(0)
