"""What is done to a server or NAS."""

from radiusbridge.tui.actions.kinds import Action, Need

_D, _W = Need.DATABASE, Need.WRITING

DEVICE_ACTIONS = (
    Action(
        "test",
        "t",
        "test",
        "Test server or NAS step by step, and name the step that fails",
        (_D, Need.DEVICE),
        line="radiusbridge {device} test {name}",
        screens=("devices",),
        rank=86,
    ),
    Action(
        "doctor",
        "d",
        "doctor",
        "Examine it by its own menus; what is wrong, the lines that mend it; keeps what it can do",
        (_D, _W, Need.DEVICE),
        line="radiusbridge doctor {name}",
        screens=("devices",),
        rank=85,
    ),
)
