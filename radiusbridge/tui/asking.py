"""What is asked before something is done, and what a yes then does."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from rich.text import Text

from radiusbridge.domain.records import Customer, HoldKind, Operation, Policy
from radiusbridge.services.roster import Entry
from radiusbridge.tui import doings, formats
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.dialogs import Answers, Choice, Question
from radiusbridge.tui.language import _
from radiusbridge.tui.rows import standing
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

Act = Callable[[Desk], Coroutine[Any, Any, Began]]

_HOLDS = {"u": HoldKind.UNPAID, "b": HoldKind.ABUSE, "p": HoldKind.PAUSE}
_MONTHS = {"1": "1", "3": "3", "6": "6", "w": "12"}


def whom(customer: Customer) -> tuple[Text, ...]:
    """The customer, in the dialog."""
    first = Text(f"  {_('customer'):<10}")
    first.append(f"{cell(customer.number, 20)} {cell(customer.username, 40)}", "bold")
    return (first, Text(f"            {cell(customer.name, 48)}")) if customer.name else (first,)


def which(operation: Operation) -> tuple[Text, ...]:
    """The operation, in the dialog."""
    sign, word, _tone = standing(operation)
    first = Text(f"  {_('operation'):<10}")
    first.append(f"{operation.id} {term(operation.intent)} {cell(operation.username, 40)}", "bold")
    return first, Text(f"            {sign} {word}")


def _isolate(entry: Entry) -> Question:
    """How, and for which reason."""
    policies = {
        "r": (Policy.REJECT.value, _("the login is refused")),
        "w": (Policy.WALLED.value, _("only the notice page")),
    }
    holds = {key: (kind.value, "") for key, kind in _HOLDS.items()}
    return Question(
        "isolate",
        _("this customer"),
        whom(entry.customer),
        _("What is live now is cut off at once."),
        {
            "policy": Choice(_("policy"), policies, entry.server.isolation_policy.value),
            "hold": Choice(_("hold"), holds, HoldKind.UNPAID.value),
        },
    )


def _activate(entry: Entry) -> Question:
    """Which hold is closed; with several open, the operator has to say."""
    kinds = {hold.kind for hold in entry.holds}
    who = whom(entry.customer)
    if not kinds:
        effect = _("No hold is open: the account is only looked at and put right.")
        return Question("activate", _("this customer"), who, effect)
    options = {key: (kind.value, "") for key, kind in _HOLDS.items() if kind in kinds}
    only = next(iter(kinds)).value if len(kinds) == 1 else None
    effect = (
        _("The hold is closed; the account is opened again.")
        if only
        else _("The hold is closed; while another is open the account stays closed.")
    )
    return Question("activate", _("this customer"), who, effect, {"hold": Choice(_("close hold"), options, only)})


def _kick(entry: Entry) -> Question:
    """Nothing to choose."""
    effect = _("The live sessions are ended; the customer may dial again at once.")
    return Question("kick", _("this customer"), whom(entry.customer), effect)


def _renew(entry: Entry) -> Question:
    """For how long."""
    paid = entry.customer.paid_until
    months = {key: (value, _("months")) for key, value in _MONTHS.items()}
    effect = _("An unpaid hold is closed, and the customer let in.")
    if paid is not None:
        effect = _("Paid until {day} so far. {effect}").format(day=formats.day(paid), effect=effect)
    return Question(
        "renew", _("this customer"), whom(entry.customer), effect, {"months": Choice(_("months"), months, "1")}
    )


_QUESTIONS: Mapping[str, Callable[[Entry], Question]] = {
    "isolate": _isolate,
    "activate": _activate,
    "kick": _kick,
    "renew": _renew,
}


def question_of(action_id: str, entry: Entry) -> Question:
    """What the dialog of an action on a customer asks."""
    return _QUESTIONS[action_id](entry)


def kick_one(customer: Customer, session_id: str, words: str) -> Question:
    """About one session."""
    more = Text(f"            {cell(words, 56)}")
    return Question(
        "kick",
        _("this session"),
        (*whom(customer), more),
        _("Session {id} is ended, and no other.").format(id=cell(session_id, 20)),
    )


def cancel(operation: Operation) -> Question:
    """About an operation that is not over."""
    effect = _("What is in flight ends first; nothing that was done is taken back.")
    return Question("cancel", _("this operation"), which(operation), effect)


def act_of(action_id: str, customer: Customer, answers: Answers) -> Act:
    """What a yes with those answers submits for a customer."""
    match action_id:
        case "isolate":
            policy, hold = Policy(answers["policy"]), HoldKind(answers["hold"])
            return lambda desk: doings.isolate(desk, customer, policy, hold)
        case "activate":
            closed = HoldKind(answers["hold"]) if "hold" in answers else None
            return lambda desk: doings.activate(desk, customer, closed)
        case "renew":
            return lambda desk: doings.renew(desk, customer, int(answers["months"]))
    return lambda desk: doings.kick(desk, customer)
