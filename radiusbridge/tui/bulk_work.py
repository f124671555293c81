"""Bulk runs that the dashboard begins: carried out in the background, told row by row on a page."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.bulk import GOOD, BulkRow, BulkRun, Outcome
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import _
from radiusbridge.tui.rows import BAD, FAINT, WARN, Cell
from radiusbridge.tui.rows import GOOD as WELL
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.bulk.runs import Standing

KEPT = 500
"""Lines of what ended that are kept for the page; the journal has all."""
_SIGNS = {"PROVEN": "✔", "recorded": "✔", "UNPROVEN": "?", "FAILED": "✖", "left-out": "–", "waiting": "…"}


def state_cell(state: str) -> Cell:
    """How a row ended, or stands."""
    well = {str(each) for each in GOOD} - {str(Outcome.UNPROVEN)}
    tone = WELL if state in well else BAD if state == Outcome.FAILED else WARN
    return f"{_SIGNS.get(state, '·')} {term(state)}", tone


@dataclass(slots=True)
class Work:
    """What is going on. size: rows in all; changed: hears of each news."""

    title: str
    size: int
    changed: Callable[[], None]
    done: int = 0
    states: Counter[str] = field(default_factory=Counter)
    over: str = ""
    """How it ended, in words; empty: it has not."""
    lines: list[Text] = field(default_factory=list)

    def ended(self, state: str, name: str, words: Sequence[str] = ()) -> None:
        """A row has ended, or waits."""
        text, tone = state_cell(state)
        self.done += 1
        self.states[state] += 1
        line = Text(f"  {text:<11}", TONE_STYLES[tone])
        line.append(f" {cell(name, 80)}", "default")
        self.lines.append(line)
        self.lines += [Text(f"              {cell(each, 300)}", TONE_STYLES[FAINT]) for each in words if each]
        del self.lines[:-KEPT]
        self.changed()

    def say(self, words: str) -> None:
        """A line of its own."""
        self.lines.append(Text(f"  {cell(words, 300)}", "bold"))
        self.changed()

    def end(self, words: str) -> None:
        """It is over."""
        self.over = words
        self.changed()

    @property
    def headline(self) -> str:
        """`apply: 3 of 12, 2 PROVEN, 1 FAILED`."""
        counts = ", ".join(f"{formats.number(count)} {term(state)}" for state, count in sorted(self.states.items()))
        head = _("{title}: {done} of {size}").format(
            title=term(self.title), done=formats.number(self.done), size=formats.number(self.size)
        )
        return ", ".join(part for part in (head, counts, self.over) if part)

    def page(self) -> list[Text]:
        """All of it."""
        note = _("esc leaves this page; what was begun goes on") if not self.over else ""
        return [Text(self.headline, "bold"), Text(note, "dim"), *self.lines]


async def carry_runs(
    desk: Desk, runs: Sequence[BulkRun], work: Work, told: Callable[[BulkRow], None] | None = None
) -> bool:
    """Carry them out one after the other; one that does not end well ends the rest. Whether all is well."""
    for at, run in enumerate(runs):
        standing = await carry_run(desk, run, work, told)
        if standing.exit_status == 1:
            left = [f"radiusbridge bulk resume {each.id}" for each in runs[at + 1 :]]
            if left:
                work.say(_("not begun: {lines}").format(lines="; ".join(left)))
            return False
    return True


async def carry_run(desk: Desk, run: BulkRun, work: Work, told: Callable[[BulkRow], None] | None = None) -> "Standing":
    """Carry one out, and tell each row as it ends."""
    from radiusbridge.services.bulk.runner import BulkRunner

    def heard(row: BulkRow) -> None:
        reasons = () if row.ended is Outcome.PROVEN else (row.words, *row.reasons)
        name = f"{row.number} {row.username}".strip()
        work.ended(row.state, name, reasons)
        if told is not None:
            told(row)

    work.say(_("bulk run {id}; radiusbridge bulk stop {id} stops it").format(id=run.id))
    desk.runs.add(run.id)
    standing = await BulkRunner(desk.context, run.id, heard).run()
    desk.runs.discard(run.id)
    if standing.run.why:
        left = _("the rest is not lost: radiusbridge bulk resume {id}").format(id=run.id)
        work.say(f"{term(standing.run.status)}: {standing.run.why}; {left}")
    return standing
