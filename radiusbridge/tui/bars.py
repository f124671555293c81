"""The lines at the edges: tabs, task tray, freshness of the NASes, keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from radiusbridge.domain.text import beside
from radiusbridge.domain.verdict import Status
from radiusbridge.tui import formats
from radiusbridge.tui.actions.kinds import OF_LIST, Need
from radiusbridge.tui.actions.table import SCREENS, actions_of
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.keymap import Keymap
from radiusbridge.tui.keymap import shown as name_of
from radiusbridge.tui.language import Noun, _, ngettext
from radiusbridge.tui.rows import BAD, FAINT, GOOD, WARN, standing
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, short_duration

if TYPE_CHECKING:
    from radiusbridge.domain.records import Operation, Step
    from radiusbridge.services.watch import Snapshot
    from radiusbridge.tui.desk import Desk

_LETTERS = 4
"""Of another screen's title, where not all are spelled out."""
_WEIGHTIEST = (
    "overview",
    "alerts",
    "sessions",
    "operations",
    "customers",
    "devices",
    "losses",
    "log",
    "plan",
    "probes",
    "hotspot",
    "runs",
    "history",
    "profiles",
    "vouchers",
    "packets",
    "audit",
)
"""Whose titles stand there first, where only some find room: where one goes when something is wrong."""


def heading(screen: str, query: str, count: str, width: int, read_only: bool) -> Text:
    """`0 Over 1 Customers  2 Sess 3 4 …   5000 customers`; with a filter the filter in place of the other screens."""
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    if read_only:
        text.append(_("READ-ONLY"), f"bold {TONE_STYLES[WARN]}")
        text.append("  ")
    room = width - len(count) - 2
    if query:
        here = next(_Tab(name_of(key), _(title), True) for name, title, key in SCREENS if name == screen)
        text.append_text(Text.assemble(*here.drawn("  ")))
        text.append(f" / {cell(query, 60)}", TONE_STYLES[WARN])
    else:
        text.append_text(Text.assemble(*_tabs(screen, room - len(text))))
    text.truncate(max(0, room), overflow="ellipsis", pad=True)
    text.append(f" {count} ")
    return text


@dataclass(slots=True)
class _Tab:
    """A screen in the heading; here: it is the one that is shown."""

    key: str
    title: str
    here: bool = False

    @property
    def size(self) -> int:
        """Cells, without the gap behind it."""
        return cell_len(self.key) + (cell_len(self.title) + 1 if self.title else 0)

    def drawn(self, gap: str) -> Iterator[tuple[str, str]]:
        """(text, style). A key without a title stands in reverse, as keys do in dialogs."""
        yield self.key, "bold" if self.here else TONE_STYLES[FAINT] if self.title else "reverse"
        yield f" {self.title}" if self.title else "", "bold underline" if self.here else ""
        yield gap, ""


def _tabs(screen: str, room: int) -> Iterator[tuple[str, str]]:
    """Every screen's key, this one's title, and as much of the others' titles as there is room for."""
    titles = {name: _(title) for name, title, _key in SCREENS}
    tabs = {name: _Tab(name_of(key), titles[name], name == screen) for name, _title, key in SCREENS}
    if sum(tab.size + 2 for tab in tabs.values()) <= room:
        for tab in tabs.values():
            yield from tab.drawn("  ")
        return
    for name, tab in tabs.items():
        tab.title = titles[name] if tab.here else ""
    left = room - sum(tab.size + 1 for tab in tabs.values()) - 1
    gap = " " if left >= 0 else ""
    for letters in (_LETTERS, None):
        for tab, title in ((tabs[name], titles[name][:letters]) for name in _WEIGHTIEST if name in tabs):
            more = cell_len(title) - cell_len(tab.title) + (not tab.title)
            if more <= left and not tab.here:
                tab.title = title
                left -= more
    for tab in tabs.values():
        yield from tab.drawn("  " if tab.here else gap)


def count_of(count: int, everybody: int | None, noun: Noun, query: str, *, counted: bool = True) -> str:
    """`12 of 5,000 customers`; without a filter `5,000 customers`; `… customers` while they are being counted."""
    shown = formats.number(count) if counted else "…"
    if not query or everybody is None:
        return f"{shown} {ngettext(*noun, count if counted else 0)}"
    what = ngettext(*noun, everybody)
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


def _ours(desk: "Desk", operation: "Operation") -> bool:
    """Whether this process carries it out, as bulk runs do; what nobody has in hand yet is theirs while one goes on."""
    if operation.lease is None:
        return bool(desk.works.running)
    return operation.lease.owner == desk.context.process.owner


def freshness(snapshot: "Snapshot", now: float, counts: Counts, trouble: str, width: int) -> Text:
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
            why = why or cell(beside(reading.nas, reading.error), 100)
    if well and len(text) + len(why) + len(well) > width:
        well = _together(snapshot, now)
    text.append_text(well).rstrip()
    text.append(f"   {why}" if why else "", TONE_STYLES[FAINT])
    return text


def _together(snapshot: "Snapshot", now: float) -> Text:
    """`● 18 NASes 4,200 live`."""
    well = [reading for reading in snapshot.nases if not reading.stale(now)]
    text = Text(f"● {ngettext('{n} NAS', '{n} NASes', len(well)).format(n=len(well))}", TONE_STYLES[GOOD])
    count = formats.number(sum(reading.count for reading in well))
    slow = "" if all(reading.listens for reading in well) else " /2s"
    return text.append(f" {count} {term('live')}{slow}", "default")


def tray(operations: Sequence["Operation"], steps: Mapping[int, "Step"]) -> Text:
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
    text.rstrip()
    return text


def keys(screen: str, keymap: Keymap, width: int, read_only: bool, listed: str = "") -> Text:
    """The keys of the footer: as many as fit, the weightiest first, and help always; read-only, none that changes
    anything. listed: of a screen with several lists, the one that is shown."""
    offered = [
        each
        for each in actions_of(screen)
        if each.rank and not (read_only and Need.WRITING in each.needs) and OF_LIST.get(each.id, listed) == listed
    ]
    room, shown = width - 1, set[str]()
    for action in sorted(offered, key=lambda each: (each.id != "help", -each.rank)):
        needed = len(keymap.shown(action)) + len(_(action.title)) + 1
        if needed <= room:
            shown.add(action.id)
            room -= needed + 2
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    for action in sorted(offered, key=lambda each: -each.rank):
        if action.id in shown:
            text.append(keymap.shown(action), "bold")
            text.append(f" {_(action.title)}  ")
    text.rstrip()
    return text
