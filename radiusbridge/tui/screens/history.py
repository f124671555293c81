"""Sessions of the past: who was online where, from when until when, as the agent took it down."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.losses import Span
from radiusbridge.domain.past_fields import HISTORY, look
from radiusbridge.domain.values import format_duration
from radiusbridge.tui import formats
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.places import exactly, show
from radiusbridge.tui.rows import FAINT, GOOD, PLAIN, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.text import cell

MOST = 5_000
"""Sessions that are listed, newest first."""
SINCE = timedelta(days=7)


class HistoryScreen(ShortList[Span]):
    """Newest first."""

    NAME = "history"
    RENEWAL = 10.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def make_sheet(self) -> Sheet[Span]:
        """By their begin."""
        columns: tuple[Col[Span], ...] = (
            Col("began", "FROM", 15, draw=lambda span: (formats.stamp(span.began_at), FAINT)),
            Col("ended", "UNTIL", 15, draw=_until),
            Col("lasted", "LASTED", 10, draw=_lasted),
            Col("user", "USER NAME", 10, 2),
            Col("nas", "NAS", 8, 1),
            Col("interface", "INTERFACE", 9, 1, from_width=100),
            Col("ip", "ADDRESS", 15),
            Col("mac", "CALLER", 17, from_width=120),
            Col("id", "SESSION", 10, from_width=140),
        )
        return Sheet(
            ngettext_noop("session", "sessions"),
            HISTORY,
            look,
            lambda span: span.id,
            columns,
            Order("began", True),
            _(" No session is recorded yet; the agent records them: radiusbridge agent"),
            moments={"began": lambda span: span.began_at, "ended": lambda span: span.ended_at},
        )

    async def load(self, desk: Desk) -> Sequence[Span]:
        """Those of the last days."""
        from radiusbridge.services import session_history

        return await session_history.history(desk.context, None, SINCE, limit=MOST)

    def state_of(self, row: Span | None) -> State:
        """The session's user name."""
        return State(self.NAME, selected=row is not None, name="" if row is None else row.username)

    def detail(self, row: Span) -> Detail:
        """All that was taken down of it."""
        head = Text(cell(row.username, 80), "bold")
        head.append(f"  {cell(row.nas, 40)} {cell(row.interface, 60)}", "default")
        lines = [head, Text("  " + span_words(row))]
        more = [Text(f"  {name}: {cell(value, 100)}") for name, value in _more(row) if value]
        if row.ended_at is not None and row.ended_at - row.seen_at > timedelta(seconds=60):
            words = _("its end is known to lie between {first} and {last} only: nobody watched meanwhile")
            shown = words.format(first=formats.stamp(row.seen_at), last=formats.stamp(row.ended_at))
            more.append(Text(f"  {shown}", "dim"))
        return Detail(tuple(lines), more=tuple(more))

    def do_jump(self) -> None:
        """To the customer who had it."""
        if self.row is not None:
            show(self.dashboard, "customers", exactly("user", self.row.username))


def span_words(span: Span) -> str:
    """From when until when."""
    began = formats.stamp(span.began_at)
    if span.ended_at is None:
        return _("since {began}, live").format(began=began)
    lasted = format_duration(max(0, round((span.ended_at - span.began_at).total_seconds())))
    return _("{began} to {ended}, {lasted}").format(began=began, ended=formats.stamp(span.ended_at), lasted=lasted)


def _more(span: Span) -> tuple[tuple[str, str], ...]:
    return (
        (_("address"), span.address),
        (_("caller"), span.caller_id),
        ("Acct-Session-Id", span.session_id),
        (_("row"), span.row),
    )


def _until(span: Span) -> Cell:
    return (_("live"), GOOD) if span.ended_at is None else (formats.stamp(span.ended_at), PLAIN)


def _lasted(span: Span) -> Cell:
    seconds = look(span, "lasted")
    return (format_duration(seconds) if isinstance(seconds, int) else ""), PLAIN
