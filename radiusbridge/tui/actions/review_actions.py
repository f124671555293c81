"""What is done to the rows of a plan, and to what a drift patrol found."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need

_D, _W, _R = Need.DATABASE, Need.WRITING, Need.ROW
_HERE = ("plan",)

REVIEW_ACTIONS = (
    Action(
        "review",
        "r",
        "read",
        "Read the servers and compare: the plan, or with drift shown a patrol; writes nothing",
        (_D,),
        line="radiusbridge plan {servers} -o FILE",
        screens=_HERE,
        rank=90,
    ),
    Action(
        "choose-server", "v", "server", "Which server is read, or all", (_D,), screens=_HERE, rank=70
    ),
    Action("toggle-drift", "t", "plan/drift", "The plan, or what database, server and NASes disagree about",
           screens=_HERE, rank=89),
    Action("direct", "d", "side", "Whose side counts, for the marked rows or this one", (_D, _R), screens=_HERE,
           rank=88),
    Action("direct-kind", "K", "of a kind", "Whose side counts, for all accounts or all profiles", (_D,),
           screens=_HERE),
    Action(
        "apply",
        "A",
        "apply",
        "Carry out the marked rows, or this one; asks for their number",
        (_D, _W, _R),
        Danger.CONFIRM,
        "radiusbridge apply FILE",
        _HERE,
        87,
    ),
    Action(
        "repair",
        "R",
        "repair",
        "Repair the marked findings, or this one; asks for their number",
        (_D, _W, _R),
        Danger.CONFIRM,
        "radiusbridge drift {servers} --repair {kind}",
        _HERE,
        77,
    ),
    Action("save-plan", "o", "to file", "Write the marked rows, or all, as a plan file for `apply`", (_D,),
           line="radiusbridge plan {servers} -o FILE", screens=_HERE, rank=40),
)  # fmt: skip
