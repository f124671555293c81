"""Every screen of the dashboard, in the order of their keys."""

from typing import Any

from radiusbridge.tui.frame import ListScreen
from radiusbridge.tui.remembered import Remembered, View
from radiusbridge.tui.screens.audit import AuditScreen
from radiusbridge.tui.screens.customers import CustomersScreen
from radiusbridge.tui.screens.devices import DevicesScreen
from radiusbridge.tui.screens.log import LogScreen
from radiusbridge.tui.screens.operations import OperationsScreen
from radiusbridge.tui.screens.overview import OverviewScreen
from radiusbridge.tui.screens.packets import PacketsScreen
from radiusbridge.tui.screens.plan import PlanScreen
from radiusbridge.tui.screens.probes import ProbesScreen
from radiusbridge.tui.screens.profiles import ProfilesScreen
from radiusbridge.tui.screens.sessions import SessionsScreen
from radiusbridge.tui.start import Start

Lists = dict[str, ListScreen[Any]]

_SCREENS: tuple[type[ListScreen[Any]], ...] = (
    OverviewScreen,
    CustomersScreen,
    SessionsScreen,
    OperationsScreen,
    DevicesScreen,
    ProfilesScreen,
    AuditScreen,
    PacketsScreen,
    PlanScreen,
    ProbesScreen,
    LogScreen,
)


def lists(start: Start) -> Lists:
    """One of each, looked at as the start says."""
    found: Lists = {}
    for screen in _SCREENS:
        view = start.views.get(screen.NAME, View())
        asked = start.screen == screen.NAME and (start.named or start.query)
        found[screen.NAME] = screen(start.query if asked else view.query)
        found[screen.NAME].order_kept = view.order
    return found


def remembered(found: Lists, shown: str) -> Remembered:
    """How they are looked at now."""
    return Remembered(shown, {name: View(each.query_text, each.order_chosen) for name, each in found.items()})
