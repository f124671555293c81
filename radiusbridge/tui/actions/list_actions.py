"""What every list offers."""

from radiusbridge.tui.actions.kinds import Action, Need

_D = Need.DATABASE
_MIXED = ("overview",)
"""Screens of which each line leads somewhere else."""

LIST_ACTIONS = (
    Action(
        "evidence",
        "enter",
        "evidence",
        "All of it, every step of the last operation too",
        (_D, Need.ROW),
        rank=82,
        never=(*_MIXED, "devices"),
    ),
    Action("filter", "slash", "filter", "Words and fields; what this list understands stands below", rank=81),
    Action("sort", "s", "sort", "By the next column", (_D,), rank=30, never=_MIXED),
    Action("reverse", "S", "reverse", "The other way round", (_D,), never=_MIXED),
    Action("columns", "vertical_line", "columns", "Which columns the list shows; kept between runs", (_D,), rank=27),
    Action("export", "E", "export", "The filtered view as CSV, XLSX or JSON lines, into a file", (_D,), rank=29),
    Action(
        "copy",
        "y",
        "copy line",
        "Show the headless lines of what can be done here, and copy one",
        (_D,),
        rank=28,
    ),
    Action("setup", "f9", "set-up", "Add a server, test it, add its NASes, take over its accounts", (_D, Need.WRITING)),
    Action("tour", "T", "tour", "Dismiss or recall the demo's tour"),
    Action("palette", "colon,ctrl+p", "palette", "Every action and screen by name"),
    Action("back", "escape", "back", "Leave the dialog or page; on a list: clear the filter"),
    Action("help", "question_mark", "help", "This page", rank=80),
    Action("quit", "q", "quit", "Leave; what runs goes on without the screen", rank=79),
)
