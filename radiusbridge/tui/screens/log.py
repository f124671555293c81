"""What the routers log, and what becomes of following them. The streams end when the screen is left."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import Input
from textual.worker import Worker

from radiusbridge.domain.log_fields import LOG, OURS, LogEntry, look
from radiusbridge.tui import formats
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import BAD, FAINT, PLAIN, WARN, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.text import cell
from radiusbridge.tui.told import told

if TYPE_CHECKING:
    from radiusbridge.services.router_log import RouterLog

REDRAW = 0.5
"""Seconds between two looks at what has come."""


class LogScreen(ShortList[LogEntry]):
    """The newest lines of all routers."""

    NAME = "log"
    RENEWAL = 60.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._log: RouterLog | None = None
        self._worker: Worker[None] | None = None
        self._wanted = True
        """Whether it is followed while the screen is shown."""
        self._news = False

    def make_sheet(self) -> Sheet[LogEntry]:
        """Newest first."""
        columns: tuple[Col[LogEntry], ...] = (
            Col("at", "TIME", 8, draw=_at),
            Col("router", "ROUTER", 8, 1),
            Col("topics", "TOPICS", 10, 2, draw=_topics),
            Col("message", "MESSAGE", 20, 12, draw=lambda entry: (cell(_message(entry), 300), _tone(entry))),
            Col("user", "USER NAME", 10, 1, from_width=140),
        )
        nothing = _(" No line has come yet.")
        return Sheet(
            ngettext_noop("log line", "log lines"),
            LOG,
            look,
            lambda entry: entry.number,
            columns,
            Order("at", True),
            nothing,
            weigh=_weight,
            moments={"at": lambda entry: entry.at},
        )

    async def load(self, desk: Desk) -> Sequence[LogEntry]:  # noqa: ARG002 - it comes by itself
        """What is kept."""
        return () if self._log is None else tuple(self._log.lines)

    # -- following

    def open(self, desk: Desk) -> None:
        """The services are there."""
        begins = self.rows is None
        super().open(desk)
        if begins:
            self.set_interval(REDRAW, self._look)
        self._follow()

    def on_screen_resume(self) -> None:
        """It is shown again."""
        super().on_screen_resume()
        self._follow()

    def on_screen_suspend(self) -> None:
        """Another list ends the streams; a dialog or page on top does not."""
        if self.dashboard.list_screen is not self:
            self._end()

    def _follow(self) -> None:
        if self.desk is None or not self._wanted or self._worker is not None:
            return
        from radiusbridge.services.router_log import RouterLog

        log = self._log = self._log or RouterLog(self.desk.context, told=self._told)
        self._worker = self.run_worker(self._following(log), group="follow")

    async def _following(self, log: "RouterLog") -> None:
        from radiusbridge.domain.errors import RadiusbridgeError

        try:
            await log.follow()
        except RadiusbridgeError as error:
            self.failed(error)

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
            self.draw_freshness()

    def _told(self, _entry: LogEntry) -> None:
        self._news = True

    def _look(self) -> None:
        if self._news and self.is_current and self.dashboard.pace.due("log"):
            self._news = False
            self.renew()

    def draw_freshness(self) -> None:
        """Whether it is followed, and which routers are not."""
        if self.desk is None or not self.is_attached:
            return
        if self.unfit or self.trouble:
            super().draw_freshness()
            return
        text = Text(" ", no_wrap=True, overflow="ellipsis")
        text.append(_("▸ followed") if self._worker is not None else _("… not followed: f follows"))
        for error in () if self._log is None else self._log.errors.values():
            text.append(f"   ✖ {cell(error, 120)}", "bold red")
        self.say_freshness(text)

    # -- acting

    def state_of(self, row: LogEntry | None) -> State:
        """The line."""
        return State(self.NAME, selected=row is not None)

    def detail(self, row: LogEntry) -> Detail:
        """The whole line."""
        head = Text(f"{cell(row.router, 60)}", "bold")
        head.append(f"  {formats.stamp(row.at)}  {cell(row.topics, 200)}", "default")
        lines = [head, Text(f"  {cell(_message(row), 1000)}")]
        if row.user:
            cause = f": {row.cause.replace('_', ' ')}" if row.cause else ""
            lines.append(Text("  " + _("about {user}").format(user=cell(row.user, 100)) + cause, "bold"))
        if not row.live:
            lines.append(Text("  " + _("found in the router's buffer; its time is turned into ours"), "dim"))
        return Detail(tuple(lines))

    def do_follow(self) -> None:
        """On, or off."""
        self._wanted = self._worker is None
        if self._wanted:
            self._follow()
        else:
            self._end()
        self.draw_freshness()

    def do_jump(self) -> None:
        """To the customer whom the line names."""
        user = "" if self.row is None else self.row.user
        if not user or '"' in user:
            self.notify(_("the line names no customer"), title=_("customer"), severity="warning")
            return
        self.dashboard.go("customers")

        def filtered() -> None:
            self.dashboard.list_screen.query_one("#filter", Input).value = f'user="{user}"'

        self.app.call_after_refresh(filtered)


def _at(entry: LogEntry) -> Cell:
    return formats.clock(entry.at), FAINT


def _topics(entry: LogEntry) -> Cell:
    return cell(entry.topics, 100), PLAIN


def _message(entry: LogEntry) -> str:
    return told(entry.message) if entry.topics == OURS else entry.message


def _tone(entry: LogEntry) -> str:
    words = entry.topics.split(",")
    if entry.cause or "error" in words or "critical" in words:
        return BAD
    return WARN if "warning" in words or OURS in words else PLAIN


def _weight(entry: LogEntry, name: str) -> object:
    """By time, and of the same moment in the order in which they came."""
    return entry.at.timestamp() + entry.number * 1e-7 if name == "at" else look(entry, name)
