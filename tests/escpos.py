"""A thermal printer: reads ESC/POS as Epson's command reference has it, and refuses what it does not know."""

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Self

_PLAIN = {b"\x1b@": 0, b"\x1bt": 1, b"\x1ba": 1, b"\x1bE": 1, b"\x1d!": 1, b"\x1bd": 1, b"\x1c.": 0}
"""Commands that only set something: octets of parameters."""


@dataclass
class Paper:
    """What came out. lines: since the last cut; cards: (lines, content of the QR code, raster) up to each cut."""

    codec: str = "cp437"
    lines: list[str] = field(default_factory=list)
    cards: list[tuple[list[str], str, list[str]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """What of a real-time or in-order status was asked for: n of DLE EOT, or 0 for GS r."""
    _left: bytes = b""
    _line: bytes = b""
    _stored: str = ""
    _printed: str = ""
    _raster: list[str] = field(default_factory=list)

    def feed(self, octets: bytes) -> None:
        """Take more; an unfinished command waits."""
        self._left += octets
        while self._left and (used := self._command(self._left)):
            self._left = self._left[used:]

    @property
    def idle(self) -> bool:
        """Whether nothing is half done."""
        return not self._left

    def _command(self, data: bytes) -> int:
        first = data[0]
        if first == 0x0A:
            self.lines.append(self._line.decode(self.codec))
            self._line = b""
            return 1
        if first >= 0x20:
            self._line += data[:1]
            return 1
        head = data[:2]
        if len(head) < 2:
            return 0
        if head in _PLAIN:
            need = 2 + _PLAIN[head]
            return need if len(data) >= need else 0
        if head == b"\x10\x04":
            return self._asked(data, 0)
        if head == b"\x1dr":
            return self._asked(data, 1)
        if head == b"\x1dV":
            return self._cut(data)
        if data[:3] == b"\x1d(k":
            return self._symbol(data)
        if data[:3] == b"\x1dv0":
            return self._dots(data)
        if len(data) < 3 and head in {b"\x1d(", b"\x1dv"}:
            return 0
        raise AssertionError(f"no such command: {data[:8]!r}")

    def _asked(self, data: bytes, in_order: int) -> int:
        if len(data) < 3:
            return 0
        self.answers.append(0 if in_order else data[2])
        return 3

    def _cut(self, data: bytes) -> int:
        if len(data) < 4:
            return 0
        assert data[2] == 0x42
        assert not self._line, "cut in the middle of a line"
        self.cards.append((self.lines, self._printed, self._raster))
        self.lines, self._printed, self._raster = [], "", []
        return 4

    def _symbol(self, data: bytes) -> int:
        if len(data) < 5:
            return 0
        length = int.from_bytes(data[3:5], "little")
        if len(data) < 5 + length:
            return 0
        body = data[5 : 5 + length]
        assert body[0] == 49
        function, rest = body[1], body[2:]
        if function == 0x50:
            assert rest[0] == 0x30
            self._stored = rest[1:].decode("ascii")
        elif function == 0x51:
            self._printed = self._stored
        else:
            assert function in {0x41, 0x43, 0x45}, body
        return 5 + length

    def _dots(self, data: bytes) -> int:
        if len(data) < 8:
            return 0
        wide, high = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
        end = 8 + wide * high
        if len(data) < end:
            return 0
        rows = [data[8 + at * wide : 8 + (at + 1) * wide] for at in range(high)]
        self._raster = ["".join(f"{octet:08b}" for octet in row) for row in rows]
        return end


class NetworkPrinter:
    """A printer at a port of 127.0.0.1. silent: it never says how it is. stuck: it reads nothing after the first
    octets. drops_after: it resets the connection after so many octets. pauses_after: its paper is out after that many
    cards; what comes then waits, unread."""

    def __init__(
        self,
        *,
        silent: bool = False,
        stuck: bool = False,
        out_of_paper: bool = False,
        drops_after: int | None = None,
        pauses_after: int | None = None,
    ) -> None:
        self.paper = Paper()
        self.silent, self.stuck, self.out_of_paper = silent, stuck, out_of_paper
        self.drops_after, self.pauses_after = drops_after, pauses_after
        self.port = 0
        self.connections = 0
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def saw(self, cards: int) -> None:
        """Wait until so many came out."""
        async with self._changed, asyncio.timeout(60):
            await self._changed.wait_for(lambda: len(self.paper.cards) >= cards)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        taken = 0
        try:
            while octets := await reader.read(64 if self.stuck or self.drops_after else 4096):
                taken += len(octets)
                if self.drops_after is not None and taken >= self.drops_after:
                    break
                if self.stuck and taken > 2:
                    await asyncio.sleep(3600)
                async with self._changed:
                    self._take(octets, writer)
                    self._changed.notify_all()
        finally:
            writer.transport.abort()

    def _take(self, octets: bytes, writer: asyncio.StreamWriter) -> None:
        for octet in octets:
            if self.pauses_after is not None and len(self.paper.cards) >= self.pauses_after:
                self.out_of_paper = True
            asked = len(self.paper.answers)
            self.paper.feed(bytes([octet]))
            if not self.silent and len(self.paper.answers) > asked:
                writer.write(self._answer(self.paper.answers[-1]))

    def _answer(self, what: int) -> bytes:
        if not self.out_of_paper:
            return bytes([0x12 if what else 0x00])
        # off-line a printer carries nothing out, and so says nothing in order
        return {0: b"", 1: b"\x1a", 2: b"\x32", 3: b"\x12", 4: b"\x72"}[what]


class RunningPrinter:
    """The same with a thread and an event loop of its own, for verbs that run in this one."""

    def __init__(self, *, pauses_after: int | None = None) -> None:
        self.printer = NetworkPrinter(pauses_after=pauses_after)
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)

    @property
    def address(self) -> str:
        """For `--socket`."""
        return f"127.0.0.1:{self.printer.port}"

    def saw(self, cards: int) -> None:
        """Wait until so many came out."""
        asyncio.run_coroutine_threadsafe(self.printer.saw(cards), self._loop).result(60)

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with self.printer:
            self._started.set()
            await self._stop.wait()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
