"""The frame of every screen: tabs, filter line, list and detail, tray, freshness, keys."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.geometry import Size
from textual.reactive import Reactive
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import WorkerError

from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.actions.table import actions_of
from radiusbridge.tui.filter import FilterLine
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.pane import Detail, DetailPage, Pane
from radiusbridge.tui.seeking import Sought
from radiusbridge.tui.table import VirtualTable

if TYPE_CHECKING:
    from radiusbridge.domain.records import Operation
    from radiusbridge.services.watch import Snapshot
    from radiusbridge.tui.desk import Desk
    from radiusbridge.tui.listing import Rows
    from radiusbridge.tui.typed_count import Asked

R = TypeVar("R")

MOVING_PAUSE = 0.12
"""Seconds after the cursor moved until the evidence of the row is asked for."""


def bindings_of(screen: str) -> list[BindingType]:
    """The keys of a screen, from the table of actions; `App.set_keymap` changes them by their ids."""
    return [
        Binding(action.keys, f"app.act('{action.id}')", action.title, id=action.id, show=False)
        for action in actions_of(screen)
    ]


class Body(Container):
    """List and pane."""

    virtual_size = Reactive(Size(0, 0))
    """As Textual's, which lays the whole screen out once more when its height is another."""


class ListScreen(Sought[R]):
    """A list of rows with the detail of the one under the cursor."""

    RENEWAL: ClassVar[float] = 3.0
    """Seconds between two looks at what others may have changed."""
    AUTO_FOCUS = "#list"
    NOTHING_MATCHES = N_(" Nothing matches; esc clears the filter.")

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._renewing = self._renew_again = self._filtered_once = False
        self._moving: Timer | None = None

    # -- what a screen says of itself

    def make_rows(self, desk: "Desk") -> "Rows[R]":
        """What is listed."""
        raise NotImplementedError

    def detail(self, row: R) -> Detail:
        """What is known of a row."""
        raise NotImplementedError

    def state_of(self, row: R | None) -> State:
        """What the actions may know of it."""
        return State(self.NAME, selected=row is not None)

    @property
    def nothing(self) -> str:
        """What stands in the list when there is nothing at all."""
        return _(self.sheet().empty)

    def row_chosen(self, row: R | None) -> None:
        """The cursor has stood on a row for a moment."""

    async def complete(self, desk: "Desk") -> None:
        """Read what an export has and the screen does not show."""

    def ask_marked(self, desk: "Desk", action_id: str) -> "Asked[Any]":
        """What is asked before an action is done to the marked rows."""
        raise NotImplementedError

    def operation_news(self, operation: "Operation") -> None:  # noqa: ARG002 - for those who override it
        """An operation that was begun here has moved on."""
        self.draw_edges()
        self.renew()

    def lists_read(self, snapshot: "Snapshot") -> None:  # noqa: ARG002 - for those who override it
        """A NAS's list has been read."""
        self.ages_changed()

    # -- what is on it

    def compose(self) -> ComposeResult:
        """Tabs, list and pane, tray, freshness, keys."""
        yield Static(id="heading", markup=False)
        yield FilterLine(self.query_text)
        with Body(id="body"):
            yield VirtualTable(self._line, (), id="list")
            yield Pane(id="pane")
        if self.dashboard.tour is not None:
            from radiusbridge.tui.tour import TourStrip

            yield TourStrip()
        yield Static(id="tray", markup=False)
        yield Static(_(" opening the database …"), id="freshness", markup=False)
        yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """The first frame comes before anything is known."""
        self._composed = True
        self.draw_edges()
        if self.dashboard.desk is not None:
            self.open(self.dashboard.desk)

    def on_screen_resume(self) -> None:
        """It is shown again."""
        self.draw_edges()
        if self.rows is not None:
            self.renew()

    def on_resize(self) -> None:
        """Columns by width."""
        if self.rows is not None:
            self.rows.width = self.size.width
        self.draw_heads()
        self.draw_edges()

    def draw_heads(self) -> None:
        """Columns by width, the marks in front of them."""
        order = self.rows.order if self.rows is not None else None
        self.table.set_columns(self.marks.heads(self.sheet().heads(self.size.width, order)))

    def marks_changed(self) -> None:
        """Draw the marks as they are now."""
        if self.is_attached:
            self.draw_heads()
            self.table.changed()
            self.draw_edges()

    def open(self, desk: "Desk") -> None:
        """The services are there."""
        if self.rows is not None:
            return
        self.desk = desk
        self.rows = self.make_rows(desk)
        self.order_as_kept(self.rows)
        self.on_resize()
        self.set_interval(1.0, self._tick)
        self.set_interval(self.RENEWAL, self._due)
        self.apply_filter()
        self.renew()

    # -- the list

    def _line(self, index: int) -> Any:
        line = None if self.rows is None else self.rows.line(index)
        if line is None or not self.marks or self.rows is None:
            return line
        row = self.rows.row(index)
        return line if row is None else self.marks.drawn(line, self.sheet().mark_key(row))

    @property
    def row(self) -> R | None:
        """The one under the cursor, if it is here."""
        return None if self.rows is None else self.rows.row(self.table.cursor)

    def rows_changed(self) -> None:
        """Rows have come."""
        if self.rows is None or not self.is_attached:
            return
        self.trouble = ""
        self.table.say_empty(_(self.NOTHING_MATCHES) if self.query_text else self.nothing)
        self.table.show(self.rows.count, self.rows.moved(self.table.cursor), more=not self.rows.counted)
        self.draw_edges()
        if self._moving is None:
            self.draw_detail()
            # What else is known of the row is asked for once the rows are painted.
            self.call_after_refresh(self._row_settled)

    def ages_changed(self) -> None:
        """Redraw what may differ though nothing was read."""
        if self.is_current and self.rows is not None:
            self.table.changed()
            self.draw_freshness()
            if self._moving is None:  # else the pane is drawn once the cursor has come to rest
                self.draw_detail()

    def tells_of(self, operation: "Operation") -> bool:
        """Whether it is the operation in the detail, so that the key for evidence shows its."""
        shown = None if self.row is None or self.desk is None else self.detail(self.row).shown
        return shown is not None and shown.operation.id == operation.id

    def _tick(self) -> None:
        if self.dashboard.pace.due("tick"):
            self.ages_changed()

    def _due(self) -> None:
        if not self.dashboard.pace.due("renew"):
            return
        if self.is_current or any(isinstance(each, DetailPage) for each in self.app.screen_stack):
            self.renew()

    def renew(self) -> None:
        """Look again, once; asked for while it looks, it looks once more."""
        if self.rows is None:
            return
        if self._renewing:
            self._renew_again = True
        else:
            self._renewing = True
            self.quietly("renew", self._renewed)

    async def _renewed(self) -> None:
        try:
            if self._filtering is not None:
                with suppress(WorkerError):
                    await self._filtering.wait()  # the rows first
            self._renew_again = True
            while self._renew_again:
                self._renew_again = False
                assert self.desk is not None
                await self.desk.look_at_pending()
                self.draw_freshness()
                if self.rows is not None:
                    await self.rows.renew(self.table.visible_lines)
        finally:
            self._renewing = False

    def on_virtual_table_selected(self) -> None:
        """The cursor moved."""
        if self._moving is not None:
            self._moving.stop()
        self._moving = self.set_timer(MOVING_PAUSE, self._row_settled)

    def _row_settled(self) -> None:
        if self._moving is not None:
            self._moving.stop()
            self._moving = None
        self.row_chosen(self.row)
        self.draw_detail()

    # -- the detail

    def draw_detail(self) -> None:
        """Pane, and page where it is open."""
        if self.desk is None or not self.is_attached:
            return
        row = self.row
        detail = Detail() if row is None else self.detail(row)
        now = self.desk.context.clock.now()
        self.query_one("#pane", Pane).show(detail, now)
        if self.is_current or self in self.app.screen_stack:
            for screen in self.app.screen_stack:
                if isinstance(screen, DetailPage) and row is not None:
                    screen.show(detail, now)
