"""The Nagios plug-in convention: a line with performance data, then details; 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""

from collections.abc import Iterator

from radiusbridge.cli.probe_reports import Run
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.probe_runs import State, Told, gravest
from radiusbridge.domain.text import safe

OCTETS = 7500
"""Of the whole output: Nagios keeps 8,192."""
MEASURED = 4500
"""Octets for performance data of single probes: the first ones of the file, by their names' lengths and not by what was
measured, so that a graph does not lose its lines now and then."""
_BESIDE_NAME = 48

_SPECIAL = {ord(char): chr(ord(char) + 0xFEE0) for char in "|'\"`$<>&\\"}
"""What ends the text, or what a shell or a page of the monitoring system would take as its own, in full width."""


def report(run: Run) -> tuple[str, State]:
    """The output and the status."""
    state = gravest(run.told)
    first = f"RADIUS {state.name} - {plain(_summary(run), 400)} | {' '.join(_measured(run))}"
    lines = [first, *(_detail(one) for one in run.told if one.state is not State.OK)]
    return bounded(lines), state


def broken(error: RadiusbridgeError) -> str:
    """The output where nothing could be asked; the status is UNKNOWN."""
    lines = getattr(error, "problems", None) or (error.line(),)
    return bounded([f"RADIUS UNKNOWN - {plain(lines[0], 400)}", *(plain(line, 500) for line in lines[1:])])


def plain(text: str, limit: int) -> str:
    """Foreign text that ends nothing and starts nothing."""
    return safe(text, limit).translate(_SPECIAL)


def _summary(run: Run) -> str:
    total = len(run.told)
    bad = [one for one in run.told if one.state is not State.OK]
    if not bad:
        return f"{total} {'probe' if total == 1 else 'probes'} as expected"
    bad.sort(key=lambda one: (one.state is not State.CRITICAL, one.state is not State.WARNING))
    named = "; ".join(f"{one.case.name}: {one.words}" for one in bad[:3])
    more = f"; and {len(bad) - 3} more" if len(bad) > 3 else ""
    return f"{len(bad)} of {total} not well: {named}{more}"


def _measured(run: Run) -> Iterator[str]:
    counts = run.counts
    total = len(run.told)
    yield f"probes={total};;;0"
    yield f"ok={counts[State.OK]};;;0;{total}"
    yield f"time={run.seconds:.3f}s;;;0"
    room = MEASURED
    for one in run.told:
        room -= len(one.case.name) + _BESIDE_NAME
        if room < 0:
            return
        took = one.result.elapsed
        value = "U" if took is None else f"{took:.6f}s"
        warn, most = (_limit(limit) for limit in (one.case.warn_time, one.case.probe.max_time))
        yield f"'{one.case.name}'={value};{warn};{most};0"


def _limit(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.6f}".rstrip("0").rstrip(".")


def _detail(one: Told) -> str:
    return plain(f"{one.state.name} {one.case.name} ({one.case.probe.address}): {one.words}", 500)


def bounded(lines: list[str]) -> str:
    """As many whole lines as fit, and how many are left out; the first is always whole."""
    kept: list[str] = []
    room = OCTETS
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0 and kept:
            return "\n".join([*kept, f"and {len(lines) - len(kept)} more lines"])
        kept.append(line)
    return "\n".join(kept)
