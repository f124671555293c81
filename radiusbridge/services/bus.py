"""Who waits for news of an operation inside this process. Other processes look at sequence numbers instead."""

import asyncio
from collections import defaultdict


class Bus:
    """Wakes followers when steps of an operation were committed here."""

    def __init__(self) -> None:
        self._waiting: defaultdict[int, set[asyncio.Event]] = defaultdict(set)

    def changed(self, operation_id: int) -> None:
        """Steps were committed, or the status changed."""
        for event in self._waiting.get(operation_id, ()):
            event.set()

    async def wait(self, operation_id: int, seconds: float) -> None:
        """Until news comes, or that long."""
        event = asyncio.Event()
        self._waiting[operation_id].add(event)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting[operation_id].discard(event)
            if not self._waiting[operation_id]:
                del self._waiting[operation_id]
