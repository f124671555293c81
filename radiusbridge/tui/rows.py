"""From an entry of the roster to the cells of a line. Pure: what a line says, and in which tone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.live import Live
from radiusbridge.domain.values import parse_duration
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.tui import formats
from radiusbridge.tui.language import _
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, fit, short_duration

if TYPE_CHECKING:
    from radiusbridge.domain.records import Operation
    from radiusbridge.services.roster import Entry
    from radiusbridge.services.watch import Presence

PLAIN, GOOD, WARN, BAD, FAINT = "plain", "good", "warn", "bad", "faint"
"""Tones. They only repeat what sign and word say already."""

HEAD = "header"
"""The tone of titles."""

Cell = tuple[str, str]
"""Text and tone."""


class Whole(tuple[Cell, ...]):
    """Cells of a line that keeps to no columns: each as wide as its text."""

    __slots__ = ()


VERDICT_SIGNS = {Verdict.PROVEN: "✔", Verdict.UNPROVEN: "?", Verdict.FAILED: "✖"}
STATUS_SIGNS = {
    Status.QUEUED: "·",
    Status.RUNNING: "▸",
    Status.WAITING: "…",
    Status.CANCELLED: "–",
    Status.SUPERSEDED: "–",
}
_VERDICT_TONES = {Verdict.PROVEN: GOOD, Verdict.UNPROVEN: WARN, Verdict.FAILED: BAD}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its least width, its share of what is left over, and the sign behind its title."""

    title: str
    width: int
    share: int = 0
    sign: str = ""

    def head(self, size: int) -> str:
        """The title in that many cells: rather its end is missing than the sign."""
        if not self.sign or cell_len(self.title) < size:
            return fit(f"{self.title}{self.sign}", size)
        return fit(fit(self.title, size - 1).rstrip() + self.sign, size)


def widths(columns: Sequence[Column], room: int) -> tuple[int, ...]:
    """The widths that fill `room` cells with one blank between columns; never below the least widths."""
    left = max(0, room - sum(column.width for column in columns) - (len(columns) - 1))
    shares = sum(column.share for column in columns) or 1
    found = [column.width + left * column.share // shares for column in columns]
    found[max(range(len(columns)), key=lambda at: columns[at].share)] += (
        left - sum(found) + sum(column.width for column in columns)
    )
    return tuple(found)


def access_cell(entry: "Entry") -> Cell:
    """`open`, or why the customer is kept out."""
    if not entry.holds:
        return term("open"), PLAIN
    kinds = "+".join(dict.fromkeys(term(hold.kind) for hold in entry.holds))
    return kinds, WARN


def live_cell(presence: "Presence") -> Cell:
    """`● 10.20.0.7 3h02m`, `w …`, `○ offline`, or `? …` with the age of what is not known any more."""
    if presence.state is Live.OFFLINE:
        return f"○ {term('offline')}", FAINT
    if presence.state is Live.UNKNOWN:
        age = _("never read") if presence.age is None else formats.ago(presence.age)
        seen = presence.sessions[0].address if presence.sessions else None
        return (f"? {age} {cell(seen, 45)}" if seen else f"? {age}"), WARN
    first = presence.sessions[0]
    more = f" +{len(presence.sessions) - 1}" if len(presence.sessions) > 1 else ""
    sign, tone = ("w", WARN) if presence.state is Live.WALLED else ("●", GOOD)
    return f"{sign} {cell(first.address or _('no address'), 45)} {uptime(first.uptime)}{more}".rstrip(), tone


def uptime(text: str) -> str:
    """A router's uptime, coarse."""
    try:
        return short_duration(parse_duration(text)) if text else ""
    except BadInput:
        return cell(text, 12)


def uptime_since(text: str, seconds: float) -> str:
    """The same, so many seconds after it was read."""
    try:
        return short_duration(parse_duration(text) + seconds) if text else ""
    except BadInput:
        return cell(text, 12)


def last_cell(operation: "Operation | None", *, wide: bool) -> Cell:
    """The last operation with its verdict."""
    if operation is None:
        return "", PLAIN
    sign, word, tone = standing(operation)
    intent = term(operation.intent)
    return (f"{sign} {intent} {word}" if wide else f"{sign} {intent}"), tone


def standing(operation: "Operation") -> tuple[str, str, str]:
    """(sign, word, tone) of how an operation stands."""
    if operation.verdict is not None:
        return VERDICT_SIGNS[operation.verdict], operation.verdict.value, _VERDICT_TONES[operation.verdict]
    tone = {Status.WAITING: WARN, Status.CANCELLED: FAINT, Status.SUPERSEDED: FAINT}.get(operation.status, PLAIN)
    return STATUS_SIGNS.get(operation.status, "?"), term(operation.status), tone
