"""Repair chosen findings of a patrol: what is asked before, and what a yes does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.bulk import BulkRow
from radiusbridge.domain.drift.finding import Finding
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.tui import formats
from radiusbridge.tui.bulk_work import Work, carry_run
from radiusbridge.tui.counting import Counting, Way
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.language import _
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.drift.repair import Chosen, Mended

SHOWN = 200
"""Lines of a kind that a question shows before it only counts."""

Ended = Callable[[tuple[str, str], str], None]
"""Hears of (server, user name), and how its repair ended."""


@dataclass(frozen=True, slots=True)
class Repairing:
    """What would be done; pruning: the same, with accounts removed that no customer here has."""

    plain: "Chosen"
    pruning: "Chosen"

    def question(self, line: str) -> Counting:
        """Whom it hits, and the count."""
        ways, switch = {False: _way(self.plain)}, None
        if self.pruning.size != self.plain.size:
            ways[True] = _way(self.pruning)
            switch = ("p", _("remove accounts that no customer here has"))
        return Counting(_("Repair what was chosen?"), ways, switch, line)

    def chosen(self, *, prune: bool) -> "Chosen":
        """As it was confirmed."""
        return self.pruning if prune else self.plain


def _way(chosen: "Chosen") -> Way:
    lines: list[Text] = []
    for preview in chosen.previews:
        verb = preview.kind.removeprefix("drift-")
        lines.append(Text(f"  {term(verb)}: {formats.number(len(preview.rows))}", "bold"))
        lines += [
            Text(f"    {cell(row.number, 40)} {cell(row.username, 60)} {cell(row.name, 60)}")
            for row in preview.rows[:SHOWN]
        ]
        if len(preview.rows) > SHOWN:
            lines.append(Text("    " + _("and {count} more").format(count=len(preview.rows) - SHOWN)))
    for each in chosen.strangers[:SHOWN]:
        words = _("  {verb} {user} on {server}, whom no customer here has").format(
            verb=term(each.action), user=cell(each.username, 60), server=cell(each.server, 40)
        )
        lines.append(Text(words, "bold red"))
    if chosen.left:
        lines.append(Text("  " + _("left to you: {count}").format(count=len(chosen.left)), "yellow"))
        lines += [
            Text(f"    {each.kind} {cell(each.username or each.nas, 60)}: {cell(each.repair or '-', 200)}")
            for each in chosen.left[:SHOWN]
        ]
    return Way(chosen.size, tuple(lines))


async def look(desk: Desk, findings: Sequence[Finding]) -> Repairing:
    """What repairing these would do; nothing is changed."""
    from radiusbridge.services.drift.repair import choose

    kinds = {each.kind for each in findings}
    plain = await choose(desk.context, findings, kinds, prune=False)
    return Repairing(plain, await choose(desk.context, findings, kinds, prune=True))


async def carry_out(desk: Desk, chosen: "Chosen", findings: Sequence[Finding], work: Work, ended: Ended) -> None:
    """One run for each verb, then what has no customer; what fails is told in the work."""
    from radiusbridge.services.bulk.pacing import Brakes
    from radiusbridge.services.drift import repair

    servers = {each.server_id: each.server for each in findings}

    def heard(row: BulkRow) -> None:
        ended((servers.get(row.server_id, ""), row.username), row.state)

    try:
        for preview in chosen.previews:
            run = await repair.begin(desk.context, preview, Brakes(), "")
            standing = await carry_run(desk, run, work, heard)
            if standing.exit_status == 1:
                work.end(_("not all is well: nothing more is begun"))
                return
        for mended in await repair.mend(desk.context, chosen.strangers, Brakes(), ""):
            state = _state(mended)
            work.ended(state, mended.finding.username, (mended.error,))
            ended((mended.finding.server, mended.finding.username), state)
    except RadiusbridgeError as error:
        work.end(error.line())
        return
    work.end(_("over; r patrols again, which is the proof"))


def _state(mended: "Mended") -> str:
    operation = mended.operation
    if operation is None:
        return "left-out"
    return str(operation.verdict.value if operation.verdict is not None else operation.status.value)
