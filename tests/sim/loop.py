"""An event loop whose time is virtual: waiting costs nothing, and the same seed gives the same run."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from contextvars import Context, ContextVar, copy_context
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Given = TypeVarTuple("Given")

START = datetime(2026, 5, 31, 3, 0, tzinfo=UTC)


class NothingWillHappen(AssertionError):
    """Every task waits for something that nobody will do."""


class Restless(AssertionError):
    """Something goes on and on."""


class _VirtualSelector(selectors.BaseSelector):
    """Never waits: when the loop would sleep, time jumps."""

    def __init__(self) -> None:
        self._keys: dict[Any, selectors.SelectorKey] = {}
        self.loop: VirtualLoop | None = None

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = selectors.SelectorKey(fileobj, fileobj if isinstance(fileobj, int) else fileobj.fileno(), events, data)
        self._keys[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert self.loop is not None
        self.loop.spend()
        if timeout is None:
            raise NothingWillHappen("no timer is set and no task can run")
        self.loop.virtual += max(0.0, timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class Stoppable:
    """A process as the loop sees it: stopped, not one line of it runs, whichever it was at; then all that was due."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop
        self._held: list[Callable[[], object]] | None = None

    @property
    def stopped(self) -> bool:
        """Whether it stands still."""
        return self._held is not None

    def stop(self) -> None:
        """As SIGSTOP does. It takes effect where the running line waits for something."""
        self._held = [] if self._held is None else self._held

    def go_on(self) -> None:
        """As SIGCONT does."""
        held, self._held = self._held or [], None
        for run in held:
            self._loop.call_soon(run)

    def hold(self, run: Callable[[], object]) -> None:
        """Keep for later."""
        assert self._held is not None
        self._held.append(run)


PROCESS: ContextVar[Stoppable | None] = ContextVar("process", default=None)
"""Whose tasks and timers run in a context; None: nobody's who could be stopped."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop on virtual time. rounds: how often it may go round; None: for ever."""

    def __init__(self, rounds: int | None = None) -> None:
        self.virtual = 0.0
        self._rounds = rounds
        selector = _VirtualSelector()
        super().__init__(selector)
        selector.loop = self

    def time(self) -> float:
        return self.virtual

    def spend(self) -> None:
        """Go round once more."""
        if self._rounds is None:
            return
        self._rounds -= 1
        if self._rounds < 0:
            self._rounds = None
            raise Restless("it does not come to rest")


class StoppingLoop(VirtualLoop):
    """The same, where processes may be stopped: each callback and timer is looked at first, which takes its time."""

    def call_soon(
        self, callback: Callable[[*Given], object], *args: *Given, context: Context | None = None
    ) -> asyncio.Handle:
        process = (copy_context() if context is None else context).get(PROCESS)
        if process is None or not process.stopped:
            return super().call_soon(callback, *args, context=context)
        handle = asyncio.Handle(callback, args, self, context)
        process.hold(lambda: None if handle.cancelled() else handle._run())
        return handle

    def call_at(
        self, when: float, callback: Callable[[*Given], object], *args: *Given, context: Context | None = None
    ) -> asyncio.TimerHandle:
        context = copy_context() if context is None else context
        process = context.get(PROCESS)
        if process is None:
            return super().call_at(when, callback, *args, context=context)

        def due() -> None:
            if process.stopped:
                process.hold(lambda: None if timer.cancelled() else context.copy().run(callback, *args))
            else:
                callback(*args)

        timer = super().call_at(when, due, context=context)
        return timer


class VirtualClock:
    """The product's clock in a simulation. awake: set while the process runs."""

    def __init__(self, loop: VirtualLoop, awake: asyncio.Event | None = None) -> None:
        self._loop = loop
        self._awake = awake

    def now(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self._awake is not None:
            await self._awake.wait()


class SeededEntropy:
    """The product's randomness in a simulation."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def octets(self, count: int) -> bytes:
        return self._chance.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._chance.uniform(low, high)


def run_virtually(loop: VirtualLoop, main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on virtual time, and leave nothing behind."""
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()
