"""A rate in force on live sessions, without a drop: the legs. The NAS's own queues decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import ListSessions
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import KickAnswer, SessionChanged, SessionsSeen
from radiusbridge.domain.profiles import limits_text
from radiusbridge.domain.proof import Leg, LegState
from radiusbridge.domain.sagas.dropless import Change, attempt
from radiusbridge.domain.sagas.kicking import LONG_PAUSE, unreadable
from radiusbridge.domain.sagas.plan import NasPlan
from radiusbridge.domain.text import beside


@dataclass(frozen=True, slots=True)
class Rating:
    """What live sessions are to let through. rate: as Mikrotik-Rate-Limit; limits: as queues show.

    walled: what a session in the isolation list, which is left as it is, counts as. idle: what a NAS without a session
    counts as. silence: what a queue on another rate counts as where the NAS did not answer, or was never asked.
    beside: what else is told of a rate that is in force.
    """

    rate: str
    limits: str
    isolation: str
    walled: LegState = LegState.OBSERVED
    idle: str = ""
    silence: LegState = LegState.UNOBSERVED
    beside: str = ""


def rate_legs(rating: Rating, evidence: Evidence, nases: Sequence[NasPlan], now: float) -> list[Leg]:
    """One leg for each session, and for each NAS that shows none."""
    return [leg for nas in nases for leg in _legs(rating, evidence, nas, now)]


def _legs(rating: Rating, evidence: Evidence, nas: NasPlan, now: float) -> list[Leg]:
    look = ListSessions(nas.name, limits=True)
    if not nas.readable:
        words = f"the list of {nas.name} cannot be read: it has no API access here"
        return [Leg("sessions", LegState.UNOBSERVED, words)]
    looks = evidence.looks(nas.name)
    if not looks:
        return [Leg("sessions", LegState.PENDING, f"the list of {nas.name} is not read yet", (look,))]
    newest = looks[-1]
    if not isinstance(newest, SessionsSeen):
        words = f"the list of {nas.name} could not be read: {beside(nas.name, newest.error)}"
        if unreadable(evidence, nas):
            return [Leg("sessions", LegState.UNOBSERVED, words)]
        due = newest.at + LONG_PAUSE
        return [Leg("sessions", LegState.PENDING, words, (look,) if now >= due else (), due)]
    if newest.began < _last_change(evidence, nas):
        return [Leg("sessions", LegState.PENDING, f"{nas.name}: not read since the change", (look,))]
    if not newest.sessions:
        words = rating.idle or f"the next dial gets {limits_text(rating.limits)}"
        return [Leg("sessions", LegState.OBSERVED, f"{nas.name}: no session is live; {words}")]
    return [_session_leg(rating, evidence, nas, session, now) for session in newest.sessions]


def _last_change(evidence: Evidence, nas: NasPlan) -> float:
    return max((at.at for at in evidence.now() if isinstance(at, SessionChanged) and at.nas == nas.name), default=-1.0)


def _session_leg(rating: Rating, evidence: Evidence, nas: NasPlan, session: SessionRow, now: float) -> Leg:
    name = f"session {session.session_id} on {nas.name}"
    if rating.isolation in session.lists:
        return Leg(name, rating.walled, f"in list {rating.isolation}, left as it is")
    if session.limits == rating.limits:
        asked = evidence.changes(nas.name, session.session_id)
        how = f"changed without a drop: {asked[-1].words}" if asked else "already so"
        return Leg(
            name, LegState.OBSERVED, f"its queue lets {limits_text(rating.limits)} through{rating.beside}, {how}"
        )
    change = Change(lambda row: row.limits == rating.limits, rate=rating.rate, limits=True)
    going = attempt(evidence, nas, session, change, now)
    if going.leg is not None:
        return going.leg
    words = f"its queue shows {limits_text(session.limits)}, not {limits_text(rating.limits)}; {going.words}"
    if not session.limits:
        return Leg(name, LegState.UNOBSERVED, f"its queue was not found; {going.words}")
    silent = going.answer in {None, KickAnswer.SILENT, KickAnswer.UNAVAILABLE}
    return Leg(name, rating.silence if silent else LegState.CONTRARY, words)
