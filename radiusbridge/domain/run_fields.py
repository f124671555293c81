"""What bulk runs can be filtered by, and a run's fields."""

from collections.abc import Mapping

from radiusbridge.domain.bulk import BulkRun, Outcome, RunStatus
from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary

RUNS = Vocabulary.of(
    Field("id", Kind.NUMBER, help="the run's number"),
    Field("kind", help="what it does"),
    Field("status", Kind.CHOICE, tuple(RunStatus), "where it is"),
    Field("who", help="the operator"),
    Field("channel", help="cli, tui, …"),
    Field("size", Kind.NUMBER, help="its rows"),
    Field("proven", Kind.NUMBER, help="rows that ended PROVEN"),
    Field("unproven", Kind.NUMBER, help="rows that ended UNPROVEN"),
    Field("failed", Kind.NUMBER, help="rows that ended FAILED"),
    Field("left", Kind.NUMBER, help="rows that were not begun, or are not over"),
    Field("created", Kind.DAY, help="the day when it was made"),
    Field("why", help="why it was stopped"),
    Field("reason", help="why it was begun, as the operator said"),
)
_OVER = {str(each) for each in Outcome}
_COUNTED = {"proven": Outcome.PROVEN, "unproven": Outcome.UNPROVEN, "failed": Outcome.FAILED}


def look(run: BulkRun, states: Mapping[str, int], name: str) -> object:
    """A field of `RUNS`; under `""` its words. states: how many rows are in which state."""
    if name in _COUNTED:
        return states.get(_COUNTED[name], 0)
    match name:
        case "left":
            return run.size - sum(count for state, count in states.items() if state in _OVER)
        case "status":
            return str(run.status)
        case "created":
            return None if run.created_at is None else run.created_at.date()
        case "":
            return " ".join((run.kind, run.who, run.channel, run.why, run.reason))
    value: object = getattr(run, name)
    return value
