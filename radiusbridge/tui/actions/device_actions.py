"""What is done to a server or NAS."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need

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
    Action(
        "server_add",
        "n",
        "new server",
        "Add a server that is provisioned; its form tests it before it is saved",
        (_D, _W),
        line="radiusbridge server add NAME --api HOST",
        screens=("devices",),
        rank=84,
    ),
    Action(
        "nas_add",
        "a",
        "new NAS",
        "Add a router where sessions live; its form tests it before it is saved",
        (_D, _W),
        line="radiusbridge nas add NAME --dae HOST",
        screens=("devices",),
        rank=84,
    ),
    Action(
        "device_edit",
        "e",
        "edit",
        "Change how it is reached; secrets that are not typed stay as they are",
        (_D, _W, Need.DEVICE),
        line="radiusbridge {device} edit {name}",
        screens=("devices",),
        rank=83,
    ),
    Action(
        "device_remove",
        "D",
        "remove",
        "Forget it here; nothing is done on the router; refused while it is used",
        (_D, _W, Need.DEVICE),
        Danger.CONFIRM,
        "radiusbridge {device} remove {name}",
        ("devices",),
        83,
    ),
)
