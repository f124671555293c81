"""Rows as they come: `async with connection.stream(…) as rows: async for row in rows`."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Protocol, Self

from radiusbridge.routeros.errors import ReplyLate, StreamOverrun
from radiusbridge.routeros.exchange import Exchange

DEFAULT_BUFFER = 16384
"""Rows: more than one read of the socket brings, so that only a reader that really lags is overrun."""


class Carrier(Protocol):
    """The connection, as a stream needs it."""

    async def start(self, exchange: Exchange) -> None:
        """Give the command a place in the window and a tag, and send it."""
        ...

    def abandon(self, exchange: Exchange) -> None:
        """Cancel the command on the router, and drop what still comes of it."""
        ...

    def hold(self) -> None:
        """Read nothing more until `go_on`."""
        ...

    def go_on(self) -> None:
        """Read on."""
        ...


class RowStream(Exchange):
    """A command's rows, one by one, and of `listen` also those with `.dead`. Leaving the context cancels the command.

    The buffer is bounded: a reader that lags so far behind gets what was buffered, then StreamOverrun; nobody else on
    the connection waits for it. With `patient` the connection reads no further until rows are taken, and everybody on
    it waits. `deadline` (seconds) is for the whole; None is endless. Raises what `call` raises.
    """

    __slots__ = ("_buffer", "_carrier", "_deadline", "_patient", "_rows", "_started", "_until")

    def __init__(
        self,
        carrier: Carrier,
        words: Sequence[str],
        target: str,
        *,
        in_window: bool,
        deadline: float | None,
        buffer: int,
        patient: bool = False,
    ) -> None:
        super().__init__(words, target, in_window=in_window)
        self._carrier = carrier
        self._deadline = deadline
        self._until: float | None = None
        self._buffer = buffer
        self._patient = patient
        self._rows: deque[dict[str, str]] = deque()
        self._started = False

    def row(self, attributes: dict[str, str]) -> None:
        """Buffer a row; close this stream when the buffer is full."""
        if self.over:
            return
        if len(self._rows) >= self._buffer and self._patient:
            self._carrier.hold()
        elif len(self._rows) >= self._buffer:
            summary = f"rows of {self.words[0]} came faster than they were taken"
            self.fail(StreamOverrun(summary, target=self.target))
            self._carrier.abandon(self)
            return
        self._rows.append(attributes)
        if self._waiter is not None:
            self.wake()

    async def start(self) -> None:
        """Send the command; done by the first row that is asked for, if not before."""
        if self._started:
            return
        self._started = True
        if self._deadline is not None:
            self._until = asyncio.get_running_loop().time() + self._deadline
        await self._in_time(self._carrier.start(self))

    async def aclose(self) -> None:
        """Leave: the command is cancelled on the router unless it is over."""
        self._rows.clear()
        if self._patient:
            self._carrier.go_on()
        if self._started:
            self._carrier.abandon(self)
        self._started = self.over = True

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> dict[str, str]:
        rows = self._rows
        if not rows and not await self._come():
            raise StopAsyncIteration
        row = rows.popleft()
        if self._patient and len(rows) == self._buffer // 2:
            self._carrier.go_on()
        return row

    async def batch(self) -> Sequence[dict[str, str]]:
        """All rows that have come and were not taken, as soon as there is one; none at the end."""
        await self._come()
        rows, self._rows = self._rows, deque()
        if self._patient:
            self._carrier.go_on()
        return rows

    async def _come(self) -> bool:
        """Wait until there is a row; False: no more come."""
        while not self._rows:
            if not self._started:
                await self.start()
            elif not self.over:
                await self._in_time(self.changed())
            elif self.failure is not None:
                raise self.failure
            else:
                return False
        return True

    async def _in_time(self, step: Coroutine[object, object, None]) -> None:
        try:
            async with asyncio.timeout_at(self._until):
                await step
        except TimeoutError as error:
            late = ReplyLate(
                f"{self.words[0]} did not end within {self._deadline:g} s", target=self.target, written=self.written
            )
            self.fail(late)
            self._carrier.abandon(self)
            raise late from error
