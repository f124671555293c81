"""Lists that are read as a whole."""

from collections.abc import Sequence
from typing import TypeVar

from radiusbridge.domain.days import day_of
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import ListScreen
from radiusbridge.tui.listing import Listing
from radiusbridge.tui.sheet import Sheet

R = TypeVar("R")


class ShortList(ListScreen[R]):
    """A screen gives its sheet once, and reads its rows again and again."""

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._sheet = self.make_sheet()

    def make_sheet(self) -> Sheet[R]:
        """Fields and columns."""
        raise NotImplementedError

    async def load(self, desk: Desk) -> Sequence[R]:
        """Every row."""
        raise NotImplementedError

    def sheet(self) -> Sheet[R]:
        """As it was made."""
        return self._sheet

    def make_rows(self, desk: Desk) -> Listing[R]:
        """All in memory."""
        context = desk.context
        return Listing(
            self._sheet,
            lambda: self.load(desk),
            self.rows_changed,
            self.failed,
            lambda: day_of(context.clock.now(), context.zone),
        )
