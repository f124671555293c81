"""User Manager handles so many logins a second: the others queue before it, and what finds no room is lost."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

ROOM = 256
"""Requests that wait at most: what a socket's buffer holds of them."""
_WINDOW = 2.0
"""Seconds that the load is told over."""


class Desk:
    """One desk, and the queue before it. A request stays in the queue though its NAS has given it up: nobody tells
    User Manager, and the work is done for nothing."""

    def __init__(self, router: "Router") -> None:
        self._router = router
        self._free_at = 0.0
        self._waiting = 0
        self._served: deque[tuple[float, float]] = deque()
        """When each was done, and how many seconds it took."""
        self.lost = 0

    def serve(self, work: Callable[[], None]) -> None:
        """Carry out the work of one login when its turn comes."""
        rate, events = self._router.faults.logins, self._router.world.events
        if not rate:
            work()
            return
        if self._waiting >= ROOM:
            self.lost += 1
            return
        self._waiting += 1
        self._free_at = max(self._free_at, events.now) + 1 / rate

        def done() -> None:
            self._waiting -= 1
            self._served.append((events.now, 1 / rate))
            work()

        events.call_at(self._free_at, done)

    @property
    def load(self) -> int:
        """Percent of the time that it was busy of late."""
        now = self._router.world.now
        while self._served and self._served[0][0] <= now - _WINDOW:
            self._served.popleft()
        return round(100 * min(1.0, sum(seconds for _, seconds in self._served) / _WINDOW))
