"""Sessions that are left alone when their account changes: what the operator is told of them."""

from dataclasses import replace

from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import SessionsSeen, Written
from radiusbridge.domain.proof import Leg, LegState
from radiusbridge.domain.sagas.kicking import look
from radiusbridge.domain.sagas.plan import AccountPlan


def staying_leg(plan: AccountPlan, evidence: Evidence, since: Written) -> Leg:
    """Which sessions go on under the old settings: one reading of each list, told, and no part of the proof."""
    readable = [nas for nas in plan.nases if nas.readable]
    unread = [nas for nas in readable if evidence.look(nas.name, since.at) is None]
    if unread:
        looks = tuple(look(nas) for nas in unread)
        words = f"the list of {', '.join(nas.name for nas in unread)} is not read yet"
        return Leg("sessions", LegState.PENDING, words, looks, at_deadline=LegState.OBSERVED)
    seen = [(nas.name, evidence.look(nas.name, since.at)) for nas in readable]
    staying = [
        f"{row.session_id} on {name}" for name, at in seen if isinstance(at, SessionsSeen) for row in at.sessions
    ]
    dark = [name for name, at in seen if not isinstance(at, SessionsSeen)]
    dark += [nas.name for nas in plan.nases if not nas.readable]
    goes = "goes on until it ends by itself" if plan.remove else "goes on under the old settings until it dials anew"
    told = [f"session {', '.join(staying)} {goes}"] if staying else []
    told += [f"the list of {', '.join(dark)} could not be read"] if dark else []
    return Leg("sessions", LegState.OBSERVED, "; ".join(told) or "none is live")


def told(leg: Leg) -> Leg:
    """The leg as a remark: that something could not be looked at does not weigh."""
    state = LegState.OBSERVED if leg.state is LegState.UNOBSERVED else leg.state
    at_deadline = LegState.OBSERVED if leg.at_deadline is LegState.UNOBSERVED else leg.at_deadline
    return replace(leg, state=state, at_deadline=at_deadline)
