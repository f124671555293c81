"""Events in time: what is due, in order, with nothing that reads a clock."""

import heapq
from collections.abc import Callable


class Timer:
    """One planned event; `cancel()` keeps it from happening."""

    __slots__ = ("callback", "cancelled", "when")

    def __init__(self, when: float, callback: Callable[[], None]) -> None:
        self.when = when
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        """Keep the event from happening; harmless when it has happened."""
        self.cancelled = True


class EventHeap:
    """The planned events of a world and its time, in seconds."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.on_earlier: Callable[[], None] | None = None
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = 0

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Plan an event; a time in the past means as soon as possible."""
        timer = Timer(max(when, self.now), callback)
        self._count += 1
        earlier = not self._heap or timer.when < self._heap[0][0]
        heapq.heappush(self._heap, (timer.when, self._count, timer))
        if earlier and self.on_earlier is not None:
            self.on_earlier()
        return timer

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Plan an event that many seconds from now."""
        return self.call_at(self.now + delay, callback)

    def next_event(self) -> float | None:
        """When the next event is due, or None when nothing is planned."""
        heap = self._heap
        while heap and heap[0][2].cancelled:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def advance(self, now: float) -> None:
        """Let everything happen that is due by that time; time never goes backwards."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            when, _, timer = heapq.heappop(heap)
            if not timer.cancelled:
                self.now = max(self.now, when)
                timer.callback()
        self.now = max(self.now, now)
