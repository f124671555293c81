"""The first run: add a server, test it, add its NASes, take over its accounts. It can be left and resumed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from radiusbridge.domain.records import Server
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.tui import device_changes, doings, formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.pane import Page
from radiusbridge.tui.rows import GOOD, WARN
from radiusbridge.tui.start import WANTS_DEMO
from radiusbridge.tui.text import cell
from radiusbridge.tui.words import finding_lines

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard

LOOK = 2.0
"""Seconds between two looks at what is there by now."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What is there: the first server, NASes of all, customers; whether vouchers were ever drawn."""

    server: Server | None = None
    nases: tuple[str, ...] = ()
    customers: int = 0
    vouchers: bool = False


async def look(desk: Desk) -> Reached:
    """How far it is."""
    from radiusbridge.services import nases, servers
    from radiusbridge.services.roster import Query
    from radiusbridge.services.vouchers import finding

    known = await servers.listed(desk.context)
    placed = await nases.listed(desk.context)
    customers = await desk.count(Query())
    vouchers = bool(await finding.batches(desk.context, limit=1))
    return Reached(known[0] if known else None, tuple(each.nas.name for each in placed), customers, vouchers)


class SetUp(ModalScreen[None]):
    """What is done, and what comes next. tested: of this process, since a test is no record."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("escape,q", "dismiss(None)", "leave", show=False),
        Binding("enter", "next", show=False),
        *(Binding(str(number), f"step({number})", show=False) for number in range(1, 5)),
        Binding("d", "demo", show=False),
    ]
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self._reached = Reached()
        self._tested = ""

    @property
    def dashboard(self) -> "Dashboard":
        """The application."""
        return cast("Dashboard", self.app)

    def compose(self) -> ComposeResult:
        """One box."""
        with Vertical(id="set-up"):
            yield Static(id="set-up-text", markup=False)

    def on_mount(self) -> None:
        """Look how far it is, again and again."""
        self.set_interval(LOOK, self.renew)
        self.renew()

    def on_screen_resume(self) -> None:
        """A step was left."""
        self.renew()

    def renew(self) -> None:
        """Look, and show it."""

        async def work(desk: Desk) -> None:
            self._reached = await look(desk)
            if self.is_attached:
                self._show()

        self.dashboard.acting.beside(_("set-up"), work)

    # -- the steps

    @property
    def _done(self) -> tuple[bool, ...]:
        reached = self._reached
        known = reached.server is not None
        tested = known and (bool(self._tested) or bool(reached.nases) or bool(reached.customers))
        return known, tested, bool(reached.nases), bool(reached.customers)

    @property
    def _next(self) -> int:
        """The first step that was not done; 0: all were."""
        return next((number for number, done in enumerate(self._done, 1) if not done), 0)

    def action_next(self) -> None:
        """The first that was not done; after the last one, the customers."""
        if self._next:
            self.action_step(self._next)
        else:
            self.dismiss(None)

    def action_step(self, number: int) -> None:
        """Any of them, again too."""
        server = self._reached.server
        if number == 1:
            device_changes.fill(self.dashboard, "server", saved=self.renew)
        elif server is None:
            self.notify(_("first comes a server: 1"), severity="warning")
        elif number == 2:
            self._test(server.name)
        elif number == 3:
            device_changes.fill(self.dashboard, "nas", saved=self.renew)
        else:
            from radiusbridge.tui.adopt import Adopt

            self.app.push_screen(Adopt(server.name), lambda _: self.renew())

    def action_demo(self) -> None:
        """On a simulated ISP instead."""
        if self._reached.server is None:
            self.dashboard.exit(WANTS_DEMO)

    def _test(self, name: str) -> None:
        page = Page()

        async def work(desk: Desk) -> None:
            found: list[Finding] = []
            title = Text(_("test of server {name}").format(name=cell(name, 60)), "bold")
            page.put([title, Text("…")])
            async for finding in doings.test(desk, "server", name):
                found.append(finding)
                page.put([title, *finding_lines(found), Text("…")])
            failed = any(each.mark is Mark.FAILED for each in found)
            self._tested = "" if failed else name
            page.put([title, *finding_lines(found), Text(_("over; esc leads back"), "dim")])

        self.app.push_screen(page, lambda _: self._show())
        self.dashboard.acting.beside(_("test"), work, page)

    # -- what it shows

    def _show(self) -> None:
        lines = [Text(_("Set-up"), "bold"), *self._places(), Text("")]
        done, upcoming, words = self._done, self._next, self._words()
        for number, text in enumerate(words, 1):
            sign, style = ("✔", TONE_STYLES[GOOD]) if done[number - 1] else ("▸" if number == upcoming else " ", "")
            line = Text(f" {sign} {number}  ", style)
            lines.append(line.append(text, "bold" if number == upcoming else "default"))
        lines += [Text(""), self._keys(words)]
        self.query_one("#set-up-text", Static).update(Text("\n").join(lines))

    def _places(self) -> list[Text]:
        desk, settings = self.dashboard.desk, self.dashboard.settings
        lines = [] if desk is None else [Text(_("  database  {file}").format(file=desk.context.database.target))]
        if settings is not None:
            lines.append(Text(_("  its key   {file}").format(file=settings.key_file)))
            lines.append(Text(_("            without the key no password in it can be read: keep a copy elsewhere")))
        return [Text(cell(line.plain, 200), "dim") for line in lines]

    def _words(self) -> Sequence[str]:
        reached = self._reached
        server = reached.server
        name = "" if server is None else cell(server.name, 40)
        count = len(reached.nases)
        return (
            _("a server: the User Manager that logs customers in")
            if server is None
            else _("server {name} at {host}").format(name=name, host=cell(server.home[0], 60)),
            _("test it: every step is shown, the failing one named")
            if not self._done[1]
            else _("server {name} answers").format(name=name),
            _("its NASes, where sessions live: without them nothing is PROVEN")
            if not count
            else ngettext("{n} NAS: {names}", "{n} NASes: {names}", count).format(
                n=count, names=cell(", ".join(reached.nases), 60)
            ),
            _("its accounts: what differs is shown, then taken over")
            if not reached.customers
            else ngettext("{n} customer", "{n} customers", reached.customers).format(
                n=formats.number(reached.customers)
            ),
        )

    def _keys(self, words: Sequence[str]) -> Text:
        text = Text(" ")
        text.append(" ⏎ ", "reverse")
        upcoming = self._next
        text.append(f" {_('next') if upcoming else _('to the customers')}   ", "bold" if words else "")
        text.append(" 1-4 ", "reverse")
        text.append(f" {_('any step')}   ")
        if self._reached.server is None:
            text.append(" d ", "reverse")
            text.append(f" {_('demo')}   ", TONE_STYLES[WARN])
        text.append(" esc ", "reverse")
        text.append(f" {_('leave; f9 comes back')}")
        return text
