"""The 256 Identifiers of one source port, least recently used first."""

from collections import deque


class Identifiers:
    """Hands out identifiers; one that was given back rests until the time it was given back with."""

    __slots__ = ("_queue", "_rested")

    def __init__(self, first: int = 0) -> None:
        self._queue = deque((first + step) % 256 for step in range(256))
        self._rested = [float("-inf")] * 256

    def available(self, now: float) -> bool:
        """Whether one may be used now."""
        return bool(self._queue) and self._rested[self._queue[0]] <= now

    def take(self) -> int:
        """The least recently used one; ask `available` first."""
        return self._queue.popleft()

    def give_back(self, identifier: int, rested: float) -> None:
        """The identifier's exchange is over; it may be used again from the time `rested` on."""
        self._rested[identifier] = rested
        self._queue.append(identifier)

    def all_rested(self) -> float:
        """When the last one has rested."""
        return max(self._rested)
