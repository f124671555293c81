"""Carry out chosen rows of a plan: what is asked before, and what a yes does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.bulk import BulkRow
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.plan_fields import key_of
from radiusbridge.domain.planned import PlannedRow
from radiusbridge.tui import formats
from radiusbridge.tui.bulk_work import Work, carry_runs
from radiusbridge.tui.counting import Counting, Way
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.language import _
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.planning.applying import ApplyPreview
    from radiusbridge.services.planning.review import Review

SHOWN = 200
"""Lines of a kind that a question shows before it only counts."""

Ended = Callable[[tuple[str, str, str], str], None]
"""Hears of a row's key, and how it ended."""


@dataclass(frozen=True, slots=True)
class Applying:
    """What would be done; dropping: the same, with sessions that are dropped."""

    preview: "ApplyPreview"
    dropping: "ApplyPreview"

    def question(self, line: str) -> Counting:
        """Whom it hits, and the count."""
        ways = {False: Way(self.preview.size, tuple(self._lines(drop=False)))}
        switch = None
        if self.dropping.drops or self.dropping.unread:
            ways[True] = Way(self.preview.size, tuple(self._lines(drop=True)))
            switch = ("d", _("drop the live sessions that do not see the change before they dial again"))
        title = _("Carry out {count} rows of the plan?").format(count=formats.number(self.preview.size))
        return Counting(title, ways, switch, line)

    def _lines(self, *, drop: bool) -> list[Text]:
        found = self.preview
        rows = [*found.there, *found.here]
        deleted = sum(row.deletes for row in rows)
        counts = [
            _("{count} written to servers").format(count=len(found.there)) if found.there else "",
            _("{count} taken over into the database").format(count=len(found.here)) if found.here else "",
        ]
        lines = [Text("  " + ", ".join(each for each in counts if each))]
        if deleted:
            lines.append(Text("  " + _("{count} of them are DELETED").format(count=deleted), "bold red"))
        lines += self._drops(drop=drop)
        lines += [_row(row) for row in rows[:SHOWN]]
        if len(rows) > SHOWN:
            lines.append(Text("  " + _("and {count} more").format(count=len(rows) - SHOWN)))
        lines += [
            Text(f"  – {term(row.what)} {cell(row.name, 60)}: {cell(why, 200)}", "dim")
            for row, why in found.left[:SHOWN]
        ]
        return lines

    def _drops(self, *, drop: bool) -> list[Text]:
        drops = self.dropping.drops
        lines = []
        if drops:
            words = _("these sessions are dropped:") if drop else _("these sessions go on as they are until they dial:")
            lines.append(Text(f"  {words}", "bold yellow" if drop else ""))
            for (server, user), nases in sorted(drops.items())[:SHOWN]:
                lines.append(
                    Text(
                        _("    {user} ({server}, on {nases})").format(
                            user=cell(user, 60), server=cell(server, 40), nases=cell(", ".join(nases), 80)
                        )
                    )
                )
        for nas, words in self.dropping.unread.items():
            told = _("its sessions are not known, and none of them is dropped: {why}").format(why=cell(words, 200))
            lines.append(Text(f"    {cell(nas, 40)}: {told}", "yellow"))
        return lines

    def chosen(self, *, drop: bool) -> "ApplyPreview":
        """As it was confirmed."""
        return self.dropping if drop else self.preview


def _row(row: PlannedRow) -> Text:
    fields = ", ".join(each.replace("_", " ") for each in row.differing)
    words = f"  {term(row.does):<12} {term(row.what)} {cell(row.name, 60)}"
    return Text(f"{words}: {fields}" if fields else words, "bold red" if row.deletes else "")


async def look(desk: Desk, review: "Review", rows: Sequence[PlannedRow]) -> Applying:
    """What carrying out these rows would do; nothing is changed. BadInput: a server was edited since."""
    from radiusbridge.services.planning.applying import preview

    plan = review.plan(key_of(row) for row in rows)
    dropping = await preview(desk.context, plan, prune=True, drop=True)
    return Applying(replace(dropping, drops={}, unread={}), dropping)


async def carry_out(desk: Desk, found: "ApplyPreview", work: Work, ended: Ended) -> None:
    """Take over what is the server's, write what is the database's; what fails is told in the work."""
    from radiusbridge.services.bulk.pacing import Brakes
    from radiusbridge.services.planning.applying import create_runs
    from radiusbridge.services.planning.taking import take_over

    def heard(row: BulkRow) -> None:
        values = (row.detail or {}).get("row")
        if isinstance(values, Mapping):
            ended(key_of(PlannedRow.from_json(values)), row.state)

    well = True
    try:
        async for taken in take_over(desk.context, found.here):
            state = "left-out" if taken.refused else "recorded"
            well &= not taken.refused
            work.ended(state, f"{taken.row.what} {taken.row.name}", (taken.refused or taken.words,))
            ended(key_of(taken.row), state)
        runs = await create_runs(desk.context, found, brakes=Brakes())
        well &= await carry_runs(desk, runs, work, heard)
    except RadiusbridgeError as error:
        work.end(error.line())
        return
    work.end(_("over; r reads again, which is the proof") if well else _("over, and not all is well"))
