"""Which headless verbs the dashboard's screens and actions stand for; the key sheet lists it, a test holds it against
the verbs that there are."""

from collections.abc import Iterator

from radiusbridge.domain.hotspot import Listing
from radiusbridge.tui.actions.kinds import OF_KINDS, Action
from radiusbridge.tui.actions.table import ACTIONS

OF_SCREENS: dict[str, tuple[str, ...]] = {
    "overview": ("overview",),
    "customers": ("customer list", "customer show"),
    "sessions": ("sessions",),
    "operations": ("op list", "op show"),
    "devices": ("server list", "nas list", "server show", "nas show"),
    "profiles": ("profile list", "profile show"),
    "audit": ("audit list",),
    "packets": ("packets list", "packets show"),
    "plan": ("plan", "drift"),
    "probes": ("probe history",),
    "log": ("log",),
    "history": ("sessions",),
    "losses": ("losses",),
    "runs": ("bulk list", "bulk show"),
    "alerts": ("alert list",),
    "hotspot": tuple(f"hotspot {listing} list" for listing in Listing),
    "vouchers": ("voucher list",),
}
"""Screen -> the verbs that show the same."""
ALSO: dict[str, tuple[str, ...]] = {
    "alert-channels": ("alert channel add", "alert channel edit", "alert channel remove", "alert test"),
    "mute-alert": ("alert unmute",),
    "hotspot-kick": ("kick",),
    "voucher-print": ("voucher reprint",),
    "voucher-more": tuple(
        f"voucher {verb}"
        for verb in (
            *("sales", "stock", "least", "prints", "trace", "books"),
            *("template list", "template set", "template remove"),
            *("printer list", "printer set", "printer remove"),
        )
    ),
    "router_next": ("router traffic",),
    "router_before": ("router traffic",),
}
"""Action -> verbs that it does beside the one of its line: in its form, or the second time."""
_ARGUMENTS = frozenset({"default"})
"""Words of lines that are no verb."""


EVERYWHERE = "every screen"


def verbs_of(action: Action) -> tuple[str, ...]:
    """The verbs of an action, without `radiusbridge`: `hotspot user enable`."""
    found: list[str] = []
    if action.line and not action.id.startswith("go-") and action.id != "slow":
        found += [" ".join(_leading(line)) for line in _lines(action)]
    return tuple(dict.fromkeys([*found, *ALSO.get(action.id, ())]))


def _lines(action: Action) -> Iterator[str]:
    """Its line, for each kind of thing that it may be about."""
    if "{device}" in action.line:
        yield from (action.line.replace("{device}", device) for device in ("server", "nas"))
    elif action.id.startswith("hotspot-") and "{kind}" in action.line:
        kinds = OF_KINDS.get(action.id, tuple(map(str, Listing)))
        yield from (action.line.replace("{kind}", kind) for kind in kinds)
    else:
        yield action.line


def _leading(line: str) -> Iterator[str]:
    for word in line.split()[1:]:
        if not word.replace("-", "").isalpha() or not word.islower() or word.startswith("-") or word in _ARGUMENTS:
            return
        yield word


def places() -> dict[str, list[tuple[str, str]]]:
    """Verb -> (screen, action's id or empty) where the dashboard has it, by verb."""
    found: dict[str, list[tuple[str, str]]] = {}
    for screen, verbs in OF_SCREENS.items():
        for verb in verbs:
            found.setdefault(verb, []).append((screen, ""))
    for action in ACTIONS:
        for verb in verbs_of(action):
            found.setdefault(verb, []).extend((screen, action.id) for screen in action.screens or (EVERYWHERE,))
    return dict(sorted(found.items()))
