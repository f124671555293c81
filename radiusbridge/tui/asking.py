"""What is asked before a customer is isolated, activated or kicked, and what a yes then does."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from radiusbridge.domain.records import Customer, HoldKind, Policy
from radiusbridge.services.roster import Entry
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.dialogs import Answers, Choice, Question

Act = Callable[[Desk], Coroutine[Any, Any, Began]]

_HOLDS = {"u": HoldKind.UNPAID, "b": HoldKind.ABUSE, "p": HoldKind.PAUSE}


def _ask_isolate(entry: Entry) -> Question:
    """How, and for which reason."""
    policies = {
        "r": (Policy.REJECT.value, "the login is refused"),
        "w": (Policy.WALLED.value, "only the notice page"),
    }
    holds = {key: (kind.value, "") for key, kind in _HOLDS.items()}
    return Question(
        "isolate",
        entry,
        "What is live now is cut off at once.",
        {
            "policy": Choice("policy", policies, entry.server.isolation_policy.value),
            "hold": Choice("hold", holds, HoldKind.UNPAID.value),
        },
    )


def _ask_activate(entry: Entry) -> Question:
    """Which hold is closed; with several open, the operator has to say."""
    kinds = {hold.kind for hold in entry.holds}
    if not kinds:
        return Question("activate", entry, "No hold is open: the account is only looked at and put right.")
    options = {key: (kind.value, "") for key, kind in _HOLDS.items() if kind in kinds}
    only = next(iter(kinds)).value if len(kinds) == 1 else None
    effect = "The hold is closed; " + (
        "the account is opened again." if only else "while another is open the account stays closed."
    )
    return Question("activate", entry, effect, {"hold": Choice("close hold", options, only)})


def _ask_kick(entry: Entry) -> Question:
    """Nothing to choose."""
    return Question("kick", entry, "The live sessions are ended; the customer may dial again at once.")


_QUESTIONS: Mapping[str, Callable[[Entry], Question]] = {
    "isolate": _ask_isolate,
    "activate": _ask_activate,
    "kick": _ask_kick,
}


def question_of(action_id: str, entry: Entry) -> Question:
    """What the dialog of an action asks."""
    return _QUESTIONS[action_id](entry)


def act_of(action_id: str, customer: Customer, answers: Answers) -> Act:
    """What a yes with those answers submits."""
    if action_id == "isolate":
        return lambda desk: desk.isolate(customer, Policy(answers["policy"]), HoldKind(answers["hold"]))
    if action_id == "activate":
        hold = HoldKind(answers["hold"]) if "hold" in answers else None
        return lambda desk: desk.activate(customer, hold)
    return lambda desk: desk.kick(customer)
