"""Changing one session where it is, by CoA: which identification now, when to look again, and when to give up."""

from collections.abc import Callable
from dataclasses import dataclass

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import ChangeSession, FlushConnections, ListSessions
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.ladder import DISCONNECTS, ladder, next_rung
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.proof import Leg, LegState
from radiusbridge.domain.sagas.kicking import FRESH, GRACE, LONG_PAUSE, PAUSE, newest_view
from radiusbridge.domain.sagas.plan import NasPlan

TRIES = 3
"""Attempts to forget a session's connections."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a session is to become without a drop. reached: whether a row of the NAS's list shows it."""

    reached: Callable[[SessionRow], bool]
    rate: str = ""
    address_list: str = ""
    limits: bool = False
    """Whether the list has to be read with its queues."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How the change of a session stands while its row does not show it. leg: pending; None: nothing is left to try."""

    leg: Leg | None
    words: str
    answer: KickAnswer | None = None
    """The NAS's last answer; None: it was never asked."""


def attempt(evidence: Evidence, nas: NasPlan, session: SessionRow, change: Change, now: float) -> Attempt:
    """What to do for a session that does not show the change yet."""
    name = f"session {session.session_id} on {nas.name}"
    tried = evidence.changes(nas.name, session.session_id)
    look = ListSessions(nas.name, change.limits)
    view = newest_view(evidence, nas)
    began, known = (view.began, view.at) if view else (float("-inf"), float("-inf"))
    last = tried[-1] if tried else None
    told = f"not changed by CoA: {last.words}" if last else "no CoA was sent: its NAS has no DAE here"

    def pending(effect: ChangeSession | ListSessions | None = None, due: float | None = None) -> Attempt:
        leg = Leg(name, LegState.PENDING, told, (effect,) if effect else (), due, LegState.CONTRARY)
        return Attempt(leg, told, last.answer if last else None)

    if last is not None:
        if began < last.at:
            return pending(look)
        if last.answer is KickAnswer.ACCEPTED and now < last.at + GRACE:
            return pending(look, None) if now >= known + PAUSE else pending(due=known + PAUSE)
        if last.answer is KickAnswer.ACCEPTED and began < last.at + GRACE:
            return pending(look)
    steps = [rung for rung in ladder(nas.rungs, session, server_row=False) if rung in DISCONNECTS]
    rung = next_rung(steps, [(seen.rung, seen.answer) for seen in tried])
    if rung is None:
        return Attempt(None, told, last.answer if last else None)
    if now - known > FRESH:
        return pending(look)
    return pending(ChangeSession(session, rung, change.rate, change.address_list))


def flush_leg(evidence: Evidence, nas: NasPlan, session: SessionRow, now: float) -> Leg:
    """The connections that a changed session had open: forgotten, or it says why not."""
    name = "sessions"
    done = evidence.flushes(nas.name, session.session_id)
    told = f"session {session.session_id} on {nas.name} changed without a drop"
    if not done:
        return Leg(name, LegState.PENDING, f"{told}, connections not flushed yet", (FlushConnections(session),))
    last = done[-1]
    if not last.error:
        return Leg(name, LegState.OBSERVED, f"{told}, {last.count} open connections flushed")
    words = f"{told}, but its open connections could not be flushed: {last.error}"
    if len(done) >= TRIES:
        return Leg(name, LegState.UNOBSERVED, words)
    due = last.at + LONG_PAUSE
    return Leg(name, LegState.PENDING, words, (FlushConnections(session),) if now >= due else (), due)
