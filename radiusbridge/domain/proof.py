"""The proof tables' arithmetic: legs, and what they make together (design 2). Pure.

A leg is one thing that must have been observed. While it is pending it says what to look at next and when, and
what it amounts to if the deadline comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.effects import ChangeSession, Effect, Kick, work_key
from radiusbridge.domain.verdict import Status, Verdict


class LegState(StrEnum):
    """What is known about a leg."""

    OBSERVED = "observed"
    UNOBSERVED = "unobserved"
    """It could not be looked at."""
    CONTRARY = "contrary"
    """The opposite was seen."""
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a proof.

    words: what was seen or is missing, one sentence. effects: to be started now. wake: when to look again,
    on the operation's clock. at_deadline: what a pending leg counts as when time is up.
    """

    name: str
    state: LegState
    words: str
    effects: tuple[Effect, ...] = ()
    wake: float | None = None
    at_deadline: LegState = LegState.UNOBSERVED


@dataclass(frozen=True, slots=True)
class End:
    """The operation is over (`done` with a verdict), or waits for its server."""

    status: Status
    verdict: Verdict | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a saga wants: effects now, a look at the clock at `wake`, or the end."""

    effects: tuple[Effect, ...] = ()
    wake: float | None = None
    end: End | None = None


def waiting(reason: str) -> Decision:
    """The server did not answer."""
    return Decision(end=End(Status.WAITING, None, (reason,)))


def done(verdict: Verdict, *reasons: str) -> Decision:
    """The operation is over."""
    return Decision(end=End(Status.DONE, verdict, reasons))


def verdict_of(states: Sequence[LegState]) -> Verdict:
    """A contrary observation beats everything; a leg that was not observed leaves it unproven."""
    if LegState.CONTRARY in states:
        return Verdict.FAILED
    if all(state is LegState.OBSERVED for state in states):
        return Verdict.PROVEN
    return Verdict.UNPROVEN


def conclude(legs: Sequence[Leg], now: float, deadline: float) -> Decision:
    """The verdict when every leg is settled, one is contrary for good, or the deadline has come; else what to do.

    A contrary leg does not cut off a kick or change that another leg still wants: one bad router never stops the
    others.
    """
    pending = [leg for leg in legs if leg.state is LegState.PENDING]
    contrary = any(leg.state is LegState.CONTRARY for leg in legs)
    effects = tuple({work_key(effect): effect for leg in reversed(legs) for effect in reversed(leg.effects)}.values())
    kicks = tuple(effect for effect in effects if isinstance(effect, Kick | ChangeSession))
    if contrary and kicks and now < deadline:
        return Decision(kicks, deadline)
    if pending and not contrary and now < deadline:
        # a time that has come already is not waited for: what it brought is among the effects
        wakes = [leg.wake for leg in pending if leg.wake is not None and leg.wake > now]
        return Decision(effects[::-1], min([*wakes, deadline]))
    states = [leg.at_deadline if leg.state is LegState.PENDING else leg.state for leg in legs]
    order = {LegState.CONTRARY: 0, LegState.UNOBSERVED: 1, LegState.OBSERVED: 2}
    told = sorted(zip(states, legs, strict=True), key=lambda pair: order[pair[0]])
    return done(verdict_of(states), *(f"{leg.name}: {leg.words}" for _, leg in told))


def worst(name: str, legs: Sequence[Leg]) -> Leg:
    """Several sub-legs as one: the worst counts, all their wants are kept."""
    order = [LegState.CONTRARY, LegState.PENDING, LegState.UNOBSERVED, LegState.OBSERVED]
    first = min(legs, key=lambda leg: order.index(leg.state))
    wakes = [leg.wake for leg in legs if leg.wake is not None]
    # at the deadline a pending sub-leg may weigh more or less than one that is settled
    settled = [leg.at_deadline if leg.state is LegState.PENDING else leg.state for leg in legs]
    at_deadline = min(settled, key=order.index)
    leading = next(leg for leg, state in zip(legs, settled, strict=True) if state is at_deadline)
    words = (
        leading.words
        if first.state is LegState.PENDING
        else "; ".join(dict.fromkeys(leg.words for leg in legs if leg.state is first.state))
    )
    effects = tuple(effect for leg in legs for effect in leg.effects)
    return Leg(name, first.state, words, effects, min(wakes, default=None), at_deadline)
