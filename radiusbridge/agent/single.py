"""A question that is asked once at a time, however many want to know."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Single(Generic[T]):
    """While nobody answers, questions do not heap up: whoever asks meanwhile waits for the same answer."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._asked: asyncio.Task[T] | None = None

    async def get(self, seconds: float) -> T:
        """The answer. TimeoutError: not within so many seconds, and the question stands; else as the question."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._answer())
            self._asked.add_done_callback(_seen)
        asked = self._asked
        done, _ = await asyncio.wait({asked}, timeout=seconds)
        if not done:
            raise TimeoutError
        return asked.result()

    async def _answer(self) -> T:
        return await self._ask()

    def cancel(self) -> None:
        """Want no answer any more."""
        if self._asked is not None:
            self._asked.cancel()


def _seen(asked: "asyncio.Task[T]") -> None:
    if not asked.cancelled():
        asked.exception()
