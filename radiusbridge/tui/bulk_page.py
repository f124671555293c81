"""A bulk run as its rows end: counts, pace, a verdict for each; one key stops it, another resumes it."""

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.binding import Binding

from radiusbridge.domain.bulk import BulkRow, Outcome
from radiusbridge.tui import formats
from radiusbridge.tui.bulk_runs import Work, Works
from radiusbridge.tui.evidence import TONE_STYLES, Severity
from radiusbridge.tui.language import N_, _, ngettext
from radiusbridge.tui.pane import Page
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, fit, short_duration

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


def counted(work: Work) -> Text:
    """`✔ 38 PROVEN  ✖ 1 FAILED`."""
    text = Text()
    for state, count in sorted(work.counts.items(), key=lambda item: [*_SIGNS, item[0]].index(item[0])):
        mark, tone = sign(state)
        text.append(f"{mark} {formats.number(count)} {term(state)}", f"bold {TONE_STYLES[tone]}".strip())
        text.append("  ")
    return text


def tray_words(works: Sequence[Work]) -> str:
    """The runs under way, for the tray."""
    told = _("▸ bulk {id} {kind} {done}/{size}   ")
    return "".join(
        told.format(id=each.run.id, kind=term(each.run.kind), done=each.ended, size=each.run.size) for each in works
    )


def toast_of(work: Work) -> tuple[str, str, Severity]:
    """(title, message, severity) at the end of a run."""
    run = work.run
    title = _("bulk run {id}, {kind}: {status}").format(
        id=run.id, kind=term(run.kind), status=_("error") if work.error else term(run.status)
    )
    words = [counted(work).plain.strip(), cell(work.error or run.why, 120)]
    bad = work.error or work.stopped or work.counts[Outcome.FAILED]
    clean = not set(work.counts) - {Outcome.PROVEN, Outcome.RECORDED}
    severity: Severity = "error" if bad else "information" if clean else "warning"
    return title, "\n".join(each for each in words if each), severity


class BulkPage(Page):
    """May be left at any time: the run goes on."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("s", "stop", "stop", show=False),
        Binding("r", "resume", "resume", show=False),
    ]
    KEYS = N_(" esc leave, it goes on   s stop   r resume   j k scroll")

    def __init__(self, works: Works, run_id: int) -> None:
        super().__init__()
        self._works = works
        self._run_id = run_id

    @property
    def _work(self) -> Work:
        return self._works.all[self._run_id]

    def on_mount(self) -> None:
        """Drawn again as it goes on."""
        super().on_mount()
        self.draw()
        self.set_interval(0.5, self.draw)

    def action_stop(self) -> None:
        """Begin no more."""
        if self._work.running:
            self._works.stop(self._work)
            self.draw()

    def action_resume(self) -> None:
        """Carry out what is left."""
        work = self._work
        if not work.running and (work.stopped or work.error):
            self._works.carry(work.run)
            self.draw()

    def draw(self) -> None:
        """As it stands now."""
        work = self._work
        done, size = work.ended, work.run.size
        head = Text(f"{'▸' if work.running else '■'} ", "bold")
        title = ngettext("{kind} {n} customer, bulk run {id}", "{kind} {n} customers, bulk run {id}", size)
        head.append(title.format(kind=term(work.run.kind), n=formats.number(size), id=work.run.id), "bold")
        full = _BAR * done // max(1, size)
        bar = Text(f"  [{'#' * full}{'.' * (_BAR - full)}] {done}/{size}   {self._pace(work)}")
        lines = [head, bar, Text("  ").append_text(counted(work))]
        if words := self._standing(work):
            lines.append(Text(f"  {words}", TONE_STYLES[WARN]))
        lines.append(Text(""))
        for row in reversed(work.rows):
            lines += _row_lines(row)
        self.put(lines)

    def _pace(self, work: Work) -> str:
        seconds = self._works.seconds_of(work)
        fresh = work.ended - work.begun_with
        if not work.running or seconds < 1 or fresh < 1:
            return ""
        left = short_duration((work.run.size - work.ended) * seconds / fresh)
        return _("{rate} a second, {left} left").format(rate=formats.number(fresh / seconds, 1), left=left)

    @staticmethod
    def _standing(work: Work) -> str:
        if work.error:
            return cell(work.error, 300)
        if work.running:
            return _("stopping: those in flight end first") if work.stopping else ""
        if work.stopped:
            why = cell(work.run.why, 120)
            return _("stopped ({why}): the rest is not lost; r resumes, or radiusbridge bulk resume {id}").format(
                why=why, id=work.run.id
            )
        return _("what waits for its server is carried out at the first contact") if work.counts["waiting"] else ""


def _row_lines(row: BulkRow) -> list[Text]:
    mark, tone = sign(row.state)
    line = Text(f"{mark} ", TONE_STYLES[tone])
    line.append(fit(term(row.state), 10), f"bold {TONE_STYLES[tone]}".strip())
    line.append(f" {cell(row.number, 20)} {cell(row.username, 60)}", "default")
    if row.operation_id is not None:
        line.append(f"  op {row.operation_id}", "dim")
    why = [] if row.ended is Outcome.PROVEN else [row.words, *row.reasons]
    return [line, *(Text(f"    {cell(words, 300)}") for words in why if words)]
