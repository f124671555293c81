"""Tasks that are started again, with back-off, when they break; none takes the others down."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.text import safe
from radiusbridge.routeros.backoff import Backoff

BACKOFF = Backoff(first=1.0, most=60.0)
STEADY = 120.0
"""Seconds that a task has to run before its earlier breaks are forgotten."""
BROKEN_FOR = 60.0
"""Seconds after which a task that breaks again and again makes the agent ill."""

Work = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class State:
    """How it stands with one task. Moments are of the monotonic clock. since: when it was started or broke last.
    broken_since: the first of the breaks that are not forgotten; None: there is none. failures: how many they are."""

    name: str
    up: bool = False
    restarts: int = 0
    error: str = ""
    since: float = 0.0
    broken_since: float | None = None
    failures: int = 0
    _broke: float = 0.0

    def steady(self, now: float) -> bool:
        """Whether it has run for long enough since its last break."""
        return self.up and now - self.since >= STEADY

    def ill(self, now: float) -> bool:
        """Whether it has been breaking, or waiting to be started, for too long. A short outage that is over is none."""
        if self.broken_since is None or self.steady(now):
            return False
        return (self._broke if self.up else now) - self.broken_since > BROKEN_FOR

    def begins(self, now: float) -> None:
        """It runs."""
        self.up, self.since = True, now

    def breaks(self, now: float, error: str) -> None:
        """It ended."""
        if self.steady(now):
            self.broken_since, self.failures = None, 0
        if self.broken_since is None:
            self.broken_since = now
        self.failures += 1
        self.up, self.since, self._broke, self.error = False, now, now, error


@dataclass(slots=True)
class Supervisor:
    """Runs tasks by name."""

    clock: Clock
    entropy: Entropy
    states: dict[str, State] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _closed: bool = False

    def start(self, name: str, work: Work) -> None:
        """Run `work` for ever; a name that runs already is left alone, and after `close` nothing is started."""
        if name in self._tasks or self._closed:
            return
        state = self.states[name] = State(name)
        self._tasks[name] = asyncio.create_task(self._keep(state, work), name=name)

    async def stop(self, *names: str) -> None:
        """End tasks, or all of them; one that ends badly is told."""
        chosen = [name for name in (names or tuple(self._tasks)) if name in self._tasks]
        tasks = {name: self._tasks.pop(name) for name in chosen}
        for task in tasks.values():
            task.cancel()
        for name, end in zip(tasks, await asyncio.gather(*tasks.values(), return_exceptions=True), strict=True):
            self.states.pop(name, None)
            if isinstance(end, Exception):
                log.warning("%s ended badly: %s", name, _words(end))

    async def close(self) -> None:
        """End all tasks, for good."""
        self._closed = True
        await self.stop()

    async def _keep(self, state: State, work: Work) -> None:
        clock = self.clock
        while True:
            state.begins(clock.monotonic())
            try:
                await work()
                error = "it ended by itself"
            except Exception as broken:
                error = _words(broken)
                if not isinstance(broken, RadiusbridgeError):
                    log.exception("%s broke", state.name)
            state.breaks(clock.monotonic(), error)
            pause = BACKOFF.delay(state.failures, self.entropy)
            log.warning("%s is started again in %.1f s: %s", state.name, pause, error)
            await clock.sleep(pause)
            state.restarts += 1


def _words(error: BaseException) -> str:
    return safe(error.line(), 300) if isinstance(error, RadiusbridgeError) else f"internal error {type(error).__name__}"
