"""The audit log: who changed what, when, from what to what."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.audit_fields import AUDIT, look
from radiusbridge.domain.records import AuditEntry
from radiusbridge.tui import formats
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import FAINT, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.text import cell

MOST = 2_000
"""Entries that are listed, newest first."""


def _at(entry: AuditEntry) -> Cell:
    return formats.stamp(entry.at), FAINT


class AuditScreen(ShortList[AuditEntry]):
    """Newest first."""

    NAME = "audit"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def make_sheet(self) -> Sheet[AuditEntry]:
        """Newest first."""
        columns: tuple[Col[AuditEntry], ...] = (
            Col("id", "ID", 6, from_width=100),
            Col("at", "WHEN", 15, draw=_at),
            Col("who", "WHO", 8, 1),
            Col("channel", "FROM", 6),
            Col("action", "ACTION", 18, 1),
            Col("subject", "SUBJECT", 12, 2),
            Col("operation", "OP", 6),
            Col("reason", "REASON", 10, 3, from_width=100),
        )
        return Sheet(
            ngettext_noop("entry", "entries"),
            AUDIT,
            look,
            lambda each: each.id,
            columns,
            Order("id", True),
            _(" Nothing was changed yet."),
            moments={"at": lambda each: each.at},
        )

    async def load(self, desk: Desk) -> Sequence[AuditEntry]:
        """The newest."""
        from radiusbridge.services import audit

        return await audit.listed(desk.context, limit=MOST)

    def state_of(self, row: AuditEntry | None) -> State:
        """The entry."""
        return State(self.NAME, selected=row is not None, name="" if row is None else row.subject)

    def detail(self, row: AuditEntry) -> Detail:
        """From what to what."""
        head = Text(f"{cell(row.action, 60)} {cell(row.subject, 80)}", "bold")
        by = _("  by {who} ({channel})").format(who=cell(row.who, 60), channel=cell(row.channel, 20))
        head.append(f"{by}  {formats.moment(row.at)}", "default")
        before, after = row.before or {}, row.after or {}
        more = []
        for name in dict.fromkeys((*before, *after)):
            was, now = before.get(name), after.get(name)
            if was != now:
                more.append(Text(f"{cell(name, 30)}: {_value(was)} → {_value(now)}"))
        if row.reason:
            more.insert(0, Text(_("reason: {words}").format(words=cell(row.reason, 300))))
        return Detail((head,), more=tuple(more))


def _value(value: object) -> str:
    """As it was written down; nothing is a dash."""
    words = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return "–" if value is None else cell(words, 120)
