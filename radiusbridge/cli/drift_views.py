"""What a drift patrol found, for people, for scripts and for monitoring."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.views import View
from radiusbridge.domain.drift.finding import Evidence, Finding, Hidden, InHand, LookedAt, Severity, Unread
from radiusbridge.domain.text import beside, safe

if TYPE_CHECKING:
    from radiusbridge.services.drift.patrol import Item
    from radiusbridge.services.drift.repair import Chosen, Mended

SHOWN = 10
"""Items of a list before they are only counted."""


@dataclass(slots=True)
class Tally:
    """What was found so far; the findings are kept for a repair."""

    keep: bool
    findings: list[Finding] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)
    unread: int = 0
    in_hand: int = 0
    servers: int = 0
    dark: list[str] = field(default_factory=list)
    """Servers of which nothing could be read."""

    def add(self, item: "Item") -> None:
        """Count one item."""
        if isinstance(item, Finding):
            self.kinds[str(item.kind)] += 1
            self.severities[item.severity] += 1
            if self.keep:
                self.findings.append(item)
        self.unread += isinstance(item, Unread)
        self.in_hand += isinstance(item, InHand)
        if isinstance(item, LookedAt):
            self.servers += 1
            self.dark += [] if item.read > 0 else [item.server]

    @property
    def count(self) -> int:
        """How many findings."""
        return self.kinds.total()

    @property
    def exit_status(self) -> int:
        """1 drift found; else 2 there is no server; 3 something could not be read; else 0."""
        if self.count:
            return 1
        return 2 if not self.servers else 3 if self.unread or self.dark else 0

    @property
    def monitoring(self) -> tuple[int, str]:
        """(status, word) of the plug-in convention: a drift that is certain goes before what is not known."""
        if self.severities[Severity.CRITICAL]:
            return 2, "CRITICAL"
        if self.severities[Severity.WARNING]:
            return 1, "WARNING"
        return (3, "UNKNOWN") if self.exit_status else (0, "OK")

    def words(self) -> str:
        """The sum in words."""
        if not self.servers:
            return "there is no server yet, so there is nothing to look at; add one with: radiusbridge server add"
        told = [f"{count} {kind}" for kind, count in sorted(self.kinds.items())]
        parts = [", ".join(told) or self._without_findings()]
        if self.dark and len(self.dark) < self.servers:
            parts.append(f"nothing could be read of {', '.join(safe(name, 60) for name in sorted(self.dark)[:SHOWN])}")
        parts += [f"{self.unread} readings failed"] if self.unread else []
        parts += [f"{self.in_hand} in hand"] if self.in_hand else []
        return "; ".join(parts)

    def _without_findings(self) -> str:
        if len(self.dark) == self.servers:
            return "nothing could be read: whether there is drift is not known"
        return "no drift in what was read" if self.unread else "no drift"


FINDING = ("kind", "severity", "server", "user", "customer", "nas", "sessions", "words", "repair", "action", "evidence")
"""Of a row of `finding_row`."""


def finding_row(finding: Finding) -> View:
    """A finding for a file."""
    seen = [f"{each.where} {each.at.isoformat()}: {each.words}" for each in finding.evidence]
    return {**dict.fromkeys(FINDING), **_finding_view(finding), "evidence": seen}


def show(item: "Item", as_json: bool, *, file: bool = False) -> None:
    """Print one item as it comes. file: findings go into one, and the rest is said beside it."""
    if isinstance(item, LookedAt):
        return
    if file:
        if isinstance(item, Unread):
            note(item.where, f"not read: {beside(item.where, item.error)}")
        return
    if as_json:
        output.json_line(item_view(item))
    elif isinstance(item, Finding):
        _show_finding(item)
    elif isinstance(item, InHand):
        where = _who(item.finding)
        output.line(f"in hand   {item.finding.kind}  {where}: operation {item.operation_id}, {safe(item.words, 80)}")
    elif isinstance(item, Unread):
        output.line(f"UNKNOWN   {safe(item.where, 60)}, {item.place}: {safe(beside(item.where, item.error), 300)}")
        _wrapped(f"nothing is known there about: {', '.join(item.kinds)}")
    else:
        note(item.server, f"does not show the {item.field} of {item.accounts} accounts: a change cannot be seen there")


def _show_finding(finding: Finding) -> None:
    output.line(f"{str(finding.severity).upper():<9} {finding.kind}  {_who(finding)}")
    _wrapped(safe(finding.words, 400))
    for seen in finding.evidence:
        _wrapped(f"{safe(seen.where, 60)} {seen.at.astimezone():%H:%M:%S}: {safe(seen.words, 300)}")
    if finding.repair:
        output.line(f"  -> {finding.repair}")


def _wrapped(words: str) -> None:
    for at, part in enumerate(output.wrapped(words, output.width() - 6)):
        output.line(f"  {'  ' if at else ''}{part}")


def _who(finding: Finding) -> str:
    name = safe(finding.username, 60) or safe(finding.nas, 60)
    who = f"{safe(finding.number, 40)} ({name})" if finding.number else name
    return f"{who} on {safe(finding.server, 60)}"


def item_view(item: "Item") -> View:
    """One item as JSON values."""
    if isinstance(item, Finding):
        return {"type": "finding", **_finding_view(item)}
    if isinstance(item, InHand):
        return {
            "type": "in-hand",
            "operation": item.operation_id,
            "words": item.words,
            "finding": _finding_view(item.finding),
        }
    if isinstance(item, Unread):
        return {
            "type": "unread",
            "server": item.server,
            "where": item.where,
            "reading": str(item.place),
            "error": item.error,
            "at": item.at.isoformat(),
            "kinds": list(map(str, item.kinds)),
        }
    assert isinstance(item, Hidden)
    return {"type": "hidden", "server": item.server, "field": item.field, "accounts": item.accounts}


def _finding_view(finding: Finding) -> View:
    return {
        "kind": str(finding.kind),
        "severity": str(finding.severity),
        "server": finding.server,
        "user": finding.username or None,
        "customer": finding.number or None,
        "nas": finding.nas or None,
        "sessions": list(finding.sessions),
        "words": finding.words,
        "evidence": [_evidence_view(seen) for seen in finding.evidence],
        "repair": finding.repair or None,
        "action": str(finding.action) if finding.action else None,
    }


def _evidence_view(seen: Evidence) -> View:
    return {"where": seen.where, "words": seen.words, "at": seen.at.isoformat()}


def show_sum(tally: Tally, as_json: bool) -> None:
    """The last line."""
    if as_json:
        output.json_line(
            {
                "type": "summary",
                "findings": tally.count,
                "kinds": dict(tally.kinds),
                "severities": {str(key): count for key, count in tally.severities.items()},
                "unread": tally.unread,
                "servers": tally.servers,
                "dark": sorted(tally.dark),
                "in_hand": tally.in_hand,
                "exit": tally.exit_status,
            }
        )
    else:
        note("", tally.words())


def show_monitoring(tally: Tally) -> int:
    """One line with performance data; the plug-in convention's exit status."""
    status, word = tally.monitoring
    data = [f"critical={tally.severities[Severity.CRITICAL]}", f"warning={tally.severities[Severity.WARNING]}"]
    data += [f"notice={tally.severities[Severity.NOTICE]}", f"unread={tally.unread}", f"in_hand={tally.in_hand}"]
    output.line(f"DRIFT {word} - {tally.words()} | {' '.join(data)}")
    return status


def show_left(left: Sequence[Finding], as_json: bool) -> None:
    """What a repair leaves to a person."""
    if as_json or not left:
        return
    output.line(f"left to you: {len(left)}")
    for finding in left[:SHOWN]:
        output.line(f"  {finding.kind}  {_who(finding)}")
        output.line(f"    {finding.repair or 'nothing to type'}")
    if len(left) > SHOWN:
        output.line(f"  and {len(left) - SHOWN} more")


def show_strangers(chosen: "Chosen", as_json: bool) -> None:
    """What a repair does to what has no customer here."""
    if as_json:
        if chosen.strangers:
            rows = [{"action": str(each.action), **_finding_view(each)} for each in chosen.strangers]
            output.json_line({"type": "strangers", "count": len(rows), "rows": rows})
        return
    for each in chosen.strangers[:SHOWN]:
        output.line(f"{each.action} {_who(each)}, whom no customer here has")
    if len(chosen.strangers) > SHOWN:
        output.line(f"and {len(chosen.strangers) - SHOWN} more")


def show_mended(mended: "Mended", as_json: bool) -> None:
    """What became of one of them."""
    operation = mended.operation
    state = str((operation.verdict or operation.status) if operation else "not-begun")
    reasons = [mended.error] if mended.error else list(operation.reasons if operation else ())
    if as_json:
        output.json_line(
            {
                "type": "mended",
                "action": str(mended.finding.action),
                "server": mended.finding.server,
                "user": mended.finding.username,
                "operation": operation.id if operation else None,
                "state": state,
                "reasons": reasons,
            }
        )
        return
    output.line(f"{state.upper():<9} {mended.finding.action} {_who(mended.finding)}")
    for reason in reasons:
        _wrapped(safe(reason, 400))
