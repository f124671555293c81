"""Marking rows, and the bulk runs that come of it."""

from radiusbridge.tui.actions.kinds import Action, Need

_D = Need.DATABASE
MARKED_ON = ("customers", "sessions", "plan")
"""Where rows can be marked."""

MARK_ACTIONS = (
    Action(
        "mark",
        "space",
        "mark",
        "Mark the row and move on; what is done then hits the marked",
        (_D, Need.ROW),
        screens=MARKED_ON,
        rank=46,
    ),
    Action(
        "mark_all",
        "asterisk,ctrl+a",
        "mark all",
        "Mark all that the filter shows; esc unmarks",
        (_D,),
        screens=MARKED_ON,
        rank=45,
    ),
    Action(
        "runs",
        "b",
        "bulk run",
        "The bulk run that was begun last: its rows, stop and resume",
        (_D,),
        line="radiusbridge bulk list",
        rank=27,
    ),
)
