"""Evidence in words: the steps of an operation as they come, with milliseconds, and its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from rich.table import Table
from rich.text import Text

from radiusbridge.domain.live import Live
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.tui import formats
from radiusbridge.tui.language import _
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, live_cell, standing
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, fit, short_duration

if TYPE_CHECKING:
    from radiusbridge.domain.records import Operation, Step
    from radiusbridge.services.roster import Entry
    from radiusbridge.services.watch import Presence

TONE_STYLES = {"plain": "", "good": "green", "warn": "yellow", "bad": "bold red", "faint": "dim"}
"""Rich styles of the tones: only the terminal's own sixteen colours."""
_BAD_OUTCOMES = ("refused", "unreadable", "unanswered", "untrusted", "silent", "prohibited", "unavailable")


@dataclass(frozen=True, slots=True)
class Shown:
    """An operation with the evidence that has come so far."""

    operation: "Operation"
    steps: tuple["Step", ...] = ()


def later(row: "Operation | None", followed: "Operation") -> "Operation":
    """Of what a list and the evidence below it tell of one operation: both are read again and again, each in its turn,
    and what is over stays over."""
    if row is None or row.id != followed.id or followed.status.final:
        return followed
    return row if row.status.final else followed


def headline(operation: "Operation", now: datetime) -> Text:
    """`✔ PROVEN isolate budi in 12.3 s`, or how it stands and for how long."""
    sign, word, tone = standing(operation)
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{sign} {word}", f"bold {TONE_STYLES[tone]}".strip())
    how = operation.wanted.get("access")
    policy = f" ({term(how)})" if how in {"reject", "walled"} else ""
    text.append(f"  {term(operation.intent)} {cell(operation.username, 60)}{policy}")
    begun = operation.created_at
    if begun is not None:
        took = max(0.0, ((operation.finished_at or now) - begun).total_seconds())
        if operation.finished_at is not None:
            took_words = _(" in {seconds} s").format(seconds=formats.number(took, 1))
            text.append(took_words if took < 100 else _(" after {age}").format(age=short_duration(took)))
            text.append(f", {_ago(operation.finished_at, now)}", TONE_STYLES[FAINT])
        else:
            text.append(_(" for {age}").format(age=short_duration(took)), TONE_STYLES[FAINT])
    return text


def reasons(operation: "Operation") -> list[Text]:
    """Why the verdict is what it is; why it waits."""
    tone = PLAIN if operation.verdict is not None and operation.status is Status.DONE else WARN
    return [Text("  " + cell(reason, 300), TONE_STYLES[tone]) for reason in operation.reasons]


def step_line(step: "Step", start: datetime) -> Text:
    """`+1.204 s   38 ms  list-sessions  1 live      bras-1: …`, on one line."""
    when, name, outcome, words = step_cells(step, start)
    return Text.assemble(when, "  ", name, " ", outcome, " ", words)


def step_cells(step: "Step", start: datetime) -> tuple[Text, Text, Text, Text]:
    """(when and how long, what, how it ended, details)."""
    offset = (step.started_at - start).total_seconds()
    bad = step.name != "test login" and any(word in step.outcome for word in _BAD_OUTCOMES)
    return (
        Text(f"{offset:+7.3f} s {step.duration * 1000:5.0f} ms", TONE_STYLES[FAINT]),
        Text(fit(cell(step.name, 30), 18)),
        Text(fit(cell(step.outcome, 30), 10), TONE_STYLES[WARN] if bad else "bold"),
        Text(cell(step.text, 400)),
    )


def step_table(steps: Sequence["Step"]) -> Table:
    """All steps, timed from the first; long details wrap in their own column."""
    table = Table.grid(padding=(0, 1), expand=True)
    for _column in range(3):
        table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for step in steps:
        table.add_row(*step_cells(step, steps[0].started_at))
    return table


def customer_lines(entry: "Entry", presence: "Presence", now: datetime) -> list[Text]:
    """Who the customer is, why they are kept out, and how they stand now."""
    customer = entry.customer
    who = Text(no_wrap=True, overflow="ellipsis")
    who.append(f"{cell(customer.number, 40)} {cell(customer.username, 60)}", "bold")
    for part in (customer.name, customer.phone, customer.area, customer.address):
        if part:
            who.append(f" · {cell(part, 60)}")
    access = Text(no_wrap=True, overflow="ellipsis")
    if entry.holds:
        access.append(term("held"), f"bold {TONE_STYLES[WARN]}")
        for hold in entry.holds:
            why = "".join(f", {cell(part, 60)}" for part in (hold.reason, hold.ticket) if part)
            told = _(" {kind} {ago} by {who}{why};")
            access.append(
                told.format(kind=term(hold.kind), ago=_ago(hold.since, now), who=cell(hold.owner, 40), why=why)
            )
    else:
        access.append(term("open"))
    where = _("  {profile} on {server}").format(profile=cell(entry.profile, 40), server=cell(entry.server.name, 40))
    access.append(where, TONE_STYLES[FAINT])
    return [who, access, *live_lines(presence)]


def live_lines(presence: "Presence") -> list[Text]:
    """The sessions, or what is not known and why."""
    if not presence.sessions or presence.state is Live.UNKNOWN:
        words, tone = live_cell(presence)
        why = f"  {cell(presence.why, 200)}" if presence.why else ""
        return [Text(words + why, TONE_STYLES[tone], no_wrap=True, overflow="ellipsis")]
    lines = []
    for session in presence.sessions:
        words, tone = live_cell(replace(presence, sessions=(session,)))
        line = Text(words, TONE_STYLES[tone], no_wrap=True, overflow="ellipsis")
        on = _("on {place}").format(place=cell(session.nas, 40))
        more = [on, cell(session.caller_id or "", 40), f"id {cell(session.session_id, 40)}"]
        line.append("  " + " · ".join(part for part in more if part), "default")
        lines.append(line)
    return lines


Severity = Literal["information", "warning", "error"]
_SEVERITIES: dict[Verdict, Severity] = {
    Verdict.PROVEN: "information", Verdict.UNPROVEN: "warning", Verdict.FAILED: "error",
}  # fmt: skip


def severity_of(verdict: Verdict | None) -> Severity:
    """How a toast tells a verdict; None: there is none yet."""
    return "warning" if verdict is None else _SEVERITIES[verdict]


def toast(operation: "Operation", *, here: bool) -> tuple[str, str, Severity]:
    """(title, message, severity) at the end of an operation. here: it is the one that the screen tells of."""
    sign, word, tone = standing(operation)
    severity: Severity = "information" if tone == GOOD else "error" if tone == BAD else "warning"
    title = f"{sign} {word}  {term(operation.intent)} {cell(operation.username, 60)}"
    if operation.verdict is Verdict.PROVEN:
        told = _("⏎ shows the evidence") if here else _("operation {id}").format(id=operation.id)
        return title, told, severity
    return title, "\n".join(cell(reason, 120) for reason in operation.reasons[:3]), severity


def _ago(at: datetime, now: datetime) -> str:
    seconds = (now - at).total_seconds()
    return _("just now") if seconds < 2 else formats.ago(seconds)
