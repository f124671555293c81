"""The session legs: the NAS's own list decides."""

from collections.abc import Callable
from dataclasses import dataclass

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import SessionsSeen, Written
from radiusbridge.domain.proof import Leg, LegState, worst
from radiusbridge.domain.sagas.kicking import blind_kick_leg, kick_leg, look
from radiusbridge.domain.sagas.plan import NasPlan

UNREADABLE_PAUSE = 2.0
"""Seconds before a list that could not be read is asked for again."""
CLEAN_READS = 2


@dataclass(frozen=True, slots=True)
class SessionRule:
    """Which sessions have to go, and how long their absence is watched.

    must_go(session, earlier): judges a session of the newest list; earlier: it was there before the write.
    settle: seconds of absence, 0 for none. surfacing: how many sessions may come up after the write before it is
    contrary; None: any number.
    """

    must_go: Callable[[SessionRow, bool], bool]
    settle: float
    surfacing: int | None = 1
    enough: Callable[[SessionRow], bool] | None = None
    """A session that, once seen, makes further watching unnecessary."""


def sessions_leg(evidence: Evidence, nases: tuple[NasPlan, ...], since: Written, rule: SessionRule, now: float) -> Leg:
    """The session leg over all NASes of the server."""
    if not nases:
        return Leg("sessions", LegState.UNOBSERVED, "no NAS is known for this server")
    return worst("sessions", [_on_nas(evidence, nas, since, rule, now) for nas in nases])


def _on_nas(evidence: Evidence, nas: NasPlan, since: Written, rule: SessionRule, now: float) -> Leg:
    newest = evidence.look(nas.name)
    if not nas.readable or not isinstance(newest, SessionsSeen):
        return _unreadable(evidence, nas, since, rule, now)
    earlier = evidence.earlier(nas.name)
    surfaced = _surfaced(evidence, nas, since, rule)
    if rule.surfacing is not None and len(surfaced) > rule.surfacing:
        words = f"{nas.name}: sessions came up again after the write ({', '.join(surfaced)}); look for a local secret"
        return Leg("sessions", LegState.CONTRARY, words)
    going = [session for session in newest.sessions if rule.must_go(session, session.session_id in earlier)]
    if going:
        return worst("sessions", [kick_leg(evidence, nas, session, now) for session in going])
    return _absence(evidence, nas, since, rule, now)


def _surfaced(evidence: Evidence, nas: NasPlan, since: Written, rule: SessionRule) -> list[str]:
    """Ids that came up after the write and have to go, in order."""
    earlier = evidence.earlier(nas.name)
    ids = [
        session.session_id
        for at in evidence.looks(nas.name)
        if isinstance(at, SessionsSeen) and at.began >= since.at
        for session in at.sessions
        if session.session_id not in earlier and rule.must_go(session, False)
    ]
    return list(dict.fromkeys(ids))


def _absence(evidence: Evidence, nas: NasPlan, since: Written, rule: SessionRule, now: float) -> Leg:
    """Clean reads that began after the write and the last kick, over the settle time."""
    floor = max(since.at, evidence.last_kick(nas.name))
    earlier = evidence.earlier(nas.name)
    clean: list[SessionsSeen] = []
    for at in evidence.looks(nas.name):
        if not isinstance(at, SessionsSeen):
            continue
        if at.began < floor or any(rule.must_go(row, row.session_id in earlier) for row in at.sessions):
            clean.clear()
        else:
            clean.append(at)
    if not clean:
        return Leg("sessions", LegState.PENDING, f"{nas.name}: not listed yet", (look(nas),))
    first, last = clean[0], clean[-1]
    live = [row.session_id for row in last.sessions]
    if rule.enough is not None and any(map(rule.enough, last.sessions)):
        return Leg("sessions", LegState.OBSERVED, f"{nas.name}: {', '.join(live)} as wanted")
    watched = last.began - first.at
    if rule.settle <= 0:
        return Leg("sessions", LegState.UNOBSERVED, f"{nas.name}: gone, but the settle time is 0")
    if len(clean) >= CLEAN_READS and watched >= rule.settle:
        words = f"{nas.name}: none for {watched:.1f} s in {len(clean)} readings"
        return Leg("sessions", LegState.OBSERVED, words)
    due = min(last.at + max(0.25, min(2.0, rule.settle / 4)), max(first.at + rule.settle, last.at))
    effects = (look(nas),) if now >= due else ()
    return Leg("sessions", LegState.PENDING, f"{nas.name}: none since {watched:.1f} s", effects, due)


def _unreadable(evidence: Evidence, nas: NasPlan, since: Written, rule: SessionRule, now: float) -> Leg:
    """The best here is unproven: kick what the server remembers, try the list again while time is left."""
    newest = evidence.look(nas.name)
    error = getattr(newest, "error", "it has no API access here")
    legs = [
        blind_kick_leg(evidence, nas, session, now)
        for session in evidence.server_sessions(nas)
        if rule.must_go(session, True) or evidence.kicks(nas.name, session.session_id)
    ]
    words = f"the list of {nas.name} could not be read: {error}"
    if nas.readable and now < since.at + max(rule.settle, 2 * UNREADABLE_PAUSE):
        due = (newest.at if newest else now) + UNREADABLE_PAUSE
        legs.append(Leg("sessions", LegState.PENDING, words, (look(nas),) if now >= due else (), due))
    else:
        legs.append(Leg("sessions", LegState.UNOBSERVED, words))
    return worst("sessions", legs)
