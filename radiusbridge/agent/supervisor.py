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

Work = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class State:
    """How it stands with one task. since: when it was started or broke, on the monotonic clock."""

    name: str
    up: bool = False
    restarts: int = 0
    error: str = ""
    since: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Runs tasks by name."""

    clock: Clock
    entropy: Entropy
    states: dict[str, State] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def start(self, name: str, work: Work) -> None:
        """Run `work` for ever; a name that runs already is left alone."""
        if name in self._tasks:
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

    async def _keep(self, state: State, work: Work) -> None:
        failures = 0
        while True:
            began = state.since = self.clock.monotonic()
            state.up = True
            try:
                await work()
            except Exception as error:
                state.error = _words(error)
                if not isinstance(error, RadiusbridgeError):
                    log.exception("%s broke", state.name)
            else:
                state.error = "it ended by itself"
            state.up = False
            state.since = self.clock.monotonic()
            failures = 1 if state.since - began > STEADY else failures + 1
            pause = BACKOFF.delay(failures, self.entropy)
            log.warning("%s is started again in %.1f s: %s", state.name, pause, state.error)
            await self.clock.sleep(pause)
            state.restarts += 1


def _words(error: BaseException) -> str:
    return safe(error.line(), 300) if isinstance(error, RadiusbridgeError) else f"internal error {type(error).__name__}"
