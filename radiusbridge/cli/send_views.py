"""Listed requests and what came of them: as JSON lines with stable names (docs/verbs.md), and as people read them."""

import json
import sys
from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.output import View
from radiusbridge.domain.errors import RadiusbridgeError, exit_status
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.probes.send import Checked, Judged, SendTally

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0}
_WORDS = {"passed": "OK", "failed": "FAILED", "lost": "LOST"}


class SendView:
    """Shows ends as they come, and the summary. quiet: the summary alone. attributes: those of the replies too."""

    def __init__(self, *, as_json: bool, quiet: bool, attributes: bool) -> None:
        self._as_json = as_json
        self._quiet = quiet
        self._attributes = attributes

    def show(self, judged: "list[Judged]") -> None:
        """These have ended."""
        if self._quiet:
            return
        write = sys.stdout.write
        for one in judged:
            if self._as_json:
                write(json.dumps(end_view(one), ensure_ascii=True) + "\n")
            else:
                write(f"{line_of(one)}\n")
                if self._attributes:
                    output.details([(f"  {safe(name, 60)}", value) for name, value in _attributes(one)])
        sys.stdout.flush()

    def summary(self, tally: "SendTally", *, stopped: bool, error: RadiusbridgeError | None) -> int:
        """Everything has ended; the exit status."""
        from radiusbridge.cli.diagnostics import INTERRUPTED

        status = INTERRUPTED if stopped else tally.exit_status
        if error is not None:
            status = exit_status(error)
        if self._as_json:
            output.json_line({**summary_view(tally), "ended_early": stopped, "error": _error(error), "exit": status})
            return status
        ended = "ENDED EARLY  " if stopped else ""
        output.line(f"{ended}requests: {tally.ended:,} in {tally.seconds:.1f} s{_rate_words(tally)}")
        output.details(
            [
                ("  accepted", f"{tally.accepted:,}"),
                ("  rejected", f"{tally.rejected:,}"),
                *([("  challenged", f"{tally.challenged:,}")] if tally.challenged else []),
                ("  lost", f"{tally.lost:,}"),
                *([("  not to be trusted", f"{tally.distrusted:,}")] if tally.distrusted else []),
                ("  as expected", f"{tally.passed:,}"),
                ("  not as expected", f"{tally.failed:,}"),
                ("  sent again", f"{tally.again:,}"),
                ("  unsigned answers", f"{tally.unsigned:,}"),
            ]
        )
        if self._quiet:
            for one in tally.failures:
                output.line(f"  {line_of(one)}")
        return status


def line_of(judged: "Judged") -> str:
    """One end: mark, outcome, time, file and line, who, and what is wrong."""
    entry, outcome = judged.end.entry, judged.end.outcome
    took = f"{outcome.elapsed * 1000:.1f} ms" if outcome.answered else "-"
    about = entry.sending.name or entry.sending.user
    head = f"{_WORDS[judged.mark]:<6}  {outcome.label:<10}  {took:>9}  {safe(entry.place, 120)}"
    return "  ".join(part for part in (head, safe(about, 60), safe(judged.words, 300)) if part)


def end_view(judged: "Judged") -> View:
    """One end as JSON values. `milliseconds` are from the first sending to the answer."""
    from radiusbridge.radius.packet import code_name

    entry, peer, outcome = judged.end
    return {
        "type": "answer",
        "file": entry.file,
        "line": entry.sending.line,
        "name": entry.sending.name or None,
        "request": code_name(entry.sending.request.code),
        "user": entry.sending.user or None,
        "peer": {"host": peer.host, "port": peer.port},
        "outcome": outcome.label,
        "verdict": str(judged.mark),
        "text": safe(judged.words, 300),
        "error_cause": outcome.error_cause,
        "milliseconds": round(outcome.elapsed * 1000, 3) if outcome.answered else None,
        "sends": outcome.sends,
        "attributes": [{"name": name, "value": value} for name, value in _attributes(judged)],
    }


def summary_view(tally: "SendTally") -> View:
    """The counts as JSON values."""
    trips = tally.round_trips
    return {
        "type": "summary",
        "requests": tally.ended,
        "accepted": tally.accepted,
        "rejected": tally.rejected,
        "challenged": tally.challenged,
        "lost": tally.lost,
        "distrusted": tally.distrusted,
        "passed": tally.passed,
        "failed": tally.failed,
        "outcomes": {label: count for label, count in tally.outcomes.items() if count},
        "sent_again": tally.again,
        "unsigned": tally.unsigned,
        "seconds": round(tally.seconds, 3),
        "rate": round(tally.ended / tally.seconds, 1) if tally.seconds else 0.0,
        "milliseconds": {
            name: None if (value := trips.percentile(percent)) is None else round(value * 1000, 3)
            for name, percent in PERCENTILES.items()
        },
    }


def show_checked(checked: "Checked", *, as_json: bool) -> int:
    """What a listing holds, and its errors on stderr; the exit status."""
    from radiusbridge.cli.diagnostics import complain
    from radiusbridge.radius.packet import code_name

    status = exit_status(checked.errors[0]) if checked.errors else 0
    counts = {code_name(code): count for code, count in checked.requests.items()}
    if as_json:
        errors = [_error(error) for error in checked.errors]
        output.json_line(
            {"type": "check", "requests": counts, "filters": checked.filters, "errors": errors, "exit": status}
        )
        return status
    for error in checked.errors:
        complain(error)
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "no request"
    filters = f", {checked.filters:,} with a filter" if checked.filters else ""
    output.line(f"{told} can be sent{filters}; {len(checked.errors)} cannot")
    return status


def _attributes(judged: "Judged") -> tuple[tuple[str, str], ...]:
    from radiusbridge.radius.dictionary import describe

    reply = judged.end.outcome.reply if judged.end.outcome.answered else None
    return describe(reply.attributes) if reply is not None else ()


def _error(error: RadiusbridgeError | None) -> View | None:
    if error is None:
        return None
    return {"target": safe(error.target), "text": safe(error.summary), "hint": safe(error.hint)}


def _rate_words(tally: "SendTally") -> str:
    return f", {tally.ended / tally.seconds:,.1f}/s" if tally.seconds else ""
