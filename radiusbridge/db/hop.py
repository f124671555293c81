"""The one way in from async code: a transaction is a plain function, and a hop runs it.

A transaction never holds an `await`. Whoever waits for it may be cancelled; the transaction itself then still ends as
if nobody had left, and its result is dropped.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")


def _nothing() -> None:
    """No hook."""


class Hop(Protocol):
    """Runs functions that block, writers one at a time."""

    async def run_write(self, function: Callable[[], T]) -> T:
        """Run a function that writes; its exception is the caller's."""
        ...

    async def run_read(self, function: Callable[[], T]) -> T:
        """Run a function that only reads; its exception is the caller's."""
        ...

    def before_commit(self) -> None:
        """Called inside each writing transaction, last before its commit."""
        ...

    def after_commit(self) -> None:
        """Called after each commit."""
        ...

    async def close(self, last: Callable[[], None] = _nothing) -> None:
        """Wait for what runs, run `last` while nothing else does, then take no more."""
        ...


class ThreadHop:
    """One writer thread and a few readers."""

    def __init__(
        self,
        readers: int = 3,
        before_commit: Callable[[], None] = _nothing,
        after_commit: Callable[[], None] = _nothing,
    ) -> None:
        self._writer = ThreadPoolExecutor(1, "db-writer")
        self._readers = ThreadPoolExecutor(readers, "db-reader")
        self.before_commit = before_commit
        self.after_commit = after_commit

    async def run_write(self, function: Callable[[], T]) -> T:
        """Run `function` in the writer thread."""
        return await _shielded(self._writer, function)

    async def run_read(self, function: Callable[[], T]) -> T:
        """Run `function` in one of the reader threads."""
        return await _shielded(self._readers, function)

    async def close(self, last: Callable[[], None] = _nothing) -> None:
        """Wait for what runs or is queued, then for `last` in the writer thread; later calls raise RuntimeError."""
        await asyncio.to_thread(self._readers.shutdown)
        await self.run_write(last)
        await asyncio.to_thread(self._writer.shutdown)


class InlineHop:
    """Runs each function at once, in the loop: for a deterministic simulation, with hooks that inject crashes."""

    def __init__(
        self,
        before_commit: Callable[[], None] = _nothing,
        after_commit: Callable[[], None] = _nothing,
    ) -> None:
        self.before_commit = before_commit
        self.after_commit = after_commit

    async def run_write(self, function: Callable[[], T]) -> T:
        """Run `function` now."""
        return function()

    async def run_read(self, function: Callable[[], T]) -> T:
        """Run `function` now."""
        return function()

    async def close(self, last: Callable[[], None] = _nothing) -> None:
        """Run `last`; nothing else is open."""
        last()


async def _shielded(pool: ThreadPoolExecutor, function: Callable[[], T]) -> T:
    future = asyncio.get_running_loop().run_in_executor(pool, function)
    # Without this, the failure of a transaction whose caller has left would be reported by the event loop.
    future.add_done_callback(_seen)
    return await asyncio.shield(future)


def _seen(future: "asyncio.Future[T]") -> None:
    if not future.cancelled():
        future.exception()
