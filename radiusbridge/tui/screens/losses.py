"""What was lost together: which NAS, interface or VLAN, area or ODP explains that many sessions ended at once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.losses import LEAST, SHARE, By, Loss
from radiusbridge.domain.past_fields import LOSSES, look_lost
from radiusbridge.tui import formats
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.places import exactly, show
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

SINCE = timedelta(days=1)
NAMED = 200
"""User names that the detail tells."""


class LossesScreen(ShortList[Loss]):
    """Newest first."""

    NAME = "losses"
    RENEWAL = 5.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def make_sheet(self) -> Sheet[Loss]:
        """By their time."""
        columns: tuple[Col[Loss], ...] = (
            Col("at", "WHEN", 15, draw=lambda loss: (formats.stamp(loss.began_at), FAINT)),
            Col("by", "WHAT", 9, draw=lambda loss: (term(loss.place.by), PLAIN)),
            Col("place", "PLACE", 12, 2, draw=_place),
            Col("nas", "NAS", 8, 1, from_width=100),
            Col("lost", "LOST", 6, draw=lambda loss: (f"{loss.lost:>5}", BAD)),
            Col("of", "OF", 6, draw=lambda loss: (f"{loss.of:>5}", PLAIN)),
            Col("seconds", "WITHIN", 7, draw=lambda loss: (f"{max(1, round(loss.seconds)):>4} s", PLAIN)),
            Col("back", "BACK", 6, draw=lambda loss: (f"{loss.back:>5}", GOOD)),
            Col("missing", "STILL OUT", 9, draw=_missing),
        )
        return Sheet(
            ngettext_noop("loss", "losses"),
            LOSSES,
            look_lost,
            lambda loss: (loss.place, loss.began_at),
            columns,
            Order("at", True),
            _(" Nothing was lost together in the last 24 h, as far as the agent recorded it."),
            weigh=_weight,
            moments={"at": lambda loss: loss.began_at},
        )

    async def load(self, desk: Desk) -> Sequence[Loss]:
        """Those of the last day."""
        from radiusbridge.services import session_history

        return await session_history.lost(desk.context, SINCE, least=LEAST, share=SHARE)

    def state_of(self, row: Loss | None) -> State:
        """The loss."""
        return State(self.NAME, selected=row is not None)

    def detail(self, row: Loss) -> Detail:
        """Who was lost, those first who are not back."""
        head = Text(f"✖ {cell(row.words, 200)}", "bold")
        back = _("{back} of {lost} have had a session since").format(back=row.back, lost=row.lost)
        lines = [head, Text(f"  {formats.moment(row.began_at)}   {back}")]
        names = ", ".join(cell(name, 40) for name in row.usernames[:NAMED])
        more = [Text(f"  {names}")]
        if len(row.usernames) > NAMED:
            more.append(Text("  " + _("and {n} more").format(n=len(row.usernames) - NAMED), "dim"))
        return Detail(tuple(lines), more=tuple(more))

    def do_ended(self) -> None:
        """The sessions of that place, of those days."""
        if self.row is not None:
            show(self.dashboard, "history", _ended_there(self.row))


def _ended_there(loss: Loss) -> str:
    """The filter for sessions that ended at that place; others than NAS and interface the history does not know."""
    if loss.place.by is By.NAS:
        return f"state:ended {exactly('nas', loss.place.name)}"
    if loss.place.by is By.INTERFACE:
        return f"state:ended {exactly('nas', loss.place.nas)} {exactly('interface', loss.place.name)}"
    return "state:ended"


def _place(loss: Loss) -> Cell:
    return cell(loss.place.name, 80), PLAIN


def _missing(loss: Loss) -> Cell:
    missing = loss.lost - loss.back
    return (f"{missing:>5}", WARN) if missing else ("    0", FAINT)


def _weight(loss: Loss, name: str) -> object:
    return loss.seconds if name == "seconds" else look_lost(loss, name)
