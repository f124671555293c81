"""The real clock and the real randomness; the one place that reads them."""

import asyncio
import os
import random
import time
from datetime import UTC, datetime

_CHANCE = random.SystemRandom()


class SystemClock:
    """The machine's clock; `monotonic` is the running loop's, so that deadlines and clock agree."""

    def now(self) -> datetime:
        """The wall time in UTC."""
        return datetime.now(UTC)

    monotonic = staticmethod(time.monotonic)
    """The event loop's seconds: asyncio's loops read the same clock, and asking them costs many times as much."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SystemEntropy:
    """The operating system's randomness."""

    def octets(self, count: int) -> bytes:
        """Random octets."""
        return os.urandom(count)

    def uniform(self, low: float, high: float) -> float:
        """Jitter."""
        return _CHANCE.uniform(low, high)
