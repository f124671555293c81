"""Kick: those session ids are gone; a redial under a new id is success, and reported.

Of a hotspot guest the cookies go first, since one of them brings the guest back at once: a session that a cookie made
is no redial, and is ended as well. No host of theirs may be let through without a session.
"""

from collections.abc import Sequence

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.hotspot import COOKIE, by_cookie, devices, is_trace, same_guest, with_cookies
from radiusbridge.domain.observations import Kicked, Observation, ReadRefused, SessionsSeen
from radiusbridge.domain.proof import Decision, Leg, LegState, conclude, done
from radiusbridge.domain.sagas.kicking import blind_kick_leg, kick_leg, look, reread_leg
from radiusbridge.domain.sagas.plan import KickPlan, NasPlan
from radiusbridge.domain.sagas.preparing import first_looks, server_answers
from radiusbridge.domain.sagas.sessions import unplaced_legs
from radiusbridge.domain.sagas.shadowing import shadow_legs
from radiusbridge.domain.verdict import Verdict


def decide(plan: KickPlan, log: Sequence[Observation], now: float) -> Decision:
    """What to do next; a server that is dark makes it wait, since the customer could not dial again."""
    evidence = Evidence(log)
    answered = evidence.account() is not None or isinstance(evidence.account_trouble(), ReadRefused)
    asking = None if answered else server_answers(evidence, now)
    if asking is not None:
        wanted = first_looks(evidence, plan.nases)
        return asking if asking.end else Decision((*asking.effects, *wanted), asking.wake)
    if not plan.nases:
        return done(Verdict.UNPROVEN, "sessions: no NAS is known for this server")
    legs = [leg for nas in plan.nases for leg in _legs(plan, evidence, nas, now)]
    legs += unplaced_legs(evidence, plan.nases, now, lambda _id: True, plan.session_ids)
    legs += shadow_legs(evidence, plan.nases, now) if plan.gone else []
    return conclude(legs, now, evidence.attempt_at + plan.deadline)


def _listed_first(evidence: Evidence, nas: NasPlan) -> list[SessionsSeen]:
    """Readings of the list that began before the first kick of whichever attempt."""
    first = next((seen.began for seen in evidence.log if isinstance(seen, Kicked)), float("inf"))
    return [
        seen for seen in evidence.log if isinstance(seen, SessionsSeen) and seen.nas == nas.name and seen.began <= first
    ]


def _targets(plan: KickPlan, evidence: Evidence, nas: NasPlan) -> frozenset[str]:
    """What was live before the first kick, and what was kicked blindly."""
    first = [row for seen in _listed_first(evidence, nas) for row in (*seen.sessions, *seen.traces)]
    ids = {row.session_id for row in first}
    if plan.session_ids:  # with a chosen session go the traces of its device
        chosen = [row for row in first if any(same_guest(row.session_id, one) for one in plan.session_ids)]
        macs, meant = devices(chosen), {row.session_id for row in chosen}
        ids = meant | {row.session_id for row in first if is_trace(row) and row.caller_id in macs}
    ids |= {seen.session_id for seen in evidence.log if isinstance(seen, Kicked) and seen.nas == nas.name}
    return frozenset(ids)


def _goes(row: SessionRow, targets: frozenset[str], macs: frozenset[str]) -> bool:
    """Whether it was meant, or has come of a cookie of a device that was meant."""
    meant = row.session_id in targets or any(same_guest(row.session_id, one) for one in targets)
    return meant or (by_cookie(row) and row.caller_id in macs)


def _legs(plan: KickPlan, evidence: Evidence, nas: NasPlan, now: float) -> list[Leg]:
    newest = evidence.look(nas.name)
    if not nas.readable or not isinstance(newest, SessionsSeen):
        remembered = [
            row for row in evidence.server_sessions(nas) if not plan.session_ids or row.session_id in plan.session_ids
        ]
        blind = [] if newest is None and nas.readable else remembered
        return [*(blind_kick_leg(evidence, nas, row, now) for row in blind), reread_leg(evidence, nas, 0.0, now)]
    targets = _targets(plan, evidence, nas)
    listed = [row for seen in _listed_first(evidence, nas) for row in (*seen.sessions, *seen.traces)]
    macs = devices(row for row in listed if row.session_id in targets)
    live = [row for row in (*newest.sessions, *newest.traces) if _goes(row, targets, macs)]
    live = with_cookies(live, newest.traces)
    if live:
        return [kick_leg(evidence, nas, row, now) for row in _in_turn(evidence, nas, live)]
    if newest.began < evidence.last_kick(nas.name):
        return [Leg(nas.name, LegState.PENDING, "kicked, not listed since", (look(nas),))]
    if not _listed_first(evidence, nas):
        return [Leg(nas.name, LegState.UNOBSERVED, "its list could not be read before the kick")]
    if not targets:
        return [Leg(nas.name, LegState.OBSERVED, "no session of that name was live")]
    again = [session.session_id for session in newest.sessions]
    if any(row.login_by for row in newest.sessions):
        again = [f"{row.session_id} ({row.login_by})" if row.login_by else row.session_id for row in newest.sessions]
    redial = f"; dialled again as {', '.join(again)}" if again else ""
    return [Leg(nas.name, LegState.OBSERVED, f"{', '.join(sorted(targets))} gone{redial}")]


def _in_turn(evidence: Evidence, nas: NasPlan, live: list[SessionRow]) -> list[SessionRow]:
    """Cookies that nobody has tried to take away go before everything else."""
    cookies = [row for row in live if row.service == COOKIE and not evidence.kicks(nas.name, row.session_id)]
    return cookies or live
