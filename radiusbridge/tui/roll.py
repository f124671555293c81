"""The customers of the list as the filter leaves them: pages on demand, lines with their live state."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.services.roster import Entry, Query, parse_query
from radiusbridge.tui.paged import PagedRows, Painted
from radiusbridge.tui.rows import Cell
from radiusbridge.tui.sheet import Order

if TYPE_CHECKING:
    from radiusbridge.db.repositories.customer_orders import By, Sorting
    from radiusbridge.tui.desk import Desk

_COLUMNS: Mapping[str, "By"] = {
    "number": "number",
    "user": "username",
    "name": "name",
    "paid": "paid",
    "area": "area",
    "profile": "profile",
    "access": "access",
    "last": "last",
}
"""Columns that the database sorts by."""
_INDEXED = frozenset({"number", "user", "name", "paid"})
"""Those of which it finds a page without sorting everybody."""
AT_ONCE = 500
"""Customers that are read in one go for an export."""
RESCAN = 4.0
"""Seconds that a list filtered or sorted by state is at most behind what the NASes say."""
SPARING = 20.0
"""But so many times what reading it takes."""


class Roll:
    """`changed` is called when lines may differ, `failed` with what went wrong."""

    def __init__(
        self,
        desk: "Desk",
        draw: Callable[[Entry, int], tuple[Cell, ...]],
        changed: Callable[[], None],
        failed: Callable[[RadiusbridgeError], None],
        painted: Painted,
    ) -> None:
        """draw: the cells of a customer on a screen of that width."""
        self._desk = desk
        self._draw = draw
        self._rows: PagedRows[Entry] = PagedRows(self._arrived, self._not_read, painted)
        self._failed = failed
        self._renewed_of: int | None = None
        """The version of the database that the rows were last renewed from."""
        self._changed = changed
        self._query = Query()
        self.ids: tuple[int, ...] = ()
        """Who is selected by state, in order; empty for a list that is not."""
        self._seen: frozenset[tuple[int, str]] = frozenset()
        self._scanned = -RESCAN
        self._took = 0.0
        self._before: tuple[int, ...] = ()
        """What `ids` was when `moved` was last asked."""
        self.everybody: int | None = None
        """How many customers there are without a filter, once known."""
        self._start: tuple[Order | None, Sequence[Entry]] | None = None
        """The first page of everybody, and its order: what a filter that is cleared leaves, at once."""
        self._told: object = None
        """The query of the list that `moved` was asked of last."""
        self.order: Order | None = Order("number")
        self.width = 80

    @property
    def count(self) -> int:
        """How many match."""
        return self._rows.total

    @property
    def counted(self) -> bool:
        """Whether there are no more than `count`."""
        return self._rows.counted

    def _not_read(self, error: RadiusbridgeError) -> None:
        self._renewed_of = None
        self._failed(error)

    def _arrived(self) -> None:
        if self.counted and self._rows.opened_for == Query():
            self.everybody = self.count
            self._start = self._start if self._rows.first is None else (self.order, self._rows.first)
        self._changed()

    def row(self, index: int) -> Entry | None:
        """The customer in that line, if they are here."""
        return self._rows.get(index) if 0 <= index < self.count else None

    def line(self, index: int) -> tuple[Cell, ...] | None:
        """The cells of that line; None: on its way."""
        entry = self._rows.get(index)
        return None if entry is None else self._draw(entry, self.width)

    def moved(self, index: int) -> int | None:
        """Where the customer of that line stands now, if the list was selected anew; another list is looked at from
        its top."""
        told, self._told = self._told, self._rows.opened_for
        if told is not self._told:
            self._before = self.ids
            return 0
        before, self._before = self._before, self.ids
        if before is self.ids or not 0 <= index < len(before) or before[index] not in self.ids:
            return None
        return self.ids.index(before[index])

    async def filter(self, text: str) -> bool:
        """Show those who match. Raises BadInput; False: overtaken by a newer filter, or failed."""
        self._query = parse_query(text)
        return await self._show(self._query)

    async def sort(self, order: Order) -> None:
        """By one of the columns."""
        self.order = order
        await self._show(self._query)

    def _whole(self, query: Query) -> bool:
        """Whether the order of all of them has to be known for a page of them."""
        return query.live or self.order is None or self.order.name not in _INDEXED

    async def _show(self, query: Query) -> bool:
        if self._whole(query):
            return await self._scan(query)
        self.ids = ()
        order, start, meanwhile = self._way, self._start, None
        if query == Query() and self.everybody and start is not None and start[0] == self.order:
            meanwhile = start[1], self.everybody
        return await self._rows.open(
            lambda offset, limit: self._desk.page(query, offset, limit, order),
            query,
            lambda: self._desk.count(query),
            meanwhile=meanwhile,
        )

    @property
    def _way(self) -> "Sorting":
        from radiusbridge.db.repositories.customer_orders import Sorting

        order = self.order or Order("number")
        return Sorting(_COLUMNS.get(order.name, "number"), order.descending)

    async def _ids(self, query: Query) -> tuple[int, ...]:
        order = self.order
        if order is not None and order.name == "state":
            return await self._desk.by_state(query, descending=order.descending)
        return await self._desk.scan(query, self._way)

    async def renew(self, visible: range) -> None:
        """Bring what is on the screen up to date; what the filter selects too, where it hangs on the lists.

        Whom no filter selects are as they were while nothing is committed; a filter may ask for what time changes.
        """
        version = await self._desk.version()
        if version is not None and version == self._renewed_of and self._query == Query() and not self.ids:
            return
        self._renewed_of = version
        self._rows.renew(visible.start, max(visible.start, visible.stop - 1))
        if not self._whole(self._query):
            return
        now = self._desk.now()
        names = self._desk.snapshot.live_names()
        if now - self._scanned < self._took * SPARING:
            return
        if now - self._scanned >= RESCAN or names != self._seen:
            await self._scan(self._query)

    async def all(self) -> Sequence[Entry]:
        """Everybody who matches."""
        return [entry async for batch in self.batches() for entry in batch]

    async def batches(self) -> AsyncIterator[Sequence[Entry]]:
        """As they match now, some at a time."""
        ids = await self.keys()
        for start in range(0, len(ids), AT_ONCE):
            yield await self._desk.entries(ids[start : start + AT_ONCE])

    async def keys(self) -> tuple[int, ...]:
        """Their ids."""
        return await self._ids(self._query)

    async def _scan(self, query: Query) -> bool:
        self._seen, order, began = self._desk.snapshot.live_names(), self.order, self._desk.now()
        try:
            ids = await self._ids(query)
        except RadiusbridgeError as error:
            self._rows.fail(error)
            return False
        if query is not self._query or order != self.order:
            return False
        self._scanned = self._desk.now()
        self._took = self._scanned - began
        if ids == self.ids and self._rows.opened_for is query and ids:
            return True
        self.ids = ids

        async def fetch(offset: int, limit: int) -> tuple[Sequence[Entry], int]:
            return await self._desk.entries(ids[offset : offset + limit]), len(ids)

        return await self._rows.open(fetch, query)

    async def close(self) -> None:
        """Give up what is on its way."""
        await self._rows.close()
