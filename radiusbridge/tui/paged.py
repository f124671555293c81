"""A long list of which only some pages are here. Whoever draws never waits: what is missing is fetched meanwhile."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

from radiusbridge.domain.errors import RadiusbridgeError

T = TypeVar("T")

PAGE = 50
"""Rows that one fetch brings."""
NEAR = 10
"""Rows before the edge of a page at which the next one is asked for, so that it is here when one gets there."""
PAGES = 24
"""Pages that are kept."""

Fetch = Callable[[int, int], Awaitable[tuple[Sequence[T], int | None]]]
"""(offset, limit) -> rows and how many there are in all; None: that is counted apart."""
Count = Callable[[], Awaitable[int]]
Painted = Callable[[], Awaitable[None]]
"""Waits until what is here stands on the screen."""


async def _at_once() -> None:
    pass


class PagedRows(Generic[T]):
    """Rows behind `fetch`. `arrived` is called when something changed, `failed` when a fetch did not succeed.

    painted: rows are not counted before they can be seen, nor fetched where others stand in for them: the interpreter
    does one thing at a time, and the database's thread would take it from the one that paints.
    """

    def __init__(
        self,
        arrived: Callable[[], None],
        failed: Callable[[RadiusbridgeError], None],
        painted: Painted = _at_once,
    ) -> None:
        self._arrived = arrived
        self._failed = failed
        self._painted = painted
        self._fetch: Fetch[T] | None = None
        self._pages: OrderedDict[int, Sequence[T]] = OrderedDict()
        self._loading: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._generation = 0
        self._count: Count | None = None
        self._counting: asyncio.Task[None] | None = None
        self.total = 0
        self.counted = True
        """Whether `total` is how many there are; else there are at least so many, and they are being counted."""
        self.opened_for: object = None

    @property
    def first(self) -> Sequence[T] | None:
        """The first page, if it is here."""
        return self._pages.get(0)

    async def open(
        self,
        fetch: Fetch[T],
        opened_for: object = None,
        count: Count | None = None,
        *,
        meanwhile: tuple[Sequence[T], int] | None = None,
    ) -> bool:
        """Show another list from its first page on; the old one stays until that page is here.

        False: a newer call overtook this one, or the fetch failed. opened_for: kept as a mark of which list this is.
        count: asked beside, where a page does not tell how many there are; cancelled when another list is opened.
        meanwhile: (first page, how many there are) as they were known last, shown in place of the old list.
        """
        self._generation += 1
        generation = self._generation
        if self._counting is not None:
            self._counting.cancel()
        if meanwhile is not None:
            self._begin(fetch, opened_for, count, meanwhile[0])
            self.total, self.counted = meanwhile[1], True
            self._arrived()
            await self._painted()
        try:
            rows, total = await fetch(0, PAGE)
        except RadiusbridgeError as error:
            self._failed(error)
            return False
        if generation != self._generation:
            return False
        self._generation += 1
        self._begin(fetch, opened_for, count, rows)
        if meanwhile is None:
            self.total, self.counted = len(rows), False
        self._totalled(total)
        self._arrived()
        return True

    def _begin(self, fetch: Fetch[T], opened_for: object, count: Count | None, rows: Sequence[T]) -> None:
        if self._counting is not None:
            self._counting.cancel()
        self._fetch, self._count, self._counting = fetch, count, None
        self.opened_for = opened_for
        self._loading.clear()
        self._pages = OrderedDict({0: rows})

    def _totalled(self, total: int | None) -> None:
        """Take what a page told; else let it be counted."""
        if total is not None:
            self.total, self.counted = total, True
        elif self._count is not None and (self._counting is None or self._counting.done()):
            self._counting = self._spawn(self._counted(self._generation, self._count))

    async def _counted(self, generation: int, count: Count) -> None:
        await self._painted()
        try:
            total = await count()
        except RadiusbridgeError as error:
            if generation == self._generation:
                self._failed(error)
            return
        if generation == self._generation and (total, True) != (self.total, self.counted):
            self.total, self.counted = total, True
            self._arrived()

    def fail(self, error: RadiusbridgeError) -> None:
        """What would have led to `open` went wrong."""
        self._failed(error)

    def get(self, index: int) -> T | None:
        """The row, if it is here; else its page is asked for. Near the edge of a page so is the one beyond."""
        number, at = divmod(index, PAGE)
        rows = self._pages.get(number)
        if rows is None:
            self._ask(number)
            return None
        self._pages.move_to_end(number)
        beyond = number - 1 if at < NEAR else number + 1 if at >= PAGE - NEAR else number
        if beyond not in self._pages and 0 <= beyond * PAGE < self.total:
            self._ask(beyond)
        return rows[at] if at < len(rows) else None

    def renew(self, first: int, last: int) -> None:
        """Fetch the pages of those rows again; until they are here, what is known stays."""
        for number in range(max(0, first) // PAGE, max(0, last) // PAGE + 1):
            self._ask(number)
        for number in [number for number in self._pages if not first // PAGE <= number <= last // PAGE]:
            del self._pages[number]

    def _ask(self, number: int) -> None:
        if number in self._loading or self._fetch is None:
            return
        self._loading.add(number)
        self._spawn(self._load(number, self._generation, self._fetch))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _load(self, number: int, generation: int, fetch: Fetch[T]) -> None:
        try:
            rows, total = await fetch(number * PAGE, PAGE)
        except RadiusbridgeError as error:
            if generation == self._generation:
                self._loading.discard(number)
                self._failed(error)
            return
        if generation != self._generation:
            return
        self._loading.discard(number)
        self._pages[number] = rows
        self._pages.move_to_end(number)
        while len(self._pages) > PAGES:
            self._pages.popitem(last=False)
        self._totalled(total)
        self._arrived()

    async def close(self) -> None:
        """Give up what is being fetched."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
