"""Kick: those session ids are gone; a redial under a new id is success, and reported."""

from collections.abc import Sequence

from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import Kicked, Observation, SessionsSeen
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done
from radiusbridge.domain.sagas.kicking import blind_kick_leg, kick_leg, look
from radiusbridge.domain.sagas.plan import KickPlan, NasPlan
from radiusbridge.domain.sagas.preparing import first_looks, server_answers
from radiusbridge.domain.verdict import Verdict


def decide(plan: KickPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next; a server that is dark makes it wait, since the customer could not dial again."""
    evidence = Evidence(log)
    asking = None if evidence.account(since=0.0) else server_answers(evidence, now)
    wanted = first_looks(evidence, plan.nases)
    if asking is not None:
        return asking if asking.end else Decision((*asking.effects, *wanted), asking.wake)
    if wanted:
        return Decision(wanted)
    if not plan.nases:
        return done(Verdict.UNPROVEN, "sessions: no NAS is known for this server")
    legs = [leg for nas in plan.nases for leg in _legs(plan, evidence, nas, now)]
    return conclude(legs, now, evidence.attempt_at + plan.deadline)


def _targets(plan: KickPlan, evidence: Evidence, nas: NasPlan) -> frozenset[str]:
    """What was live before the first kick, in whichever attempt."""
    first = next((seen.began for seen in evidence.log if isinstance(seen, Kicked)), float("inf"))
    ids = frozenset(
        session.session_id
        for seen in evidence.log
        if isinstance(seen, SessionsSeen) and seen.nas == nas.name and seen.at <= first
        for session in seen.sessions
    )
    return ids & plan.session_ids if plan.session_ids else ids


def _legs(plan: KickPlan, evidence: Evidence, nas: NasPlan, now: float) -> list[Leg]:
    newest = evidence.look(nas.name)
    if not nas.readable or not isinstance(newest, SessionsSeen):
        error = getattr(newest, "error", "it has no API access here")
        remembered = [
            row for row in evidence.server_sessions(nas) if not plan.session_ids or row.session_id in plan.session_ids
        ]
        unread = Leg("sessions", LegState.UNOBSERVED, f"the list of {nas.name} could not be read: {error}")
        return [*(blind_kick_leg(evidence, nas, row, now) for row in remembered), unread]
    targets = _targets(plan, evidence, nas)
    live = [session for session in newest.sessions if session.session_id in targets]
    if live:
        return [kick_leg(evidence, nas, session, now) for session in live]
    if newest.began < evidence.last_kick(nas.name):
        return [Leg(nas.name, LegState.PENDING, "kicked, not listed since", (look(nas),))]
    if not targets:
        return [Leg(nas.name, LegState.OBSERVED, "no session of that name was live")]
    again = [session.session_id for session in newest.sessions]
    redial = f"; dialled again as {', '.join(again)}" if again else ""
    return [Leg(nas.name, LegState.OBSERVED, f"{', '.join(sorted(targets))} gone{redial}")]
