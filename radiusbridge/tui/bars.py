"""The lines at the edges: heading, task tray, freshness of the NASes, keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from radiusbridge.domain.records import Operation
from radiusbridge.domain.verdict import Status
from radiusbridge.services.watch import Snapshot
from radiusbridge.tui.actions import ACTIONS
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.rows import BAD, FAINT, GOOD, WARN, standing
from radiusbridge.tui.text import cell, short_duration


def heading(title: str, query: str, count: str, width: int) -> Text:
    """`radiusbridge  Customers   / state:live              12 of 5000`."""
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(" radiusbridge", "bold")
    text.append(f"  {title}")
    if query:
        text.append(f"   / {cell(query, 60)}", TONE_STYLES[WARN])
    text.truncate(max(0, width - len(count) - 2), overflow="ellipsis", pad=True)
    text.append(f" {count} ")
    return text


@dataclass(frozen=True, slots=True)
class Counts:
    """Operations that wait for their server, and those that another process carries out."""

    waiting: int = 0
    elsewhere: int = 0


def freshness(snapshot: Snapshot, now: float, counts: Counts, trouble: str) -> Text:
    """`… 2 waiting   ● bras-1 120 live   ✖ bras-2 stale, 14s old   bras-2: no answer`."""
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    if trouble:
        text.append(f"✖ {cell(trouble, 120)}   ", TONE_STYLES[BAD])
    if counts.waiting:
        text.append(f"… {counts.waiting} waiting   ", TONE_STYLES[WARN])
    if counts.elsewhere:
        text.append(f"▸ {counts.elsewhere} elsewhere   ")
    if not snapshot.nases:
        text.append("no NAS is known" if snapshot.generation else "reading the NASes …", TONE_STYLES[FAINT])
    why = ""
    for reading in snapshot.nases:
        age = reading.age(now)
        name = cell(reading.nas, 30)
        if not reading.stale(now):
            text.append(f"● {name}", TONE_STYLES[GOOD])
            text.append(f" {reading.count} live   ")
        elif age is None and not reading.error:
            text.append(f"… {name} reading   ", TONE_STYLES[FAINT])
        else:
            old = "never read" if age is None else f"stale, {short_duration(age)} old"
            text.append(f"✖ {name} {old}   ", TONE_STYLES[BAD])
            why = why or cell(reading.error, 100)
    text.append(why, TONE_STYLES[FAINT])
    return text


def tray(operations: Sequence[Operation]) -> Text:
    """The operations that were begun here and are not over, newest first."""
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    for operation in operations:
        sign, word, tone = standing(operation)
        text.append(f"{sign} {operation.intent} {cell(operation.username, 30)} {word}", TONE_STYLES[tone])
        if operation.status is Status.WAITING and operation.reasons:
            text.append(f" ({cell(operation.reasons[0], 80)})", TONE_STYLES[FAINT])
        text.append("   ")
    return text


def keys() -> Text:
    """The keys of the footer."""
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    for action in ACTIONS:
        if action.in_footer:
            text.append(f"{action.shown}", "bold")
            text.append(f" {action.title}   ")
    return text
