"""Keys that move in a list, and the signs that lists use."""

from radiusbridge.tui.language import N_

MOVES = (
    ("↑ ↓ j k", N_("one line")),
    ("pgup pgdn", N_("one screen")),
    ("g G", N_("first, last (home, end)")),
    ("⏎", N_("the key enter")),
)
"""How to move in a list; the list itself binds these keys."""
MOVING_KEYS = frozenset({"up", "down", "j", "k", "pageup", "pagedown", "g", "G", "home", "end", "ctrl+f", "ctrl+u"})
"""What the list itself binds."""

SIGNS = (
    ("● w", N_("live; live behind the wall (isolated)")),
    ("○", N_("offline: on none of the fresh lists")),
    ("?", N_("not known: a NAS list is stale, and how old it is")),
    ("✔ ? ✖", "PROVEN, UNPROVEN, FAILED"),
    ("▸ · …", N_("running, queued, waiting for the server")),
    ("/2s", N_("this NAS does not tell of changes: its list is read every 2 s")),
    ("● ▲ ✖ ?", N_("a router: up, slow, dark or refused, not known yet")),
    ("! · –", N_("mind it; seen to, or a notice; muted")),
    ("≥", N_("at least: a router does not tell now")),
    ("▁▄█ ·", N_("minute by minute, the newest on the right; nothing is known")),
    ("▴ ▾", N_("sorted by this column, upwards or downwards")),
    ("*", N_("marked, where it stands before a row")),
    ("■", N_("a run that is not carried out now")),
    ("2x ghost", N_("a session beside another; one that the server counts and no NAS has")),
)
"""What the signs mean."""
