"""Every screen of the dashboard, each made and its module loaded when it is first shown: the first frame needs one."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from radiusbridge.tui.actions.table import SCREENS
from radiusbridge.tui.remembered import Remembered, View
from radiusbridge.tui.start import Start

if TYPE_CHECKING:
    from radiusbridge.tui.frame import ListScreen


def load(name: str) -> "type[ListScreen[Any]]":
    """The class of the screen of that name."""
    found: type[ListScreen[Any]] = getattr(import_module(f"{__package__}.{name}"), f"{name.title()}Screen")
    return found


SELDOM = frozenset({"plan", "history", "alerts", "hotspot", "vouchers"})
"""Screens that many a shift never shows. Together their modules take two MiB, and each less than 20 ms when it is shown
for the first time."""


def load_usual() -> None:
    """The modules of the other screens, so that no key waits for one. Blocks: for a thread."""
    for name, _, _ in SCREENS:
        if name not in SELDOM:
            load(name)


class Lists(dict[str, "ListScreen[Any]"]):
    """The screens by name, looked at as the start says. made: told of each but the first when it is made."""

    def __init__(self, start: Start, made: "Callable[[str, ListScreen[Any]], None]") -> None:
        super().__init__()
        self._start = start
        self._made = made
        self[start.screen] = self._make(start.screen)

    def __missing__(self, name: str) -> "ListScreen[Any]":
        """Made now."""
        screen = self[name] = self._make(name)
        self._made(name, screen)
        return screen

    def _make(self, name: str) -> "ListScreen[Any]":
        start, view = self._start, self._start.views.get(name, View())
        asked = start.screen == name and (start.named or start.query)
        screen = load(name)(start.query if asked else view.query)
        screen.order_kept = view.order
        screen.choose_columns(view.columns)
        return screen

    def remembered(self, shown: str) -> Remembered:
        """How they are looked at now; those that were never shown, as before."""
        now = {name: View(each.query_text, each.order_chosen, each.columns_chosen) for name, each in self.items()}
        never = {name: View() for name, _, _ in SCREENS}
        return Remembered(shown, {**never, **self._start.views, **now})
