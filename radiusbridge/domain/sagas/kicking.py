"""Ending one session: which rung now, when to look again."""

from itertools import takewhile

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Effect, Kick, ListSessions, ReadAccount, Rung
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.hotspot import bypassed
from radiusbridge.domain.ladder import DISCONNECTS, ladder, next_rung
from radiusbridge.domain.observations import KickAnswer, ReadRefused, SessionsSeen, SessionsUnreadable
from radiusbridge.domain.proof import Leg, LegState
from radiusbridge.domain.sagas.plan import NasPlan
from radiusbridge.domain.text import beside

FRESH = 2.0
"""Seconds for which a row may serve to identify a session."""
GRACE = 2.0
"""Seconds that a confirmed kick may take until the list shows it."""
PAUSE = 0.25
"""Seconds between two looks within the grace."""
LONG_PAUSE = 2.0
"""Seconds between two looks once nothing is left to try, or after one that failed."""
MISSES = 3
"""Readings in a row that may fail before a list, or the server's rows, count as unreadable."""
TRYING = 6.0
"""Seconds over which they fail: longer than a connection's back-off, during which nobody asks the NAS itself."""


def kick_leg(evidence: Evidence, nas: NasPlan, session: SessionRow, now: float) -> Leg:
    """Pending while the session is still in the newest view of its NAS; contrary at the deadline. A device that an IP
    binding lets through is contrary at once: nothing that is removed keeps it out."""
    name = f"session {session.session_id} on {nas.name}"
    if bypassed(session):
        return Leg(name, LegState.CONTRARY, "an IP binding lets it through (/ip/hotspot/ip-binding)")
    row = evidence.server_row(session, nas)
    kicks = evidence.kicks(nas.name, session.session_id)
    steps = ladder(nas.rungs, session, server_row=row is not None)
    rung = next_rung(steps, [(kick.rung, kick.answer) for kick in kicks])
    view = newest_view(evidence, nas)
    began, known = (view.began, view.at) if view else (float("-inf"), float("-inf"))

    def leg(words: str, effects: tuple[Effect, ...] = ()) -> Leg:
        return Leg(name, LegState.PENDING, words, effects, at_deadline=LegState.CONTRARY)

    def look_at(words: str, due: float) -> Leg:
        return Leg(name, LegState.PENDING, words, (look(nas),) if now >= due else (), due, LegState.CONTRARY)

    told = "live"
    if kicks:
        last = kicks[-1]
        told = f"still listed after {last.rung}: {last.words}"
        if began < last.at and last.answer in {KickAnswer.ACCEPTED, KickAnswer.NOT_FOUND}:
            return leg(told, (look(nas),))
        if last.answer is KickAnswer.ACCEPTED and now < last.at + GRACE:
            return look_at(told, known + PAUSE)
    if rung is None:
        missing = "nothing is left to try" if kicks else "no rung of the ladder exists for this NAS"
        return look_at(f"{told}; {missing}", max(known, kicks[-1].at if kicks else known) + LONG_PAUSE)
    if now - known > FRESH:
        return leg(told, (look(nas),))
    return leg(told, (_kick(nas, session, rung, row),))


def blind_kick_leg(evidence: Evidence, nas: NasPlan, session: SessionRow, now: float) -> Leg:
    """As above where the NAS's list cannot be read: the server's row identifies, one confirmed rung is all."""
    name = f"session {session.session_id} on {nas.name}"
    row = evidence.server_row(session, nas)
    kicks = evidence.kicks(session.nas, session.session_id)
    confirmed = next((kick for kick in kicks if kick.answer in {KickAnswer.ACCEPTED, KickAnswer.NOT_FOUND}), None)
    if confirmed:
        return Leg(name, LegState.UNOBSERVED, f"{confirmed.words}; the NAS's list cannot be read")
    tried = [(kick.rung, kick.answer) for kick in kicks]
    rung = next_rung(ladder(nas.rungs, session, server_row=row is not None), tried)
    if rung is None:
        why = kicks[-1].words if kicks else "no rung of the ladder exists for this NAS"
        return Leg(name, LegState.UNOBSERVED, f"the server remembers it, {why}")
    seen = evidence.account()
    if seen is None or now - seen.at > FRESH:
        return _remembered_again(evidence, name, now)
    kick = _kick(nas, session, rung, row)
    return Leg(name, LegState.PENDING, "the server remembers it", (kick,))


def _remembered_again(evidence: Evidence, name: str, now: float) -> Leg:
    """The server's row is too old to identify by: read it again, unless the server will not say."""
    trouble = evidence.account_trouble()
    if isinstance(trouble, ReadRefused) or len(evidence.silences()) >= MISSES:
        error = trouble.error if trouble else ""
        return Leg(name, LegState.UNOBSERVED, f"the server remembered it and cannot be asked again: {error}")
    due = trouble.at + LONG_PAUSE if trouble else now
    return Leg(name, LegState.PENDING, "the server remembers it", (ReadAccount(),) if now >= due else (), due)


def reread_leg(evidence: Evidence, nas: NasPlan, until: float, now: float) -> Leg:
    """A list that could not be read: asked for again, at least until then and a few times; then unobserved."""
    newest = evidence.look(nas.name)
    if not nas.readable:
        return Leg("sessions", LegState.UNOBSERVED, f"the list of {nas.name} cannot be read: it has no API access here")
    if newest is None:
        return Leg("sessions", LegState.PENDING, f"the list of {nas.name} is not read yet", (look(nas),))
    error = newest.error if isinstance(newest, SessionsUnreadable) else ""
    words = f"the list of {nas.name} could not be read: {beside(nas.name, error)}"
    if now >= until and unreadable(evidence, nas):
        return Leg("sessions", LegState.UNOBSERVED, words)
    due = newest.at + LONG_PAUSE
    return Leg("sessions", LegState.PENDING, words, (look(nas),) if now >= due else (), due)


def unreadable(evidence: Evidence, nas: NasPlan) -> bool:
    """Whether a list was asked for often and long enough since it was last read."""
    missed = list(takewhile(lambda at: isinstance(at, SessionsUnreadable), reversed(evidence.looks(nas.name))))
    return len(missed) >= MISSES and missed[0].at - missed[-1].began >= TRYING


def _kick(nas: NasPlan, session: SessionRow, rung: Rung, row: str | None) -> Kick:
    passed_over = "" if rung in DISCONNECTS or not nas.rungs.dae else nas.rungs.doubt
    return Kick(session, rung, row if rung is Rung.CLOSE_SESSION else None, passed_over)


def look(nas: NasPlan) -> Effect:
    """Look at the NAS's sessions."""
    return ListSessions(nas.name)


def newest_view(evidence: Evidence, nas: NasPlan) -> SessionsSeen | None:
    """The newest reading of the NAS's list that succeeded."""
    seen = [at for at in evidence.looks(nas.name) if isinstance(at, SessionsSeen)]
    return seen[-1] if seen else None
