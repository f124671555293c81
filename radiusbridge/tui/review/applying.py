"""Carry out chosen rows of a plan: what is asked before, and what a yes does."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.bulk import Outcome
from radiusbridge.domain.plan_fields import key_of
from radiusbridge.domain.planned import PlannedRow
from radiusbridge.domain.text import beside
from radiusbridge.tui import formats
from radiusbridge.tui.bulk_asking import BRAKES, SHOWN
from radiusbridge.tui.bulk_runs import Ended, Work
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers, Choice
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit

if TYPE_CHECKING:
    from radiusbridge.services.planning.applying import ApplyPreview
    from radiusbridge.services.planning.review import Review

Ends = Callable[[tuple[str, ...], str], None]
_KEEP, _DROP = "keep", "drop"


@dataclass(frozen=True, slots=True)
class Applying:
    """What would be done; dropping: the same, with sessions that are dropped."""

    preview: "ApplyPreview"
    dropping: "ApplyPreview"

    def question(self, line: str) -> "Asked[ApplyPreview]":
        """Whom it hits, and the count. line: the same headless."""
        choices = {}
        if self.dropping.drops or self.dropping.unread:
            ways = {
                "l": (_KEEP, _("live sessions go on until they dial")),
                "d": (_DROP, _("those that do not see the change are dropped")),
            }
            choices["live"] = Choice(_("live"), ways, _KEEP)

        async def look(answers: Answers) -> "Hit[ApplyPreview]":
            drop = answers.get("live") == _DROP
            found = self.dropping if drop else self.preview
            return Hit(found.size, found, tuple(self._lines(drop=drop)), line)

        return Asked(_title, look, (_(BRAKES),) if self.preview.there else (), choices)

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
            told = _("its sessions are not known, and none of them is dropped: {why}").format(
                why=cell(beside(nas, words), 200)
            )
            lines.append(Text(f"    {cell(nas, 40)}: {told}", "yellow"))
        return lines


def _title(count: int) -> str:
    title = ngettext("Carry out {count} row of the plan?", "Carry out {count} rows of the plan?", count)
    return title.format(count=formats.number(count))


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


async def begin(desk: Desk, found: "ApplyPreview", ended: Ends | None = None) -> Work:
    """Take over what is the server's, then write what is the database's. ended: hears of a row's key and its state."""
    from radiusbridge.services.bulk.pacing import Brakes
    from radiusbridge.services.planning.applying import create_runs

    def heard(one: Ended) -> None:
        values = {} if one.row is None else (one.row.detail or {}).get("row")
        key = key_of(PlannedRow.from_json(values)) if isinstance(values, Mapping) and values else one.key
        if ended is not None and isinstance(key, tuple):
            ended(key, one.state)

    runs = await create_runs(desk.context, found, brakes=Brakes())
    taking = [_taken_over(desk, found.here)] if found.here else []
    title = ngettext("apply {n} row", "apply {n} rows", found.size).format(n=formats.number(found.size))
    return desk.works.go("apply", title, found.size, [*taking, *runs], heard, _("read again, which is the proof"))


async def _taken_over(desk: Desk, rows: Sequence[PlannedRow]) -> AsyncIterator[Ended]:
    from radiusbridge.services.planning.taking import take_over

    async for taken in take_over(desk.context, rows):
        state = Outcome.LEFT_OUT if taken.refused else Outcome.RECORDED
        words = (taken.refused or taken.words,)
        yield Ended(f"{term(taken.row.what)} {taken.row.name}", str(state), words, key=key_of(taken.row))
