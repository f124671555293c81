"""Sessions that are left alone when their account changes: what the operator is told of them."""

from dataclasses import replace

from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import SessionsSeen, Written
from radiusbridge.domain.proof import Leg, LegState
from radiusbridge.domain.sagas.plan import AccountPlan
from radiusbridge.domain.sagas.sessions import SessionRule, sessions_leg

_LEAVE = SessionRule(lambda _row, _earlier: False, lambda _earlier: False, None, surfacing=None)


def staying_leg(plan: AccountPlan, evidence: Evidence, since: Written, now: float) -> Leg:
    """Which sessions go on under the old settings; told, and no part of the proof."""
    leg = told(sessions_leg(evidence, plan.nases, since, _LEAVE, now))
    newest = [(nas, evidence.look(nas.name, since.at)) for nas in plan.nases]
    staying = [
        f"{session.session_id} on {nas.name}"
        for nas, seen in newest
        if isinstance(seen, SessionsSeen)
        for session in seen.sessions
    ]
    if leg.state is not LegState.OBSERVED or not staying:
        return leg
    goes = "goes on until it ends by itself" if plan.remove else "goes on under the old settings until it dials anew"
    return replace(leg, words=f"session {', '.join(staying)} {goes}")


def told(leg: Leg) -> Leg:
    """The leg as a remark: that something could not be looked at does not weigh."""
    state = LegState.OBSERVED if leg.state is LegState.UNOBSERVED else leg.state
    at_deadline = LegState.OBSERVED if leg.at_deadline is LegState.UNOBSERVED else leg.at_deadline
    return replace(leg, state=state, at_deadline=at_deadline)
