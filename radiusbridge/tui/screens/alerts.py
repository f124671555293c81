"""What is wrong, and what was in the last day: acknowledge, mute."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.alert_fields import ALERTS, STATES
from radiusbridge.tui import alert_channels, alert_rules, formats
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.alert_words import SIGNS, ago, state, unwatched
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext, ngettext_noop
from radiusbridge.tui.listing import Rows
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.alerts.board import Board, Listed

BACK = timedelta(days=1)
"""How far back what was resolved is shown."""
MUTED_FOR = timedelta(hours=2)


class AlertsScreen(ShortList["Listed"]):
    """The gravest first."""

    NAME = "alerts"
    RENEWAL = 3.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._board: Board | None = None

    def make_sheet(self) -> "Sheet[Listed]":
        """State, what, of what."""
        columns: tuple[Col[Listed], ...] = (
            Col("state", "STATE", 10, draw=_state),
            Col("since", "SINCE", 7, draw=self._since),
            Col("kind", "KIND", 16, draw=lambda row: (term(row.episode.kind), "plain")),
            Col("subject", "SUBJECT", 16, 1),
            Col("words", "WHAT", 20, 3),
        )
        return Sheet(
            ngettext_noop("alert", "alerts"),
            ALERTS,
            _look,
            lambda row: row.episode.id,
            columns,
            Order("state"),
            _(" Nothing is wrong."),
            ("state", "since", "kind", "subject"),
            weigh=_weight,
            moments={"since": lambda row: row.episode.began_at},
        )

    async def load(self, desk: Desk) -> "Sequence[Listed]":
        """As the database has them."""
        from radiusbridge.services.alerts.board import board

        self._board = await board(desk.context, BACK)
        return self._board.alerts

    @property
    def nothing(self) -> str:
        """Nobody sees what is wrong where nobody watches."""
        if self._board is not None and not self._board.watched:
            return _(" What is wrong is not known: nobody watches.")
        return super().nothing

    def rows_changed(self) -> None:
        """Rows have come; that nobody watches stays told."""
        super().rows_changed()
        if self._board is not None and not self._board.watched:
            self.trouble = unwatched(self._board)
            self.draw_freshness()

    def counted(self, rows: "Rows[Listed]") -> str:
        """Those that nobody has seen to."""
        if self.query_text or self._board is None:
            return super().counted(rows)
        count = sum(state(each) in {"critical", "warning"} for each in self._board.alerts)
        return ngettext("{n} alert", "{n} alerts", count).format(n=formats.number(count)) if count else _("no alert")

    def state_of(self, row: "Listed | None") -> State:
        """Its number."""
        return State(self.NAME) if row is None else State(self.NAME, selected=True, name=str(row.episode.id))

    def _since(self, row: "Listed") -> Cell:
        assert self.desk is not None
        return ago(row.episode.began_at, self.desk.context.clock.now()), "plain"

    def detail(self, row: "Listed") -> Detail:
        """All that is known."""
        episode = row.episode
        sign, tone = SIGNS[state(row)]
        head = Text(f"{sign} {term(episode.kind)} {cell(episode.subject, 120)}", f"bold {TONE_STYLES[tone]}".strip())
        lines = [head, Text(f"  {cell(episode.words, 400)}")]
        moments = (
            (_("began"), episode.began_at),
            (_("raised"), episode.raised_at),
            (_("told"), episode.told_at),
            (_("acknowledged"), episode.acked_at),
            (_("resolved"), episode.resolved_at),
        )
        told = "   ".join(f"{name} {formats.clock(at)}" for name, at in moments if at is not None)
        lines.append(Text(f"  {told}"))
        if episode.acked_by:
            lines.append(Text("  " + _("{who} sees to it").format(who=cell(episode.acked_by, 80))))
        if row.muted:
            lines.append(Text("  " + _("muted: nobody is told; m tells of it again")))
        return Detail(tuple(lines))

    # -- what the keys do

    def do_ack_alert(self) -> None:
        """Somebody sees to it."""
        row = self.row
        assert row is not None

        async def work(desk: Desk) -> None:
            from radiusbridge.services.alerts import keeping

            await keeping.acknowledge(desk.context, row.episode.id)
            self.renew()

        self.dashboard.acting.beside("acknowledge", work)

    def do_mute_alert(self) -> None:
        """Or tell of it again."""
        row = self.row
        assert row is not None

        async def work(desk: Desk) -> None:
            from radiusbridge.services.alerts import keeping

            episode = row.episode
            if row.muted:
                await keeping.unmute_alert(desk.context, episode)
            else:
                await keeping.mute(desk.context, episode.kind, episode.subject, MUTED_FOR)
            self.renew()

        self.dashboard.acting.beside("mute", work)

    def do_alert_channels(self) -> None:
        """Whom alerts are told."""
        alert_channels.manage(self.dashboard)

    def do_alert_rules(self) -> None:
        """When something is one."""
        alert_rules.manage(self.dashboard)


def _state(row: "Listed") -> Cell:
    found = state(row)
    sign, tone = SIGNS[found]
    return f"{sign} {term(found)}", tone


def _look(row: "Listed", name: str) -> object:
    """A field of `ALERTS`; under `""` its words."""
    episode = row.episode
    match name:
        case "state":
            return state(row)
        case "kind":
            return str(episode.kind)
        case "subject" | "words" | "id":
            return getattr(episode, name)
        case "since":
            return episode.began_at.astimezone().date()
    return " ".join((episode.kind, episode.subject, episode.words, episode.acked_by))


def _weight(row: "Listed", name: str) -> object:
    if name == "state":
        return STATES.index(state(row))
    return _look(row, name)
