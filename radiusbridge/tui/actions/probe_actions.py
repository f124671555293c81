"""What is done with probes."""

from radiusbridge.tui.actions.kinds import Action, Need

_D, _W, _R = Need.DATABASE, Need.WRITING, Need.ROW

PROBE_ACTIONS = (
    Action(
        "run-probe",
        "r",
        "run now",
        "Run the probe now; the result is kept",
        (_D, _W, _R),
        line="radiusbridge probe run {file} --only {name} --history",
        screens=("probes",),
        rank=90,
    ),
    Action(
        "run-probes",
        "R",
        "run all",
        "Run all of the files that the filter shows, side by side; results are kept",
        (_D, _W, _R),
        line="radiusbridge probe run {file} --history",
        screens=("probes",),
        rank=89,
    ),
)
