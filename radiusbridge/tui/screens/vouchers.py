"""Batches of vouchers: how each stands, and its vouchers; generate, sell, resume, stop, void."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.days import day_of
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.voucher_fields import BATCHES, look_at_batch
from radiusbridge.domain.vouchers.records import BatchStatus, Voucher
from radiusbridge.tui import (
    formats,
    voucher_changes,
    voucher_ends,
    voucher_jobs,
    voucher_one,
    voucher_prints,
    voucher_watching,
)
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.domain.alerts.episodes import Episode
    from radiusbridge.services.vouchers.standing import Standing

MOST = 500
"""Batches that are listed, newest first."""
SHOWN = 200
"""Vouchers of one that are shown."""
_SIGNS = {
    BatchStatus.DRAWN: ("·", FAINT),
    BatchStatus.RUNNING: ("▸", PLAIN),
    BatchStatus.WAITING: ("…", WARN),
    BatchStatus.STOPPED: ("■", WARN),
    BatchStatus.DONE: ("✔", GOOD),
}
_Rows: TypeAlias = "tuple[int, tuple[Voucher, ...], tuple[Episode, ...]]"
_VERDICTS = {Verdict.PROVEN: ("✔", GOOD), Verdict.UNPROVEN: ("?", WARN), Verdict.FAILED: ("✖", BAD)}


class VouchersScreen(ShortList["Standing"]):
    """Newest first."""

    NAME = "vouchers"
    RENEWAL = 2.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._rows: _Rows = (0, (), ())
        """Of which batch, its vouchers, and what the watch over them found."""
        self._codes_of = 0
        """The batch whose codes are shown, until another one is looked at."""
        self._told: set[int] = set()
        """The vouchers of it whose codes were written down as shown."""

    def make_sheet(self) -> "Sheet[Standing]":
        """Number, router, profile, how it stands."""
        columns: tuple[Col[Standing], ...] = (
            Col("batch", "ID", 5),
            Col("created", "DRAWN", 15, draw=_created, from_width=100),
            Col("router", "ROUTER", 8, 1),
            Col("profile", "PROFILE", 8, 1),
            Col("outlet", "OUTLET", 6, 1),
            Col("size", "SIZE", 6),
            Col("status", "STATUS", 10, draw=_status),
            Col("verdict", "VERDICT", 10, draw=_verdict),
            Col("ready", "READY", 6, draw=lambda row: _count(row, "ready", GOOD)),
            Col("printed", "PRINTED", 8, draw=lambda row: _count(row, "printed", PLAIN), from_width=110),
            Col("sold", "SOLD", 7, draw=lambda row: _count(row, "sold", PLAIN)),
            Col("failed", "✖", 4, draw=lambda row: _count(row, "failed", BAD)),
            Col("why", "WHY", 10, 3, from_width=120),
        )
        return Sheet(
            ngettext_noop("batch", "batches"),
            BATCHES,
            self._look,
            lambda row: row.batch.id,
            columns,
            Order("batch", True),
            _(" No vouchers were drawn yet."),
            moments={"created": lambda row: row.batch.created_at},
        )

    def _look(self, row: "Standing", name: str) -> object:
        return look_at_batch(row.batch, row.states, self._day, name)

    def _day(self, moment: datetime) -> date:
        return day_of(moment, None if self.desk is None else self.desk.context.zone)

    async def load(self, desk: Desk) -> "Sequence[Standing]":
        """The newest."""
        from radiusbridge.services.vouchers import finding

        return await finding.batches(desk.context, limit=MOST)

    def state_of(self, row: "Standing | None") -> State:
        """The batch, and its profile."""
        if row is None:
            return State(self.NAME)
        return State(self.NAME, selected=True, name=str(row.batch.id), kind=row.batch.profile)

    def rows_changed(self) -> None:
        """How its vouchers stand now, too."""
        super().rows_changed()
        self.row_chosen(self.row)

    def row_chosen(self, row: "Standing | None") -> None:
        """Read its vouchers."""
        desk = self.desk
        if row is None or row.batch.id != self._codes_of:
            self._codes_of = 0
        if row is None or desk is None:
            return

        async def read() -> None:
            found = await self._read(desk, row)
            if self._codes_of == row.batch.id:
                await self._reveal(desk, found[1])
            if found != self._rows:
                self._rows = found
                self.draw_detail()

        self.quietly("vouchers", read)

    async def _read(self, desk: Desk, row: "Standing") -> "_Rows":
        from radiusbridge.services.vouchers import standing
        from radiusbridge.services.vouchers.watch_alerts import alerts_of

        rows = await standing.worst(desk.context, row.batch.id, SHOWN)
        return row.batch.id, rows, await alerts_of(desk.context, row.batch)

    async def _reveal(self, desk: Desk, rows: Sequence[Voucher]) -> None:
        from radiusbridge.services.vouchers import revealing

        await revealing.reveal(desk.context, rows, told=self._told)

    def detail(self, row: "Standing") -> Detail:
        """What it is of, why it stopped, and its vouchers: those first with which something is wrong."""
        batch = row.batch
        head = _("voucher batch {id}: {n} of {profile} on {router}").format(
            id=batch.id, n=formats.number(batch.size), profile=cell(batch.profile, 60), router=cell(batch.router, 60)
        )
        lines = [Text(head, "bold")]
        counts = "   ".join(f"{formats.number(count)} {term(state)}" for state, count in sorted(row.states.items()))
        lines.append(Text(f"  {counts}"))
        prices = _("price {price}, sold for {selling}").format(
            price=formats.number(batch.price), selling=formats.number(batch.selling_price)
        )
        lines.append(Text("  " + "   ".join(filter(None, (prices, cell(batch.outlet, 60), cell(batch.note, 160))))))
        if batch.counted is not None:
            lines.append(Text("  " + _("{n} counted on the router").format(n=formats.number(batch.counted))))
        if batch.why:
            lines.append(Text("  " + _("why: {words}").format(words=cell(batch.why, 300)), "yellow"))
        return Detail(tuple(lines), more=tuple(self._vouchers(row)))

    def _vouchers(self, row: "Standing") -> list[Text]:
        number, rows, alerts = self._rows
        if number != row.batch.id:
            return []
        lines = [Text(f"  ! {term(each.kind)}: {cell(each.words, 300)}", TONE_STYLES[BAD]) for each in alerts]
        for each in rows:
            sign, tone = ("·", FAINT) if each.verdict is None else _VERDICTS[each.verdict]
            line = voucher_ends.line_of(each, term(each.state), sign, codes=self._codes_of == number)
            lines.append(Text(line, TONE_STYLES[tone]))
        left = sum(row.states.values()) - len(rows)
        if left > 0:
            more = _("and {n} more: radiusbridge voucher show {id}").format(n=formats.number(left), id=number)
            lines.append(Text(f"  {more}", "dim"))
        return lines

    # -- what the keys do

    def do_voucher_sell(self) -> None:
        """The next one, without a question: it can come back."""
        if self.row is not None:
            voucher_changes.sell(self.dashboard, self.row.batch)

    def do_voucher_watch(self) -> None:
        """One look, on a page."""
        voucher_watching.watch(self.dashboard)

    def do_voucher_import(self) -> None:
        """A form."""
        voucher_watching.bring(self.dashboard)

    def do_voucher_quick(self) -> None:
        """The next one that has no card, without a question: it can come back."""
        if self.row is not None:
            voucher_prints.quick(self.dashboard, self.row.batch)

    def do_voucher_print(self) -> None:
        """A form."""
        if self.row is not None:
            voucher_prints.print_form(self.dashboard, self.row.batch)

    def do_voucher_preview(self) -> None:
        """A page."""
        if self.row is not None:
            voucher_prints.preview(self.dashboard, self.row.batch)

    def do_voucher_sales(self) -> None:
        """Its page."""
        from radiusbridge.tui.sales.page import SalesPage

        self.app.push_screen(SalesPage(self.dashboard), lambda _answer: self.renew())

    def do_voucher_sell_one(self) -> None:
        """A form; of the next one, where no code is typed."""
        batch = None if self.row is None else self.row.batch
        known = {} if batch is None else {"profile": batch.profile, "batch_id": str(batch.id)}
        voucher_jobs.begin(self.dashboard, "voucher-sell-one", voucher_one.SELL, known)

    def do_voucher_return(self) -> None:
        """A form."""
        voucher_jobs.begin(self.dashboard, "voucher-return", voucher_one.TAKE_BACK)

    def do_voucher_void_one(self) -> None:
        """A form; the code or the number is typed, which is a yes enough."""
        if self.row is not None:
            known = {"batch": str(self.row.batch.id)}
            voucher_jobs.begin(self.dashboard, "voucher-void-one", voucher_one.VOID, known)

    def do_voucher_more(self) -> None:
        """A menu."""
        voucher_jobs.menu(self.dashboard, "voucher-more", None if self.row is None else self.row.batch)

    def do_voucher_new(self) -> None:
        """A form."""
        voucher_changes.generate(self.dashboard)

    def do_voucher_resume(self) -> None:
        """At once."""
        if self.row is not None:
            voucher_changes.write(self.dashboard, self.row.batch.id)

    def do_voucher_codes(self) -> None:
        """Shown, once it is written down who looks; or hidden again."""
        row, self._told = self.row, set()
        if row is None:
            return
        if self._codes_of == row.batch.id:
            self._codes_of = 0
            self.draw_detail()
            return

        async def work(desk: Desk) -> None:
            found = await self._read(desk, row)
            await self._reveal(desk, found[1])
            if self.row is not None and self.row.batch.id == row.batch.id:
                self._rows, self._codes_of = found, row.batch.id
                self.draw_detail()

        self.dashboard.acting.beside("voucher-codes", work)

    def do_voucher_stop(self) -> None:
        """No question: it only ends the beginning of more; of its print, where one is under way here."""
        if self.row is not None and not voucher_prints.stop(self.dashboard, self.row.batch):
            voucher_changes.stop(self.dashboard, self.row.batch.id)

    def do_voucher_void(self) -> None:
        """Ask."""
        if self.row is not None:
            voucher_ends.void(self.dashboard, self.row.batch)

    def do_voucher_expire(self) -> None:
        """Only what is over: no question."""
        voucher_ends.expire(self.dashboard)


def _created(row: "Standing") -> Cell:
    at = row.batch.created_at
    return ("" if at is None else formats.stamp(at)), FAINT


def _status(row: "Standing") -> Cell:
    mark, tone = _SIGNS[row.batch.status]
    return f"{mark} {term(row.batch.status)}", tone


def _verdict(row: "Standing") -> Cell:
    if row.batch.verdict is None:
        return "", FAINT
    mark, tone = _VERDICTS[row.batch.verdict]
    return f"{mark} {term(row.batch.verdict)}", tone


def _count(row: "Standing", state: str, tone: str) -> Cell:
    count = row.states.get(state, 0)
    return (formats.number(count), tone) if count else ("", FAINT)
