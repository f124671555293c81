"""Work that is done side by side and ends together."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def jointly(*works: Coroutine[Any, Any, object]) -> None:
    """Wait until all are over; the first error ends the others, and is raised alone.

    Cancelled meanwhile, that is what is raised. A TaskGroup of Python 3.11 would raise the error of a member in its
    place, and a caller who looks after such errors would go on as if nobody had cancelled it.
    """
    tasks = [asyncio.create_task(work) for work in works]
    done: set[asyncio.Task[object]] = set()
    try:
        if tasks:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if task in done and not task.cancelled() and (error := task.exception()) is not None:
            raise _first(error)


def _first(error: BaseException) -> BaseException:
    """What began it, where a member had members of its own."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
