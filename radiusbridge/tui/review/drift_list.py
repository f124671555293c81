"""Drift: where database, server and NASes say different things, with the evidence and what mends it."""

from collections import Counter
from collections.abc import Callable, Sequence

from rich.text import Text

from radiusbridge.domain import drift_fields
from radiusbridge.domain.drift.finding import Finding, InHand, LookedAt, Severity, Unread
from radiusbridge.domain.drift_fields import DRIFT, HIDDEN, IN_HAND, UNKNOWN, DriftLine
from radiusbridge.domain.text import beside
from radiusbridge.tui import formats
from radiusbridge.tui.bulk_page import state_cell
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.marking import Marks
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import BAD, FAINT, PLAIN, WARN, Cell
from radiusbridge.tui.sheet import Col, Order, Sheet, text
from radiusbridge.tui.terms import signed, term
from radiusbridge.tui.text import cell, short_duration

_SIGNS = {
    str(Severity.CRITICAL): ("✖ critical", BAD),
    str(Severity.WARNING): ("! warning", WARN),
    str(Severity.NOTICE): ("· notice", PLAIN),
    UNKNOWN: ("? unknown", WARN),
    IN_HAND: ("▸ in hand", FAINT),
    HIDDEN: ("  hidden", FAINT),
}


class DriftList:
    """What a patrol told, and what of it is chosen."""

    name = "drift"

    def __init__(self) -> None:
        self.marks = Marks()
        self.outcomes: dict[tuple[str, ...], str] = {}
        """How the last repair of a user name on a server ended."""
        self._lines: list[DriftLine] = []
        self._reading = False
        self._read_at: float | None = None
        self._servers = 0
        self.sheet = self._sheet()

    def _sheet(self) -> Sheet[DriftLine]:
        columns: tuple[Col[DriftLine], ...] = (
            Col("severity", "SEVERITY", 10, draw=_severity),
            Col("kind", "KIND", 18),
            Col("user", "USER NAME", 10, 2),
            Col("server", "SERVER", 8, 1),
            Col("repair", "REPAIR", 10, draw=self._repair),
            Col("words", "WHAT", 10, 5),
            Col("customer", "CUSTOMER", 9, from_width=100),
            Col("nas", "NAS", 8, 1, from_width=140),
        )
        nothing = _(" No patrol was made yet: r begins one, v of one server; nothing is written")
        return Sheet(
            ngettext_noop("item", "items"),
            DRIFT,
            self._look,
            lambda line: line.key,
            columns,
            Order("severity"),
            nothing,
            weigh=_weight,
        )

    def _look(self, line: DriftLine, name: str) -> object:
        if name == "mark":
            return "yes" if line.of_row in self.marks else None
        return drift_fields.look(line, name)

    def _repair(self, line: DriftLine) -> Cell:
        finding = line.finding
        outcome = None if finding is None else self.outcomes.get((finding.server, finding.username))
        if outcome is not None:
            return state_cell(outcome)
        if finding is not None and finding.action is None:
            return _("by you"), FAINT
        return term(text(drift_fields.look(line, "repair"))), PLAIN

    @property
    def was_read(self) -> bool:
        """Whether anything is known."""
        return self._read_at is not None

    @property
    def nothing(self) -> str:
        """What is said where no row is."""
        if self._reading:
            return _(" Reading …")
        return _(self.sheet.empty) if self._read_at is None else _(" No drift in what was read.")

    async def load(self, _desk: Desk) -> Sequence[DriftLine]:
        """What was told so far."""
        return tuple(self._lines)

    async def read(self, desk: Desk, servers: tuple[str, ...], changed: Callable[[], None]) -> None:
        """Patrol again. Errors: as the patrol's; what a router fails with is a line of its own."""
        from radiusbridge.services.drift.patrol import Asked, patrol

        self._reading, self._lines, self._servers = True, [], 0
        self.marks.clear()
        self.outcomes.clear()
        changed()
        try:
            async for item in patrol(desk.context, Asked(servers)):
                if isinstance(item, LookedAt):
                    self._servers += 1
                else:
                    self._lines.append(DriftLine(item))
                    changed()
        finally:
            self._reading, self._read_at = False, desk.now()
            changed()

    def chosen(self, otherwise: DriftLine | None) -> list[Finding]:
        """The marked findings, or the one under the cursor."""
        marked = [line for line in self._lines if line.of_row in self.marks]
        lines = marked or ([] if otherwise is None or self.marks else [otherwise])
        return [line.finding for line in lines if line.finding is not None]

    def status(self, desk: Desk) -> str:
        """How fresh it is, and what it comes to."""
        if self._read_at is None and not self._reading:
            return ""
        age = "" if self._read_at is None else short_duration(desk.now() - self._read_at)
        counts = Counter(_words(line) for line in self._lines)
        told = ", ".join(f"{formats.number(count)} {term(word)}" for word, count in sorted(counts.items()))
        if self._reading:
            head = _("▸ reading twice, some seconds apart …")
        else:
            head = _("patrol {age} ago").format(age=age)
            told = told or (_("no drift") if self._servers else _("no server was looked at"))
        return ", ".join(part for part in (head, told) if part)

    def detail(self, line: DriftLine) -> Detail:
        """What was seen, where and when, and the line that mends it."""
        item = line.item
        if isinstance(item, Unread):
            kinds = _("nothing is known there about: {kinds}").format(kinds=", ".join(map(str, item.kinds)))
            return Detail(
                (_head(line), Text(f"  {cell(beside(item.where, item.error), 300)}"), Text(f"  {kinds}", "yellow"))
            )
        if not isinstance(item, Finding | InHand):
            return Detail((_head(line), Text(f"  {cell(text(drift_fields.look(line, 'words')))}")))
        finding = item if isinstance(item, Finding) else item.finding
        lines = [_head(line), Text(f"  {cell(finding.words, 300)}")]
        if isinstance(item, InHand):
            told = _("  operation {id}: {words}").format(id=item.operation_id, words=cell(item.words, 200))
            lines.append(Text(told, "bold"))
        more = [
            Text(f"  {cell(seen.where, 40):<12} {formats.clock(seen.at)}  {cell(seen.words, 300)}")
            for seen in finding.evidence
        ]
        if finding.repair:
            more.append(Text(f"  -> {cell(finding.repair, 300)}", "bold"))
        return Detail(tuple(lines), more=tuple(more))


def _words(line: DriftLine) -> str:
    return str(drift_fields.look(line, "severity"))


def _weight(line: DriftLine, name: str) -> object:
    """The gravest first."""
    return list(_SIGNS).index(_words(line)) if name == "severity" else drift_fields.look(line, name)


def _severity(line: DriftLine) -> Cell:
    words, tone = _SIGNS[_words(line)]
    return signed(words), tone


def _head(line: DriftLine) -> Text:
    sign, tone = _severity(line)
    who = " ".join(
        text(drift_fields.look(line, name)) for name in ("customer", "user") if drift_fields.look(line, name)
    )
    head = Text(f"{sign}  {cell(text(drift_fields.look(line, 'kind')))}", "bold red" if tone == BAD else "bold")
    server = cell(text(drift_fields.look(line, "server")), 60)
    told = _("  {who} on {server}").format(who=cell(who, 100), server=server)
    head.append(told if who else f"  {server}", "default")
    return head
