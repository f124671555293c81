"""What is done with alerts."""

from radiusbridge.tui.actions.kinds import Action, Need

_NEEDS = (Need.DATABASE, Need.WRITING, Need.ROW)

ALERT_ACTIONS = (
    Action(
        "ack-alert",
        "a",
        "acknowledge",
        "Somebody sees to it: no reminder is sent any more; its end is told",
        _NEEDS,
        line="radiusbridge alert ack {name}",
        screens=("alerts",),
        rank=90,
    ),
    Action(
        "mute-alert",
        "m",
        "mute",
        "Tell nothing of it for two hours, or tell of it again",
        _NEEDS,
        line="radiusbridge alert mute {name} --for 2h",
        screens=("alerts",),
        rank=89,
    ),
    Action(
        "alert-channels",
        "c",
        "channels",
        "Whom alerts are told: mailboxes and webhooks; add, change, test, remove",
        _NEEDS[:2],
        line="radiusbridge alert channel list",
        screens=("alerts",),
        rank=60,
    ),
    Action(
        "alert-rules",
        "r",
        "rules",
        "From where on something is an alert, for how long, how grave",
        _NEEDS[:2],
        line="radiusbridge alert rules",
        screens=("alerts",),
        rank=59,
    ),
)
