"""The demo's tour: five steps that end in a proven isolation. A strip says what to press next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.widgets import Static

from radiusbridge.domain.records import Intent, Operation
from radiusbridge.domain.verdict import Verdict
from radiusbridge.tui.dialogs import Confirm
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.pane import DetailPage
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard

WHO = "c-0007"
LOOK = 0.3
"""Seconds between two looks at whether a step was done."""


@dataclass(frozen=True, slots=True)
class TourStep:
    """words: what to press; done: whether it was done."""

    words: str
    done: Callable[["Dashboard"], bool]


def _found(app: "Dashboard") -> bool:
    screen = app.list_screen
    return screen.NAME == "customers" and WHO in screen.query_text and screen.row is not None


def _asked(app: "Dashboard") -> bool:
    return isinstance(app.screen, Confirm) or bool(_isolations(app))


def _isolations(app: "Dashboard") -> list[Operation]:
    begun = [] if app.desk is None else list(app.desk.begun.values())
    return [each for each in begun if each.intent is Intent.ISOLATE]


STEPS = (
    TourStep(N_("press / and type {who} then ⏎: finds one customer"), _found),
    TourStep(N_("press i to isolate: it says whom it hits, and asks"), _asked),
    TourStep(N_("press y: nothing else says yes; esc says no"), lambda app: bool(_isolations(app))),
    TourStep(N_("press ⏎ for every step of the evidence, then esc"), lambda app: isinstance(app.screen, DetailPage)),
    TourStep(
        N_("wait for the verdict: the session has to stay gone for 10 s"),
        lambda app: any(each.status.final for each in _isolations(app)),
    ),
)


class Tour:
    """Where the operator is in it. It goes on when what it asks for was done, by whatever way."""

    def __init__(self) -> None:
        self.at = 0
        self.hidden = False

    def look(self, app: "Dashboard") -> Text:
        """The strip's line now; empty: it was dismissed."""
        while self.at < len(STEPS) and STEPS[self.at].done(app):
            self.at += 1
        if self.hidden:
            return Text()
        text = Text(" ", no_wrap=True, overflow="ellipsis")
        if self.at < len(STEPS):
            text.append(_("tour {at}/{all}").format(at=self.at + 1, all=len(STEPS)), "reverse")
            there = app.list_screen.NAME == "customers"
            words = STEPS[self.at].words if there else N_("press 1: it goes on among the customers")
            text.append(f"  {_(words).format(who=WHO)}", "bold")
        else:
            text.append(_("tour"), "reverse")
            text.append(f"  {_ending(_isolations(app))}", "bold")
        text.append(f"   {_('T hides')}", "dim")
        return text

    def toggle(self) -> None:
        """Dismiss it, or recall it; one that is over begins anew."""
        self.hidden = not self.hidden
        if not self.hidden and self.at == len(STEPS):
            self.at = 0


def _ending(isolations: list[Operation]) -> str:
    proven = [each for each in isolations if each.verdict is Verdict.PROVEN]
    if proven:
        return _("✔ PROVEN: {who} is off, as was observed. u takes it back.").format(who=cell(proven[0].username))
    return _("the isolation ended otherwise; ⏎ says why")


class TourStrip(Static):
    """One line at the bottom of a list, where there is a tour."""

    def __init__(self) -> None:
        super().__init__("", id="tour", markup=False)

    def on_mount(self) -> None:
        """Look now and then, in the demo only."""
        if self._dashboard.tour is None:
            self.display = False
        else:
            self.set_interval(LOOK, self.look)
            self.look()

    @property
    def _dashboard(self) -> "Dashboard":
        return cast("Dashboard", self.app)

    def look(self) -> None:
        """Say what is next, if that differs."""
        tour = self._dashboard.tour
        if tour is None:
            return
        line = tour.look(self._dashboard)
        self.display = bool(line)
        if line != self.content:
            self.update(line)
