"""The customers of the list as the filter leaves them: pages on demand, lines with their live state."""

from collections.abc import Callable, Sequence

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.services.roster import Entry, Query, parse_query
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.paged import PagedRows
from radiusbridge.tui.rows import Cell, cells

RESCAN = 4.0
"""Seconds that a list filtered by state is at most behind what the NASes say."""


class Roll:
    """`changed` is called when lines may differ, `failed` with what went wrong."""

    def __init__(self, desk: Desk, changed: Callable[[], None], failed: Callable[[RadiusbridgeError], None]) -> None:
        self._desk = desk
        self._rows: PagedRows[Entry] = PagedRows(changed, failed)
        self._query = Query()
        self.ids: tuple[int, ...] = ()
        """Who is selected by state, in order; empty for a list that is not."""
        self._seen: frozenset[tuple[int, str]] = frozenset()
        self._scanned = -RESCAN
        self.everybody: int | None = None
        """How many customers there are without a filter, once known."""
        self.wide = False

    @property
    def count(self) -> int:
        """How many match."""
        return self._rows.total

    def entry(self, index: int) -> Entry | None:
        """The customer in that line, if they are here."""
        return self._rows.get(index) if 0 <= index < self.count else None

    def line(self, index: int) -> tuple[Cell, ...] | None:
        """The cells of that line; None: on its way."""
        entry = self._rows.get(index)
        return None if entry is None else cells(entry, self._desk.presence(entry), wide=self.wide)

    async def filter(self, text: str) -> bool:
        """Show those who match. Raises BadInput; False: overtaken by a newer filter, or failed."""
        query = parse_query(text)
        self._query = query
        if query.states:
            return await self._scan(query)
        self.ids = ()
        if not await self._rows.open(lambda offset, limit: self._desk.page(query, offset, limit)):
            return False
        if not query.words:
            self.everybody = self.count
        return True

    async def renew(self, visible: range) -> None:
        """Bring what is on the screen up to date; what the filter selects too, where it asks for states."""
        if visible:
            self._rows.renew(visible.start, visible.stop - 1)
        if not self._query.states:
            return
        now = self._desk.now()
        names = self._desk.snapshot.live_names()
        if now - self._scanned >= RESCAN or names != self._seen:
            await self._scan(self._query)

    async def _scan(self, query: Query) -> bool:
        self._seen = self._desk.snapshot.live_names()
        try:
            ids = await self._desk.scan(query)
        except RadiusbridgeError as error:
            self._rows.fail(error)
            return False
        if query is not self._query:
            return False
        self._scanned = self._desk.now()
        if ids == self.ids and self._rows.opened_for is query:
            return True
        self.ids = ids

        async def fetch(offset: int, limit: int) -> tuple[Sequence[Entry], int]:
            return await self._desk.entries(ids[offset : offset + limit]), len(ids)

        return await self._rows.open(fetch, query)

    async def close(self) -> None:
        """Give up what is on its way."""
        await self._rows.close()
