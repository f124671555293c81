"""Speed: another rate in force on a customer's live sessions for a while, and back to the plan's.

The rate is the session's alone: no account is written. The NAS's own queues decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import Observation, SessionsSeen
from radiusbridge.domain.profiles import limits, limits_text
from radiusbridge.domain.proof import Decision, LegState, conclude, done
from radiusbridge.domain.sagas.plan import DEADLINE, NasPlan
from radiusbridge.domain.sagas.preparing import server_answers
from radiusbridge.domain.sagas.rating import Rating, rate_legs
from radiusbridge.domain.sagas.retune import OWN_RATE
from radiusbridge.domain.speeds import attribute_of, limits_of_attribute
from radiusbridge.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class SpeedPlan:
    """rate: (upload, download) in bits a second; None: back to the plan's. own_rate, own_limits: the profile's, as
    Mikrotik-Rate-Limit and as queues show. lasting: it is to come after a redial, too."""

    username: str
    rate: tuple[int, int] | None
    profile: str
    own_rate: str
    own_limits: str
    isolation: str
    nases: tuple[NasPlan, ...]
    lasting: bool = False
    deadline: float = DEADLINE


def decide(plan: SpeedPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next."""
    evidence = Evidence(log)
    if plan.rate is None:
        return _back(plan, evidence, now)
    if not plan.nases:
        return done(Verdict.UNPROVEN, "sessions: no NAS is known for this server")
    own = limits_text(plan.own_limits)
    idle = f"the next dial gets the profile's {own}"
    rating = Rating(
        attribute_of(plan.rate),
        limits(plan.rate),
        plan.isolation,
        walled=LegState.CONTRARY,
        idle=f"{idle}, then the agent sets this rate" if plan.lasting else idle,
        silence=LegState.CONTRARY,
        beside=f" (the profile's: {own})",
    )
    decision = conclude(rate_legs(rating, evidence, plan.nases, now), now, evidence.attempt_at + plan.deadline)
    if decision.end is not None and decision.end.verdict is Verdict.PROVEN and not _any_session(plan, evidence):
        return done(Verdict.UNPROVEN, *decision.end.reasons)
    return decision


def _any_session(plan: SpeedPlan, evidence: Evidence) -> bool:
    newest = [evidence.look(nas.name) for nas in plan.nases]
    return any(isinstance(seen, SessionsSeen) and seen.sessions for seen in newest)


def _back(plan: SpeedPlan, evidence: Evidence, now: float) -> Decision:
    """To what the account gives: its own rate, else the profile's. What the plan does not bind is told, not touched."""
    asking = server_answers(evidence, now)
    if asking is not None:
        return asking
    seen = evidence.account()
    account = seen.account if seen else None
    if account is None:
        return done(Verdict.FAILED, f"sessions: the server has no account {plan.username}")
    if account.group == plan.isolation:
        return done(Verdict.PROVEN, f"sessions: left as they are: the customer is in {plan.isolation}")
    if not plan.nases:
        return done(Verdict.UNPROVEN, "sessions: no NAS is known for this server")
    rating, trouble = _own(plan, account)
    if trouble:
        return done(Verdict.UNPROVEN, f"sessions: not brought back: {trouble}; a kick does")
    return conclude(rate_legs(rating, evidence, plan.nases, now), now, evidence.attempt_at + plan.deadline)


def _own(plan: SpeedPlan, account: AccountRow) -> tuple[Rating, str]:
    """The rate that this account's next dial would get, and why it is not known here, or empty."""
    rating = Rating(plan.own_rate, plan.own_limits, plan.isolation, silence=LegState.CONTRARY)
    own = _own_attribute(account.attributes)
    if own is not None:
        plain = limits_of_attribute(own)
        trouble = "" if plain else f"the account's own {OWN_RATE} cannot be read"
        return replace(rating, rate=own, limits=plain, beside=" (the account's own)"), trouble
    in_force = account.in_force
    if account.plans_count and in_force is not None and in_force.profile != plan.profile:
        return rating, f"the plan in force is {in_force.profile}, not {plan.profile}"
    return rating, ""


def _own_attribute(attributes: str) -> str | None:
    """The value of the account's Mikrotik-Rate-Limit (`Name:value`, comma separated); None: it has none."""
    values = [word.partition(":")[2] for word in attributes.split(",") if word.partition(":")[0].strip() == OWN_RATE]
    return values[-1].strip() if values else None
