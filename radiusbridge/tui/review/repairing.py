"""Repair chosen findings of a patrol: what is asked before, and what a yes does."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.drift.finding import Finding
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
    from radiusbridge.services.drift.repair import Chosen, Mended

Ends = Callable[[tuple[str, ...], str], None]
_KEEP, _PRUNE = "leave", "remove"


@dataclass(frozen=True, slots=True)
class Repairing:
    """What would be done; pruning: the same, and what nobody recorded here is removed there."""

    plain: "Chosen"
    pruning: "Chosen"

    def question(self, line: str) -> "Asked[Chosen]":
        """Whom it hits, and the count. line: the same headless."""
        choices = {}
        if self.pruning.size != self.plain.size:
            ways = {
                "l": (_KEEP, _("what nobody recorded here stays there")),
                "p": (_PRUNE, _("what nobody recorded here is removed there")),
            }
            choices["prune"] = Choice(_("strangers"), ways, _KEEP)

        async def look(answers: Answers) -> "Hit[Chosen]":
            prune = answers.get("prune") == _PRUNE
            found = self.pruning if prune else self.plain
            return Hit(found.size, found, _whom(found), f"{line} --prune" if prune else line)

        return Asked(_title, look, (_(BRAKES),), choices)


def _title(count: int) -> str:
    return ngettext("Repair {n} of what was found?", "Repair {n} of what was found?", count).format(n=count)


def _whom(chosen: "Chosen") -> tuple[Text, ...]:
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
    return tuple(lines)


async def look(desk: Desk, findings: Sequence[Finding]) -> Repairing:
    """What repairing these would do; nothing is changed."""
    from radiusbridge.services.drift.repair import choose

    kinds = {each.kind for each in findings}
    plain = await choose(desk.context, findings, kinds, prune=False)
    return Repairing(plain, await choose(desk.context, findings, kinds, prune=True))


async def begin(desk: Desk, chosen: "Chosen", findings: Sequence[Finding], ended: Ends) -> Work:
    """One run for each verb, then what has no customer. ended: hears of (server, user name) and the state."""
    from radiusbridge.services.bulk.pacing import Brakes
    from radiusbridge.services.drift import repair

    servers = {each.server_id: each.server for each in findings}

    def heard(one: Ended) -> None:
        key = one.key if one.row is None else (servers.get(one.row.server_id, ""), one.row.username)
        if isinstance(key, tuple):
            ended(key, one.state)

    runs = [await repair.begin(desk.context, preview, Brakes(), "") for preview in chosen.previews]
    mending = [_mended(desk, chosen.strangers)] if chosen.strangers else []
    size = sum(len(preview.rows) for preview in chosen.previews) + len(chosen.strangers)
    title = ngettext("repair {n} finding", "repair {n} findings", size).format(n=size)
    return desk.works.go("repair", title, size, [*runs, *mending], heard, _("patrol again, which is the proof"))


async def _mended(desk: Desk, strangers: Sequence[Finding]) -> AsyncIterator[Ended]:
    from radiusbridge.services.bulk.pacing import Brakes
    from radiusbridge.services.drift import repair

    for mended in await repair.mend(desk.context, strangers, Brakes(), ""):
        found = mended.finding
        number = None if mended.operation is None else mended.operation.id
        yield Ended(found.username, _state(mended), (mended.error,), number, key=(found.server, found.username))


def _state(mended: "Mended") -> str:
    operation = mended.operation
    if operation is None:
        return "left-out"
    return str(operation.verdict.value if operation.verdict is not None else operation.status.value)
