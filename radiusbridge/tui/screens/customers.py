"""The customers: list and detail, isolate, activate, renew, kick, probe, add, edit, evidence as it comes.

It is the first screen: what its first frame does not need is imported where it is used.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.customer_fields import CUSTOMERS
from radiusbridge.domain.live import Live
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.actions.table import action
from radiusbridge.tui.customer_cells import columns, look
from radiusbridge.tui.evidence import customer_lines, later
from radiusbridge.tui.follower import Follower
from radiusbridge.tui.frame import ListScreen, bindings_of
from radiusbridge.tui.language import N_, _, ngettext_noop
from radiusbridge.tui.pane import Detail, Page
from radiusbridge.tui.sheet import Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.domain.accounts import SessionRow
    from radiusbridge.domain.records import Customer, Operation
    from radiusbridge.services.bulk.preview import Preview
    from radiusbridge.services.customer_history import History
    from radiusbridge.services.roster import Entry
    from radiusbridge.services.session_rates import SessionRates
    from radiusbridge.services.watch import Presence
    from radiusbridge.tui.desk import Desk
    from radiusbridge.tui.evidence import Shown
    from radiusbridge.tui.roll import Roll
    from radiusbridge.tui.typed_count import Asked
    from radiusbridge.tui.why_page import WhyPage

RATES_EVERY = 3.0
"""Seconds between two readings of the counters of whom the cursor stands on."""
NOBODY = N_(" No customers yet; f9 leads through the set-up, n adds one.")


class CustomersScreen(ListScreen["Entry"]):
    """The first screen."""

    NAME = "customers"
    NOTHING_MATCHES = N_(" No customer matches; esc clears the filter.")
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self.follower: Follower | None = None
        self._history: History | None = None
        self._rates: SessionRates | None = None
        self._rated = (0, float("-inf"))
        """Whose counters were read last, and when."""
        drawn = columns(self._presence)
        self._sheet: Sheet[Entry] = Sheet(
            ngettext_noop("customer", "customers"),
            CUSTOMERS,
            self._look,
            lambda row: row.customer.id,
            drawn,
            Order("number"),
            NOBODY,
        )

    def sheet(self) -> "Sheet[Entry]":
        """As the rows are drawn; the database sorts."""
        return self._sheet

    def _look(self, entry: "Entry", name: str) -> object:
        assert self.desk is not None
        return look(entry, self._presence(entry), name, self.desk.context.zone)

    def _presence(self, entry: "Entry") -> "Presence":
        assert self.desk is not None
        return self.desk.presence(entry)

    def make_rows(self, desk: "Desk") -> "Roll":
        """Pages from the database."""
        from radiusbridge.tui.roll import Roll

        self.follower = Follower(desk, self.draw_detail)
        return Roll(desk, self._sheet.line, self.rows_changed, self.failed, self.painted)

    def state_of(self, row: "Entry | None") -> State:
        """The customer, and how they stand."""
        if row is None or self.desk is None:
            return State(self.NAME)
        customer, shown = row.customer, self._shown(row)
        live = self.desk.presence(row).state
        last = row.last
        if shown is not None and (last is None or last.id <= shown.operation.id):
            last = later(last, shown.operation)
        return State(self.NAME, True, False, True, customer, live, operation=last, name=row.server.name)

    def _shown(self, row: "Entry") -> "Shown | None":
        """The evidence that is followed, if it is this customer's."""
        shown = self.follower.shown if self.follower is not None else None
        return shown if shown is not None and shown.operation.customer_id == row.customer.id else None

    def row_chosen(self, row: "Entry | None") -> None:
        """Follow the last operation of the customer; look what else is kept about them."""
        if row is not None:
            self._remember(row.customer.id)
        self._follow(row.last.id if row is not None and row.last is not None else None)

    def _remember(self, customer_id: int) -> None:
        desk = self.desk
        assert desk is not None

        async def read() -> None:
            from radiusbridge.services.customer_history import history

            self._history = await history(desk.context, customer_id)
            self.draw_detail()

        self.quietly("history", read)

    def _measure(self, row: "Entry", presence: "Presence") -> None:
        """Read the counters of the sessions of whom the cursor stands on, now and then."""
        desk, (last, at) = self.desk, self._rated
        if desk is None or not presence.sessions or presence.state is Live.UNKNOWN:
            return
        if last == row.customer.id and desk.now() - at < RATES_EVERY:
            return
        self._rated = row.customer.id, desk.now()

        async def read() -> None:
            from radiusbridge.services.session_rates import SessionRates

            self._rates = self._rates or SessionRates(desk.context)
            of_nas: dict[str, list[SessionRow]] = {}
            for session in presence.sessions:
                of_nas.setdefault(session.nas, []).append(session)
            await self._rates.look(of_nas)
            self.draw_detail()

        self.quietly("rates", read)

    def _follow(self, operation_id: int | None) -> None:
        if self.follower is not None and self.follower.aim(operation_id):
            self.quietly("follow", self.follower.run)

    def operation_news(self, operation: "Operation") -> None:
        """The newest of the selected customer is followed at once."""
        row = self.row
        if row is not None and row.customer.id == operation.customer_id:
            self._remember(row.customer.id)
        followed = self.follower.followed if self.follower is not None else None
        if row is not None and row.customer.id == operation.customer_id and (followed or 0) < operation.id:
            self._follow(operation.id)
        super().operation_news(operation)

    def detail(self, row: "Entry") -> Detail:
        """Who, how they stand, and the evidence of the last operation."""
        assert self.desk is not None
        shown, context, presence = self._shown(row), self.desk.context, self.desk.presence(row)
        self._measure(row, presence)
        head, nothing = customer_lines(row, presence, context.clock.now()), _("no operation yet")
        known = self._history
        if known is None and self._rates is None:
            return Detail(tuple(head), shown, nothing=nothing)
        from radiusbridge.tui.customer_pages import history_lines, rate_line

        current = self._rates if presence.state is not Live.UNKNOWN else None
        rates = () if current is None else map(current.rate, presence.sessions)
        head += [rate_line(each) for each in rates if each]
        mine = known is not None and known.customer_id == row.customer.id
        more = history_lines(row.customer, known, context.zone) if known is not None and mine else []
        return Detail(tuple(head), shown, tuple(more), nothing=nothing)

    def ask_marked(self, desk: "Desk", action_id: str) -> "Asked[Preview]":
        """About those who are marked."""
        from radiusbridge.tui.bulk_asking import about_customers

        ids = [each for each in self.marks.keys if isinstance(each, int)]
        return about_customers(desk, action_id, ids, self.marks.whole)

    # -- actions

    def _ask(self, action_id: str) -> None:
        from radiusbridge.tui import asking

        def ask(desk: "Desk", row: "Entry") -> None:
            question = asking.question_of(action_id, row)
            act = lambda answers: asking.act_of(action_id, row.customer, answers)  # noqa: E731
            self.dashboard.acting.ask(action_id, question, act, lambda: desk.presence(row))

        self._reread(action_id, ask)

    def _reread(self, action_id: str, then: "Callable[[Desk, Entry], None]") -> None:
        """Go on with the customer as they are now: the row may be some seconds old, and somebody else at work."""
        row = self.row
        assert row is not None

        async def work(desk: "Desk") -> None:
            found = await desk.entries((row.customer.id,))
            if found:
                then(desk, found[0])
            else:
                words = _("{who} is not here any more").format(who=cell(row.customer.username, 60))
                self.notify(words, title=_(action(action_id).title), severity="warning")
            if found != (row,):
                self.renew()

        self.dashboard.acting.opening(action_id, work)

    def do_isolate(self) -> None:
        """Ask how."""
        self._ask("isolate")

    def do_activate(self) -> None:
        """Ask which hold."""
        self._ask("activate")

    def do_kick(self) -> None:
        """Ask."""
        self._ask("kick")

    def do_renew(self) -> None:
        """Ask for how long."""
        self._ask("renew")

    def do_undo(self) -> None:
        """Look what it would do, then ask."""

        def ask(_desk: "Desk", row: "Entry") -> None:
            if row.last is None:
                self.notify(_("nothing was done to this customer yet"), title=term("undo"), severity="warning")
            else:
                self.dashboard.ask_undo(row.last)

        self._reread("undo", ask)

    def do_add(self) -> None:
        """A form."""
        self._form(None)

    def do_edit(self) -> None:
        """The same, with what is known."""
        self._reread("edit", lambda _desk, row: self._form(row))

    def _form(self, row: "Entry | None") -> None:
        from radiusbridge.domain.records import Customer
        from radiusbridge.tui import customer_form, doings
        from radiusbridge.tui.form import Form, Values

        before = None if row is None else row.customer
        profile = "" if row is None else row.profile

        async def work(desk: "Desk") -> None:
            from radiusbridge.services import profiles, servers

            zone = desk.context.zone
            names = [each.name for each in await profiles.listed(desk.context)]
            homes = [each.name for each in await servers.listed(desk.context)]
            lines = customer_form.entries(names, homes, before, profile, zone)
            shown = {each.name: each.value for each in lines}
            title = _("New customer")
            if before is not None:
                title = _("Edit {number} {user}").format(number=before.number, user=cell(before.username, 60))

            def typed(values: Values | None) -> None:
                if values is None:
                    return
                after = customer_form.changed(before or Customer("", "", 0, 0), shown, values, zone)
                chosen, server = values["profile"].strip(), values.get("server", "").strip()
                if before is None:
                    self.dashboard.acting.submit("new", lambda desk: doings.add(desk, after, chosen, server))
                else:
                    other = "" if chosen == profile else chosen
                    self.dashboard.acting.submit("edit", lambda desk: doings.edit(desk, before, after, other))

            self.app.push_screen(Form(title, lines), typed)

        self.dashboard.acting.opening("form", work)

    def do_speed(self) -> None:
        """Ask which, and for how long."""
        from radiusbridge.tui import line_doings

        assert self.row is not None
        line_doings.ask_speed(self.dashboard, self.row.customer)

    def do_past(self) -> None:
        """Who was online from when until when."""
        assert self.row is not None
        from radiusbridge.tui.past_page import show_past

        show_past(self.dashboard, self.row.customer.username)

    def do_line(self) -> None:
        """Measure it."""
        from radiusbridge.tui import line_doings

        assert self.row is not None
        line_doings.measure(self.dashboard, self.row.customer.number)

    def do_probe(self) -> None:
        """Log in as the customer would."""
        row = self.row
        assert row is not None
        page = Page()

        async def work(desk: "Desk") -> None:
            page.put([Text(_("test login as {user} …").format(user=cell(row.customer.username, 60)))])
            from radiusbridge.tui import doings
            from radiusbridge.tui.words import probe_lines

            result = await doings.probe(desk, row.customer, row.server.name)
            page.put(probe_lines(result))
            self._remember(row.customer.id)

        self.app.push_screen(page, lambda _: None)
        self.dashboard.acting.beside("probe", work, page)

    def do_why(self) -> None:
        """The chain from the customer to the internet, as it is read."""
        row = self.row
        assert row is not None
        number = row.customer.number

        def look(page: "WhyPage") -> None:
            async def work(desk: "Desk") -> None:
                from radiusbridge.services import why

                async for told in why.why(desk.context, number):
                    page.tell(told)

            self.dashboard.acting.beside("why", work)

        from radiusbridge.tui.why_page import WhyPage

        page = WhyPage(row.customer.username, lambda verb: self._mend(verb, row.customer), look)
        self.app.push_screen(page, lambda _: None)
        look(page)

    def _mend(self, verb: str, customer: "Customer") -> None:
        """Ask for that action, about that customer and nobody else."""
        row, wanted = self.row, action(verb)
        if row is None or row.customer.id != customer.id:
            words = _("{who} is no longer under the cursor").format(who=cell(customer.username, 60))
            self.notify(words, title=_(wanted.title), severity="warning")
            return
        reason = wanted.why_not(self.dashboard.acting.state)
        if reason:
            self.notify(reason, title=_(wanted.title), severity="warning")
        else:
            getattr(self, f"do_{verb}")()
