"""A probe's result as JSON with stable names (docs/verbs.md), and as people read it."""

from radiusbridge.cli import output
from radiusbridge.cli.output import View
from radiusbridge.domain.probes import ProbeKind, ProbeResult
from radiusbridge.domain.text import safe


def probe_view(result: ProbeResult) -> View:
    """A result. `milliseconds` are those of the answer's round trip."""
    probe = result.probe
    return {
        "kind": str(probe.kind),
        "target": probe.name or probe.address,
        "address": probe.address,
        "user": probe.user or None,
        "method": str(probe.method) if probe.kind is ProbeKind.AUTH else None,
        "outcome": result.label,
        "verdict": str(result.verdict),
        "text": result.words,
        "next_step": result.next_step,
        "causes": [{"cause": cause.words, "check": cause.check} for cause in result.causes],
        "error_cause": result.error_cause,
        "signed": result.signed,
        "routeros_7_15_takes": result.routeros_715_takes,
        "milliseconds": milliseconds_of(result.round_trip),
        "attributes": [{"name": name, "value": value} for name, value in result.attributes],
        "expectations": [
            {"expectation": check.expectation, "met": check.met, "text": check.words} for check in result.checks
        ],
        "packets": [
            {
                "request": one.request,
                "outcome": one.label,
                "text": one.words,
                "milliseconds": milliseconds_of(one.round_trip),
                "sends": one.sends,
            }
            for one in result.exchanges
        ],
        "labels": dict(probe.labels),
        "exit": result.exit_status,
    }


def show(result: ProbeResult) -> None:
    """The result for people: one line, then what it means, what to check, and the reply's attributes."""
    output.line(headline(result))
    details(result)


def details(result: ProbeResult) -> None:
    """What stands below the line."""
    for one in result.exchanges:
        output.paragraph(one.words)
    for check in result.checks:
        if not check.met:
            output.paragraph(f"expected {check.expectation}: {check.words}")
    if result.routeros_715_takes is False:
        output.paragraph("RouterOS 7.15 or later would drop this reply (require-message-auth)")
    if result.next_step and not result.causes:
        output.paragraph(f"-> {result.next_step}")
    for number, cause in enumerate(result.causes, start=1):
        output.paragraph(f"{number}. {cause.words}; to tell: {cause.check}")
    output.details([(f"  {safe(name, 60)}", value) for name, value in result.attributes])


def headline(result: ProbeResult) -> str:
    """`OK  accept  carol at um-1 (10.0.0.1:1812)  chap  3.2 ms  signed`."""
    probe = result.probe
    where = f"{safe(probe.name, 60)} ({safe(probe.address)})" if probe.name else safe(probe.address)
    whom = f"{safe(probe.user, 60)} at {where}" if probe.user else f"{probe.kind} at {where}"
    parts = [result.verdict.upper(), result.label, whom]
    if probe.kind is ProbeKind.AUTH:
        parts.append(str(probe.method))
    if result.round_trip is not None:
        parts.append(f"{result.round_trip * 1000:.1f} ms")
    if result.signed is not None:
        parts.append("signed" if result.signed else "unsigned")
    return "  ".join(parts)


def milliseconds_of(seconds: float | None) -> float | None:
    """As JSON has times of answers."""
    return None if seconds is None else round(seconds * 1000, 3)
