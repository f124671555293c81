"""What blocks, done beside the loop where somebody looks at a screen, and at once where nobody does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")
Aside = Callable[..., Awaitable[Any]]
"""`asyncio.to_thread`, or `here`."""


async def here(work: Callable[..., T], *arguments: Any) -> T:
    """Do it at once."""
    return work(*arguments)


async def whole(work: Awaitable[T]) -> T:
    """Wait for it to the end, also where the waiting is cancelled: what it works on is given up only then."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
