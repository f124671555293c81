"""The plan: a line for each field that is not the same in the database and on a server."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain import plan_fields
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.plan_fields import PLAN, PlanLine, key_of, lines_of
from radiusbridge.domain.planned import PlannedRow, Take, What
from radiusbridge.domain.text import beside
from radiusbridge.tui import formats
from radiusbridge.tui.bulk_page import state_cell
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.language import N_, _, ngettext_noop
from radiusbridge.tui.marking import Marks
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import BAD, FAINT, PLAIN, WARN, Cell
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, short_duration

if TYPE_CHECKING:
    from radiusbridge.services.planning.review import Review

_ARROWS = {Take.DATABASE: "→", Take.SERVER: "←", Take.SKIP: "·"}
WORDS = {
    Take.DATABASE: N_("the database is right: the server is written"),
    Take.SERVER: N_("the server is right: the database is written"),
    Take.SKIP: N_("it is left as it is"),
}
TOLD_EVERY = 0.5
"""Seconds between two redraws while a plan is read."""


class PlanList:
    """What was read, and what of it is chosen."""

    name = "plan"

    def __init__(self) -> None:
        self.review: Review | None = None
        self.marks = Marks()
        self.outcomes: dict[tuple[str, ...], str] = {}
        """How rows ended that were carried out since."""
        self._lines: tuple[PlanLine, ...] = ()
        self._reading = False
        self._read_at: float | None = None
        self.sheet = self._sheet()

    def _sheet(self) -> Sheet[PlanLine]:
        columns: tuple[Col[PlanLine], ...] = (
            Col("kind", "KIND", 7, draw=lambda line: (term(line.row.what), PLAIN)),
            Col("name", "NAME", 10, 2),
            Col("field", "FIELD", 10, draw=lambda line: (line.field.replace("_", " "), PLAIN)),
            Col("here", "DATABASE", 11, 2),
            Col("take", "", 1, draw=_arrow),
            Col("there", "SERVER HAS", 11, 2),
            Col("does", "DOES", 12, draw=self._does),
            Col("server", "SERVER", 9, 1, from_width=100),
            Col("customer", "CUSTOMER", 9, from_width=100),
            Col("side", "SIDE", 10, from_width=140),
        )
        nothing = _(" Nothing was read yet: r reads the servers, v one of them; nothing is written")
        return Sheet(
            ngettext_noop("difference", "differences"), PLAN, self._look, lambda line: line.key, columns,
            Order("name"), nothing,
            ("kind", "name", "field", "take", "does", "server", "customer"), marked_by=lambda line: line.of_row,
        )  # fmt: skip

    def _look(self, line: PlanLine, name: str) -> object:
        if name == "mark":
            return "yes" if line.of_row in self.marks else None
        return plan_fields.look(line, name)

    def _does(self, line: PlanLine) -> Cell:
        outcome = self.outcomes.get(line.of_row)
        if outcome is not None:
            return state_cell(outcome)
        row = line.row
        return term(row.does), BAD if row.deletes else FAINT if row.take is Take.SKIP else PLAIN

    @property
    def was_read(self) -> bool:
        """Whether anything is known."""
        return self._read_at is not None

    @property
    def nothing(self) -> str:
        """What is said where no row is."""
        if self._reading:
            return _(" Reading …")
        return _(self.sheet.empty) if self._read_at is None else _(" Nothing differs in what was read.")

    async def load(self, _desk: Desk) -> Sequence[PlanLine]:
        """What is known so far."""
        return self._lines

    async def read(self, desk: Desk, servers: tuple[str, ...], changed: Callable[[], None]) -> None:
        """Read the servers again. Errors: as the services'; what one server fails with is in the tally."""
        from radiusbridge.services.planning.review import begin_review, read_into

        now, told = desk.now, desk.now()
        self._reading = True
        try:
            self.review = await begin_review(desk.context, servers)
            self.marks.clear()
            self.outcomes.clear()
            self._lines = ()
            changed()
            async for _row in read_into(desk.context, self.review):
                if now() - told > TOLD_EVERY:
                    told = now()
                    self._draw_up()
                    changed()
        finally:
            self._reading, self._read_at = False, now()
            self._draw_up()
            changed()

    def _draw_up(self) -> None:
        rows = self.review.rows.values() if self.review is not None else ()
        self._lines = tuple(line for row in rows for line in lines_of(row))

    # -- choosing

    def chosen(self, otherwise: PlanLine | None) -> list[PlannedRow]:
        """The marked rows as they are directed now, or the one under the cursor."""
        assert self.review is not None
        keys = self.marks.keys or (() if otherwise is None else (otherwise.of_row,))
        return [row for key, row in self.review.rows.items() if key in set(keys)]

    def direct(self, line: PlanLine | None, take: Take) -> None:
        """Of the chosen rows."""
        assert self.review is not None
        self.review.direct([key_of(row) for row in self.chosen(line)], take)
        self._draw_up()

    def direct_kind(self, what: What, take: Take) -> None:
        """Of all rows of a kind, but for what would be deleted by that."""
        if self.review is not None:
            self.review.direct_kind(what, take)
            self._draw_up()

    # -- words

    def status(self, desk: Desk) -> str:
        """How fresh it is, what it comes to, and which servers are not in it."""
        review = self.review
        if review is None:
            return ""
        tally = review.tally
        same = sum(tally.same.values())
        age = "" if self._read_at is None else short_duration(desk.now() - self._read_at)
        head = _("▸ reading …") if self._reading else _("plan read {age} ago").format(age=age)
        words = _("{head}: {same} the same, {differ} differ").format(
            head=head, same=formats.number(same), differ=formats.number(len(review.rows))
        )
        parts = [words, *(f"✖ {_not_in_it(name, error)}" for name, error in tally.unread.items())]
        return ", ".join(parts)

    def detail(self, line: PlanLine) -> Detail:
        """The whole row: every field, both sides, and what is left alone."""
        row = line.row
        head = Text(f"{term(row.what)} {cell(row.name, 60)}", "bold")
        number = f"{cell(row.customer, 30)} " if row.customer else ""
        head.append(_("  {number}on {server}").format(number=number, server=cell(row.server, 60)), "default")
        does = Text(f"{_ARROWS[row.take]} {term(row.does)}", "bold red" if row.deletes else "bold")
        does.append(f": {_(WORDS[row.take])}", "default")
        lines = [head, does]
        lines += [Text(f"  {cell(row.note, 200)}", "yellow")] if row.note else []
        more = [
            Text(f"  {each.field.replace('_', ' '):<15} {cell(each.here, 100)}  |  {cell(each.there, 100)}")
            for each in lines_of(row)
        ]
        if row.hidden:
            names = ", ".join(row.hidden)
            more.append(Text("  " + _("the router does not show: {names}").format(names=cell(names)), "yellow"))
        if row.left_alone:
            names = ", ".join(row.left_alone)
            more.append(Text("  " + _("made by hand, left alone: {names}").format(names=cell(names, 300)), "dim"))
        return Detail(tuple(lines), more=tuple(more))


def _arrow(line: PlanLine) -> Cell:
    take = line.row.take
    return _ARROWS[take], FAINT if take is Take.SKIP else WARN if take is Take.SERVER else PLAIN


def _not_in_it(name: str, error: RadiusbridgeError) -> str:
    return _("not in the plan: {name}: {why}").format(name=cell(name, 40), why=cell(beside(name, error.line()), 200))
