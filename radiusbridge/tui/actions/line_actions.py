"""What is done with a customer's line: another speed for a while, how good it is."""

from radiusbridge.tui.actions.kinds import Action, Need

_D, _W = Need.DATABASE, Need.WRITING
_SCREENS = ("customers", "sessions")

LINE_ACTIONS = (
    Action(
        "speed",
        "v",
        "speed",
        "Another rate for the live session, without a drop, for a while; or back to the profile's",
        (_D, _W, Need.CUSTOMER),
        line="radiusbridge speed {customer} --for 2h RATE",
        screens=_SCREENS,
        rank=46,
    ),
    Action(
        "line",
        "l",
        "line",
        "How good the line is: pings from the NAS, delay, jitter, loss, a grade; kept",
        (_D, Need.CUSTOMER),
        line="radiusbridge qos {customer} --from nas",
        screens=_SCREENS,
        rank=45,
    ),
)
