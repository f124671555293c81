"""An event loop whose clock jumps to the next timer, and a bare API client on an in-memory stream."""

import asyncio
import contextlib
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from librouteros.protocol import encode_sentence

from radiusbridge.simulator.api.wire import Decoder
from radiusbridge.simulator.build import API_PASSWORD, API_USER, IspOptions, build_isp
from radiusbridge.simulator.memory import InMemoryNetwork, MemoryStream
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.world import World

T = TypeVar("T")


class _Jump(selectors.DefaultSelector):
    """Waits no real time: the clock goes on by what the loop would have waited."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nothing will ever happen")
        self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main())
    finally:
        loop.close()


class Sim:
    """A world with everybody online, its network in memory, and its oracle."""

    def __init__(self, settle: float = 15.0, **knobs: Any) -> None:
        self.options = IspOptions(**{"customers": 3, **knobs})
        self.world: World = build_isp(self.options)
        self.world.advance(settle)
        self.net = InMemoryNetwork(self.world)
        self.oracle = Oracle(self.world)
        with contextlib.suppress(RuntimeError):
            self.net.driver.sync()

    def host(self, name: str) -> str:
        return self.world.routers[name].host

    async def api(self, name: str, user: str = API_USER, password: str = API_PASSWORD) -> "Api":
        api = Api(await self.net.connect_stream(self.host(name), 8728))
        await api.ask("/login", f"=name={user}", f"=password={password}")
        return api


class Trapped(Exception):
    pass


class Api:
    """Writes sentences, collects replies; one command at a time unless `send` and `read` are used."""

    def __init__(self, stream: MemoryStream) -> None:
        self.stream = stream
        self._decoder = Decoder()
        self._sentences: list[list[str]] = []

    def send(self, *words: str) -> None:
        self.stream.write(encode_sentence(*words, encoding="utf-8"))

    async def read(self) -> list[str]:
        while not self._sentences:
            data = await self.stream.read()
            if not data:
                raise EOFError
            self._sentences += self._decoder.feed(data)
        return self._sentences.pop(0)

    async def ask(self, *words: str) -> list[dict[str, str]]:
        """The rows; of `!done =ret=` a row with `ret`."""
        self.send(*words)
        rows: list[dict[str, str]] = []
        trap = ""
        while True:
            kind, *rest = await self.read()
            row = dict(word[1:].split("=", 1) for word in rest if word.startswith("="))
            if kind == "!re" or (kind == "!done" and row):
                rows.append(row)
            if kind == "!trap":
                trap = trap or row["message"]
            if kind == "!done":
                break
        if trap:
            raise Trapped(trap)
        return rows

    async def one(self, *words: str) -> dict[str, str]:
        (row,) = await self.ask(*words)
        return row


async def within(seconds: float, thing: Awaitable[T]) -> T:
    return await asyncio.wait_for(thing, seconds)
