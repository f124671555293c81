"""The live sessions across all NASes: duplicates and ghosts marked, what is stale with its age; kick one."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.timer import Timer

from radiusbridge.domain.session_fields import RATES, SESSIONS, LiveSession, look
from radiusbridge.services.watch import Live, Snapshot
from radiusbridge.tui import asking, doings, formats, line_doings
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.bulk_asking import about_sessions
from radiusbridge.tui.customer_pages import rate_line
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import N_, _, ngettext_noop
from radiusbridge.tui.listing import Listing
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.past_page import show_past
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, Cell, uptime, uptime_since
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, short_duration
from radiusbridge.tui.typed_count import Asked

if TYPE_CHECKING:
    from radiusbridge.services.bulk.preview import Preview
    from radiusbridge.services.live_list import LiveList
    from radiusbridge.services.session_rates import SessionRates


def _name(session: LiveSession) -> Cell:
    customer = session.whose
    return (cell(customer.name, 80), PLAIN) if customer is not None else (_("no customer"), WARN)


RATES_EVERY = 3.0
"""Seconds between two readings of the counters, while the list is looked at."""
TOGETHER = 0.3
"""Seconds that a list that was read waits for others."""


class SessionsScreen(ShortList[LiveSession]):
    """Who is on line."""

    NAME = "sessions"
    RENEWAL = 2.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._list: LiveList | None = None
        self._rates: SessionRates | None = None
        self._rated = float("-inf")
        self._soon: Timer | None = None

    def make_sheet(self) -> Sheet[LiveSession]:
        """By user name."""
        columns: tuple[Col[LiveSession], ...] = (
            Col("user", "USER NAME", 10, 3),
            Col("name", "NAME", 8, 3, draw=_name),
            Col("ip", "ADDRESS", 15),
            Col("nas", "NAS", 8, 1),
            Col("up", "UP", 7, draw=self._up),
            Col("down", "DOWN", 6, draw=partial(self._rate, "down")),
            Col("upload", "UPLOAD", 6, draw=partial(self._rate, "upload")),
            Col("mac", "CALLER", 17, 1, from_width=100),
            Col("id", "SESSION", 10, from_width=120),
            Col("area", "AREA", 8, 1, from_width=140),
            Col("mark", "MARK", 9, draw=self._mark),
        )
        return Sheet(
            ngettext_noop("session", "sessions"),
            SESSIONS,
            self._look,
            lambda each: each.key,
            columns,
            Order("user"),
            _(" No session is on any list."),
        )

    def _look(self, session: LiveSession, name: str) -> object:
        if name not in RATES:
            return look(session, name)
        from radiusbridge.services.session_list import field_of

        return field_of(session, name, self._rates)

    def _rate(self, name: str, session: LiveSession) -> Cell:
        rate = None if self._rates is None or session.stale else self._rates.rate(session.row)
        if rate is None:
            return "", FAINT
        return (term("reset"), WARN) if rate.reset else (formats.rate(rate.down if name == "down" else rate.up), PLAIN)

    def _up(self, session: LiveSession) -> Cell:
        if not session.stale:
            since = self._age(session) or 0.0
            return uptime_since(session.row.uptime, since), PLAIN
        age = self._age(session)
        return (f"?{short_duration(age)}" if age is not None else "?"), WARN

    def _age(self, session: LiveSession) -> float | None:
        return None if session.read_at is None or self.desk is None else self.desk.now() - session.read_at

    def _mark(self, session: LiveSession) -> Cell:
        if session.stale:
            return f"? {term('stale')}", WARN
        if "ghost" in session.marks:
            return term("ghost"), BAD
        if "duplicate" in session.marks:
            return "2x", WARN
        if "stranger" in session.marks:
            return term("stranger"), WARN
        return (f"w {term('walled')}", WARN) if "walled" in session.marks else (f"● {term('live')}", GOOD)

    async def load(self, desk: Desk) -> Sequence[LiveSession]:
        """From the newest snapshot."""
        from radiusbridge.services.live_list import LiveList

        self._list = self._list or LiveList(desk.context)
        nases = desk.snapshot.nases
        read = bool(nases) and all(each.began is not None or each.error for each in nases)
        if read and self._list.count_due:
            self.quietly("count", partial(self._list.count, desk.snapshot))
        found = await self._list.sessions(desk.snapshot)
        if self.is_current and desk.now() - self._rated >= RATES_EVERY:
            self._rated = desk.now()
            self.quietly("rates", partial(self._measure, desk, self._measured(found)))
        return found

    def _measured(self, sessions: Sequence[LiveSession]) -> Sequence[LiveSession]:
        """Those whose rates are wanted: on the screen or a page away, unless all of them are chosen or ordered by it.

        Of ten thousand sessions a router would be asked for each, again and again, for the sake of twenty.
        """
        rows = self.rows
        if not isinstance(rows, Listing) or rows.hangs_on & RATES:
            return sessions
        shown = self.table.visible_lines
        around = range(shown.start - len(shown), shown.stop + len(shown))
        return [row for row in map(rows.row, around) if row is not None]

    async def complete(self, desk: Desk) -> None:
        """The rates of all."""
        from radiusbridge.services.session_list import RATE_INTERVAL

        assert isinstance(self.rows, Listing)
        for pause in (RATE_INTERVAL, 0.0):
            await self._measure(desk, await self.rows.all())
            await desk.context.clock.sleep(pause)

    async def _measure(self, desk: Desk, sessions: Sequence[LiveSession]) -> None:
        from radiusbridge.services.session_list import by_nas
        from radiusbridge.services.session_rates import SessionRates

        if self._rates is None:
            self._rates = SessionRates(desk.context)
        await self._rates.look(by_nas(each for each in sessions if not each.stale))
        if self.dashboard.pace.due("rates"):
            self.table.changed()
            self.draw_detail()

    def lists_read(self, snapshot: Snapshot) -> None:
        """Show what has come, some lists together."""
        super().lists_read(snapshot)
        if self.is_current and self._soon is None:
            self._soon = self.set_timer(TOGETHER, self._renew_soon)

    def _renew_soon(self) -> None:
        self._soon = None
        self.renew()

    def state_of(self, row: LiveSession | None) -> State:
        """The session, and whose it is. A ghost cannot be kicked."""
        if row is None:
            return State(self.NAME)
        live = Live.OFFLINE if "ghost" in row.marks else Live.UNKNOWN if row.stale else Live.LIVE
        return State(self.NAME, True, False, True, row.customer, live, row.row.session_id)

    def detail(self, row: LiveSession) -> Detail:
        """Everything that the list says."""
        session, customer = row.row, row.whose
        head = Text(cell(session.username, 80), "bold")
        if customer is not None:
            head.append(f"  {cell(customer.number, 20)} {cell(customer.name, 60)} {cell(customer.area, 30)}", "default")
        text, _tone = self._mark(row)
        up = uptime(session.uptime) if row.stale else uptime_since(session.uptime, self._age(row) or 0.0)
        address = cell(session.address or _("no address"), 45)
        where = _("{address} on {nas} up {up}").format(address=address, nas=cell(session.nas, 40), up=up)
        lines = [head, Text(f"{text}  {where}")]
        lines += self._rate_lines(row)
        told = _("caller {mac}  session {id}")
        caller = cell(session.caller_id or "-", 40)
        lines.append(Text(told.format(mac=caller, id=cell(session.session_id, 40))))
        if session.lists:
            lines.append(Text(_("address lists: {names}").format(names=cell(", ".join(session.lists), 200))))
        lines += [Text(f"  {_(_WORDS[mark])}", "yellow") for mark in row.marks]
        age = self._age(row)
        if row.stale:
            told = _("  the list of {nas} was never read: what is so now is not known")
            if age is not None:
                told = _("  the list of {nas} is {age} old: what is so now is not known")
            old = "" if age is None else short_duration(age)
            lines.append(Text(told.format(nas=cell(session.nas, 40), age=old), "yellow"))
        lines.append(Text(self._how_read(row), "dim"))
        return Detail(tuple(lines))

    def _rate_lines(self, row: LiveSession) -> list[Text]:
        rate = None if self._rates is None else self._rates.rate(row.row)
        return [] if rate is None else [rate_line(rate)]

    def _how_read(self, row: LiveSession) -> str:
        readings = () if self.desk is None else self.desk.snapshot.nases
        reading = next((each for each in readings if each.nas == row.row.nas), None)
        if reading is None or reading.listens:
            return _("changes are told by the NAS as they happen") if reading is not None else ""
        why = f": {cell(reading.deaf, 100)}" if reading.deaf else ""
        return _("its list is read every 2 s; the NAS does not tell changes") + why

    def ask_marked(self, desk: Desk, action_id: str) -> "Asked[Preview]":  # noqa: ARG002 - only kick takes many here
        """About the sessions that are marked and still there."""
        assert isinstance(self.rows, Listing)
        known = self.rows.known(self.marks.keys)
        return about_sessions(desk, known, self.marks.whole, len(self.marks) - len(known))

    def do_kick(self) -> None:
        """Ask about this one."""
        row = self.row
        assert row is not None
        customer, session = row.customer, row.row
        assert customer is not None
        told = _("{address} on {nas}, up {up}")
        address = session.address or _("no address")
        where = told.format(address=address, nas=session.nas, up=uptime(session.uptime))
        question = asking.kick_one(customer, session.session_id, where)
        self.dashboard.acting.ask(
            "kick", question, lambda _: lambda desk: doings.kick(desk, customer, (session.session_id,))
        )

    def do_speed(self) -> None:
        """Ask which, and for how long."""
        assert self.row is not None
        customer = self.row.customer
        assert customer is not None
        line_doings.ask_speed(self.dashboard, customer)

    def do_past(self) -> None:
        """Who was online from when until when."""
        assert self.row is not None
        assert self.row.whose is not None
        show_past(self.dashboard, self.row.whose.username)

    def do_line(self) -> None:
        """Measure it, from the NAS that has it."""
        assert self.row is not None
        assert self.row.whose is not None
        session = self.row.row
        line_doings.measure(self.dashboard, self.row.whose.number, session.nas)


_WORDS = {
    "duplicate": N_("the same user name has more than one session"),
    "ghost": N_("the server counts this session, and no NAS has it: radiusbridge server sweep takes it off"),
    "stranger": N_("no customer of this server has that user name"),
    "walled": N_("in the isolation list: only the notice page"),
}
