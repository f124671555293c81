"""What is done to an operation."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need

_D, _W = Need.DATABASE, Need.WRITING

OPERATION_ACTIONS = (
    Action(
        "cancel",
        "c",
        "cancel",
        "Cancel it; what is in flight ends first",
        (_D, _W, Need.OPERATION),
        Danger.CONFIRM,
        "radiusbridge op cancel {operation}",
        ("operations",),
        86,
    ),
    Action(
        "retry",
        "t",
        "retry",
        "Carry out now what is queued, or waits for its server",
        (_D, _W, Need.OPERATION),
        line="radiusbridge op run {operation}",
        screens=("operations",),
        rank=85,
    ),
)
