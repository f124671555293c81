"""All that is kept about a customer, in lines: notes, probes, holds, renewals, operations, test logins; and what they
move."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.probe_fields import milliseconds
from radiusbridge.domain.probe_runs import SINGLE, ProbeRecord, State
from radiusbridge.tui import formats
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import _
from radiusbridge.tui.rows import BAD, FAINT, GOOD, WARN, standing
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.domain.records import Customer, Hold
    from radiusbridge.domain.session_rates import SessionRate
    from radiusbridge.services.customer_history import History

STATE_SIGNS = {
    State.OK: ("✔", GOOD),
    State.WARNING: ("!", WARN),
    State.CRITICAL: ("✖", BAD),
    State.UNKNOWN: ("?", WARN),
}
"""Of how a probe ended."""


def rate_line(rate: "SessionRate") -> Text:
    """What a session moves."""
    if rate.reset:
        words = _("  its counters went back: no rate for {seconds} s").format(seconds=formats.number(rate.seconds))
        return Text(words, TONE_STYLES[WARN])
    words = _("  down {down}bit/s, up {up}bit/s, over {seconds} s")
    return Text(
        words.format(down=formats.rate(rate.down), up=formats.rate(rate.up), seconds=formats.number(rate.seconds, 1))
    )


def history_lines(customer: "Customer", known: "History", zone: tzinfo | None) -> list[Text]:
    """Each part under its heading; one that is empty is left out."""
    lines = _part(_("note"), [Text(f"  {cell(line, 300)}") for line in customer.note.splitlines()[:8]])
    lines += _part(_("probes"), (_probe(each, zone) for each in known.probes))
    lines += _part(_("holds"), (_hold(each, zone) for each in known.holds))
    renewals = (
        Text(f"  {_at(each.at, zone)}  " + _("paid until {day}").format(day=formats.day(each.paid_to))).append(
            f"  {cell(each.who, 40)}  {cell(each.note, 120)}", TONE_STYLES[FAINT]
        )
        for each in known.renewals
    )
    lines += _part(_("renewals"), renewals)
    if known.lines:
        from radiusbridge.tui.line_doings import trend_line

        lines += _part(_("line quality, the delays"), [trend_line(known.lines)])
    operations = []
    for each in known.operations:
        sign, word, tone = standing(each)
        line = Text(f"  {_at(each.created_at, zone)}  {each.id:>5} {term(each.intent):<10} ")
        line.append(f"{sign} {word}", TONE_STYLES[tone]).append(f"  {cell(each.who, 30)}", TONE_STYLES[FAINT])
        operations.append(line.append(f"  {cell(' '.join(each.reasons), 160)}"))
    lines += _part(_("operations"), operations)
    logins = (
        Text(f"  {_at(step.started_at, zone)}  {cell(step.outcome, 20):<10} {cell(step.text, 200)}").append(
            f"  op {operation.id}", TONE_STYLES[FAINT]
        )
        for operation, step in known.logins
    )
    return lines + _part(_("test logins"), logins)


def _part(title: str, lines: Iterable[Text]) -> list[Text]:
    found = list(lines)
    return [Text(title, "bold"), *found] if found else []


def _hold(hold: "Hold", zone: tzinfo | None) -> Text:
    line = Text(f"  {_at(hold.since, zone)}  ")
    line.append(term(hold.kind), TONE_STYLES[WARN] if hold.closed_at is None else "")
    line.append(_(" by {who}").format(who=cell(hold.owner, 40)))
    for part in (hold.reason, hold.ticket):
        if part:
            line.append(f"  {cell(part, 120)}")
    if hold.closed_at is not None:
        closed = _("  closed {at} by {who}").format(at=_at(hold.closed_at, zone), who=cell(hold.closed_by, 40))
        line.append(closed, TONE_STYLES[FAINT])
    return line


def _probe(kept: ProbeRecord, zone: tzinfo | None) -> Text:
    """When, how it ended, after how long, at which server, from which file."""
    sign, tone = STATE_SIGNS[State(kept.state)]
    line = Text(f"  {_at(kept.at, zone)}  ")
    line.append(f"{sign} {cell(kept.outcome, 30)}", TONE_STYLES[tone])
    took = milliseconds(kept.elapsed)
    line.append("" if took is None else f"  {formats.number(took)} ms")
    where = kept.target if kept.suite == SINGLE else f"{kept.target}, {kept.suite} {kept.probe}"
    line.append(f"  {cell(where, 80)}", TONE_STYLES[FAINT])
    return line.append(f"  {cell(kept.words, 160)}")


def _at(moment: datetime | None, zone: tzinfo | None) -> str:
    return " " * 17 if moment is None else f"{formats.moment(moment, zone):>17}"
