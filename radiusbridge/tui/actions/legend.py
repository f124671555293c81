"""Keys that move in a list, and the signs that lists use."""

MOVES = (
    ("↑ ↓ j k", "one line"),
    ("pgup pgdn", "one screen"),
    ("g G", "first, last (home, end)"),
)
"""How to move in a list; the list itself binds these keys."""
MOVING_KEYS = frozenset({"up", "down", "j", "k", "pageup", "pagedown", "g", "G", "home", "end", "ctrl+f", "ctrl+u"})
"""What the list itself binds."""

SIGNS = (
    ("● w", "live; live behind the wall (isolated)"),
    ("○", "offline: on none of the fresh lists"),
    ("?", "not known: a NAS list is stale, and how old it is"),
    ("✔ ? ✖", "PROVEN, UNPROVEN, FAILED"),
    ("▸ · …", "running, queued, waiting for the server"),
    ("/2s", "this NAS does not tell of changes: its list is read every 2 s"),
    ("2x ghost", "a session beside another; one that the server counts and no NAS has"),
)
"""What the signs mean."""
