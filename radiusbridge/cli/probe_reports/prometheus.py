"""The text format of Prometheus, for node_exporter's textfile collector."""

from collections.abc import Callable, Iterator

from radiusbridge.cli.probe_reports import Run
from radiusbridge.domain.exposition import escaped, number
from radiusbridge.domain.probe_runs import State, Told
from radiusbridge.domain.probes import ProbeKind

Value = float | int | None

_METRICS: tuple[tuple[str, str, Callable[[Told], Value]], ...] = (
    ("success", "Whether what was expected came, in time.", lambda one: int(one.ok)),
    ("state", "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.", lambda one: int(one.state)),
    ("asked", "Whether the probe was sent at all.", lambda one: int(one.asked)),
    (
        "answer_seconds",
        "From the first sending to the answer; absent where no answer counts.",
        lambda one: one.result.elapsed,
    ),
    ("duration_seconds", "How long the probe took, whatever came.", lambda one: one.result.seconds),
    (
        "signed",
        "Whether every answer carried a good Message-Authenticator; absent without answer.",
        lambda one: None if one.result.signed is None else int(one.result.signed),
    ),
    ("last_run_timestamp_seconds", "When the probe ended.", lambda one: one.at.timestamp()),
)


def report(run: Run) -> str:
    """The whole file."""
    return "\n".join([*_of_probes(run), *_of_the_run(run), ""])


def _of_probes(run: Run) -> Iterator[str]:
    labels = run.suite.labels
    places = [(one, _labels(run, one, labels)) for one in run.told]
    for name, text, value in _METRICS:
        found = [(place, figure) for one, place in places if (figure := value(one)) is not None]
        if found:
            yield from _head(name, text)
        for place, figure in found:
            yield f"radiusbridge_probe_{name}{{{place}}} {number(figure)}"
    yield from _head("outcome", "Which outcome the probe had: 1.")
    for one, place in places:
        yield f'radiusbridge_probe_outcome{{{place},outcome="{escaped(one.result.label)}"}} 1'


def _of_the_run(run: Run) -> Iterator[str]:
    suite = f'suite="{escaped(run.suite.name)}"'
    ended = run.started.timestamp() + run.seconds
    yield from _head("run_probes", "How many probes of the run ended in which state.")
    for state in State:
        yield f'radiusbridge_probe_run_probes{{{suite},state="{state.name.lower()}"}} {run.counts[state]}'
    yield from _head("run_duration_seconds", "How long the whole run took.")
    yield f"radiusbridge_probe_run_duration_seconds{{{suite}}} {number(run.seconds)}"
    yield from _head("run_last_timestamp_seconds", "When the whole run ended; an old one is a stale file.")
    yield f"radiusbridge_probe_run_last_timestamp_seconds{{{suite}}} {number(ended)}"


def _head(name: str, text: str) -> tuple[str, str]:
    return f"# HELP radiusbridge_probe_{name} {text}", f"# TYPE radiusbridge_probe_{name} gauge"


def _labels(run: Run, one: Told, names: tuple[str, ...]) -> str:
    """All series have the same labels; an empty one is as good as none."""
    probe = one.case.probe
    method = str(probe.method) if probe.kind is ProbeKind.AUTH else ""
    own = dict(probe.labels)
    pairs = [
        ("suite", run.suite.name),
        ("probe", one.case.name),
        ("target", one.case.target),
        ("kind", str(probe.kind)),
        ("method", method),
        *((name, own.get(name, "")) for name in names),
    ]
    return ",".join(f'{name}="{escaped(value)}"' for name, value in pairs)
