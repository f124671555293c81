"""The doctor's reports: for people, for scripts, for monitoring."""

from collections import Counter
from collections.abc import Sequence

from radiusbridge.cli import output
from radiusbridge.cli.probe_reports.nagios import bounded, plain
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.capabilities import Card
from radiusbridge.domain.doctor import GRAVEST, Diagnosis, Severity
from radiusbridge.domain.probe_runs import State
from radiusbridge.domain.text import safe
from radiusbridge.services.doctor import Report

_MARKS = {
    Severity.OK: "ok     ",
    Severity.NOTE: "note   ",
    Severity.WARNING: "WARNING",
    Severity.FAULT: "FAULT  ",
    Severity.UNKNOWN: "unknown",
}
_STATES = {
    Severity.OK: State.OK,
    Severity.NOTE: State.OK,
    Severity.WARNING: State.WARNING,
    Severity.FAULT: State.CRITICAL,
    Severity.UNKNOWN: State.OK,
}


def show(report: Report, *, everything: bool) -> None:
    """A device's findings, the gravest first; lines to paste stand alone, unbroken."""
    counts = Counter(finding.severity for finding in report.findings)
    told = ", ".join(f"{counts[severity]} {severity}" for severity in GRAVEST if counts[severity])
    what = "NAS" if report.kind == "nas" else report.kind
    output.line(f"{what} {safe(report.name, 60)}: {told} ({report.seconds:.1f} s)")
    for finding in sorted(report.findings, key=lambda each: GRAVEST.index(each.severity)):
        if everything or finding.severity is not Severity.OK:
            _show(finding)
    output.line()


def _show(finding: Diagnosis) -> None:
    head = f"  {_MARKS[finding.severity]}  {safe(finding.id, 24):<22}"
    room = max(30, output.width() - len(head))
    words = output.wrapped(safe(finding.seen, 600), room)
    if finding.why:
        words += output.wrapped(safe(finding.why, 600), room)
    output.line(head + words[0])
    for part in words[1:]:
        output.line(" " * len(head) + part)
    for line in finding.mend:
        output.line(f"    {safe(line, 2000)}")


def report_view(report: Report) -> View:
    """A report with all findings."""
    return {
        "type": "report",
        "kind": report.kind,
        "name": report.name,
        "reached": report.reached,
        "severity": str(report.severity),
        "milliseconds": round(report.seconds * 1000, 3),
        "findings": [
            {
                "id": finding.id,
                "severity": str(finding.severity),
                "text": finding.seen,
                "why": finding.why,
                "mend": list(finding.mend),
                "row": dict(finding.row),
            }
            for finding in report.findings
        ],
        "card": card_view(report.card),
    }


FINDING = ("kind", "name", "reached", "id", "severity", "text", "why", "mend")
"""Of a row of `finding_rows`."""


def finding_rows(report: Report, *, everything: bool) -> list[View]:
    """A row for each finding, for a file; everything: also for what is in order."""
    device = (report.kind, report.name, report.reached)
    return [
        dict(zip(FINDING, (*device, each.id, str(each.severity), each.seen, each.why, list(each.mend)), strict=True))
        for each in report.findings
        if everything or each.severity is not Severity.OK
    ]


def card_view(card: Card | None) -> View | None:
    """A capability card."""
    if card is None:
        return None
    return {
        "read_at": time_of(card.read_at),
        "endpoint": card.endpoint,
        "version": card.version,
        "board": card.board,
        "licence": card.licence,
        "generation": card.generation or None,
        "menus": list(card.menus),
        "missing": list(card.missing),
        "lacks": dict(card.lacks),
        "signs": card.signs,
        "limits": dict(card.limits),
        "started_at": time_of(card.started_at),
    }


def card_details(card: Card | None) -> list[tuple[str, str]]:
    """A card as names and values for people."""
    if card is None:
        return [("device", "not read yet: radiusbridge doctor")]
    lacks = "; ".join(f"no {rung}: {why}" for rung, why in card.lacks.items())
    limits = ", ".join(f"{count} {what}" for what, count in card.limits.items())
    return [
        ("device", f"RouterOS {card.version} on {card.board}, licence {card.licence or '?'}"),
        ("read", output.local_time(card.read_at)),
        ("carries", limits or "no limit that is known"),
        *([("signs", output.text(card.signs))] if card.signs is not None else []),
        *([("lacks", lacks)] if lacks else []),
    ]


def nagios(reports: Sequence[Report]) -> tuple[str, State]:
    """The plug-in convention's output and status. What a device does not show is told, and alarms nobody."""
    order = (State.CRITICAL, State.WARNING, State.UNKNOWN, State.OK)
    state = min((_STATES[report.severity] for report in reports), key=order.index, default=State.UNKNOWN)
    counts = Counter(finding.severity for report in reports for finding in report.findings)
    bad = [
        (finding, report)
        for severity in (Severity.FAULT, Severity.WARNING, Severity.UNKNOWN)
        for report in reports
        for finding in report.findings
        if finding.severity is severity
    ]
    named = "; ".join(f"{report.name} {finding.id}: {finding.seen}" for finding, report in bad[:3])
    summary = named or (f"{len(reports)} devices in order" if reports else "there is no server and no NAS")
    data = " ".join(f"{severity}s={counts[severity]};;;0" for severity in (Severity.FAULT, Severity.WARNING))
    first = f"DOCTOR {state.name} - {plain(summary, 400)} | devices={len(reports)};;;0 {data}"
    details = [plain(f"{one.severity} {by.name} {one.id}: {one.seen}", 500) for one, by in bad]
    return bounded([first, *details]), state
