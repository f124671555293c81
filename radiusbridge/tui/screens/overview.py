"""How everything stands, at a glance; each line leads to the list behind it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.overview_fields import OVERVIEW
from radiusbridge.domain.records import Operation
from radiusbridge.domain.spark import spark
from radiusbridge.domain.text import beside
from radiusbridge.services.readings.states import Contact
from radiusbridge.tui import formats
from radiusbridge.tui import overview_rows as lines
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext, ngettext_noop
from radiusbridge.tui.listing import Listing, Rows
from radiusbridge.tui.manners import CALM
from radiusbridge.tui.overview_rows import Row
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import GOOD, HEAD, Cell, Whole
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.text import cell, short_duration

if TYPE_CHECKING:
    from radiusbridge.services.overview import Overview, Standing

Draw = Callable[[Row], Cell]

DATABASE_EVERY = 6.0
"""Seconds that the database's figures are shown again: the routers are looked at more often."""


class OverviewScreen(ShortList[Row]):
    """Sums, then routers."""

    NAME = "overview"
    RENEWAL = 2.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._standing: Standing | None = None
        self._asked = 0.0
        self._drawn: Overview | None = None
        """Whose sparklines are shown."""

    def make_sheet(self) -> Sheet[Row]:
        """A router's columns; the other lines keep to none."""
        columns: tuple[Col[Row], ...] = (
            Col("name", "ROUTER", 11, 2, draw=self._titled("ROUTER", lines.named)),
            Col("state", "STATE", 11, draw=self._titled("STATE", lambda row: lines.contact(row, self._now()))),
            Col("version", "VERSION", 7, draw=self._titled("VERSION", _version)),
            Col("cpu", "CPU", 4, draw=self._titled("CPU", _cpu)),
            Col("memory", "MEM", 4, from_width=100, draw=self._titled("MEM", _memory)),
            Col("up", "UP", 7, from_width=100, draw=self._titled("UP", _uptime)),
            Col("sessions", "SESS", 6, draw=self._titled("SESS", self._sessions)),
            Col("traffic", "TRAFFIC", 7, draw=self._titled("TRAFFIC", _traffic)),
            Col("heard", "HEARD", 6, draw=self._titled("HEARD", lambda row: lines.heard(row, self._now()))),
            Col("hour", "LAST HOUR", 10, 3, draw=self._titled("LAST HOUR", self._hour)),
        )
        nothing = _(" No server yet. Begin with: radiusbridge server add")
        return Sheet(
            ngettext_noop("row", "rows"), OVERVIEW, lines.look, lambda row: row.key, columns, Order(""), nothing,
            whole=self._whole,
        )  # fmt: skip

    def _titled(self, title: str, draw: Draw) -> Draw:
        """The line above the routers has the columns' titles."""

        def drawn(row: Row) -> Cell:
            return (_(title), HEAD) if row.line is None else draw(row)

        return drawn

    def _now(self) -> datetime:
        assert self.desk is not None
        return self.desk.context.clock.now()

    def _whole(self, row: Row) -> Whole | None:
        return lines.whole(row, self.table.size.width)

    def _sessions(self, row: Row) -> Cell:
        """As the watch on its list has them, where that is fresher."""
        assert row.line is not None
        state, vitals = row.line.state, row.line.state.vitals
        count = None if vitals is None else vitals.sessions
        if state.home.nas and self.desk is not None and not state.stale:
            for reading in self.desk.snapshot.nases:
                if reading.nas == state.home.nas and not reading.stale(self.desk.now()):
                    count = reading.count
        return lines.figure(row, None if count is None else formats.number(count))

    def _hour(self, row: Row) -> Cell:
        """Sessions of a NAS, else traffic."""
        assert row.line is not None
        series = row.line.sessions if row.line.state.home.nas else row.line.traffic
        sizes = self.table.sizes
        return spark(series, min(len(series), sizes[-1] if sizes else 10)), GOOD

    def on_mount(self) -> None:
        """The columns' titles stand above the routers, further down."""
        super().on_mount()
        self.table.say_heading(_(" NOW"))

    def make_rows(self, desk: Desk) -> Listing[Row]:
        """In the order in which they come."""
        made = super().make_rows(desk)
        made.order = None
        return made

    async def load(self, desk: Desk) -> Sequence[Row]:
        """The routers as they were read last; the database's figures, if they are not from just now."""
        from radiusbridge.services import overview

        now = desk.now()
        if self._standing is None or now - self._asked >= DATABASE_EVERY:
            self._standing, self._asked = await overview.standing(desk.context), now
        at = desk.context.clock.now()
        routers = overview.lines_of(desk.readings, at)
        seen = self._calm(overview.Overview(at, routers, overview.totals_of(routers), self._standing))
        return lines.rows_of(seen, desk.context.zone)

    def _calm(self, seen: "Overview") -> "Overview":
        """On a slow link with the sparklines of a while ago, as far as there were any; all figures as they are now."""
        if self.dashboard.pace.due("sparklines", CALM) or self._drawn is None:
            self._drawn = seen
            return seen
        before = self._drawn
        known = {line.state.home: line for line in before.routers}
        drawn = [known.get(line.state.home, line) for line in seen.routers]
        routers = tuple(
            replace(line, sessions=old.sessions, traffic=old.traffic)
            for line, old in zip(seen.routers, drawn, strict=True)
        )
        sessions, traffic = before.totals.sessions_series, before.totals.traffic_series
        return replace(
            seen, routers=routers, totals=replace(seen.totals, sessions_series=sessions, traffic_series=traffic)
        )

    def operation_news(self, operation: Operation) -> None:
        """What waits and what failed may have changed."""
        self._standing = None
        super().operation_news(operation)

    def on_screen_resume(self) -> None:
        """Somebody may have changed something on another screen."""
        self._standing = None
        super().on_screen_resume()

    def counted(self, rows: Rows[Row]) -> str:
        """The routers, by the worst contact among them."""
        if self.query_text or self.desk is None:
            return super().counted(rows)
        contacts = [state.contact for state in self.desk.readings.states]
        worst = next((each for each in Contact if each in contacts), None)
        if worst is None:
            return _("no router")
        count = contacts.count(worst)
        if worst is Contact.UP:
            return ngettext("{n} router up", "{n} routers up", count).format(n=count)
        sign = lines.CONTACTS[worst][0]
        return _("{sign} {n} of {all} {state}").format(sign=sign, n=count, all=len(contacts), state=_(worst.value))

    def state_of(self, row: Row | None) -> State:
        """Where the line leads."""
        return State(self.NAME, selected=row is not None)

    def do_visit(self) -> None:
        """The list behind the line."""
        row = self.row
        assert row is not None
        name, query = row.goes
        self.dashboard.lists[name].seek(query)
        self.dashboard.go(name)

    def detail(self, row: Row) -> Detail:
        """All that is known."""
        if row.line is not None:
            return Detail(tuple(_router_lines(row, self._now())))
        if not row.parts:
            return Detail((Text(_("Routers"), "bold"), *map(Text, row.words)))
        head = Text(" ".join(text.strip() for text, _tone in row.parts), "bold")
        return Detail((head,), more=tuple(Text(f"  {words}") for words in row.words))


def _version(row: Row) -> Cell:
    vitals = row.line.state.vitals if row.line is not None else None
    return lines.figure(row, "" if vitals is None else cell(vitals.version.partition(" ")[0], 20))


def _cpu(row: Row) -> Cell:
    vitals = row.line.state.vitals if row.line is not None else None
    return lines.figure(row, None if vitals is None or vitals.cpu is None else f"{vitals.cpu}%")


def _memory(row: Row) -> Cell:
    vitals = row.line.state.vitals if row.line is not None else None
    if vitals is None or vitals.memory_used is None or not vitals.memory_total:
        return lines.figure(row, None)
    return lines.figure(row, f"{vitals.memory_used * 100 // vitals.memory_total}%")


def _uptime(row: Row) -> Cell:
    vitals = row.line.state.vitals if row.line is not None else None
    return lines.figure(row, None if vitals is None or vitals.uptime is None else short_duration(vitals.uptime))


def _traffic(row: Row) -> Cell:
    flow = row.line.state.traffic if row.line is not None else None
    return lines.figure(row, None if flow is None or flow.received is None else formats.rate(round(flow.received)))


def _router_lines(row: Row, now: datetime) -> list[Text]:
    """A router in words; what is not known is said to be so."""
    assert row.line is not None
    state, vitals = row.line.state, row.line.state.vitals
    sign, tone = lines.CONTACTS[state.contact]
    since = (
        ""
        if state.since is None
        else _(" since {when}").format(when=f"{formats.clock(state.since)} {state.since.astimezone():%Z}")
    )
    head = Text(f"{sign} {cell(state.home.name, 60)}", f"bold {TONE_STYLES[tone]}".strip())
    head.append(
        f"  {_(state.contact.value)}{since}  {'+'.join(state.home.roles)} {cell(state.home.endpoint, 60)}", "default"
    )
    found = [head]
    age = state.age(now)
    if state.error:
        found.append(Text(f"  {cell(beside(state.home.name, state.error), 300)}", TONE_STYLES[tone]))
    if vitals is None:
        heard = _("it was never read") if age is None else _("heard {age} ago").format(age=short_duration(age))
        return [*found, Text(f"  {heard}")]
    if state.stale and age is not None:
        found.append(Text(_("  what follows is {age} old").format(age=short_duration(age)), "yellow"))
    up = "-" if vitals.uptime is None else short_duration(vitals.uptime)
    cpu = "-" if vitals.cpu is None else f"{vitals.cpu}%"
    figures = _("up {up}  CPU {cpu}  answer {ms} ms").format(up=up, cpu=cpu, ms=formats.number(vitals.seconds * 1000))
    found.append(Text(f"  {cell(vitals.board, 40)} {cell(vitals.version, 60)}  {figures}"))
    counts = (
        []
        if vitals.sessions is None
        else [ngettext("{n} session", "{n} sessions", vitals.sessions).format(n=formats.number(vitals.sessions))]
    )
    if vitals.accounts is not None:
        counts.append(
            _("User Manager: {users} users, counts {n} sessions").format(
                users=formats.number(vitals.accounts), n=formats.number(vitals.accounted or 0)
            )
        )
    flow = state.traffic
    if flow.received is not None and flow.sent is not None:
        rates = _("{received}b/s in, {sent}b/s out").format(
            received=formats.rate(round(flow.received)), sent=formats.rate(round(flow.sent))
        )
        counts.append(_("{rates} over {seconds} s").format(rates=rates, seconds=formats.number(flow.seconds, 1)))
    else:
        counts.append(_("traffic not known: {why}").format(why=cell(flow.why, 120)))
    found += [Text(f"  {words}") for words in counts]
    return [*found, *(Text(f"  ? {cell(words, 200)}", "yellow") for words in vitals.missing)]
