"""The page of sales: what was sold within a period, in lines by day or otherwise; the cash drawer; what runs short."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Static

from radiusbridge.domain.days import parse_day
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.vouchers.records import MOST_MONEY
from radiusbridge.domain.vouchers.reports import Grouping, Period, Report
from radiusbridge.domain.vouchers.sales import rupiah
from radiusbridge.services.exporting import new_export
from radiusbridge.services.vouchers import drawer, reporting, stocking
from radiusbridge.services.vouchers.reporting import Ask
from radiusbridge.tui import exports, formats
from radiusbridge.tui.actions.kinds import Action, State
from radiusbridge.tui.actions.table import action
from radiusbridge.tui.actions.voucher_sales_actions import GROUPINGS, PAGE, PERIODS, VOUCHER_SALES_ACTIONS
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.form import Entry, Form, Values, Ways
from radiusbridge.tui.form_checks import any_text, empty_or, whole_number
from radiusbridge.tui.headless import line_of
from radiusbridge.tui.help import Help
from radiusbridge.tui.keymap import Keymap
from radiusbridge.tui.language import N_, _, ngettext
from radiusbridge.tui.lines import Lines
from radiusbridge.tui.pane import Page
from radiusbridge.tui.rows import BAD
from radiusbridge.tui.sales import lines
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard

EVERY = 5.0
"""Seconds between two readings."""
_OWN = tuple(each for each in VOUCHER_SALES_ACTIONS if PAGE in each.screens)
_KEYS = ("sales_help", "sales_open", "sales_close", "sales_shifts", "sales_only", "sales_export", "sales_copy")
_CASH = whole_number(0, MOST_MONEY)
_SUMS = ("sold", "returned", "count", "amount", "price", "refunded", "average", "margin")
_ONLY = (("profile", N_("profile")), ("outlet", N_("outlet")), ("cashier", N_("cashier")), ("router", N_("router")))


class SalesPage(Page):
    """Read anew again and again while it is seen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.keys, f"act('{each.id}')", each.title, id=each.id, show=False) for each in _OWN
    ]

    def __init__(self, app: "Dashboard") -> None:
        super().__init__()
        self._dashboard = app
        self._ask = Ask(Grouping.DAY, Period.MONTH)
        self._report: Report | None = None
        self._expected = False

    def on_mount(self) -> None:
        """Read."""
        super().on_mount()
        self._begin()

    def on_resize(self) -> None:
        """As many keys as there is room for."""
        shown = f" {_('esc back')}"
        for name in _KEYS:
            key = f"  {self._dashboard.keymap.shown(action(name))} {_(action(name).title)}"
            if cell_len(shown) + cell_len(key) <= self.size.width:
                shown += key
        self.query_one("#page-keys", Static).update(shown)

    @property
    def _known(self) -> State:
        ask = self._ask
        app = self._dashboard
        return State(PAGE, ready=app.desk is not None, read_only=app.read_only, name=str(ask.period), kind=str(ask.by))

    def action_act(self, action_id: str) -> None:
        """What a key of the table of actions does."""
        wanted = action(action_id)
        why = wanted.why_not(self._known)
        if why:
            self._dashboard.notify(why, title=_(wanted.title), severity="warning")
        elif wanted in PERIODS:
            period = Period(action_id.removeprefix("sales_"))
            self._asked(replace(self._ask, period=period, first=None, last=None))
        elif wanted in GROUPINGS:
            self._asked(replace(self._ask, by=Grouping(action_id.removeprefix("sales_by_"))))
        else:
            getattr(self, f"_do_{action_id.removeprefix('sales_')}")()

    # -- what is seen

    def _asked(self, ask: Ask) -> None:
        self._ask = ask
        self._begin()

    def _begin(self) -> None:
        self.run_worker(self._read(), group="report", exclusive=True)

    async def _read(self) -> None:
        desk = self._dashboard.desk
        assert desk is not None
        while True:
            try:
                told, mine, short = await asyncio.gather(
                    reporting.report(desk.context, self._ask),
                    drawer.own(desk.context),
                    stocking.shortages(desk.context),
                )
                self._report = told
                mine_now = lines.drawer_line(mine, expected=self._expected)
                self._show([mine_now, *lines.stock_lines(short), Text(""), *lines.report_lines(told)])
            except RadiusbridgeError as error:
                self._show([Text(f"✖ {cell(error.line(), 300)}", TONE_STYLES[BAD])])
            await desk.context.clock.sleep(EVERY)

    def _show(self, shown: list[Text]) -> None:
        if self.is_attached:
            ask = self._ask
            period = "" if ask.first or ask.last else f"sales_{ask.period}"
            head = (_choice(self._dashboard.keymap, _("period"), PERIODS, period),)
            self.put([*head, _choice(self._dashboard.keymap, _("by"), GROUPINGS, f"sales_by_{ask.by}"), *shown])

    # -- what is done

    def _do_only(self) -> None:
        ask = self._ask
        entries = [
            Entry("first", _("from"), empty_or(parse_day), "" if ask.first is None else str(ask.first), "2026-11-01"),
            Entry("last", _("to"), empty_or(parse_day), "" if ask.last is None else str(ask.last), "2026-11-30"),
            *(Entry(name, _(label), any_text, getattr(ask, name) or "") for name, label in _ONLY),
            Entry("zone", _("days of"), any_text, ask.zone or "", "Asia/Jakarta"),
        ]

        def typed(values: Values | None) -> None:
            if values is not None:
                self._asked(_narrowed(ask, values))

        self.app.push_screen(Form(_("Only these sales"), entries, Ways(partial(_narrowed, ask))), typed)

    def _do_open(self) -> None:
        entries = [
            Entry("cash", _("cash"), _CASH, "", _("Rupiah in the drawer now")),
            Entry("outlet", _("outlet"), any_text, "", _("where you sell")),
            Entry("note", _("note"), any_text),
        ]

        async def save(typed: Values) -> None:
            desk = self._dashboard.desk
            assert desk is not None
            outlet, note = typed["outlet"].strip(), typed["note"].strip()
            await drawer.open_shift(desk.context, outlet, _CASH(typed["cash"]), note=note)

        self.app.push_screen(Form(_("Open the drawer"), entries, Ways(save=save)), self._again)

    def _do_close(self) -> None:
        entries = [
            Entry("counted", _("counted"), _CASH, "", _("Rupiah in the drawer now")),
            Entry("reason", _("reason"), any_text, "", _("where it is not what it has to be")),
        ]

        async def save(typed: Values) -> None:
            desk = self._dashboard.desk
            assert desk is not None
            closed = await drawer.close_shift(desk.context, _CASH(typed["counted"]), reason=typed["reason"])
            assert closed.end is not None
            end = closed.end
            told = _("{amount} counted of {expected}: {difference}").format(
                amount=rupiah(end.counted), expected=rupiah(end.expected), difference=rupiah(end.difference)
            )
            self._dashboard.notify(told, title=_("The drawer is closed"), markup=False)

        self.app.push_screen(Form(_("Count the drawer, end your shift"), entries, Ways(save=save)), self._again)

    def _again(self, _values: Values | None) -> None:
        self._begin()

    def _do_expected(self) -> None:
        self._expected = not self._expected
        self._begin()

    def _do_shifts(self) -> None:
        async def work() -> None:
            desk = self._dashboard.desk
            assert desk is not None
            page = Page()
            found = await drawer.drawers(desk.context)
            self.app.push_screen(page)
            page.put(lines.shift_lines(found, expected=self._expected))

        self.run_worker(work(), group="shifts", exclusive=True)

    def _do_export(self) -> None:
        def picked(key: str | None) -> None:
            if key is not None and self._report is not None:
                self.run_worker(self._export(self._report, exports.FORM_OF[key]), group="export")

        ways = [(key, _(words)) for key, words in exports.WAYS if key in exports.FORM_OF]
        self.app.push_screen(Lines(ways, _("Export the report"), pick=True), picked)

    async def _export(self, report: Report, form: str) -> None:
        scope = report.scope
        stem = f"radiusbridge-sales-{scope.first}-{scope.last}-{report.by}"
        rows = [{"group": name, **{each: getattr(sums, each) for each in _SUMS}} for name, sums in report.groups]

        def write() -> Path:
            with new_export(Path.cwd(), stem, form, ("group", *_SUMS)) as export:
                export.add(rows)
            return export.path

        try:
            path = await asyncio.to_thread(write)
        except RadiusbridgeError as error:
            self._dashboard.notify(error.line(), title=_("export"), severity="error", markup=False)
            return
        title = ngettext("{n} line written", "{n} lines written", len(rows)).format(n=formats.number(len(rows)))
        self._dashboard.notify(str(path), title=title, markup=False)

    def _do_help(self) -> None:
        self.app.push_screen(Help(self._dashboard.keymap, self._known))

    def _do_copy(self) -> None:
        found = [(each, line_of(each, self._known)) for each in _OWN if each not in (*PERIODS, *GROUPINGS[1:])]
        self.app.push_screen(Lines([(self._dashboard.keymap.shown(each), line) for each, line in found if line]))


def _choice(keymap: Keymap, what: str, offered: Sequence[Action], chosen: str) -> Text:
    """`period  1 today  2 week …`, that which is chosen in reverse."""
    text = Text(f"{what}  ", no_wrap=True, overflow="ellipsis")
    for each in offered:
        text.append(f"{keymap.shown(each)} {_(each.title)}", "reverse" if each.id == chosen else "dim").append("  ")
    return text


def _narrowed(ask: Ask, typed: Mapping[str, str]) -> Ask:
    text = {name: value.strip() or None for name, value in typed.items()}
    first, last = text["first"], text["last"]
    return replace(
        ask,
        first=None if first is None else parse_day(first),
        last=None if last is None else parse_day(last),
        profile=text["profile"],
        outlet=text["outlet"],
        cashier=text["cashier"],
        router=text["router"],
        zone=text["zone"],
    )
