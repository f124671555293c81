"""The dashboard: one Textual application on the services, drawn before the database is asked."""

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rich.console import RenderableType
from textual.css.query import NoMatches
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import WorkerError

from radiusbridge import __version__
from radiusbridge.domain.errors import RadiusbridgeError, exit_status
from radiusbridge.services.settings import Settings
from radiusbridge.services.system import SystemClock
from radiusbridge.tui import crash, looks, terminal
from radiusbridge.tui.evidence import toast
from radiusbridge.tui.frame import ListScreen
from radiusbridge.tui.keymap import Keymap
from radiusbridge.tui.language import _
from radiusbridge.tui.leaving import leave_operation, leave_runs
from radiusbridge.tui.manners import manners_of
from radiusbridge.tui.opening import ContextFactory, opened, warm_up
from radiusbridge.tui.palette import Actions
from radiusbridge.tui.places import Places
from radiusbridge.tui.remembered import write
from radiusbridge.tui.screens.every import Lists
from radiusbridge.tui.start import Start
from radiusbridge.tui.terminal_app import TerminalApp
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.domain.records import Operation
    from radiusbridge.services.access import Manner
    from radiusbridge.services.context import Context
    from radiusbridge.services.watch import Snapshot
    from radiusbridge.tui.acting import Acting
    from radiusbridge.tui.desk import Began, Desk
    from radiusbridge.tui.tour import Tour

LEAVING = 15.0
"""Seconds that leaving waits for what must not be broken off half-way (a write, a kick under way)."""
VERDICT_SHOWN = 8.0
"""Seconds that a verdict's toast stays."""


class Dashboard(TerminalApp):
    """`context` is used as it is and stays its owner's; else `factory` opens one, which is closed at the end."""

    CSS = looks.CSS
    TITLE = "radiusbridge"
    COMMANDS = {Actions, Places}  # noqa: RUF012 - Textual declares it so
    COMMAND_PALETTE_BINDING = "ctrl+underscore"
    HORIZONTAL_BREAKPOINTS = looks.BREAKPOINTS
    VERTICAL_BREAKPOINTS = looks.HEIGHTS

    def __init__(
        self,
        factory: ContextFactory | None = None,
        *,
        context: "Context | None" = None,
        manner: "Manner | None" = None,
        guarded: bool = False,
        settings: Settings | None = None,
        start: Start | None = None,
        keymap: Keymap | None = None,
    ) -> None:
        self.start = start or Start()
        super().__init__(self.start.manners or manners_of(os.environ))
        self._factory = factory
        self._opened = context
        self._manner = manner
        self._owned = context is None
        self._settings = settings
        self._guarded = guarded
        self._leaving = self._opening = False
        self.tour = _tour() if self.start.demo else None
        self.keymap = replace(keymap or Keymap(), ascii=self.manners.ascii)
        self.set_keymap(dict(self.keymap.changed))
        self.lists = Lists(self.start, lambda name, made: self.install_screen(made, name))
        self.shown = self.start.screen
        """The list that is worked with, or was when the dashboard ended."""
        self.desk: Desk | None = None
        self.opening_failed: RadiusbridgeError | None = None
        self.broke = ""
        """What to say on the restored terminal when the dashboard itself broke."""

    @cached_property
    def acting(self) -> "Acting":
        """What the keys do: dialogs, forms, exports; loaded after the first rows, or by a key that comes earlier."""
        from radiusbridge.tui.acting import Acting

        return Acting(self)

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed."""
        return self.start.read_only

    @property
    def leaving(self) -> bool:
        """Whether nothing more is drawn."""
        return self._leaving

    @property
    def settings(self) -> Settings | None:
        """Where things are, if the dashboard was told."""
        return self._settings

    @property
    def packets(self) -> Path | None:
        """The folder of the recorded packets."""
        return None if self._settings is None else self._settings.packets

    @property
    def list_screen(self) -> ListScreen[Any]:
        """The list that is worked with: below dialogs and pages."""
        return next(each for each in reversed(self.screen_stack) if isinstance(each, ListScreen))

    def get_default_screen(self) -> Screen[object]:
        """Where it begins."""
        return cast("Screen[object]", self.lists[self.start.screen])

    def go(self, name: str) -> None:
        """Show another list: the one it began with stays at the bottom, another lies on it."""
        here, first = self.list_screen.NAME, self.start.screen
        if name == here:
            return
        self.shown = name
        if name == first:
            self.pop_screen()
        elif here == first:
            self.push_screen(self.lists[name])
        else:
            self.switch_screen(self.lists[name])

    def action_act(self, action_id: str) -> None:
        """What a key of the table of actions does."""
        self.acting.act(action_id)

    def ask_undo(self, operation: "Operation") -> None:
        """Look what undoing it would do, and ask."""
        from radiusbridge.tui import doings
        from radiusbridge.tui.undoing import undo_question

        async def work(desk: "Desk") -> None:
            planned = await doings.plan_undo(desk, operation)

            async def undo(desk: "Desk") -> "Began":
                return await doings.undo(desk, planned)

            self.acting.ask("undo", undo_question(planned), lambda _: undo)

        self.acting.opening("undo", work)

    def on_mount(self) -> None:
        """Guard the terminal."""
        if self._guarded:
            terminal.leave_on_signals(self.action_leave)
            self.set_interval(terminal.LOOK, self._look_at_terminal)

    def post_display_hook(self) -> None:
        """As Textual's, after each frame; open the database once the first is on its way."""
        super().post_display_hook()
        if not self._opening and self.is_running:
            self._opening = True
            self.run_worker(self._open(), group="open")

    async def _open(self) -> None:
        try:
            context, desk = await asyncio.to_thread(opened, self._opened, self._factory)
        except RadiusbridgeError as error:
            self.opening_failed = error
            self.exit(exit_status(error))
            return
        self._opened = context
        context = context.only_reading() if self.read_only else context
        self.desk = desk(context, self._news, self._trouble, self._manner, self._stepped)
        self.desk.watch.subscribe(self._lists_read)
        self.list_screen.open(self.desk)
        await self._first_rows()
        await asyncio.to_thread(warm_up)
        self.acting.bulk.watch(self.desk)
        self.desk.start()
        from radiusbridge.tui.alert_words import tell_news

        self.run_worker(tell_news(self), group="alerts")
        if self.start.guide and not self.read_only:
            self.acting.beside("set-up", self._guide)

    async def _first_rows(self) -> None:
        """Until they are painted: what else takes its time only comes after them."""
        for worker in [each for each in self.workers if each.group == "filter"]:
            with suppress(WorkerError):
                await worker.wait()
        painted = asyncio.Event()
        self.call_after_refresh(painted.set)
        await painted.wait()

    async def _guide(self, desk: "Desk") -> None:
        from radiusbridge.tui.set_up import SetUp, look

        reached = await look(desk)
        if not reached.customers and not reached.vouchers:
            self.push_screen(SetUp())

    def _lists_read(self, snapshot: "Snapshot") -> None:
        if self._leaving or not self.pace.due("lists"):
            return
        self.list_screen.lists_read(snapshot)
        from radiusbridge.tui.dialogs import Confirm

        top = self.screen
        if isinstance(top, Confirm):
            top.live_changed()

    def _news(self, operation: "Operation") -> None:
        if self._leaving:
            return
        self.list_screen.operation_news(operation)
        if operation.status.final:
            title, words, severity = toast(operation, here=self.list_screen.tells_of(operation))
            self.notify(words or " ", title=title, severity=severity, timeout=VERDICT_SHOWN, markup=False)

    def _stepped(self) -> None:
        if not self._leaving:
            self.list_screen.draw_tray()

    def _trouble(self, error: BaseException) -> None:
        """What broke in the background is told; the dashboard goes on."""
        if isinstance(error, RadiusbridgeError):
            self.notify(error.line(), title=_("in the background"), severity="error", markup=False)
        else:
            self.run_worker(self._report(error), group="report")

    async def _report(self, error: BaseException) -> None:
        text = crash.report_text(error, SystemClock().now(), __version__)
        report = await asyncio.to_thread(crash.write_report, text)
        words = crash.last_words(error, report)
        self.notify(words, title=_("in the background"), severity="error", markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - as Textual's, and never granted
    ) -> None:
        """As Textual's; what is said may come from the network, so nothing in it acts."""
        words = "\n".join(cell(line) for line in message.splitlines()[:8])
        super().notify(words, title=cell(title), severity=severity, timeout=timeout, markup=False)

    def action_leave(self, status: int = 0) -> None:
        """End; `leave` then hands over what runs."""
        self.exit(status)

    def exit(self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """As Textual's; from here on nothing more is drawn."""
        self._leaving = True
        self.keyboard.stop()
        super().exit(result, return_code, message)

    def _handle_exception(self, error: Exception) -> None:
        """As Textual's; a page that was opening when the dashboard was left finds none of its widgets, and that is
        no fault."""
        if not (self._leaving and isinstance(getattr(error, "error", error), NoMatches)):
            super()._handle_exception(error)

    def _look_at_terminal(self) -> None:
        self.suggest_slow_link()
        if terminal.terminal_is_gone():
            self._leaving = True
            if self._driver is not None:
                # Its reader would take the end of the file for silence and ask again without a pause.
                cast("Any", self._driver).exit_event.set()
            self.run_worker(self._leave_without_terminal(), group="gone")

    async def _leave_without_terminal(self) -> None:
        """A dead terminal cannot be restored, and its reader thread would never end."""
        await self.hand_over()
        os._exit(129)

    async def hand_over(self) -> list[str]:
        """After the screen: close everything; what is not over goes on in another process. Lines for the operator."""
        words = [self.broke] if self.broke else []
        if self.opening_failed is not None:
            words.append(f"radiusbridge: {self.opening_failed.line()}")
        if self.start.kept is not None:
            await asyncio.to_thread(write, self.start.kept, self.lists.remembered(self.shown))
        left = await self.close_desk()
        words += leave_runs(self.desk, self._settings if self._owned else None)
        ours = self._settings if self._owned else None
        return words + [leave_operation(each, None if self.start.fleeting else ours) for each in left]

    def _fatal_error(self) -> None:
        """Textual would print every local variable, secrets too."""
        error = sys.exception() or self._exception or RuntimeError()
        report = crash.write_report(crash.report_text(error, SystemClock().now(), __version__))
        self.broke = crash.last_words(error, report)
        self._leaving = True
        self._close_messages_no_wait()

    async def close_desk(self) -> tuple["Operation", ...]:
        """Stop what runs here, and close what was opened here; the operations begun here that are not over."""
        left: tuple[Operation, ...] = ()
        if self.desk is not None:
            try:
                async with asyncio.timeout(LEAVING):
                    left = await self.desk.leave()
            except TimeoutError:
                left = tuple(each for each in self.desk.begun.values() if not each.status.final)
        if self._opened is not None and self._owned:
            await self._opened.close()
        return left


def _tour() -> "Tour":
    from radiusbridge.tui.tour import Tour

    return Tour()
