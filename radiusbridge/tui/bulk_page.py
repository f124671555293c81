"""What is done to many, as it ends: counts, pace, a verdict for each; one key stops it, another resumes it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.binding import Binding

from radiusbridge.domain.bulk import Outcome
from radiusbridge.tui import formats
from radiusbridge.tui.bulk_runs import Ended, Work, Works
from radiusbridge.tui.evidence import TONE_STYLES, Severity
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.pane import Page
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, Cell
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, fit, short_duration

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard

_SIGNS: Mapping[str, tuple[str, str]] = {
    Outcome.PROVEN: ("✔", GOOD),
    Outcome.UNPROVEN: ("?", WARN),
    Outcome.FAILED: ("✖", BAD),
    Outcome.RECORDED: ("·", PLAIN),
    Outcome.KEPT_OUT: ("!", WARN),
    Outcome.LEFT_OUT: ("–", FAINT),
    Outcome.CANCELLED: ("–", FAINT),
    Outcome.SUPERSEDED: ("–", FAINT),
}
_BAR = 30
"""Cells of the bar."""


def sign(state: str) -> tuple[str, str]:
    """(sign, tone) of how a row stands."""
    return _SIGNS.get(state, ("…", WARN))


def state_cell(state: str) -> Cell:
    """How a row ended, or stands, in a list."""
    mark, tone = sign(state)
    return f"{mark} {term(state)}", tone


def counted(work: Work) -> Text:
    """`✔ 38 PROVEN  ✖ 1 FAILED`."""
    text = Text()
    for state, count in sorted(work.counts.items(), key=lambda item: [*_SIGNS, item[0]].index(item[0])):
        mark, tone = sign(state)
        text.append(f"{mark} {formats.number(count)} {term(state)}", f"bold {TONE_STYLES[tone]}".strip())
        text.append("  ")
    return text


def toast_of(work: Work) -> tuple[str, str, Severity]:
    """(title, message, severity) at the end."""
    status = _("error") if work.error else _("stopped") if work.stopped else _("done")
    words = [counted(work).plain.strip(), cell(work.error or work.why, 120)]
    bad = work.error or work.stopped or work.counts[Outcome.FAILED]
    clean = not set(work.counts) - {Outcome.PROVEN, Outcome.RECORDED}
    severity: Severity = "error" if bad else "information" if clean else "warning"
    return f"{work.called}: {status}", "\n".join(each for each in words if each), severity


class BulkPage(Page):
    """May be left at any time: it goes on."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("s", "stop", "stop", show=False),
        Binding("r", "resume", "resume", show=False),
    ]
    KEYS = N_(" esc leave, it goes on   s stop   r resume   j k scroll")

    def __init__(self, works: Works, work: Work) -> None:
        super().__init__()
        self._works = works
        self._work = work

    def on_mount(self) -> None:
        """Drawn again as it goes on."""
        super().on_mount()
        self.draw()
        self.set_interval(0.5, self._draw_when_due)

    def _draw_when_due(self) -> None:
        if not self._work.running or cast("Dashboard", self.app).pace.due("bulk"):
            self.draw()

    def action_stop(self) -> None:
        """Begin no more."""
        if self._work.running:
            self._works.stop(self._work)
            self.draw()

    def action_resume(self) -> None:
        """Carry out what is left."""
        work = self._work
        if not work.running and work.steps and (work.stopped or work.error):
            self._works.resume(work)
            self.draw()

    def draw(self) -> None:
        """As it stands now."""
        work = self._work
        done, size = work.ended, work.size
        head = Text(f"{'▸' if work.running else '■'} ", "bold")
        head.append(", ".join(each for each in (work.title, work.ids) if each), "bold")
        full = min(_BAR, _BAR * done // max(1, size))
        bar = Text(f"  [{'#' * full}{'.' * (_BAR - full)}] {done}/{size}   {self._pace(work)}")
        lines = [head, bar, Text("  ").append_text(counted(work))]
        lines += [Text(f"  {words}", TONE_STYLES[WARN]) for words in self._standing(work)]
        lines.append(Text(""))
        for row in reversed(work.rows):
            lines += row_lines(row)
        self.put(lines)

    def _pace(self, work: Work) -> str:
        seconds = self._works.seconds_of(work)
        fresh = work.ended - work.begun_with
        if not work.running or seconds < 1 or fresh < 1:
            return ""
        left = short_duration(max(0, work.size - work.ended) * seconds / fresh)
        return _("{rate} a second, {left} left").format(rate=formats.number(fresh / seconds, 1), left=left)

    @staticmethod
    def _standing(work: Work) -> list[str]:
        ids = " ".join(map(str, work.left))
        headless = _(", or radiusbridge bulk resume {id}").format(id=ids) if ids else ""
        if work.running:
            return [_("stopping: those in flight end first")] if work.stopping else []
        words = [cell(work.error, 300)] if work.error else []
        if work.stopped:
            why = cell(work.why, 120)
            words.append(_("stopped ({why}): the rest is not lost; r resumes").format(why=why) + headless)
        elif work.error and ids:
            words.append(_("the rest is not lost; r resumes") + headless)
        elif not work.error:
            words += [_("over; {next}").format(next=work.after)] if work.after else []
        if work.counts["waiting"]:
            words.append(_("what waits for its server is carried out at the first contact"))
        return words


def row_lines(row: Ended) -> list[Text]:
    """How it ended, and why."""
    mark, tone = sign(row.state)
    line = Text(f"{mark} ", TONE_STYLES[tone])
    line.append(fit(term(row.state), 10), f"bold {TONE_STYLES[tone]}".strip())
    line.append(f" {cell(row.name, 80)}", "default")
    if row.operation_id is not None:
        line.append(f"  op {row.operation_id}", "dim")
    return [line, *(Text(f"    {cell(words, 300)}") for words in row.words if words)]
