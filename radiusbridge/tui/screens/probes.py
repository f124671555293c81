"""The probes of the configured files: what came last, how it was before; run one, or all that are shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.probe_fields import ASKING, NEVER, PROBES, STATES, BoardRow, look, milliseconds
from radiusbridge.domain.spark import spark
from radiusbridge.tui import formats
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext, ngettext_noop
from radiusbridge.tui.listing import Listing
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import signed
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.probes.board import Board, Key

_SIGNS = {
    "ok": ("✔ ok", GOOD),
    "warning": ("! warning", WARN),
    "critical": ("✖ critical", BAD),
    "unknown": ("? unknown", WARN),
    ASKING: ("▸ asking", PLAIN),
    NEVER: ("· never", FAINT),
}
TOGETHER = 0.05
"""Seconds that an answer waits for others to be shown with."""
_TREND, _WIDE_TREND = 10, 20
_WIDE = 200


class ProbesScreen(ShortList[BoardRow]):
    """Whether the servers answer as they should."""

    NAME = "probes"
    RENEWAL = 5.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._board: Board | None = None
        self._coming = False

    def make_sheet(self) -> Sheet[BoardRow]:
        """The gravest first."""
        columns: tuple[Col[BoardRow], ...] = (
            Col("state", "STATE", 10, draw=_state),
            Col("probe", "PROBE", 15, 3),
            Col("target", "TARGET", 8, 1, from_width=100),
            Col("outcome", "OUTCOME", 10, 1),
            Col("ms", "MS", 6, draw=lambda row: _number(look(row, "ms"))),
            Col("good", "GOOD", 5, draw=_good),
            Col("p50", "P50", 5, draw=lambda row: _number(look(row, "p50"))),
            Col("p95", "P95", 5, draw=lambda row: _number(look(row, "p95"))),
            Col("trend", "TRIPS", _TREND, to_width=_WIDE, draw=lambda row: (spark(row.trips, _TREND), PLAIN)),
            Col("trend", "TRIPS", _WIDE_TREND, from_width=_WIDE, draw=_wide_trend),
            # From 140 on the list shares the width with the detail.
            Col("suite", "SUITE", 8, 1, from_width=100, to_width=140),
            Col("suite", "SUITE", 8, 1, from_width=180),
            Col("user", "USER NAME", 9, 1, from_width=180),
        )
        nothing = _(" No file of probes: start with --probes FILE, or set RADIUSBRIDGE_PROBES")
        sortable = ("state", "probe", "target", "outcome", "ms", "good", "p50", "p95", "suite", "user")
        return Sheet(
            ngettext_noop("probe", "probes"),
            PROBES,
            look,
            lambda row: row.key,
            columns,
            Order("state"),
            nothing,
            sortable,
            weigh=_weight,
            moments={"at": lambda row: None if row.last is None else row.last.at},
        )

    async def load(self, desk: Desk) -> Sequence[BoardRow]:
        """The files and what was kept, as they are now."""
        from radiusbridge.services.probes.board import Board

        self._board = self._board or Board(desk.context, self.dashboard.start.probes)
        await self._board.read()
        problems = "; ".join(self._board.problems.values())
        self.trouble = cell(problems, 400)
        return tuple(self._board.rows.values())

    def rows_changed(self) -> None:
        """Rows have come; what is wrong with a file stays told."""
        trouble = self.trouble
        super().rows_changed()
        if self._board is not None and self._board.problems:
            self.trouble = trouble
            self.draw_freshness()

    def state_of(self, row: BoardRow | None) -> State:
        """The probe, and its file."""
        if row is None:
            return State(self.NAME)
        return State(self.NAME, selected=True, name=row.case.name, file=row.file)

    def detail(self, row: BoardRow) -> Detail:
        """What was expected, what came, and what it may be where nothing came."""
        case, last = row.case, row.last
        sign, tone = _SIGNS[row.state]
        head = Text(f"{signed(sign)}  {cell(case.name, 80)}", f"bold {TONE_STYLES[tone]}".strip())
        head.append(f"  {case.probe.kind} {cell(case.probe.address, 80)}", "default")
        if last is None:
            return Detail((head, Text("  " + _("no run is known; r runs it now"), "dim")))
        assert self.desk is not None
        ago = formats.ago(max(0.0, (self.desk.context.clock.now() - last.at).total_seconds()))
        lines = [head, Text("  " + _("{ago}: {words}").format(ago=ago, words=cell(last.words, 400)))]
        history = row.history
        if history is not None:
            p50, p95 = milliseconds(history.p50), milliseconds(history.p95)
            words = _("{good} of {runs} kept runs good; p50 {p50} ms, p95 {p95} ms")
            shown = words.format(good=history.good, runs=history.runs, p50=p50 or "-", p95=p95 or "-")
            lines.append(Text(f"  {shown}  {spark(row.trips, 20)}"))
        return Detail(tuple(lines), more=tuple(_told(row)))

    # -- running

    def do_run_probe(self) -> None:
        """This one."""
        if self.row is not None:
            self._run([self.row.key])

    def do_run_probes(self) -> None:
        """All of the files that the filter shows: nobody logs in as many customers by one key."""
        rows = self.rows

        async def work(_desk: Desk) -> None:
            if rows is not None:
                self._run([row.key for row in await rows.all() if row.file])

        self.dashboard.acting.beside("probes", work)

    def _run(self, keys: "Sequence[Key]") -> None:
        board = self._board
        assert board is not None
        if not keys:
            self.notify(_("none of these stands in a file"), title=_("probes"), severity="warning")
            return

        async def work(_desk: Desk) -> None:
            bad = await board.run(keys, self._came)
            words = ngettext(
                "{count} probe asked, {bad} not as expected", "{count} probes asked, {bad} not as expected", len(keys)
            ).format(count=len(keys), bad=bad)
            self.notify(words, title=_("probes"), severity="warning" if bad else "information")

        self.dashboard.acting.beside(f"probes {keys[0] if len(keys) == 1 else ''}", work)

    def _came(self) -> None:
        """Something has come: shown in a moment, with what comes meanwhile."""
        if not self._coming:
            self._coming = True
            self.set_timer(TOGETHER, self._show_what_came)

    def _show_what_came(self) -> None:
        """Without asking files or database."""
        self._coming = False
        shown, board = self.rows, self._board
        if isinstance(shown, Listing) and board is not None:
            self.quietly("came", lambda: shown.put(tuple(board.rows.values())))


def _told(row: BoardRow) -> list[Text]:
    """Expectations, attributes and causes of a run that was made here."""
    told = row.told
    if told is None:
        expected = ", ".join((row.case.probe.expected.value, *map(str, row.case.probe.expect_attributes)))
        words = _("expected: {what}; r shows what comes now").format(what=cell(expected, 300))
        return [Text(f"  {words}", "dim")]
    result = told.result
    lines = []
    for check in result.checks:
        sign, tone = ("✔", GOOD) if check.met else ("✖", BAD)
        lines.append(Text(f"  {sign} {cell(check.expectation, 120)}: {cell(check.words, 200)}", TONE_STYLES[tone]))
    if result.next_step and not result.causes:
        lines.append(Text("  " + _("next: {step}").format(step=cell(result.next_step, 300))))
    for number, cause in enumerate(result.causes, 1):
        words = _("{number}. {cause}; to tell: {check}")
        shown = words.format(number=number, cause=cell(cause.words, 300), check=cell(cause.check, 300))
        lines.append(Text(f"  {shown}"))
    lines += [Text(f"    {cell(name, 60)} = {cell(value, 200)}", "dim") for name, value in result.attributes]
    return lines


def _state(row: BoardRow) -> Cell:
    sign, tone = _SIGNS[row.state]
    return signed(sign), tone


def _weight(row: BoardRow, name: str) -> object:
    return STATES.index(row.state) if name == "state" else look(row, name)


def _number(value: object) -> Cell:
    return ("" if value is None else f"{value:>5}"), PLAIN


def _good(row: BoardRow) -> Cell:
    if row.history is None:
        return "", FAINT
    share = row.history.ratio * 100
    # 99.6 must not read as 100
    shown = "100%" if share == 100 else f"{int(share)}%"
    return f"{shown:>5}", GOOD if share == 100 else WARN


def _wide_trend(row: BoardRow) -> Cell:
    return spark(row.trips, _WIDE_TREND), PLAIN
