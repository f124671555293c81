"""Many rows under way at once; the window of the connection decides how many of them are in flight."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
SIDE_BY_SIDE = 24
"""Rows that are under way at once."""


async def each_beside(rows: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Do the work for each, in their order, some side by side. Where it raises no more are begun, and that is raised
    when those in flight have been heard to their end: what they did is then known."""
    left = deque(rows)

    async def worker() -> None:
        while left:
            await work(left.popleft())

    workers = [asyncio.create_task(worker()) for _ in range(min(SIDE_BY_SIDE, len(left)))]
    try:
        await asyncio.gather(*workers)
    finally:
        left.clear()
        await asyncio.gather(*workers, return_exceptions=True)
