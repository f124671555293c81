"""Time and chance as they are injected: nothing in radiusbridge reads a clock or draws a number elsewhere."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time, and the one way to wait."""

    def now(self) -> datetime:
        """The wall time, timezone-aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go backwards, from an arbitrary start; the running event loop's own time."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds; cancellable."""
        ...


class Entropy(Protocol):
    """Randomness: unpredictable in production, seeded in a simulation."""

    def octets(self, count: int) -> bytes:
        """That many random octets, fit for authenticators and challenges."""
        ...

    def uniform(self, low: float, high: float) -> float:
        """A number between low and high, for jitter."""
        ...
