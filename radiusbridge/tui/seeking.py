"""What a list shows: the filter that one types, and the order."""

from collections.abc import Mapping
from typing import Any, TypeVar

from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker

from radiusbridge.domain.errors import BadInput
from radiusbridge.tui.edges import Edged
from radiusbridge.tui.listing import Rows
from radiusbridge.tui.sheet import Order, Sheet

R = TypeVar("R")

TYPING_PAUSE = 0.02
"""Seconds after a letter until the filter is asked for, where the letter before it is still being looked for."""


class Sought(Edged[R]):
    """A screen with a filter line over a list; `frame` makes the rest of it."""

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self.order_kept: Order | None = None
        """The order that it had when it was looked at last."""
        self._typing: Timer | None = None
        self._filtering: Worker[None] | None = None

    def sheets(self) -> tuple[Sheet[Any], ...]:
        """Of all lists that it has."""
        return (self.sheet(),)

    def draw_heads(self) -> None:
        """The heads of the columns."""
        raise NotImplementedError

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as one types: at once, and the newest letter ends what an older one asked for."""
        if event.value == self.query_text:
            return
        self.query_text = event.value
        if self._filtering is None or self._filtering.is_finished:
            self._ask_rows()
            return
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_PAUSE, self._ask_rows)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter, back to the list; one that cannot be read stays open, as the rows are not what it says."""
        from radiusbridge.domain.filters import parse

        try:
            parse(event.value, self.sheet().vocabulary)
        except BadInput as error:
            self._say_unfit(error)
        else:
            self.close_filter()

    def apply_filter(self) -> None:
        """Ask for what matches the filter as it is now; a key that follows means a row of the new list."""
        self._ask_rows()
        if self._filtering is not None:
            self.dashboard.keyboard.hold(self._filtering)

    def _ask_rows(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None
        if self.rows is not None:
            self._filtering = self.quietly("filter", self._filtered)

    async def _filtered(self) -> None:
        assert self.rows is not None
        try:
            fits = await self.rows.filter(self.query_text)
            self.unfit = ""
            if fits:
                self.trouble = ""
                self.table.show(self.rows.count, 0, more=not self.rows.counted)
                self.draw_edges()
        except BadInput as error:
            self._say_unfit(error)

    def _say_unfit(self, error: BadInput) -> None:
        """What is wrong with the filter; until it is another, keys go to it and not to rows that it did not choose."""
        self.unfit = error.line()
        self.open_filter()
        self.draw_edges()

    def open_filter(self) -> None:
        """Begin to type."""
        line = self.query_one("#filter", Input)
        # At once: `focus()` would come after keys that are on their way already, and the list would act on them.
        line.display = True
        self.set_focus(line)

    def seek(self, query: str) -> None:
        """Show what matches that filter, also when it is shown for the first time."""
        self.query_text = query
        if self.is_mounted:
            self.query_one("#filter", Input).value = query
            self.close_filter()
            self.apply_filter()

    def clear_filter(self) -> None:
        """Everything again."""
        self.query_one("#filter", Input).value = ""
        if self.query_text:
            self.query_text = ""
            self.apply_filter()
        self.close_filter()

    def close_filter(self) -> None:
        """Back to the list."""
        line = self.query_one("#filter", Input)
        if self._typing is not None:
            self.apply_filter()
        elif self._filtering is not None and not self._filtering.is_finished:
            self.dashboard.keyboard.hold(self._filtering)
        line.display = False
        self.set_focus(self.table)
        self.draw_edges()

    def set_order(self, *, reverse: bool) -> None:
        """By the next column, or the other way round."""
        rows = self.rows
        if rows is None:
            return
        sheet = self.sheet()
        before = rows.order or sheet.order
        order = Order(before.name, not before.descending) if reverse else sheet.next_order(before, self.size.width)

        async def sorted_() -> None:
            await rows.sort(order)
            self.draw_heads()
            self.table.show(rows.count, 0, more=not rows.counted)

        self.dashboard.keyboard.hold(self.quietly("filter", sorted_))

    @property
    def columns_chosen(self) -> dict[str, bool]:
        """Of all its lists, as `Sheet.chosen`."""
        return {name: shown for each in self.sheets() for name, shown in each.chosen.items()}

    def choose_columns(self, kept: Mapping[str, bool]) -> None:
        """As the last run had them, if there still are such columns."""
        for sheet in self.sheets():
            names = {each.name for each in sheet.columns}
            sheet.chosen.update({name: shown for name, shown in kept.items() if name in names})

    @property
    def order_chosen(self) -> Order | None:
        """Its order now; None: as it comes."""
        order = self.order_kept if self.rows is None else self.rows.order
        return None if order == self.sheet().order else order

    def order_as_kept(self, rows: Rows[R]) -> None:
        """Begin in the order of the last run, if there still is such a column."""
        if self.order_kept is not None and self.sheet().sorts_by(self.order_kept.name):
            rows.order = self.order_kept
