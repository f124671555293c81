"""The bulk runs of everybody: how each stands, its rows, stop and resume."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.bulk import BulkRow, Outcome, RunStatus
from radiusbridge.domain.run_fields import RUNS, look
from radiusbridge.services.bulk.runs import Standing
from radiusbridge.tui import formats
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.bulk_page import BulkPage, row_lines, sign
from radiusbridge.tui.bulk_runs import Ended
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers, Confirm, Question
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext, ngettext_noop
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

MOST = 500
"""Runs that are listed, newest first."""
SHOWN = 300
"""Rows of one that are shown."""
_SIGNS = {
    RunStatus.DRAFT: ("·", FAINT),
    RunStatus.CANARY: ("▸", PLAIN),
    RunStatus.RUNNING: ("▸", PLAIN),
    RunStatus.STOPPED: ("■", WARN),
    RunStatus.DONE: ("✔", GOOD),
}


class RunsScreen(ShortList[Standing]):
    """Newest first."""

    NAME = "runs"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._rows: tuple[int, tuple[BulkRow, ...]] = (0, ())
        """Of which run, and its rows."""

    def make_sheet(self) -> Sheet[Standing]:
        """Newest first."""
        columns: tuple[Col[Standing], ...] = (
            Col("id", "ID", 5),
            Col("created", "BEGUN", 15, draw=_created),
            Col("kind", "WHAT", 10, 1, draw=lambda row: (term(row.run.kind), PLAIN)),
            Col("status", "STATUS", 10, draw=_status),
            Col("size", "ROWS", 6),
            Col("proven", "✔", 5, draw=lambda row: _count(row, "proven", GOOD)),
            Col("unproven", "?", 4, draw=lambda row: _count(row, "unproven", WARN)),
            Col("failed", "✖", 4, draw=lambda row: _count(row, "failed", BAD)),
            Col("left", "LEFT", 5, draw=lambda row: _count(row, "left", WARN)),
            Col("who", "BY", 6, 1),
            Col("channel", "FROM", 6, from_width=100),
            Col("why", "WHY", 10, 3, from_width=100),
        )
        return Sheet(
            ngettext_noop("run", "runs"),
            RUNS,
            lambda row, name: look(row.run, row.states, name),
            lambda row: row.run.id,
            columns,
            Order("id", True),
            _(" Nothing was done to many yet; mark rows with space."),
            moments={"created": lambda row: row.run.created_at},
        )

    async def load(self, desk: Desk) -> Sequence[Standing]:
        """The newest."""
        from radiusbridge.services.bulk import runs

        return await runs.listed(desk.context, limit=MOST)

    def state_of(self, row: Standing | None) -> State:
        """The run."""
        return State(self.NAME, selected=row is not None, name="" if row is None else str(row.run.id))

    def rows_changed(self) -> None:
        """How its rows stand now, too."""
        super().rows_changed()
        self.row_chosen(self.row)

    def row_chosen(self, row: Standing | None) -> None:
        """Read its rows."""
        desk = self.desk
        if row is None or desk is None:
            return

        async def read() -> None:
            from radiusbridge.services.bulk import runs

            found = (row.run.id, await runs.rows(desk.context, row.run.id))
            if found != self._rows:
                self._rows = found
                self.draw_detail()

        self.quietly("rows", read)

    def detail(self, row: Standing) -> Detail:
        """Who began it, why it stopped, and its rows: those first that did not end well."""
        run = row.run
        head = Text(
            _("bulk run {id}, {kind}: {status}").format(id=run.id, kind=term(run.kind), status=term(run.status))
        )
        head.stylize("bold")
        by = _("  by {who} ({channel})").format(who=cell(run.who, 40), channel=cell(run.channel, 20))
        head.append(by, "default")
        counts = Text("  ")
        for state, count in row.states.items():
            mark, tone = sign(state)
            counts.append(f"{mark} {formats.number(count)} {term(state)}   ", TONE_STYLES[tone])
        lines = [head, counts]
        if run.why:
            lines.append(Text("  " + _("why: {words}").format(words=cell(run.why, 300)), "yellow"))
        if run.reason:
            lines.append(Text("  " + _("reason: {words}").format(words=cell(run.reason, 300)), "dim"))
        number, rows = self._rows
        more: list[Text] = []
        if number == run.id:
            ordered = sorted(rows, key=lambda each: (each.ended is Outcome.PROVEN, each.ended is None))
            for each in ordered[:SHOWN]:
                more += row_lines(Ended.of(each))
            if len(rows) > SHOWN:
                left = _("and {n} more: radiusbridge bulk show {id}").format(n=len(rows) - SHOWN, id=run.id)
                more.append(Text(f"  {left}", "dim"))
        return Detail(tuple(lines), more=tuple(more))

    def do_run_stop(self) -> None:
        """No question: it only ends the beginning of more."""
        row, desk = self.row, self.desk
        assert row is not None
        assert desk is not None
        number = row.run.id

        async def stop(desk: Desk) -> None:
            from radiusbridge.services.bulk import runs

            here = next((each for each in desk.works.running if number in each.runs), None)
            if here is not None:
                desk.works.stop(here)
            await runs.stop(desk.context, number)
            self.notify(_("no more rows are begun; those in flight end by themselves"), title=_runs_title(number))
            self.renew()

        self.dashboard.acting.beside("runs", stop)

    def do_run_resume(self) -> None:
        """Ask, and go on with what is left now: a toast may have told its end while the row still says that it runs."""
        row = self.row
        assert row is not None
        number = row.run.id

        async def look_again(desk: Desk) -> None:
            from radiusbridge.services.bulk import runs

            self._ask_resume(await runs.get(desk.context, number))

        self.dashboard.acting.opening("runs", look_again)

    def _ask_resume(self, row: Standing) -> None:
        run, left = row.run, int(str(look(row.run, row.states, "left")))
        if run.status in {RunStatus.CANARY, RunStatus.RUNNING} or not left:
            self.notify(_("nothing of it is left to be resumed"), title=_runs_title(run.id), severity="warning")
            return
        words = ngettext("{n} row is left; a canary goes first", "{n} rows are left; a canary goes first", left)
        whom = (Text(f"  {term(run.kind)}  ").append(words.format(n=formats.number(left)), "bold"),)
        question = Question(
            "resume", _runs_title(run.id), whom, _("What is left is begun with the brakes that it has.")
        )

        def answered(answers: Answers | None) -> None:
            if answers is None:
                return

            async def resume(desk: Desk) -> None:
                self.app.push_screen(BulkPage(desk.works, desk.works.carry(run)))

            self.dashboard.acting.opening("runs", resume)

        self.app.push_screen(Confirm(question, None, lambda _answers: f"radiusbridge bulk resume {run.id}"), answered)


def _runs_title(number: int) -> str:
    return _("bulk run {id}").format(id=number)


def _created(row: Standing) -> Cell:
    at = row.run.created_at
    return ("" if at is None else formats.stamp(at)), FAINT


def _status(row: Standing) -> Cell:
    mark, tone = _SIGNS[row.run.status]
    return f"{mark} {term(row.run.status)}", tone


def _count(row: Standing, name: str, tone: str) -> Cell:
    count = int(str(look(row.run, row.states, name)))
    return (f"{count}", tone) if count else ("", FAINT)
