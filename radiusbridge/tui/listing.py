"""A list that is here as a whole: filtered, sorted, its lines drawn on demand; for a long one in a thread."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.tui.rows import Cell
from radiusbridge.tui.sheet import Order, Sheet

if TYPE_CHECKING:
    from radiusbridge.domain.filters import Node

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
AT_ONCE = 500
"""Rows of a batch."""
LONG = 1_000
"""Rows from which on filtering and sorting leave the event loop."""


class Rows(Protocol[R_co]):
    """What a screen lists."""

    width: int
    order: Order | None

    @property
    def count(self) -> int:
        """How many match."""
        ...

    @property
    def counted(self) -> bool:
        """Whether there are no more than `count`; else they are still being counted."""
        ...

    @property
    def everybody(self) -> int | None:
        """How many there are without a filter, if that is known."""
        ...

    def row(self, index: int) -> R_co | None:
        """The row in that line, if it is here."""
        ...

    def line(self, index: int) -> tuple[Cell, ...] | None:
        """Its cells; None: on its way."""
        ...

    def moved(self, index: int) -> int | None:
        """Where the row stands now that stood in that line when this was last asked; None: nothing has moved, or it is
        gone."""
        ...

    async def filter(self, text: str) -> bool:
        """Show what matches. BadInput; False: overtaken by a newer filter, or failed."""
        ...

    async def sort(self, order: Order) -> None:
        """In another order."""
        ...

    async def renew(self, visible: range) -> None:
        """Bring it up to date."""
        ...

    async def all(self) -> Sequence[R_co]:
        """Every row that matches, in order."""
        ...

    def batches(self) -> AsyncIterator[Sequence[R_co]]:
        """The same, some at a time."""
        ...

    async def keys(self) -> Sequence[Hashable]:
        """What makes each of them the same row again."""
        ...


class Listing(Generic[R]):
    """`load` reads every row; `changed` is called when lines may differ, `failed` with what went wrong."""

    def __init__(
        self,
        sheet: Sheet[R],
        load: Callable[[], Awaitable[Sequence[R]]],
        changed: Callable[[], None],
        failed: Callable[[RadiusbridgeError], None],
        today: Callable[[], date],
    ) -> None:
        self.sheet = sheet
        self._load = load
        self._changed = changed
        self._failed = failed
        self._today = today
        self._all: Sequence[R] = ()
        self._rows: list[R] = []
        self._known: list[R] = []
        """What `_rows` was when `moved` was last asked."""
        self._node: Node | None = None
        """The filter; None: everything fits."""
        self._turn = 0
        self.loaded = False
        self.order: Order | None = sheet.order
        self.width = 80

    @property
    def count(self) -> int:
        """How many match."""
        return len(self._rows)

    @property
    def counted(self) -> bool:
        """They are all here."""
        return self.loaded

    @property
    def everybody(self) -> int | None:
        """How many there are."""
        return len(self._all) if self.loaded else None

    @property
    def hangs_on(self) -> frozenset[str]:
        """The fields by which the rows are chosen and ordered."""
        from radiusbridge.domain.filters import fields_of

        asked = frozenset[str]() if self._node is None else fields_of(self._node)
        return asked if self.order is None else asked | {self.order.name}

    def row(self, index: int) -> R | None:
        """The row in that line."""
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def line(self, index: int) -> tuple[Cell, ...] | None:
        """Its cells."""
        row = self.row(index)
        return None if row is None else self.sheet.line(row, self.width)

    def moved(self, index: int) -> int | None:
        """Where the row of that line stands now."""
        before, self._known = self._known, self._rows
        if before is self._known or not 0 <= index < len(before):
            return None
        key = self.sheet.key(before[index])
        if index < self.count and self.sheet.key(self._rows[index]) == key:
            return index
        return next((at for at, row in enumerate(self._rows) if self.sheet.key(row) == key), None)

    async def filter(self, text: str) -> bool:
        """Show what matches."""
        from radiusbridge.domain.filters import All, parse

        node = parse(text, self.sheet.vocabulary)
        self._node = None if node == All() else node
        return await self._select() if self.loaded else True

    async def sort(self, order: Order) -> None:
        """In another order."""
        self.order = order
        await self._select()

    async def renew(self, visible: range) -> None:  # noqa: ARG002 - all of it is read
        """Read it again."""
        try:
            rows = await self._load()
        except RadiusbridgeError as error:
            self._failed(error)
            return
        await self.put(rows)

    async def put(self, rows: Sequence[R]) -> None:
        """These are the rows now."""
        if self.loaded and rows is self._all and self._node is None:
            return
        self._all, self.loaded = rows, True
        await self._select()

    async def all(self) -> Sequence[R]:
        """Every row that matches."""
        return tuple(self._rows)

    async def batches(self) -> AsyncIterator[Sequence[R]]:
        """As they are now, some at a time."""
        rows = tuple(self._rows)
        for start in range(0, len(rows), AT_ONCE):
            yield rows[start : start + AT_ONCE]

    async def keys(self) -> Sequence[Hashable]:
        """Of all that match."""
        return [self.sheet.mark_key(row) for row in self._rows]

    def known(self, keys: Sequence[Hashable]) -> list[R]:
        """The rows with those keys, whether they match or not, as far as they are still there."""
        rows = {self.sheet.key(row): row for row in self._all}
        return [rows[key] for key in keys if key in rows]

    async def _select(self) -> bool:
        self._turn += 1
        turn, rows, node, order, today = self._turn, self._all, self._node, self.order, self._today()

        def work() -> list[R]:
            found = list(rows) if node is None else self._matching(rows, node, today)
            return found if order is None else self.sheet.sorted(found, order)

        found = work() if len(rows) < LONG else await asyncio.to_thread(work)
        if turn != self._turn:
            return False
        self._rows = found
        self._changed()
        return True

    def _matching(self, rows: Sequence[R], node: "Node", today: date) -> list[R]:
        from radiusbridge.domain.filter_rows import matches

        return [row for row in rows if matches(node, partial(self.sheet.look, row), today)]
