"""Apply: the profile's rate in force on a customer's live sessions, without a drop. The NAS's own queues decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.accounts import AccountRow, SessionRow
from radiusbridge.domain.effects import ListSessions
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import KickAnswer, Observation, SessionChanged, SessionsSeen
from radiusbridge.domain.profiles import limits_text
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done
from radiusbridge.domain.sagas.dropless import Change, attempt
from radiusbridge.domain.sagas.kicking import LONG_PAUSE, unreadable
from radiusbridge.domain.sagas.plan import DEADLINE, NasPlan
from radiusbridge.domain.sagas.preparing import server_answers
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
    legs = [leg for nas in plan.nases for leg in _legs(plan, evidence, nas, now)]
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


def _legs(plan: RetunePlan, evidence: Evidence, nas: NasPlan, now: float) -> list[Leg]:
    look = ListSessions(nas.name, limits=True)
    if not nas.readable:
        words = f"the list of {nas.name} cannot be read: it has no API access here"
        return [Leg("sessions", LegState.UNOBSERVED, words)]
    looks = evidence.looks(nas.name)
    if not looks:
        return [Leg("sessions", LegState.PENDING, f"the list of {nas.name} is not read yet", (look,))]
    newest = looks[-1]
    if not isinstance(newest, SessionsSeen):
        words = f"the list of {nas.name} could not be read: {newest.error}"
        if unreadable(evidence, nas):
            return [Leg("sessions", LegState.UNOBSERVED, words)]
        due = newest.at + LONG_PAUSE
        return [Leg("sessions", LegState.PENDING, words, (look,) if now >= due else (), due)]
    if newest.began < _last_change(evidence, nas):
        return [Leg("sessions", LegState.PENDING, f"{nas.name}: not read since the change", (look,))]
    if not newest.sessions:
        words = f"{nas.name}: no session is live; the next dial gets {limits_text(plan.limits)}"
        return [Leg("sessions", LegState.OBSERVED, words)]
    return [_session_leg(plan, evidence, nas, session, now) for session in newest.sessions]


def _last_change(evidence: Evidence, nas: NasPlan) -> float:
    return max((at.at for at in evidence.now() if isinstance(at, SessionChanged) and at.nas == nas.name), default=-1.0)


def _session_leg(plan: RetunePlan, evidence: Evidence, nas: NasPlan, session: SessionRow, now: float) -> Leg:
    name = f"session {session.session_id} on {nas.name}"
    if plan.isolation in session.lists:
        return Leg(name, LegState.OBSERVED, f"in list {plan.isolation}, left as it is")
    if session.limits == plan.limits:
        asked = evidence.changes(nas.name, session.session_id)
        how = f"changed without a drop: {asked[-1].words}" if asked else "already so"
        return Leg(name, LegState.OBSERVED, f"its queue lets {limits_text(plan.limits)} through, {how}")
    change = Change(lambda row: row.limits == plan.limits, rate=plan.rate, limits=True)
    going = attempt(evidence, nas, session, change, now)
    if going.leg is not None:
        return going.leg
    words = f"its queue shows {limits_text(session.limits)}, not {limits_text(plan.limits)}; {going.words}"
    if not session.limits:
        return Leg(name, LegState.UNOBSERVED, f"its queue was not found; {going.words}")
    contrary = going.answer not in {None, KickAnswer.SILENT, KickAnswer.UNAVAILABLE}
    return Leg(name, LegState.CONTRARY if contrary else LegState.UNOBSERVED, words)
