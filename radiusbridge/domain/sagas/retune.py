"""Apply: the profile's rate in force on a customer's live sessions, without a drop. The NAS's own queues decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import Observation
from radiusbridge.domain.proof import Decision, conclude, done
from radiusbridge.domain.sagas.plan import DEADLINE, NasPlan
from radiusbridge.domain.sagas.preparing import server_answers
from radiusbridge.domain.sagas.rating import Rating, rate_legs
from radiusbridge.domain.verdict import Verdict

OWN_RATE = "Mikrotik-Rate-Limit"


@dataclass(frozen=True, slots=True)
class RetunePlan:
    """What one customer's live sessions are to let through. rate: as Mikrotik-Rate-Limit; limits: as queues show."""

    username: str
    profile: str
    rate: str
    limits: str
    isolation: str
    nases: tuple[NasPlan, ...]
    deadline: float = DEADLINE


def decide(plan: RetunePlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next. A customer whom the plan does not bind now is left alone."""
    evidence = Evidence(log)
    asking = server_answers(evidence, now)
    if asking is not None:
        return asking
    seen = evidence.account()
    account = seen.account if seen else None
    if account is None:
        return done(Verdict.FAILED, f"sessions: the server has no account {plan.username}")
    other = _bound_otherwise(plan, account)
    if other:
        return done(Verdict.PROVEN, f"sessions: left as they are: {other}")
    if not plan.nases:
        return done(Verdict.UNPROVEN, "sessions: no NAS is known for this server")
    legs = rate_legs(Rating(plan.rate, plan.limits, plan.isolation), evidence, plan.nases, now)
    return conclude(legs, now, evidence.attempt_at + plan.deadline)


def _bound_otherwise(plan: RetunePlan, account: AccountRow) -> str:
    """Why this account's sessions do not run on the profile's rate, or empty."""
    if f"{OWN_RATE}:" in account.attributes:
        return f"the account has a {OWN_RATE} of its own"
    if account.group == plan.isolation:
        return f"the customer is in {plan.isolation}"
    in_force = account.in_force
    if account.plans_count and in_force is not None and in_force.profile != plan.profile:
        return f"the plan in force is {in_force.profile}"
    return ""
