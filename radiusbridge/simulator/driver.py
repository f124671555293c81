"""Drives a world from an event loop: real or virtual, the loop's time is the world's time."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from radiusbridge.simulator.world import World


class Driver:
    """Ties a world to a loop from now on. `sync()` before touching the world from outside."""

    def __init__(self, world: "World", loop: asyncio.AbstractEventLoop) -> None:
        self.world = world
        self._loop = loop
        self._offset = world.now - loop.time()
        self._handle: asyncio.TimerHandle | None = None
        self._planned: float | None = None
        self._busy = False
        self._watchers: list[Callable[[], None]] = []
        world.events.on_earlier = self._plan
        self._plan()

    def sync(self) -> None:
        """Let everything happen in the world that is due by the loop's time."""
        self._advance(self._loop.time() + self._offset)

    def stop(self) -> None:
        """Let the world stand still."""
        self.world.events.on_earlier = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so in the world."""
        while not condition():
            happened: asyncio.Future[None] = self._loop.create_future()

            def wake(happened: "asyncio.Future[None]" = happened) -> None:
                if not happened.done():
                    happened.set_result(None)

            self._watchers.append(wake)
            try:
                await happened
            finally:
                self._watchers.remove(wake)

    def _advance(self, now: float) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            self.world.advance(now)
        finally:
            self._busy = False
        self._plan()
        for watcher in tuple(self._watchers):
            watcher()

    def _plan(self) -> None:
        """Wake up for the next event."""
        if self._busy:
            return
        due = self.world.next_event()
        if self._handle is not None:
            if due == self._planned:
                return
            self._handle.cancel()
            self._handle = None
        self._planned = due
        if due is not None:
            self._handle = self._loop.call_at(due - self._offset, self._run)

    def _run(self) -> None:
        # A loop may fire a timer a clock tick early; the event counts as due all the same.
        self._handle = None
        planned = self._planned
        now = self._loop.time() + self._offset
        self._advance(now if planned is None else max(now, planned))
