"""What is asked before something is done to many, and what a typed count then begins."""

import shlex
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.records import HoldKind, Policy
from radiusbridge.domain.session_fields import LiveSession
from radiusbridge.services.watch import Snapshot
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers, Choice
from radiusbridge.tui.language import N_, _

if TYPE_CHECKING:
    from radiusbridge.services.bulk.actions import Action
    from radiusbridge.services.bulk.preview import Preview

ANY_SESSION = "list:fresh,stale"
"""The filter that every session fits."""
_DEFAULT, _ONLY = "default", "only"
_HOLDS = {"u": HoldKind.UNPAID.value, "b": HoldKind.ABUSE.value, "p": HoldKind.PAUSE.value}
_MONTHS = {"o": "1", "t": "3", "s": "6", "w": "12"}

EFFECTS = {
    "isolate": N_("What is live now is cut off at once."),
    "activate": N_("The hold is closed; who has no other is let in."),
    "kick": N_("The live sessions are ended; they may dial again at once."),
    "renew": N_("Paid until moves, an unpaid hold is closed, and they are let in."),
}


def no_words(_preview: "Preview") -> str:
    """Nothing to add."""
    return ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about many. look: whom it hits with these answers; line: what does the same headless; spread: on
    which NASes they are; gone: how many of the marked are not there any more."""

    action: str
    look: Callable[[Answers], Awaitable["Preview"]]
    line: Callable[[Answers, "Preview"], str]
    spread: Callable[["Preview"], str] = no_words
    choices: Mapping[str, Choice] = field(default_factory=dict)
    gone: int = 0

    @property
    def first(self) -> Answers:
        """What is picked before anything is."""
        return {name: choice.picked or "" for name, choice in self.choices.items()}


def _choices(action_id: str) -> Mapping[str, Choice]:
    holds = {key: (value, "") for key, value in _HOLDS.items()}
    match action_id:
        case "isolate":
            policies = {
                "d": (_DEFAULT, _("its server's")),
                "r": (Policy.REJECT.value, _("refused")),
                "w": (Policy.WALLED.value, _("notice page")),
            }
            return {
                "policy": Choice(_("policy"), policies, _DEFAULT),
                "hold": Choice(_("hold"), holds, HoldKind.UNPAID.value),
            }
        case "activate":
            only = {"o": (_ONLY, _("the one that is open"))}
            return {"hold": Choice(_("close hold"), {**only, **holds}, _ONLY)}
        case "renew":
            return {"months": Choice(_("months"), {key: (value, "") for key, value in _MONTHS.items()}, "1")}
    return {}


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


def about_customers(desk: Desk, action_id: str, ids: Sequence[int], whole: str | None) -> Asked:
    """Ask about marked customers. whole: the filter whose whole view they are."""

    async def look(answers: Answers) -> "Preview":
        from radiusbridge.services.bulk.actions import preview_of
        from radiusbridge.services.bulk.subjects import Subjects

        return await preview_of(desk.context, _action(desk, action_id, answers), Subjects(ids=tuple(ids)))

    def line(answers: Answers, preview: "Preview") -> str:
        if whole:
            who = ["--filter", whole]
        elif whole is not None:
            who = ["--everybody"]
        else:
            who = [row.number for row in preview.rows]
        plain = {name: value for name, value in answers.items() if value not in {_DEFAULT, _ONLY}}
        options = [word for name, value in plain.items() for word in (f"--{name}", value)]
        return _line([action_id, *who, *options], len(preview.rows))

    def spread(preview: "Preview") -> str:
        return _spread(desk.snapshot, ((row.server_id, row.username) for row in preview.rows))

    return Asked(action_id, look, line, spread, _choices(action_id))


def about_sessions(desk: Desk, sessions: Sequence[LiveSession], whole: str | None, gone: int) -> Asked:
    """Ask about kicking marked sessions."""

    async def look(_answers: Answers) -> "Preview":
        from radiusbridge.services.bulk.session_kick import preview_of

        return await preview_of(desk.context, sessions, words=words)

    words = "" if whole is None else whole or ANY_SESSION

    def line(_answers: Answers, preview: "Preview") -> str:
        chosen = words or " or ".join(f"(nas={_quoted(row.nas)} id={row.session_id})" for row in _kicked(sessions))
        return _line(["kick", "--sessions", chosen], len(preview.rows))

    def spread(_preview: "Preview") -> str:
        return _counts(Counter(row.nas for row in _kicked(sessions)))

    return Asked("kick", look, line, spread, gone=gone)


def _kicked(sessions: Iterable[LiveSession]) -> Iterable[SessionRow]:
    return (each.row for each in sessions if "ghost" not in each.marks and each.customer is not None)


def _quoted(text: str) -> str:
    return text if text.replace("-", "").replace("_", "").isalnum() else f'"{text}"'


def _line(words: Sequence[str], count: int) -> str:
    return " ".join(["radiusbridge", *map(shlex.quote, words), "--yes-count", str(count)])


def _spread(snapshot: Snapshot, who: Iterable[tuple[int, str]]) -> str:
    where: dict[tuple[int, str], list[str]] = {}
    for reading in snapshot.nases:
        for name in reading.sessions:
            where.setdefault((reading.server_id, name), []).append(reading.nas)
    nowhere = [_("on no list")]
    return _counts(Counter(nas for each in who for nas in where.get(each, nowhere)))


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {formats.number(count)}" for name, count in sorted(counts.items()))
