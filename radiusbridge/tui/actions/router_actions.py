"""The desk of one router: its page, which is reached from the devices."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need

_D, _W = Need.DATABASE, Need.WRITING
PAGE = "router"
_PAGE = (PAGE,)

VIEWS = (
    Action(
        "router_state",
        "1",
        "state",
        "Board, clock, load, health, licence",
        (_D,),
        line="radiusbridge router show {name}",
        screens=_PAGE,
    ),
    Action(
        "router_traffic",
        "2",
        "traffic",
        "Traffic as a graph that goes on; leaving it tells the router to stop",
        (_D,),
        line="radiusbridge router traffic {name}",
        screens=_PAGE,
    ),
    Action(
        "router_interfaces",
        "3",
        "interfaces",
        "Interfaces, without those of sessions",
        (_D,),
        line="radiusbridge router interfaces {name}",
        screens=_PAGE,
    ),
    Action(
        "router_pppoe",
        "4",
        "PPPoE",
        "PPPoE servers and their sessions",
        (_D,),
        line="radiusbridge router pppoe {name}",
        screens=_PAGE,
    ),
    Action(
        "router_pools",
        "5",
        "pools",
        "Address pools and how full they are",
        (_D,),
        line="radiusbridge router pools {name}",
        screens=_PAGE,
    ),
    Action(
        "router_netwatch",
        "6",
        "netwatch",
        "The hosts that it watches",
        (_D,),
        line="radiusbridge router netwatch {name}",
        screens=_PAGE,
    ),
    Action(
        "router_log",
        "7",
        "log",
        "What it logs, as it comes",
        (_D,),
        line="radiusbridge log {name} --follow",
        screens=_PAGE,
    ),
)
"""What the page shows, one at a time."""

ROUTER_ACTIONS = (
    Action(
        "router",
        "enter",
        "router",
        "Its desk: state, traffic, interfaces, PPPoE servers, pools, netwatch, log; reboot, export, backup",
        (_D, Need.DEVICE),
        line="radiusbridge router show {name}",
        screens=("devices",),
        rank=87,
    ),
    *VIEWS,
    Action("router_next", "n", "next", "Traffic of the next interface", (_D,), screens=_PAGE),
    Action("router_before", "p", "before", "Traffic of the interface before", (_D,), screens=_PAGE),
    Action(
        "router_named",
        "f",
        "find",
        "Traffic of an interface by its name",
        (_D,),
        line="radiusbridge router traffic {name} INTERFACE",
        screens=_PAGE,
    ),
    Action(
        "router_reboot",
        "R",
        "reboot",
        "Start it anew, after its sessions were counted; what does not come back is said",
        (_D, _W),
        Danger.CONFIRM,
        "radiusbridge router reboot {name}",
        _PAGE,
    ),
    Action(
        "router_export",
        "e",
        "export",
        "Keep its settings as lines in a file here, without secrets",
        (_D, _W),
        line="radiusbridge router export {name}",
        screens=_PAGE,
    ),
    Action(
        "router_backup",
        "b",
        "backup",
        "Keep a backup of its own form in a file here",
        (_D, _W),
        line="radiusbridge router backup {name}",
        screens=_PAGE,
    ),
    Action(
        "router_database",
        "u",
        "users",
        "Keep User Manager's database in a file here",
        (_D, _W),
        line="radiusbridge router database {name}",
        screens=_PAGE,
    ),
    Action("router_help", "question_mark", "help", "This page", screens=_PAGE),
    Action("router_copy", "y", "copy line", "Show the headless lines of this page, and copy one", (_D,), screens=_PAGE),
)
