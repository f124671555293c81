"""The edges of a list's screen: heading, task tray, freshness of the NASes, keys; what is said there and when."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from rich.text import Text
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.tui import bars, formats
from radiusbridge.tui.language import _
from radiusbridge.tui.marking import Marks
from radiusbridge.tui.table import VirtualTable

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard
    from radiusbridge.tui.desk import Desk
    from radiusbridge.tui.listing import Rows
    from radiusbridge.tui.sheet import Sheet

R = TypeVar("R")
PAINTED = 0.25
"""Seconds that nothing waits longer for a painting."""


class Edged(Screen[None], Generic[R]):
    """A screen that says at its edges where one is and how things stand; `seeking` and `frame` make the rest of it."""

    NAME: ClassVar[str]
    """As the table of actions names the screen."""

    def __init__(self, query: str = "") -> None:
        super().__init__()
        self.desk: Desk | None = None
        self.rows: Rows[R] | None = None
        self.query_text = query
        self.marks = Marks()
        self.trouble = ""
        """What went wrong last."""
        self.unfit = ""
        """What is wrong with the filter; stays until the filter is another."""
        self._composed = False

    @property
    def dashboard(self) -> "Dashboard":
        """The application."""
        return cast("Dashboard", self.app)

    @property
    def table(self) -> VirtualTable:
        """The list."""
        return self.query_one("#list", VirtualTable)

    def sheet(self) -> "Sheet[R]":
        """Fields and columns."""
        raise NotImplementedError

    @property
    def listed(self) -> str:
        """Which of its lists is shown, where it has several."""
        return ""

    def counted(self, rows: "Rows[R]") -> str:
        """What stands at the end of the heading."""
        return bars.count_of(rows.count, rows.everybody, self.sheet().noun, self.query_text, counted=rows.counted)

    def draw_edges(self) -> None:
        """Heading, tray, freshness and keys."""
        if not self.is_attached or not self._composed:
            return
        dashboard, width = self.dashboard, self.size.width
        count = "" if self.rows is None else _("not understood") if self.unfit else self.counted(self.rows)
        if self.marks:
            count = f"{formats.number(len(self.marks))} {_('marked')}, {count}"
        read_only = dashboard.read_only
        self._say("heading", bars.heading(self.NAME, self.query_text, count, width, read_only))
        self._say("keys", bars.keys(self.NAME, dashboard.keymap, width, read_only, self.listed))
        self.draw_tray()
        self.draw_freshness()

    def draw_tray(self) -> None:
        """What was begun here and is not over, whichever screen is shown."""
        desk = self.desk
        if desk is None or not self.is_attached or not self._composed:
            return
        running = [each for each in desk.begun.values() if not each.status.final]
        runs = desk.works.under_way
        self.query_one("#tray", Static).set_class(bool(running or runs), "-busy")
        shown = bars.tray(running[::-1], desk.last_steps)
        self._say("tray", Text(f" {runs}" if runs else "", no_wrap=True).append_text(shown))

    def draw_freshness(self) -> None:
        """How fresh the NASes' lists are, and what went wrong."""
        if self.desk is None:
            return
        trouble = self.unfit or self.trouble
        shown, counts = self.desk.snapshot, bars.counts(self.desk)
        self.say_freshness(bars.freshness(shown, self.desk.now(), counts, trouble, self.size.width))

    def say_freshness(self, text: Text) -> None:
        """In the line for it, if anything differs."""
        self._say("freshness", text)

    def _say(self, where: str, text: Text) -> None:
        """In one of the edges, if anything differs. They keep their size: laying everything out anew takes longer."""
        for line in self.query_children(f"#{where}").results(Static):  # none any more while it is taken down
            if line.content != text:
                line.update(text, layout=False)

    async def painted(self) -> None:
        """Wait until the list stands on the screen as it is now, but not for ever."""
        done = asyncio.Event()
        if self.is_attached and self.table.call_after_refresh(done.set):
            with suppress(TimeoutError):
                async with asyncio.timeout(PAINTED):
                    await done.wait()

    def failed(self, error: RadiusbridgeError) -> None:
        """Tell it in the status line."""
        self.trouble = error.line()
        self.draw_freshness()

    def quietly(self, group: str, work: Callable[[], Coroutine[Any, Any, None]]) -> Worker[None]:
        """Run it beside; a newer call of the group takes its place; what fails is told in the status line."""
        # given away once it begins: Textual's finished workers lie in cycles, and would keep long lists for a while
        waiting = [work]

        async def guarded() -> None:
            try:
                await waiting.pop()()
            except RadiusbridgeError as error:
                self.failed(error)
            except NoMatches:
                if self.query("#list"):  # else the screen was taken down meanwhile
                    raise

        return self.run_worker(guarded, group=group, exclusive=True)
