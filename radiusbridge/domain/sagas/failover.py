"""The NASes of a pair of servers are turned to the other one: looked at, turned, read back, proved by a dial.

PROVEN     on every NAS the target's row comes first, and somebody who dialled in since is counted by the target
UNPROVEN   the same order, but nobody dialled in, or whom they asked was not seen; or a NAS was left out
FAILED     nothing was done, and why; or a NAS refused, or goes on asking the other one
waiting    a NAS does not answer: it is turned when it does

Until the roles are turned nothing is changed anywhere. That is one transaction, by compare-and-set; from then on
whoever takes the operation over goes on towards the target, since looking and moving may be done any number of times.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.effects import AskTarget, LookDials, LookRows, MoveRows, TurnRoles
from radiusbridge.domain.failover_observations import (
    DialsSeen,
    RolesStay,
    RolesTurned,
    RowsMoved,
    RowsSeen,
    RowsUnreadable,
    TargetAsked,
)
from radiusbridge.domain.observations import AttemptBegan, Observation
from radiusbridge.domain.proof import Decision, Leg, LegState, done, verdict_of, waiting
from radiusbridge.domain.standby import WAIT_DIAL, Asked
from radiusbridge.domain.verdict import Verdict

AGAIN = 5.0
"""Seconds between two looks."""
PATIENCE = 20.0
"""Seconds until a NAS that does not answer is left to a later attempt."""
SILENT = "silent"
"""The leg of a NAS that does not answer."""
_OF_ROWS = RowsSeen | RowsUnreadable | RowsMoved
MOVES = 3
"""How often rows are moved that somebody moves back."""


@dataclass(frozen=True, slots=True)
class FailoverNas:
    """A NAS, with the addresses by which it may know either server."""

    name: str
    target: frozenset[str]
    other: frozenset[str]


@dataclass(frozen=True, slots=True)
class FailoverPlan:
    """Whom the NASes are to ask.

    target, other: names. left_out: (NAS, why it is not turned). forbidden: why nothing may be begun; empty: it may.
    """

    target: str
    other: str
    nases: tuple[FailoverNas, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    forbidden: str = ""
    wait_dial: float = WAIT_DIAL


def decide(plan: FailoverPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next."""
    attempt = _attempt(log)
    turned = next((seen for seen in log if isinstance(seen, RolesTurned)), None)
    if turned is None:
        return _before(plan, attempt)
    legs = [_leg(plan, nas, log, attempt, now) for nas in plan.nases]
    legs += [Leg(name, LegState.UNOBSERVED, why) for name, why in plan.left_out]
    return _conclude(legs, now)


def _attempt(log: Sequence[Observation]) -> Sequence[Observation]:
    began = max((at for at, seen in enumerate(log) if isinstance(seen, AttemptBegan)), default=0)
    return log[began:]


def _before(plan: FailoverPlan, attempt: Sequence[Observation]) -> Decision:
    stays = next((seen for seen in attempt if isinstance(seen, RolesStay)), None)
    if stays is not None or plan.forbidden:
        return done(Verdict.FAILED, f"nothing was done: {stays.why if stays is not None else plan.forbidden}")
    rows = {seen.nas: seen for seen in attempt if isinstance(seen, RowsSeen | RowsUnreadable)}
    asked = next((seen for seen in attempt if isinstance(seen, TargetAsked)), None)
    unseen = tuple(LookRows(nas.name) for nas in plan.nases if nas.name not in rows)
    if unseen or asked is None:
        return Decision((*unseen, *(() if asked is not None else (AskTarget(),))))
    trouble = [asked.trouble] if asked.trouble else []
    trouble += [_trouble(plan, nas, rows[nas.name]) for nas in plan.nases]
    if not any(isinstance(seen, RowsSeen) for seen in rows.values()):
        trouble += [f"{name}: {seen.error}" for name, seen in rows.items() if isinstance(seen, RowsUnreadable)]
        trouble.append("no NAS can be read")
    told = [words for words in trouble if words]
    if told:
        return done(Verdict.FAILED, *(f"nothing was done: {words}" for words in told))
    return Decision((TurnRoles(),))


def _trouble(plan: FailoverPlan, nas: FailoverNas, seen: RowsSeen | RowsUnreadable) -> str:
    """Why a NAS cannot be turned; one that does not answer can, later."""
    if isinstance(seen, RowsUnreadable):
        return "" if seen.silent else f"{nas.name}: {seen.error}"
    lacks = Asked(seen.rows, nas.target, nas.other).lacks
    if not lacks:
        return ""
    wanted = " or ".join(sorted(nas.target))
    return f"{nas.name} has no enabled /radius row of {plan.target} ({wanted}) for {', '.join(lacks)}"


def _leg(
    plan: FailoverPlan, nas: FailoverNas, log: Sequence[Observation], attempt: Sequence[Observation], now: float
) -> Leg:
    """What is known of one NAS since the roles were turned, and what is to be done there."""
    looks = [seen for seen in attempt if isinstance(seen, _OF_ROWS) and seen.nas == nas.name]
    if not looks:
        return Leg(nas.name, LegState.PENDING, "not looked at", (LookRows(nas.name),))
    newest = looks[-1]
    if isinstance(newest, RowsUnreadable):
        return _silent(nas, newest, attempt[0].at, now)
    if isinstance(newest, RowsMoved):
        if newest.error and sum(isinstance(seen, RowsMoved) and bool(seen.error) for seen in looks) >= MOVES:
            return Leg(nas.name, LegState.CONTRARY, f"its rows were not moved: {newest.error}")
        return Leg(nas.name, LegState.PENDING, "moved, not read back", (LookRows(nas.name),))
    asked = Asked(newest.rows, nas.target, nas.other)
    if asked.lacks:
        words = f"it has no enabled row of {plan.target} for {', '.join(asked.lacks)} any more"
        return Leg(nas.name, LegState.CONTRARY, words)
    if not asked.first:
        if sum(isinstance(seen, RowsMoved) for seen in looks) >= MOVES:
            return Leg(nas.name, LegState.CONTRARY, f"{plan.other} is asked first again: somebody moves the rows back")
        return Leg(nas.name, LegState.PENDING, f"{plan.other} is asked first", (MoveRows(nas.name, asked.moves),))
    return _dialled(plan, nas, asked, _in_order_since(nas, log), log, now)


def _silent(nas: FailoverNas, newest: RowsUnreadable, began: float, now: float) -> Leg:
    words = f"was not turned: {newest.error}"
    if not newest.silent:
        return Leg(nas.name, LegState.CONTRARY, words)
    if now - began >= PATIENCE:
        return Leg(SILENT, LegState.UNOBSERVED, f"{nas.name} {words}")
    due = newest.at + AGAIN
    return Leg(nas.name, LegState.PENDING, words, (LookRows(nas.name),) if now >= due else (), due)


def _in_order_since(nas: FailoverNas, log: Sequence[Observation]) -> float:
    """Since when the target is asked first, as far as was seen."""
    since = 0.0
    ordered = False
    for seen in log:
        if isinstance(seen, RowsMoved) and seen.nas == nas.name:
            since, ordered = seen.at, not seen.error
        elif isinstance(seen, RowsSeen) and seen.nas == nas.name:
            first = Asked(seen.rows, nas.target, nas.other).first
            since = since if first and ordered else seen.at
            ordered = first
    return since


def _dialled(
    plan: FailoverPlan, nas: FailoverNas, asked: Asked, since: float, log: Sequence[Observation], now: float
) -> Leg:
    words = f"{plan.target} is asked first"
    if asked.strangers:
        words += f", after {', '.join(asked.strangers)}, which is neither of the two"
    looks = [seen for seen in log if isinstance(seen, DialsSeen) and seen.nas == nas.name and seen.began >= since]
    good = next((seen.target for seen in reversed(looks) if seen.target), "")
    if good:
        return Leg(nas.name, LegState.OBSERVED, f"{words}; {good} dialled in since, and it counts the session")
    elsewhere = next((seen.other for seen in reversed(looks) if seen.other), "")
    newest = looks[-1] if looks else None
    ends = since + plan.wait_dial
    if now < ends or newest is None:
        due = now if newest is None else newest.at + AGAIN
        look = (LookDials(nas.name, since),) if now >= due else ()
        return Leg(nas.name, LegState.PENDING, words, look, min(due, ends) if ends > now else due)
    if elsewhere:
        return Leg(nas.name, LegState.CONTRARY, f"{words}, but {elsewhere} dialled in since and {plan.other} counts it")
    neither = next((seen.neither for seen in reversed(looks) if seen.neither), "")
    if neither:
        return Leg(
            nas.name, LegState.UNOBSERVED, f"{words}, but {neither} dialled in since and {plan.target} counts none"
        )
    why = newest.error or "no one dialled in since"
    return Leg(nas.name, LegState.UNOBSERVED, f"{words}; {why}")


def _conclude(legs: Sequence[Leg], now: float) -> Decision:
    """One bad NAS never stops the others: the end comes when all of them are settled."""
    pending = [leg for leg in legs if leg.state is LegState.PENDING]
    if pending:
        effects = tuple(effect for leg in pending for effect in leg.effects)
        wakes = [leg.wake for leg in pending if leg.wake is not None and leg.wake > now]
        return Decision(effects, min(wakes) if wakes else None if effects else now)
    late = [leg for leg in legs if leg.name == SILENT]
    if late:
        return waiting("; ".join(leg.words for leg in late))
    order = {LegState.CONTRARY: 0, LegState.UNOBSERVED: 1, LegState.OBSERVED: 2}
    told = sorted(legs, key=lambda leg: order[leg.state])
    return done(verdict_of([leg.state for leg in legs]), *(f"{leg.name}: {leg.words}" for leg in told))
