"""Clocks, seeded chance and a datagram network in memory, for the tests of the exchange and the client."""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pyrad.dictionary import Dictionary

from radiusbridge.domain.secret import Secret
from radiusbridge.radius.dictionary import FILE

SECRET = Secret("testing-123")
PYRAD = Dictionary(str(FILE))
T = TypeVar("T")
EPOCH = datetime(2026, 5, 31, 3, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that stands until it is moved; `skew` moves only the wall."""

    seconds: float = 1000.0
    skew: float = 0.0

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.seconds + self.skew)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class LoopClock:
    """The running event loop's time, and the real wall time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Dice:
    """Seeded randomness."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)

    def octets(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


class _Leap(selectors.SelectSelector):
    """A selector that does not wait: it moves the time on by what it was asked to wait."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits, and no timer is set"
            self.passed += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next timer as soon as nothing else is ready."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        return self._leap.passed


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a virtual clock."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


Answer = Callable[[bytes], list[tuple[float, bytes]]]


@dataclass
class MemoryNetwork:
    """Sockets whose peer is a function: a datagram in, (delay, datagram) pairs out."""

    answer: Answer
    sent: list[tuple[float, tuple[str, int], bytes]] = field(default_factory=list)
    opened: list["MemorySocket"] = field(default_factory=list)
    ports: list[int] = field(default_factory=lambda: list(range(40000, 50000)))

    def open(self, remote: tuple[str, int], source: str | None, on_readable: Callable[[], None]) -> "MemorySocket":
        sock = MemorySocket(self, (source or "192.0.2.10", self.ports.pop(0)), on_readable)
        self.opened.append(sock)
        return sock


class MemorySocket:
    """One end of the network in memory."""

    def __init__(self, network: MemoryNetwork, local: tuple[str, int], on_readable: Callable[[], None]) -> None:
        self.network = network
        self.local_address = local
        self.on_readable = on_readable
        self.inbox: list[bytes | OSError] = []
        self.closed = False

    def send(self, octets: bytes) -> None:
        assert not self.closed
        loop = asyncio.get_running_loop()
        self.network.sent.append((loop.time(), self.local_address, octets))
        for delay, reply in self.network.answer(octets):
            loop.call_later(delay, self.deliver, reply)

    def deliver(self, what: bytes | OSError) -> None:
        if not self.closed:
            self.inbox.append(what)
            self.on_readable()

    def receive(self) -> bytes | None:
        if not self.inbox:
            return None
        what = self.inbox.pop(0)
        if isinstance(what, OSError):
            raise what
        return what

    def close(self) -> None:
        self.closed = True
