"""What is done with the routers' log lines."""

from radiusbridge.tui.actions.kinds import Action, Need

_D = Need.DATABASE

LOG_ACTIONS = (
    Action(
        "follow",
        "f",
        "follow",
        "Follow the routers' logs, or stop that; leaving the screen ends it",
        (_D,),
        line="radiusbridge log --follow",
        screens=("log",),
        rank=90,
    ),
    Action(
        "jump",
        "c",
        "customer",
        "To the customer who is named",
        (_D, Need.ROW),
        screens=("log", "history"),
        rank=89,
    ),
)
