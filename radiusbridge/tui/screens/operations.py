"""The journal: queued, running, waiting, done; its evidence as a timeline; cancel, retry, undo."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.operation_fields import OPERATIONS, look
from radiusbridge.domain.records import Operation
from radiusbridge.tui import asking, doings, formats
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import Shown, later
from radiusbridge.tui.follower import Follower
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.listing import Listing
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import FAINT, PLAIN, Cell, standing
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

MOST = 2_000
"""Operations that are listed, newest first."""


def _status(operation: Operation) -> Cell:
    sign, word, tone = standing(operation)
    return f"{sign} {word}", tone


def _created(operation: Operation) -> Cell:
    at = operation.created_at
    return ("" if at is None else formats.stamp(at)), FAINT


def _why(operation: Operation) -> Cell:
    return cell(" ".join(operation.reasons), 200), PLAIN


class OperationsScreen(ShortList[Operation]):
    """What was submitted, by whom, and how it ended."""

    NAME = "operations"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self.follower: Follower | None = None

    def make_sheet(self) -> Sheet[Operation]:
        """Newest first."""
        columns: tuple[Col[Operation], ...] = (
            Col("id", "ID", 6),
            Col("created", "SUBMITTED", 15, draw=_created),
            Col("intent", "INTENT", 10, draw=lambda operation: (term(operation.intent), PLAIN)),
            Col("user", "USER NAME", 12, 2),
            Col("status", "STATUS", 12, draw=_status),
            Col("who", "BY", 8, 1),
            Col("channel", "FROM", 5, from_width=100),
            Col("attempts", "TRIES", 5, from_width=140),
            Col("why", "WHY", 10, 4, from_width=100, draw=_why),
        )
        return Sheet(
            ngettext_noop("operation", "operations"),
            OPERATIONS,
            look,
            lambda each: each.id,
            columns,
            Order("id", True),
            _(" No operations yet."),
            moments={"created": lambda each: each.created_at},
        )

    async def load(self, desk: Desk) -> Sequence[Operation]:
        """The newest."""
        from radiusbridge.services import carrying

        return await carrying.operations(desk.context, limit=MOST)

    def make_rows(self, desk: Desk) -> Listing[Operation]:
        """With somebody who follows the selected one."""
        self.follower = Follower(desk, self.draw_detail)
        return super().make_rows(desk)

    def state_of(self, row: Operation | None) -> State:
        """The operation, as the row or its evidence tells it: either may still say that it runs."""
        return State(self.NAME, selected=row is not None, operation=None if row is None else self._shown(row).operation)

    def _shown(self, row: Operation) -> Shown:
        shown = self.follower.shown if self.follower is not None else None
        if shown is None or shown.operation.id != row.id:
            return Shown(row)
        return replace(shown, operation=later(row, shown.operation))

    def row_chosen(self, row: Operation | None) -> None:
        """Follow it."""
        if self.follower is not None and self.follower.aim(None if row is None else row.id):
            self.quietly("follow", self.follower.run)

    def detail(self, row: Operation) -> Detail:
        """Verdict, why, and every step."""
        shown = self._shown(row)
        head = Text(_("operation {id}").format(id=row.id), "bold", no_wrap=True, overflow="ellipsis")
        told = _("  {intent} by {who} ({channel})")
        shown_by = told.format(intent=term(row.intent), who=cell(row.who, 40), channel=cell(row.channel, 20))
        head.append(shown_by, "default")
        if row.reason:
            head.append(f": {cell(row.reason, 200)}", "dim")
        return Detail((head,), shown, nothing=_("no step yet"))

    def do_cancel(self) -> None:
        """Ask."""
        row = self.row
        assert row is not None
        self.dashboard.acting.ask("cancel", asking.cancel(row), lambda _: lambda desk: doings.cancel(desk, row))

    def do_retry(self) -> None:
        """Now, here."""
        row = self.row
        assert row is not None
        self.dashboard.acting.submit("retry", lambda desk: doings.retry(desk, row))

    def do_undo(self) -> None:
        """Look what it would do, then ask."""
        row = self.row
        assert row is not None
        self.dashboard.ask_undo(row)
