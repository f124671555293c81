"""The one table of actions. Bindings, the footer and the help screen are made from it."""

from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.services.roster import Entry
from radiusbridge.services.watch import Live, Presence


class Danger(StrEnum):
    """How an action asks."""

    NONE = "none"
    CONFIRM = "confirm"
    """One deliberate key, in a dialog that says whom it hits."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether an action is available."""

    ready: bool
    """Whether the database is open."""
    entry: Entry | None = None
    presence: Presence | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that an operator can do. keys: as Textual names them, separated by commas."""

    id: str
    keys: str
    shown: str
    """The key as the screen names it."""
    title: str
    help: str
    danger: Danger = Danger.NONE
    needs_customer: bool = False
    in_footer: bool = True

    def disabled(self, now: Situation) -> str:
        """Why it is not available; empty: it is."""
        if self.needs_customer or self.danger is not Danger.NONE:
            if not now.ready:
                return "the database is not open yet"
            if now.entry is None:
                return "no customer is selected"
        if self.id == "kick" and now.presence is not None and now.presence.state is Live.OFFLINE:
            return "there is no live session to kick"
        return ""


ACTIONS = (
    Action(
        "isolate",
        "i",
        "i",
        "isolate",
        "Open a hold, cut the customer off; ends in a verdict",
        Danger.CONFIRM,
    ),
    Action(
        "activate",
        "a",
        "a",
        "activate",
        "Close a hold; the last one closed lets the customer in",
        Danger.CONFIRM,
    ),
    Action("kick", "x", "x", "kick", "End the live sessions; the customer may dial again", Danger.CONFIRM),
    Action(
        "evidence", "enter", "⏎", "evidence", "The customer, and every step of the last operation", needs_customer=True
    ),
    Action(
        "filter",
        "slash",
        "/",
        "filter",
        "Words (number, user name, name, phone, area, …) and state:live offline held walled unknown",
    ),
    Action("back", "escape", "esc", "back", "Leave the dialog or page; on the list: clear the filter", in_footer=False),
    Action("help", "question_mark", "?", "help", "This page"),
    Action("quit", "q", "q", "quit", "Leave; what runs goes on without the screen"),
)
"""What the customers screen offers."""

MOVES = (
    ("↑ ↓ j k", "one line"),
    ("pgup pgdn", "one screen"),
    ("g G", "first, last (home, end)"),
)
"""How to move in a list; the list itself binds these keys."""

SIGNS = (
    ("● w", "live; live behind the wall (isolated)"),
    ("○", "offline: on none of the fresh lists"),
    ("?", "not known: a NAS list is stale, and how old it is"),
    ("✔ ? ✖", "PROVEN, UNPROVEN, FAILED"),
    ("▸ · …", "running, queued, waiting for the server"),
)
"""What the signs mean."""
