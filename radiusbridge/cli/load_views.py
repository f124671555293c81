"""A load as JSON with stable names (docs/verbs.md), and as people read it."""

from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import INTERRUPTED
from radiusbridge.cli.output import View
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.radius.load import RoundTrips
    from radiusbridge.services.probes.load import LoadProbe

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99_9": 99.9}
_BAR = 40


def show_load(pressed: "LoadProbe", as_json: bool) -> int:
    """Show how a load ended; its exit status."""
    status = exit_status(pressed)
    if as_json:
        output.json_value({**load_view(pressed), "exit": status})
        return status
    probe, tally = pressed.probe, pressed.tally
    where = f"{safe(probe.name, 60)} ({safe(probe.address)})" if probe.name else safe(probe.address)
    ended = "ENDED EARLY  " if pressed.stopped else ""
    output.line(f"{ended}load  {probe.kind} at {where}  {tally.ended:,} requests in {tally.seconds:.1f} s")
    output.details(
        [
            ("  outcomes", ", ".join(f"{count:,} {label}" for label, count in tally.outcomes.most_common() if count)),
            ("  rate", _rate_words(pressed)),
            ("  sent again", f"{tally.again:,}"),
            ("  unsigned answers", f"{tally.unsigned:,}"),
            ("  round trip", _round_trip_words(tally.round_trips)),
        ]
    )
    rows = tally.round_trips.histogram()
    most = max((count for _, _, count in rows), default=0)
    for low, high, count in rows:
        bar = "#" * max(round(count / most * _BAR), 1 if count else 0)
        output.line(f"  {_milliseconds(low):>8} .. {_milliseconds(high):<8} {bar:<{_BAR}} {count:,}".rstrip())
    return status


def load_view(pressed: "LoadProbe") -> View:
    """A load as JSON values. `histogram` counts round trips of at least `from` and below `to` milliseconds."""
    probe, plan, tally = pressed.probe, pressed.plan, pressed.tally
    trips = tally.round_trips
    return {
        "kind": str(probe.kind),
        "target": probe.name or probe.address,
        "address": probe.address,
        "user": probe.user or None,
        "ended_early": pressed.stopped,
        "requests": tally.ended,
        "answered": tally.answered,
        "outcomes": {label: count for label, count in tally.outcomes.items() if count},
        "sent_again": tally.again,
        "unsigned": tally.unsigned,
        "seconds": round(tally.seconds, 3),
        "rate": round(_rate(pressed), 1),
        "rate_asked": plan.rate,
        "ramp": plan.ramp,
        "in_flight": plan.in_flight,
        "milliseconds": {
            "min": _in_milliseconds(trips.least if trips.count else None),
            "mean": _in_milliseconds(trips.mean),
            **{name: _in_milliseconds(trips.percentile(percent)) for name, percent in PERCENTILES.items()},
            "max": _in_milliseconds(trips.most if trips.count else None),
        },
        "histogram": [
            {"from": round(low * 1000, 3), "to": round(high * 1000, 3), "count": count}
            for low, high, count in trips.histogram()
        ],
    }


def exit_status(pressed: "LoadProbe") -> int:
    """0 all answered, 1 some not, 3 none, 130 ended early by a signal."""
    tally = pressed.tally
    if pressed.stopped:
        return INTERRUPTED
    if tally.answered == tally.ended:
        return 0
    return 1 if tally.answered else 3


def _rate(pressed: "LoadProbe") -> float:
    return pressed.tally.ended / pressed.tally.seconds if pressed.tally.seconds else 0.0


def _rate_words(pressed: "LoadProbe") -> str:
    plan = pressed.plan
    asked = "as many as possible" if plan.rate is None else f"{plan.rate:g}/s"
    rising = f", rising for {plan.ramp:g} s" if plan.ramp else ""
    return f"{_rate(pressed):,.1f}/s (asked: {asked}{rising}, at most {plan.in_flight} in flight)"


def _round_trip_words(trips: "RoundTrips") -> str:
    if not trips.count:
        return "no answer"
    shown = {"min": trips.least, "mean": trips.mean}
    shown |= {name.replace("_", "."): trips.percentile(percent) for name, percent in PERCENTILES.items()}
    shown["max"] = trips.most
    return ", ".join(f"{name} {_milliseconds(value)}" for name, value in shown.items() if value is not None)


def _milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.3g} ms" if value < 1000 else f"{seconds:.3g} s"


def _in_milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)
