"""What is done on the overview."""

from radiusbridge.tui.actions.kinds import Action, Need

OVERVIEW_ACTIONS = (
    Action(
        "visit",
        "enter",
        "go there",
        "The list behind the line, filtered: the router, those held, what waits, what failed",
        (Need.DATABASE, Need.ROW),
        line="radiusbridge overview",
        screens=("overview",),
        rank=90,
    ),
)
