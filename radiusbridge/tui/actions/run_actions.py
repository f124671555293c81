"""What is done to a bulk run."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need

_D, _W = Need.DATABASE, Need.WRITING

RUN_ACTIONS = (
    Action(
        "run_stop",
        "c",
        "stop",
        "Begin no more of its rows, whoever carries it out; what is in flight ends first",
        (_D, _W, Need.ROW),
        line="radiusbridge bulk stop {name}",
        screens=("runs",),
        rank=90,
    ),
    Action(
        "run_resume",
        "t",
        "resume",
        "Go on with what is left of it, here",
        (_D, _W, Need.ROW),
        Danger.CONFIRM,
        "radiusbridge bulk resume {name}",
        ("runs",),
        89,
    ),
)
