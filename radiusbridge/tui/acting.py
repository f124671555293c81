"""What the keys do: one method for each action of the table that is not a question, and the way to the questions."""

from collections.abc import Callable, Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from textual.screen import ModalScreen

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.services.watch import Presence
from radiusbridge.tui import exports
from radiusbridge.tui.actions.kinds import Action, Danger, State
from radiusbridge.tui.actions.table import action
from radiusbridge.tui.asking import Act
from radiusbridge.tui.bulk_acting import BulkActing
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers, Confirm, Question
from radiusbridge.tui.frame import ListScreen
from radiusbridge.tui.headless import line_of
from radiusbridge.tui.help import Help
from radiusbridge.tui.language import _
from radiusbridge.tui.lines import Lines
from radiusbridge.tui.pane import DetailPage, Page
from radiusbridge.tui.tour import TourStrip
from radiusbridge.tui.typed_count import TypedCount

if TYPE_CHECKING:
    from textual.worker import Worker

    from radiusbridge.tui.app import Dashboard
    from radiusbridge.tui.voucher_prints import Going

T = TypeVar("T")
_ASKED_ON: ContextVar[ListScreen[Any] | None] = ContextVar("asked_on", default=None)
"""The list on which the key was pressed whose question is being looked at."""


class Acting:
    """The actions of one dashboard."""

    def __init__(self, app: "Dashboard") -> None:
        self._app = app
        self.bulk = BulkActing(app)
        self.prints: dict[int, Going] = {}
        """By batch of vouchers: the prints that are under way here."""

    @property
    def screen(self) -> ListScreen[Any]:
        """The list that is worked with."""
        return self._app.list_screen

    @property
    def state(self) -> State:
        """What decides whether an action is available now."""
        screen = self.screen
        app = self._app
        known = screen.state_of(screen.row)
        return replace(known, ready=app.desk is not None, read_only=app.read_only, demo=app.tour is not None)

    def act(self, action_id: str) -> None:
        """Do it, ask, or say why not."""
        wanted, marked = action(action_id), self.bulk.takes(action_id)
        reason = self.bulk.why_not(action_id) if marked else wanted.why_not(self.state)
        if reason:
            self._app.notify(reason, title=_(wanted.title), severity="warning")
        elif marked:
            self.bulk.ask(action_id)
        elif action_id.startswith("go-"):
            self._app.go(action_id.removeprefix("go-"))
        elif wanted.danger is Danger.CONFIRM or hasattr(self.screen, _method(action_id)):
            getattr(self.screen, _method(action_id))()
        else:
            getattr(self, _method(action_id))()

    # -- asking, and what a yes does

    def ask(
        self,
        wanted: str,
        question: Question,
        act: Callable[[Answers], Act],
        presence: Callable[[], Presence] | None = None,
    ) -> None:
        """Ask; a yes submits what `act` makes of the answers."""
        state = self.state

        def line(answers: Mapping[str, str]) -> str:
            return line_of(action(wanted), state, answers)

        def answered(answers: Answers | None) -> None:
            if answers is not None:
                self.submit(wanted, act(answers))

        self.offer(wanted, Confirm(question, presence, line), answered)

    def submit(self, title: str, act: Act) -> None:
        """Carry it to the services, and tell how that went."""
        desk = self._app.desk
        assert desk is not None

        async def submitted() -> None:
            try:
                began = await act(desk)
            except RadiusbridgeError as error:
                self._app.notify(error.line(), title=_("not begun: {title}").format(title=_(title)), severity="error")
                return
            if began.operation is None:
                self._app.notify(began.words, title=_(title), severity="warning")
            self.screen.renew()

        self._app.run_worker(submitted(), group="submit")

    def offer(self, title: str, question: ModalScreen[T], answered: Callable[[T | None], None]) -> None:
        """Show what asks for a yes; not where it was looked at for so long that the operator has gone to another list
        or is being asked something else: the keys that come now are meant for that."""
        asked_on, app = _ASKED_ON.get(), self._app
        if asked_on is None or (asked_on is self.screen and not isinstance(app.screen, (Confirm, TypedCount))):
            app.push_screen(question, answered)
            return
        words = _("it took long to look, and you have gone on; press the key again")
        app.notify(words, title=_(title), severity="warning")

    def opening(self, title: str, work: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
        """As `beside`, for what ends in a dialog: the keys that follow wait for it."""
        here = self.screen

        async def from_here(desk: Desk) -> None:
            _ASKED_ON.set(here)
            await work(desk)

        self._app.keyboard.hold(self.beside(title, from_here))

    def beside(
        self, title: str, work: Callable[[Desk], Coroutine[Any, Any, None]], page: Page | None = None
    ) -> "Worker[None]":
        """Run something that takes its time; what fails is told, on the page where it has one that is still open."""
        desk = self._app.desk
        assert desk is not None

        async def guarded() -> None:
            try:
                await work(desk)
            except RadiusbridgeError as error:
                if page is not None and page.is_attached:
                    page.broke(error)
                else:
                    self._app.notify(error.line(), title=_(title), severity="error")

        return self._app.run_worker(guarded, group=f"beside {title}")

    # -- on every screen

    def do_evidence(self) -> None:
        """All that is known of the row."""
        self._app.push_screen(DetailPage())
        if self._app.tour is not None:
            self._app.tour.look(self._app)  # it may be left again before the strip looks
        self.screen.call_after_refresh(self.screen.draw_detail)

    def do_filter(self) -> None:
        """Begin to type."""
        self.screen.open_filter()

    def do_back(self) -> None:
        """The marks first, then the filter."""
        screen = self.screen
        if screen.marks and screen.focused is screen.table:
            screen.marks.clear()
            screen.marks_changed()
        else:
            screen.clear_filter()

    def do_mark(self) -> None:
        """The row, and move on."""
        self.bulk.mark()

    def do_mark_all(self) -> None:
        """All that the filter shows."""
        self.bulk.mark_all()

    def do_runs(self) -> None:
        """The last bulk run."""
        self.bulk.show_runs()

    def do_sort(self) -> None:
        """By the next column."""
        self.screen.set_order(reverse=False)

    def do_reverse(self) -> None:
        """The other way round."""
        self.screen.set_order(reverse=True)

    def do_columns(self) -> None:
        """Which are shown."""
        from radiusbridge.tui.columns import Columns

        screen = self.screen
        self._app.push_screen(Columns(screen.sheet(), screen.marks_changed))

    def do_help(self) -> None:
        """The keys of this screen."""
        self._app.push_screen(Help(self._app.keymap, self.state, self.screen.sheet().vocabulary))

    def do_setup(self) -> None:
        """Go on with it."""
        from radiusbridge.tui.set_up import SetUp

        self._app.push_screen(SetUp())

    def do_tour(self) -> None:
        """Dismiss it, or recall it."""
        if self._app.tour is not None:
            self._app.tour.toggle()
            self.screen.query_one(TourStrip).look()

    def do_quit(self) -> None:
        """Leave."""
        self._app.exit(0)

    def do_slow(self) -> None:
        """Repaint seldom, or as usual again."""
        self._app.toggle_slow_link()

    def do_palette(self) -> None:
        """Find an action by name."""
        from textual.command import CommandPalette

        words = _("an action, a screen, a customer, a device, an operation …")
        self._app.push_screen(CommandPalette(placeholder=words, id="--command-palette"))

    def do_copy(self) -> None:
        """The lines that do headless what can be done here."""
        state = self.state
        lines = [(each, line_of(each, state)) for each in self.offered() if not each.id.startswith("go-")]
        self._app.push_screen(Lines([(self._app.keymap.shown(each), line) for each, line in lines if line]))

    def offered(self) -> list[Action]:
        """What is available now."""
        from radiusbridge.tui.actions.table import actions_of

        state = self.state
        return [each for each in actions_of(self.screen.NAME) if not each.why_not(state)]

    def do_import(self) -> None:
        """A form, a look, a count."""
        from radiusbridge.tui import importing

        importing.begin(self._app)

    def do_export(self) -> None:
        """Which form."""
        exports.ask(self._app)


def _method(action_id: str) -> str:
    return f"do_{action_id.replace('-', '_')}"
