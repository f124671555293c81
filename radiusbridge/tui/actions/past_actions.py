"""What the history of sessions is asked for."""

from radiusbridge.tui.actions.kinds import Action, Need

_D = Need.DATABASE

PAST_ACTIONS = (
    Action(
        "past",
        "o",
        "past",
        "The customer's sessions of the last 30 days: from when until when, on which NAS",
        (_D, Need.CUSTOMER),
        line="radiusbridge sessions {customer} --history --since 30d",
        screens=("customers", "sessions"),
        rank=44,
    ),
    Action(
        "ended",
        "o",
        "its sessions",
        "The sessions that ended at that place",
        (_D, Need.ROW),
        line="radiusbridge sessions --history",
        screens=("losses",),
        rank=90,
    ),
)
