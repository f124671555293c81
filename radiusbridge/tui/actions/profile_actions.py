"""What is done to a profile."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need

_D, _W = Need.DATABASE, Need.WRITING

PROFILE_ACTIONS = (
    Action(
        "profile_add",
        "n",
        "new",
        "Add a profile; servers get it with the first customer who has it",
        (_D, _W),
        line="radiusbridge profile add NAME --rate UP/DOWN",
        screens=("profiles",),
        rank=86,
    ),
    Action(
        "profile_edit",
        "e",
        "edit",
        "Change it on every server where a customer has it; asks about live sessions",
        (_D, _W, Need.ROW),
        line="radiusbridge profile edit {name}",
        screens=("profiles",),
        rank=85,
    ),
    Action(
        "profile_remove",
        "D",
        "remove",
        "Take it from every server and forget it; refused while somebody has it",
        (_D, _W, Need.ROW),
        Danger.CONFIRM,
        "radiusbridge profile remove {name}",
        ("profiles",),
        84,
    ),
)
