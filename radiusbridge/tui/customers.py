"""The customers: list and detail, filter, isolate, activate, kick, evidence as it comes."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static

from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.records import Operation
from radiusbridge.domain.verdict import Status
from radiusbridge.services.roster import Entry
from radiusbridge.services.watch import Presence, Snapshot
from radiusbridge.tui import bars
from radiusbridge.tui.actions import ACTIONS, Danger, Situation
from radiusbridge.tui.asking import Act, act_of, question_of
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers, Confirm
from radiusbridge.tui.evidence import Shown
from radiusbridge.tui.filter import FilterLine
from radiusbridge.tui.help import Help
from radiusbridge.tui.looks import BREAKPOINTS
from radiusbridge.tui.pane import EvidencePage, Pane
from radiusbridge.tui.roll import Roll
from radiusbridge.tui.rows import NARROW, WIDE
from radiusbridge.tui.table import VirtualTable

TYPING_PAUSE = 0.12
"""Seconds after a key until the filter, or the evidence of another customer, is asked for."""
RENEWAL = 3.0
"""Seconds between two looks at what others may have changed."""

NOBODY = " No customers yet. Begin with: radiusbridge server add, nas add, profile add"
NOBODY_MATCHES = " No customer matches; esc clears the filter."


class CustomersScreen(Screen[None]):
    """The first screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(action.keys, f"act('{action.id}')", action.title, id=action.id, show=False) for action in ACTIONS
    ]
    AUTO_FOCUS = "#list"

    def __init__(self) -> None:
        super().__init__()
        self._desk: Desk | None = None
        self._roll: Roll | None = None
        self._unfinished: tuple[Operation, ...] = ()
        self._shown: Shown | None = None
        self._followed: int | None = None
        self._ids: tuple[int, ...] = ()
        """What `Roll.ids` was when the list was last drawn."""
        self._renewing = self._renew_again = False
        self._trouble = ""
        self._query = ""
        self._typing: Timer | None = None
        self._moving: Timer | None = None

    # -- what is on it

    def compose(self) -> ComposeResult:
        """Heading, list and pane, tray, freshness, keys."""
        yield Static(id="heading", markup=False)
        yield FilterLine()
        with Container(id="body"):
            yield VirtualTable(self._line, NARROW, id="list")
            yield Pane(id="pane")
        yield Static(id="tray", markup=False)
        yield Static(" opening the database …", id="freshness", markup=False)
        yield Static(bars.keys(), id="keys", markup=False)

    @property
    def _table(self) -> VirtualTable:
        return self.query_one("#list", VirtualTable)

    def on_mount(self) -> None:
        """The first frame comes before anything is known."""
        self._draw_heading()

    def on_resize(self) -> None:
        """Columns by width."""
        wide = self.size.width >= BREAKPOINTS[1][0]
        if self._roll is not None:
            self._roll.wide = wide
        self._table.set_columns(WIDE if wide else NARROW)
        self._draw_heading()

    def open(self, desk: Desk) -> None:
        """The services are there."""
        self._desk = desk
        self._roll = Roll(desk, self._rows_changed, self._failed)
        self._roll.wide = self.size.width >= BREAKPOINTS[1][0]
        desk.watch.subscribe(self._lists_read)
        self.set_interval(1.0, self._tick)
        self.set_interval(RENEWAL, self._renew)
        self._renew()
        self._apply_filter()

    # -- the list

    def _line(self, index: int) -> Any:
        return None if self._roll is None else self._roll.line(index)

    def _rows_changed(self) -> None:
        """Pages have come."""
        roll = self._roll
        if roll is None or not self.is_attached:
            return
        self._trouble = ""
        self._table.say_empty(NOBODY_MATCHES if self._query else NOBODY)
        self._table.show(roll.count, self._same_customer(roll.ids))
        self._draw_heading()
        self._selection_moved()

    def _same_customer(self, ids: tuple[int, ...]) -> int | None:
        """Where the customer under the cursor stands now, if the list was selected anew."""
        before, self._ids, at = self._ids, ids, self._table.cursor
        if before is ids or at >= len(before) or before[at] not in ids:
            return None
        return ids.index(before[at])

    def _lists_read(self, _snapshot: Snapshot) -> None:
        self._table.changed()
        self._draw_freshness()
        self._draw_pane()
        top = self.app.screen
        if isinstance(top, Confirm) and self._desk is not None:
            top.live_changed(self._desk.presence(top.entry))

    def _tick(self) -> None:
        """Ages grow though nothing comes."""
        self._table.changed()
        self._draw_freshness()
        self._draw_pane()

    def _renew(self) -> None:
        """Look again, once; asked for while it looks, it looks once more."""
        if self._renewing:
            self._renew_again = True
        else:
            self._renewing = True
            self._quietly("renew", self._renewed)

    async def _renewed(self) -> None:
        try:
            self._renew_again = True
            while self._renew_again:
                self._renew_again = False
                await self._look_again()
        finally:
            self._renewing = False

    async def _look_again(self) -> None:
        assert self._desk is not None
        assert self._roll is not None
        self._unfinished = await self._desk.unfinished()
        self._draw_freshness()
        await self._roll.renew(self._table.visible_lines)

    def _entry(self) -> Entry | None:
        return None if self._roll is None else self._roll.entry(self._table.cursor)

    def _presence(self) -> Presence | None:
        entry = self._entry()
        return None if entry is None or self._desk is None else self._desk.presence(entry)

    def on_virtual_table_selected(self) -> None:
        """The cursor moved."""
        if self._moving is not None:
            self._moving.stop()
        self._moving = self.set_timer(TYPING_PAUSE, self._selection_moved)

    def _selection_moved(self) -> None:
        entry = self._entry()
        last = entry.last.id if entry is not None and entry.last is not None else None
        if last != self._followed:
            self._follow(last)
        self._draw_pane()

    # -- evidence

    def _follow(self, operation_id: int | None) -> None:
        self._followed = operation_id
        self._shown = None
        if operation_id is None:
            self.workers.cancel_group(self, "follow")
            return
        self._quietly("follow", lambda: self._followed_to_the_end(operation_id))

    async def _followed_to_the_end(self, operation_id: int) -> None:
        assert self._desk is not None
        async for news in self._desk.follow(operation_id):
            if operation_id != self._followed:
                return
            steps = self._shown.steps if self._shown is not None else ()
            self._shown = Shown(news.operation, (*steps, *news.steps))
            self._draw_pane()

    def _draw_pane(self) -> None:
        desk, entry = self._desk, self._entry()
        if desk is None:
            return
        presence = None if entry is None else desk.presence(entry)
        shown = (
            self._shown if self._shown and entry and self._shown.operation.customer_id == entry.customer.id else None
        )
        now = desk.context.clock.now()
        self.query_one("#pane", Pane).show(entry, presence, shown, now)
        for screen in self.app.screen_stack:
            if isinstance(screen, EvidencePage):
                screen.show(entry, presence, shown, now)

    def operation_news(self, operation: Operation) -> None:
        """An operation that was begun here has moved on."""
        begun = [] if self._desk is None else [each for each in self._desk.begun.values() if not each.status.final]
        line = self.query_one("#tray", Static)
        line.set_class(bool(begun), "-busy")
        line.update(bars.tray(begun[::-1]))
        entry = self._entry()
        newer = self._followed is None or self._followed < operation.id
        if newer and entry is not None and entry.customer.id == operation.customer_id:
            self._follow(operation.id)
        self._renew()

    # -- the filter

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as one types, after a short pause."""
        self._query = event.value
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_PAUSE, self._apply_filter)

    def on_input_submitted(self) -> None:
        """Keep the filter, back to the list."""
        self._close_filter()

    def _apply_filter(self) -> None:
        if self._roll is not None:
            self._quietly("filter", self._filtered)

    async def _filtered(self) -> None:
        assert self._roll is not None
        try:
            if await self._roll.filter(self._query):
                self._table.show(self._roll.count, 0)
        except BadInput as error:
            self._trouble = error.line()
            self._draw_freshness()

    def _close_filter(self) -> None:
        self.query_one("#filter", Input).remove_class("-open")
        self._table.focus()
        self._draw_heading()

    # -- actions

    def action_act(self, action_id: str) -> None:
        """Do what the table of actions names, or say why not."""
        action = next(each for each in ACTIONS if each.id == action_id)
        entry = self._entry()
        reason = action.disabled(Situation(self._desk is not None, entry, self._presence()))
        if reason:
            self.notify(reason, title=action.title, severity="warning")
        elif action.danger is Danger.CONFIRM:
            assert entry is not None
            self._ask(action_id, entry)
        else:
            getattr(self, f"_do_{action_id}")()

    def _ask(self, action_id: str, entry: Entry) -> None:
        desk = self._desk
        assert desk is not None

        async def submit(act: Act) -> None:
            try:
                began = await act(desk)
            except RadiusbridgeError as error:
                self.notify(error.line(), title=f"not begun: {action_id}", severity="error")
                return
            if began.operation is None:
                self.notify(began.words, title=action_id, severity="warning")
            self._renew()

        def answered(answers: Answers | None) -> None:
            if answers is not None:
                self.app.run_worker(submit(act_of(action_id, entry.customer, answers)), group="submit")

        self.app.push_screen(Confirm(question_of(action_id, entry), desk.presence(entry)), answered)

    def _do_evidence(self) -> None:
        page = EvidencePage()
        self.app.push_screen(page)
        self.call_after_refresh(self._draw_pane)

    def _do_filter(self) -> None:
        line = self.query_one("#filter", Input)
        line.add_class("-open")
        line.focus()

    def _do_back(self) -> None:
        line = self.query_one("#filter", Input)
        line.value = ""
        self._close_filter()

    def _do_help(self) -> None:
        self.app.push_screen(Help())

    def _do_quit(self) -> None:
        self.app.exit(0)

    # -- the edges

    def _draw_heading(self) -> None:
        roll = self._roll
        if roll is None:
            count = ""
        elif self._query and roll.everybody is not None:
            count = f"{roll.count} of {roll.everybody} customers"
        else:
            count = f"{roll.count} customers"
        self.query_one("#heading", Static).update(bars.heading("Customers", self._query, count, self.size.width))

    def _counts(self) -> bars.Counts:
        """What waits for its server, and what is under way elsewhere: what was begun here is in the tray."""
        if self._desk is None:
            return bars.Counts()
        waiting = sum(each.status is Status.WAITING for each in self._unfinished)
        elsewhere = [each for each in self._unfinished if each.id not in self._desk.begun]
        return bars.Counts(waiting, sum(each.status is not Status.WAITING for each in elsewhere))

    def _draw_freshness(self) -> None:
        if self._desk is not None:
            text = bars.freshness(self._desk.snapshot, self._desk.now(), self._counts(), self._trouble)
            line = self.query_one("#freshness", Static)
            if line.content != text:
                line.update(text)

    def _failed(self, error: RadiusbridgeError) -> None:
        self._trouble = error.line()
        self._draw_freshness()

    def _quietly(self, group: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run it beside; a newer call of the group takes its place; what fails is told in the status line."""

        async def guarded() -> None:
            try:
                await work()
            except RadiusbridgeError as error:
                self._failed(error)

        self.run_worker(guarded(), group=group, exclusive=True)
