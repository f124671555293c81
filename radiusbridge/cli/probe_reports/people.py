"""A run for people: a line for each probe, what is wrong below it, and the sum; and as JSON."""

from radiusbridge.cli import output
from radiusbridge.cli.probe_reports import Run
from radiusbridge.cli.probe_views import details, headline, milliseconds_of, probe_view
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.probe_runs import State, Told, exit_status
from radiusbridge.domain.text import safe


def told_view(one: Told) -> View:
    """One probe: its own fields, and those of its result."""
    return {
        "name": one.case.name,
        "entry": one.case.entry,
        **probe_view(one.result),
        "state": one.state.name,
        "asked": one.asked,
        "like": one.like or None,
        "warnings": list(one.warnings),
        "warn_milliseconds": milliseconds_of(one.case.warn_time),
        "max_milliseconds": milliseconds_of(one.case.probe.max_time),
        "ended_at": time_of(one.at),
    }


def run_view(run: Run) -> View:
    """The whole run as one object."""
    return {
        "suite": run.suite.name,
        "file": run.suite.file,
        "started_at": time_of(run.started),
        "seconds": round(run.seconds, 3),
        "counts": {state.name: count for state, count in run.counts.items()},
        "probes": [told_view(one) for one in run.told],
        "exit": exit_status(run.told),
    }


def show_told(one: Told, *, quiet: bool) -> None:
    """One probe, as soon as its turn comes. quiet: only what is not well."""
    if quiet and one.state is State.OK:
        return
    if not one.asked:
        output.line(f"NOT ASKED  {safe(one.case.name)}  {safe(one.words.removeprefix('not asked, '), 600)}")
        return
    output.line(f"{safe(one.case.name)}: {headline(one.result)}")
    if one.let_in:
        output.paragraph("accepted what must be refused")
    if not one.ok:
        details(one.result)
    for warning in one.warnings:
        output.paragraph(f"warning: {warning}")


def show_sum(run: Run, *, quiet: bool) -> None:
    """The last line."""
    bad = len(run.told) - run.counts[State.OK]
    if quiet and not bad:
        return
    parts = [f"{count} {state.name}" for state, count in run.counts.items() if count]
    output.line(f"{safe(run.suite.name)}: {len(run.told)} probes in {run.seconds:.1f} s: {', '.join(parts)}")
