"""Every action and every screen."""

from radiusbridge.tui.actions.alert_actions import ALERT_ACTIONS
from radiusbridge.tui.actions.customer_actions import CUSTOMER_ACTIONS
from radiusbridge.tui.actions.device_actions import DEVICE_ACTIONS
from radiusbridge.tui.actions.hotspot_actions import HOTSPOT_ACTIONS
from radiusbridge.tui.actions.kinds import Action
from radiusbridge.tui.actions.line_actions import LINE_ACTIONS
from radiusbridge.tui.actions.list_actions import LIST_ACTIONS
from radiusbridge.tui.actions.log_actions import LOG_ACTIONS
from radiusbridge.tui.actions.mark_actions import MARK_ACTIONS
from radiusbridge.tui.actions.operation_actions import OPERATION_ACTIONS
from radiusbridge.tui.actions.overview_actions import OVERVIEW_ACTIONS
from radiusbridge.tui.actions.past_actions import PAST_ACTIONS
from radiusbridge.tui.actions.probe_actions import PROBE_ACTIONS
from radiusbridge.tui.actions.profile_actions import PROFILE_ACTIONS
from radiusbridge.tui.actions.review_actions import REVIEW_ACTIONS
from radiusbridge.tui.actions.router_actions import ROUTER_ACTIONS
from radiusbridge.tui.actions.run_actions import RUN_ACTIONS
from radiusbridge.tui.actions.standby_actions import STANDBY_ACTIONS
from radiusbridge.tui.actions.terminal_actions import TERMINAL_ACTIONS
from radiusbridge.tui.actions.voucher_actions import VOUCHER_ACTIONS
from radiusbridge.tui.actions.voucher_print_actions import VOUCHER_PRINT_ACTIONS
from radiusbridge.tui.actions.voucher_sales_actions import VOUCHER_SALES_ACTIONS
from radiusbridge.tui.actions.voucher_watch_actions import VOUCHER_WATCH_ACTIONS

SCREENS = (
    ("overview", "Overview", "0"),
    ("customers", "Customers", "1"),
    ("sessions", "Sessions", "2"),
    ("operations", "Operations", "3"),
    ("devices", "Devices", "4"),
    ("profiles", "Profiles", "5"),
    ("audit", "Audit", "6"),
    ("packets", "Packets", "7"),
    ("plan", "Plan", "8"),
    ("probes", "Probes", "9"),
    ("log", "Log", "L"),
    ("history", "History", "H"),
    ("losses", "Losses", "O"),
    ("runs", "Runs", "B"),
    ("alerts", "Alerts", "exclamation_mark"),
    ("hotspot", "Hotspot", "h"),
    ("vouchers", "Vouchers", "V"),
)
"""(id, title, key) of the screens."""
_ABOUT = {
    "overview": "Routers, sessions and traffic of the last hour, who is held or expires, what waits, what failed",
    "customers": "List and detail of the customers: isolate, activate, renew, kick, probe, why",
    "sessions": "Who is on line, across all NASes, with rates; ghosts, duplicates and strangers marked",
    "operations": "Queued, running, waiting, over; undo, cancel, retry",
    "devices": "Servers and NASes: test, doctor, the desk of each router",
    "profiles": "Bandwidth, and on which servers",
    "audit": "Who did what, before and after",
    "packets": "RADIUS packets, decoded",
    "plan": "What differs between database and servers, applied row by row; and drift",
    "probes": "Probes of the files and of customers: outcome, time, history",
    "log": "The routers' own logs",
    "history": "Past sessions, as far as the agent recorded them",
    "losses": "What was lost together, and how much of it is still out",
    "runs": "Bulk runs, with how their rows ended",
    "alerts": "What is wrong, and was in the last day",
    "hotspot": "The hotspots of the NASes: guests, hosts, users, profiles, cookies, bindings",
    "vouchers": "Batches of vouchers: generate, write, print, sell, stop, void",
}
PAGES = (("router", "Router"), ("sales", "Sales"))
"""(id, title) of pages with actions of their own, which lie on a screen."""

_GOING = tuple(
    Action(f"go-{name}", key, title, _ABOUT[name], line=f"radiusbridge tui {name}") for name, title, key in SCREENS
)

ACTIONS = (
    *CUSTOMER_ACTIONS,
    *LINE_ACTIONS,
    *OPERATION_ACTIONS,
    *RUN_ACTIONS,
    *DEVICE_ACTIONS,
    *STANDBY_ACTIONS,
    *ROUTER_ACTIONS,
    *PROFILE_ACTIONS,
    *REVIEW_ACTIONS,
    *MARK_ACTIONS,
    *OVERVIEW_ACTIONS,
    *PROBE_ACTIONS,
    *ALERT_ACTIONS,
    *LOG_ACTIONS,
    *PAST_ACTIONS,
    *HOTSPOT_ACTIONS,
    *VOUCHER_ACTIONS,
    *VOUCHER_WATCH_ACTIONS,
    *VOUCHER_SALES_ACTIONS,
    *VOUCHER_PRINT_ACTIONS,
    *LIST_ACTIONS,
    *TERMINAL_ACTIONS,
    *_GOING,
)
"""Everything that an operator can do in the dashboard."""


def action(action_id: str) -> Action:
    """The action of that id."""
    return _BY_ID[action_id]


_BY_ID = {each.id: each for each in ACTIONS}


def own_of(screen: str) -> tuple[Action, ...]:
    """What that screen or page has and others have not."""
    return tuple(each for each in ACTIONS if screen in each.screens)


def actions_of(screen: str) -> tuple[Action, ...]:
    """What that screen offers, in the order of the table."""
    return tuple(each for each in ACTIONS if each.offered(screen))
