"""What is asked before something is done to many customers or sessions."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.records import HoldKind, Policy
from radiusbridge.domain.session_fields import LiveSession
from radiusbridge.services.watch import Snapshot
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers, Choice
from radiusbridge.tui.language import N_, _, ngettext
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, short_duration
from radiusbridge.tui.typed_count import Asked, Hit, shortened

if TYPE_CHECKING:
    from radiusbridge.services.bulk.actions import Action
    from radiusbridge.services.bulk.preview import Preview

ANY_SESSION = "list:fresh,stale"
"""The filter that every session fits."""
SHOWN = 200
"""Lines of a kind that a question shows before it only counts."""
_DEFAULT, _ONLY = "default", "only"
_HOLDS = {"u": HoldKind.UNPAID.value, "b": HoldKind.ABUSE.value, "p": HoldKind.PAUSE.value}
_USUAL = "usual"
_PACES = {"g": ("gentle", 0.5), "n": (_USUAL, 1.0), "f": ("fast", 2.0)}
_MONTHS = {"o": "1", "t": "3", "s": "6", "w": "12"}

EFFECTS = {
    "isolate": N_("What is live now is cut off at once."),
    "activate": N_("The hold is closed; who has no other is let in."),
    "kick": N_("The live sessions are ended; they may dial again at once."),
    "renew": N_("Paid until moves, an unpaid hold is closed, and they are let in."),
}
BRAKES = N_("3 have to end PROVEN before the others follow; one key stops it.")


def _choices(action_id: str) -> Mapping[str, Choice]:
    holds = {key: (value, "") for key, value in _HOLDS.items()}
    match action_id:
        case "kick":
            return {"pace": _pace("kick")}
        case "isolate":
            policies = {
                "d": (_DEFAULT, _("its server's")),
                "r": (Policy.REJECT.value, _("refused")),
                "w": (Policy.WALLED.value, _("notice page")),
            }
            return {
                "policy": Choice(_("policy"), policies, _DEFAULT),
                "hold": Choice(_("hold"), holds, HoldKind.UNPAID.value),
                "pace": _pace("isolate"),
            }
        case "activate":
            only = {"o": (_ONLY, _("the one that is open"))}
            return {"hold": Choice(_("close hold"), {**only, **holds}, _ONLY)}
        case "renew":
            return {"months": Choice(_("months"), {key: (value, "") for key, value in _MONTHS.items()}, "1")}
    return {}


def _pace(kind: str) -> Choice:
    """How many a second; the numbers are those that the environment makes usual."""
    from radiusbridge.services.bulk.usual import usual_brakes

    usual = usual_brakes(kind)
    told = _("NAS {nas:g}/s, all {server:g}/s")
    ways = {
        key: (name, told.format(nas=usual.per_nas * times, server=usual.server_per_second * times))
        for key, (name, times) in _PACES.items()
    }
    return Choice(_("pace"), ways, _USUAL)


def _times(answers: Answers) -> float:
    return next((times for name, times in _PACES.values() if name == answers.get("pace")), 1.0)


def _rates(kind: str, answers: Answers) -> list[str]:
    """The options that say the pace, where it is not the usual one."""
    from radiusbridge.services.bulk.usual import paced, usual_brakes

    if _times(answers) == 1:
        return []
    brakes = paced(usual_brakes(kind), _times(answers))
    return ["--per-nas", f"{brakes.per_nas:g}", "--per-server", f"{brakes.server_per_second:g}"]


def _action(desk: Desk, action_id: str, answers: Answers) -> "Action":
    from radiusbridge.services.bulk.access_actions import Activate, Isolate, Kick, Renew

    manner = desk.manner
    match action_id:
        case "isolate":
            policy = None if answers["policy"] == _DEFAULT else Policy(answers["policy"])
            hold = HoldKind(answers["hold"])
            if manner is None:
                return Isolate(policy, hold)
            return Isolate(policy, hold, settle=manner.settle, deadline=manner.deadline)
        case "activate":
            return Activate(None if answers["hold"] == _ONLY else HoldKind(answers["hold"]))
        case "renew":
            return Renew(months=int(answers["months"]))
    return Kick()


def about_customers(desk: Desk, action_id: str, ids: Sequence[int], whole: str | None) -> "Asked[Preview]":
    """Ask about marked customers. whole: the filter whose whole view they are."""

    async def look(answers: Answers) -> "Hit[Preview]":
        from radiusbridge.services.bulk.actions import preview_of
        from radiusbridge.services.bulk.subjects import Subjects

        preview = await preview_of(desk.context, _action(desk, action_id, answers), Subjects(ids=tuple(ids)))
        spread = _spread(desk.snapshot, ((row.server_id, row.username) for row in preview.rows), desk.now())
        return Hit(len(preview.rows), preview, _whom(preview, spread), line(answers, preview), _times(answers))

    def line(answers: Answers, preview: "Preview") -> str:
        if whole:
            who = ["--filter", whole]
        elif whole is not None:
            who = ["--everybody"]
        else:
            who = [row.number for row in preview.rows]
        plain = {name: value for name, value in answers.items() if name != "pace" and value not in {_DEFAULT, _ONLY}}
        options = [word for name, value in plain.items() for word in (f"--{name}", value)]
        return _line([action_id, *who, *options, *_rates(action_id, answers)], len(preview.rows))

    return Asked(partial(_title, action_id), look, (_(EFFECTS[action_id]), _(BRAKES)), _choices(action_id))


def about_sessions(desk: Desk, sessions: Sequence[LiveSession], whole: str | None, gone: int) -> "Asked[Preview]":
    """Ask about kicking marked sessions. gone: how many of the marked are not there any more."""
    words = "" if whole is None else whole or ANY_SESSION

    async def look(answers: Answers) -> "Hit[Preview]":
        from radiusbridge.services.bulk.session_kick import preview_of

        preview = await preview_of(desk.context, sessions, words=words)
        spread = _counts(Counter(row.nas for row in _kicked(sessions)))
        chosen = words or " or ".join(f"(nas={_quoted(row.nas)} id={row.session_id})" for row in _kicked(sessions))
        line = _line(["kick", "--sessions", chosen, *_rates("kick", answers)], len(preview.rows))
        return Hit(len(preview.rows), preview, _whom(preview, spread, gone), line, _times(answers))

    return Asked(partial(_title, "kick"), look, (_(EFFECTS["kick"]), _(BRAKES)), _choices("kick"))


def _title(action_id: str, count: int) -> str:
    title = ngettext("{verb} {n} customer?", "{verb} {n} customers?", count)
    return title.format(verb=term(action_id).capitalize(), n=formats.number(count))


def _whom(preview: "Preview", spread: str, gone: int = 0) -> tuple[Text, ...]:
    servers = ", ".join(f"{cell(name, 30)} {formats.number(count)}" for name, count in preview.per_server().items())
    lines = [
        Text(f"  {label:<10}{words}")
        for label, words in ((_("on"), servers), (_("live on"), cell(spread, 200)))
        if words
    ]
    if gone:
        lines.append(Text(_("  gone      {n} of the marked are not there any more").format(n=gone), "yellow"))
    if preview.left_out:
        lines.append(Text(_("  left out  {n}:").format(n=len(preview.left_out)), "yellow"))
    for left in preview.left_out[:SHOWN]:
        who = cell(left.customer.number or left.customer.username, 20)
        lines.append(Text(f"            {who}: {cell(left.why, 60)}", "yellow"))
    for row in preview.rows[:SHOWN]:
        line = Text(f"            {cell(row.number, 20)} ")
        lines.append(line.append(cell(row.username, 40), "bold").append(f"  {cell(row.name, 40)}"))
    if len(preview.rows) > SHOWN:
        lines.append(Text(_("            and {n} more").format(n=len(preview.rows) - SHOWN)))
    return tuple(shortened(line) for line in lines)


def _kicked(sessions: Iterable[LiveSession]) -> Iterable[SessionRow]:
    return (each.row for each in sessions if "ghost" not in each.marks and each.whose is not None)


def _quoted(text: str) -> str:
    return text if text.replace("-", "").replace("_", "").isalnum() else f'"{text}"'


def _line(words: Sequence[str], count: int) -> str:
    return " ".join(["radiusbridge", *map(shlex.quote, words), "--yes-count", str(count)])


def _spread(snapshot: Snapshot, who: Iterable[tuple[int, str]], now: float) -> str:
    """On whose lists they are; that of a NAS that does not answer now is told with its age."""
    where: dict[tuple[int, str], list[str]] = {}
    for reading in snapshot.nases:
        for name in reading.sessions:
            where.setdefault((reading.server_id, name), []).append(reading.nas)
    nowhere = [_("on no list")]
    ages = {reading.nas: reading.age(now) for reading in snapshot.nases if reading.stale(now)}
    old = {nas: _("stale, {age} old").format(age=short_duration(age)) for nas, age in ages.items() if age is not None}
    return _counts(Counter(nas for each in who for nas in where.get(each, nowhere)), old)


def _counts(counts: Mapping[str, int], remarks: Mapping[str, str] = MappingProxyType({})) -> str:
    """remarks: by name."""
    return ", ".join(
        f"{name} {formats.number(count)}" + (f" ({remarks[name]})" if name in remarks else "")
        for name, count in sorted(counts.items())
    )
