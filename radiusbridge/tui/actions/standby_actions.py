"""What is done to a server and its standby."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need

_D, _W = Need.DATABASE, Need.WRITING

STANDBY_ACTIONS = (
    Action(
        "standby_check",
        "C",
        "check pair",
        "Ask a server, its standby and each NAS; hold the standby's accounts against the database",
        (_D, _W, Need.DEVICE),
        line="radiusbridge standby check {name}",
        screens=("devices",),
        rank=60,
    ),
    Action(
        "standby_turn",
        "F",
        "fail over",
        "Have the NASes ask the standby, or the server before again; proved by somebody who dials in",
        (_D, _W, Need.DEVICE),
        Danger.CONFIRM,
        "radiusbridge standby failover {name}",
        ("devices",),
        60,
    ),
)
