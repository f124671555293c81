"""Ending one session: which rung now, when to look again."""

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Effect, Kick, ListSessions, ReadAccount, Rung
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.ladder import ladder, next_rung
from radiusbridge.domain.observations import KickAnswer, SessionsSeen
from radiusbridge.domain.proof import Leg, LegState
from radiusbridge.domain.sagas.plan import NasPlan

FRESH = 2.0
"""Seconds for which a row may serve to identify a session."""
GRACE = 2.0
"""Seconds that a confirmed kick may take until the list shows it."""
PAUSE = 0.25
"""Seconds between two looks within the grace."""
LONG_PAUSE = 2.0
"""Seconds between two looks once nothing is left to try."""


def kick_leg(evidence: Evidence, nas: NasPlan, session: SessionRow, now: float) -> Leg:
    """Pending while the session is still in the newest view of its NAS; contrary at the deadline."""
    name = f"session {session.session_id} on {nas.name}"
    rows = evidence.server_row(session.session_id)
    steps = ladder(nas.rungs, session, server_row=rows is not None)
    kicks = evidence.kicks(nas.name, session.session_id)
    rung = next_rung(steps, [(kick.rung, kick.answer) for kick in kicks])
    looked = newest_view(evidence, nas)

    def leg(words: str, effects: tuple[Effect, ...] = (), wake: float | None = None) -> Leg:
        return Leg(name, LegState.PENDING, words, effects, wake, LegState.CONTRARY)

    if kicks:
        last = kicks[-1]
        told = f"still listed after {last.rung}: {last.words}"
        if looked < last.at and last.answer in {KickAnswer.ACCEPTED, KickAnswer.NOT_FOUND}:
            return leg(told, (look(nas),))
        if last.answer is KickAnswer.ACCEPTED and now < last.at + GRACE:
            due = looked + PAUSE
            return leg(told, (look(nas),) if now >= due else (), due)
        if rung is None:
            due = max(looked, last.at) + LONG_PAUSE
            return leg(f"{told}; nothing is left to try", (look(nas),) if now >= due else (), due)
    elif rung is None:
        due = looked + LONG_PAUSE
        return leg("live, and no rung of the ladder exists for this NAS", (look(nas),) if now >= due else (), due)
    else:
        told = "live"
    if now - looked > FRESH:
        return leg(told, (look(nas),))
    return leg(told, (Kick(session, rung, rows if rung is Rung.CLOSE_SESSION else None),))


def blind_kick_leg(evidence: Evidence, nas: NasPlan, session: SessionRow, now: float) -> Leg:
    """As above where the NAS's list cannot be read: the server's row identifies, one confirmed rung is all."""
    name = f"session {session.session_id} on {nas.name}"
    rows = evidence.server_row(session.session_id)
    kicks = evidence.kicks(nas.name, session.session_id)
    confirmed = next((kick for kick in kicks if kick.answer in {KickAnswer.ACCEPTED, KickAnswer.NOT_FOUND}), None)
    if confirmed:
        return Leg(name, LegState.UNOBSERVED, f"{confirmed.words}; the NAS's list cannot be read")
    tried = [(kick.rung, kick.answer) for kick in kicks]
    rung = next_rung(ladder(nas.rungs, session, server_row=rows is not None), tried)
    if rung is None:
        why = kicks[-1].words if kicks else "no rung of the ladder exists for this NAS"
        return Leg(name, LegState.UNOBSERVED, f"the server remembers it, {why}")
    seen = evidence.account()
    if seen is None or now - seen.at > FRESH:
        return Leg(name, LegState.PENDING, "the server remembers it", (ReadAccount(),))
    kick = Kick(session, rung, rows if rung is Rung.CLOSE_SESSION else None)
    return Leg(name, LegState.PENDING, "the server remembers it", (kick,))


def look(nas: NasPlan) -> Effect:
    """Look at the NAS's sessions."""
    return ListSessions(nas.name)


def newest_view(evidence: Evidence, nas: NasPlan) -> float:
    """When the newest reading of the NAS's list began."""
    seen = [at.began for at in evidence.looks(nas.name) if isinstance(at, SessionsSeen)]
    return max(seen, default=float("-inf"))
