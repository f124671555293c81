"""The probes of the configured files in one list, with what came last: what they can be filtered by."""

from dataclasses import dataclass

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.probe_runs import SINGLE, ProbeCase, ProbeHistory, ProbeRecord, State, Told
from radiusbridge.domain.probes import ProbeKind

NEVER, ASKING = "never", "asking"
STATES = ("critical", "warning", "unknown", ASKING, "ok", NEVER)
"""The gravest first."""

PROBES = Vocabulary.of(
    Field("state", Kind.CHOICE, STATES, "how the last run ended; asking: it runs now; never: no run is known"),
    Field("probe", help="its name, with target and method where there are several"),
    Field("suite", help="the file's name for itself; single: the customers' single probes"),
    Field("target", help="as the file calls it"),
    Field("user", help="the user name that it asks about"),
    Field("kind", Kind.CHOICE, tuple(ProbeKind), "what is asked"),
    Field("outcome", help="what came, like accept, reject, silence, nak-503"),
    Field("ms", Kind.NUMBER, help="milliseconds until the answer, the last time"),
    Field("good", Kind.NUMBER, help="per cent of the kept runs in which what was expected came"),
    Field("p50", Kind.NUMBER, help="milliseconds, half of the kept answers took no longer"),
    Field("p95", Kind.NUMBER, help="milliseconds, of 95 in 100"),
    Field("at", Kind.DAY, help="the day of the last run"),
    Field("words", help="the last run in words"),
)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One probe. last: its newest result that is known; told: the same with all that came, where it was asked here;
    trips: seconds until each answer, the newest last, None where no answer came."""

    suite: str
    file: str
    case: ProbeCase
    last: ProbeRecord | None = None
    told: Told | None = None
    history: ProbeHistory | None = None
    trips: tuple[float | None, ...] = ()
    asking: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same probe again."""
        return self.file, self.suite, self.case.name

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.asking:
            return ASKING
        return NEVER if self.last is None else State(self.last.state).name.lower()


def look(row: BoardRow, name: str) -> object:
    """A field of `PROBES`; under `""` its words."""
    last, history = row.last, row.history
    match name:
        case "state":
            return row.state
        case "suite":
            return "single" if row.suite == SINGLE else row.suite
        case "user":
            return row.case.probe.user
        case "probe":
            return row.case.name
        case "target":
            return row.case.target
        case "kind":
            return str(row.case.probe.kind)
        case "outcome" | "words":
            return "" if last is None else str(getattr(last, name))
        case "ms":
            return None if last is None else milliseconds(last.elapsed)
        case "good":
            return None if history is None else round(history.ratio * 100)
        case "p50" | "p95":
            return None if history is None else milliseconds(getattr(history, name))
        case "at":
            return None if last is None else last.at.astimezone().date()
    return " ".join(str(look(row, each)) for each in ("probe", "user", "suite", "target", "kind", "outcome", "words"))


def milliseconds(seconds: float | None) -> int | None:
    """Whole ones; what took less than one is 1."""
    return None if seconds is None else max(1, round(seconds * 1000))
