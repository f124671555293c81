"""The lines at the edges: tabs, task tray, freshness of the NASes, keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.records import Operation, Step
from radiusbridge.domain.verdict import Status
from radiusbridge.services.watch import Snapshot
from radiusbridge.tui import formats
from radiusbridge.tui.actions.kinds import OF_LIST, Need
from radiusbridge.tui.actions.table import SCREENS, actions_of
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.keymap import Keymap
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.rows import BAD, FAINT, GOOD, WARN, standing
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, short_duration

if TYPE_CHECKING:
    from radiusbridge.tui.desk import Desk

_FULL = 99
_SHORTENED = (_FULL, 4, 3, 0)
"""Letters of the other screens' titles, the most that fit; 0: their keys alone."""


def heading(screen: str, query: str, count: str, width: int, read_only: bool) -> Text:
    """`1 Customers  2 Sess  3 Oper …   5000 customers`; with a filter the filter in place of the other screens."""
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    if read_only:
        text.append(_("READ-ONLY"), f"bold {TONE_STYLES[WARN]}")
        text.append("  ")
    room = width - len(count) - 2
    letters = next((size for size in _SHORTENED if len(text) + _tabs_size(screen, size) <= room), 0)
    for name, title, key in SCREENS:
        here = name == screen
        if not here and query:
            continue
        shown = _(title) if here else _(title)[:letters]
        text.append(key, "bold" if here else TONE_STYLES[FAINT])
        text.append(" " if shown else "")
        text.append(shown, "bold underline" if here else "")
        text.append("  " if here or letters == _FULL else " ")
    if query:
        text.append(f" / {cell(query, 60)}", TONE_STYLES[WARN])
    text.truncate(max(0, room), overflow="ellipsis", pad=True)
    text.append(f" {count} ")
    return text


def _tabs_size(screen: str, letters: int) -> int:
    """How wide the tabs are with so many letters for those that are not shown."""
    size = 0
    for name, title, key in SCREENS:
        shown = len(_(title)) if name == screen else min(letters, len(_(title)))
        size += len(key) + (shown + 1 if shown else 0) + (2 if name == screen or letters == _FULL else 1)
    return size


def count_of(count: int, everybody: int | None, noun: str, query: str, *, counted: bool = True) -> str:
    """`12 of 5,000 customers`; without a filter `5,000 customers`; `… customers` while they are being counted."""
    shown, what = formats.number(count) if counted else "…", _(noun)
    if not query or everybody is None:
        return f"{shown} {what}"
    return _("{n} of {all} {what}").format(n=shown, all=formats.number(everybody), what=what)


@dataclass(frozen=True, slots=True)
class Counts:
    """Operations that wait for their server, and those that another process carries out."""

    waiting: int = 0
    elsewhere: int = 0


def counts(desk: "Desk") -> Counts:
    """What waits for its server, and what is under way elsewhere: what was begun here is in the tray."""
    waiting = sum(each.status is Status.WAITING for each in desk.pending)
    elsewhere = [each for each in desk.pending if each.id not in desk.begun and not _ours(desk, each)]
    return Counts(waiting, sum(each.status is not Status.WAITING for each in elsewhere))


def _ours(desk: "Desk", operation: Operation) -> bool:
    """Whether this process carries it out, as bulk runs do; what nobody has in hand yet is theirs while one goes on."""
    if operation.lease is None:
        return bool(desk.works.running)
    return operation.lease.owner == desk.context.process.owner


def freshness(snapshot: Snapshot, now: float, counts: Counts, trouble: str, width: int) -> Text:
    """`… 2 waiting   ✖ bras-2 stale, 14s old: no answer   ● bras-1 120 live`: what is wrong first.

    Where not all fits, the NASes that are well are only counted.
    """
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    if trouble:
        text.append(f"✖ {cell(trouble, 120)}   ", TONE_STYLES[BAD])
    if counts.waiting:
        text.append(f"… {formats.number(counts.waiting)} {term('waiting')}   ", TONE_STYLES[WARN])
    if counts.elsewhere:
        text.append(f"▸ {formats.number(counts.elsewhere)} {_('elsewhere')}   ")
    if not snapshot.nases:
        text.append(_("no NAS is known") if snapshot.generation else _("reading the NASes …"), TONE_STYLES[FAINT])
    well, why = Text(), ""
    for reading in snapshot.nases:
        age = reading.age(now)
        name = cell(reading.nas, 30)
        if not reading.stale(now):
            well.append(f"● {name}", TONE_STYLES[GOOD])
            well.append(f" {formats.number(reading.count)} {term('live')}{'' if reading.listens else ' /2s'}   ")
        elif age is None and not reading.error:
            text.append(f"… {name} {_('reading')}   ", TONE_STYLES[FAINT])
        else:
            old = _("never read") if age is None else _("stale, {age} old").format(age=short_duration(age))
            text.append(f"✖ {name} {old}   ", TONE_STYLES[BAD])
            why = why or cell(reading.error, 100)
    text.append(f"{why}   " if why else "", TONE_STYLES[FAINT])
    return text.append_text(well if len(text) + len(well) <= width + 3 else _together(snapshot, now))


def _together(snapshot: Snapshot, now: float) -> Text:
    """`● 18 NASes 4,200 live`."""
    well = [reading for reading in snapshot.nases if not reading.stale(now)]
    text = Text(f"● {ngettext('{n} NAS', '{n} NASes', len(well)).format(n=len(well))}", TONE_STYLES[GOOD])
    count = formats.number(sum(reading.count for reading in well))
    slow = "" if all(reading.listens for reading in well) else " /2s"
    return text.append(f" {count} {term('live')}{slow}", "default")


def tray(operations: Sequence[Operation], steps: Mapping[int, Step]) -> Text:
    """The operations that were begun here and are not over, newest first, each with its newest step."""
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    for operation in operations:
        sign, word, tone = standing(operation)
        text.append(f"{sign} {term(operation.intent)} {cell(operation.username, 30)} {word}", TONE_STYLES[tone])
        step = steps.get(operation.id)
        if operation.status is Status.WAITING and operation.reasons:
            text.append(f" ({cell(operation.reasons[0], 80)})", TONE_STYLES[FAINT])
        elif step is not None:
            text.append(f": {cell(step.name, 30)} {cell(step.outcome, 30)}", TONE_STYLES[FAINT])
        text.append("   ")
    return text


def keys(screen: str, keymap: Keymap, width: int, read_only: bool, listed: str = "") -> Text:
    """The keys of the footer: as many as fit, the weightiest first; read-only, none that changes anything. listed: of
    a screen with several lists, the one that is shown."""
    offered = [
        each
        for each in actions_of(screen)
        if each.rank and not (read_only and Need.WRITING in each.needs) and OF_LIST.get(each.id, listed) == listed
    ]
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    for action in sorted(offered, key=lambda each: -each.rank):
        key = keymap.shown(action)
        title = _(action.title)
        if len(text) + len(key) + len(title) + 1 <= width:
            text.append(key, "bold")
            text.append(f" {title}  ")
    return text
