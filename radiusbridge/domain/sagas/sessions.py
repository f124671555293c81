"""The session legs: the NAS's own list decides."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.observations import SessionsSeen, Written
from radiusbridge.domain.proof import Leg, LegState, worst
from radiusbridge.domain.sagas.kicking import blind_kick_leg, kick_leg, look, reread_leg
from radiusbridge.domain.sagas.plan import NasPlan

CLEAN_READS = 2


@dataclass(frozen=True, slots=True)
class SessionRule:
    """Which sessions have to go, and how long their absence is watched.

    must_go(session, earlier): judges a session of the newest list; earlier: it was there before the write.
    goes_unseen(earlier): judges one that only the server's rows show. settle: seconds of absence, 0 proves nothing;
    None: one clean reading is enough.
    surfacing: in how many readings sessions may come up after the write before it is contrary; None: any number.
    """

    must_go: Callable[[SessionRow, bool], bool]
    goes_unseen: Callable[[bool], bool]
    settle: float | None
    surfacing: int | None = 1
    enough: Callable[[SessionRow], bool] | None = None
    """A session that, once seen, makes further watching unnecessary."""
    change: Callable[[NasPlan, SessionRow], Leg | None] | None = None
    """What is tried on a session before it is kicked, or is still to be done for one that may stay; None: nothing."""
    traces: bool = False
    """Whether what would bring a hotspot guest back, or does without a session, has to go as well."""

    def rows(self, seen: SessionsSeen) -> tuple[SessionRow, ...]:
        """What of a reading the rule judges."""
        return (*seen.sessions, *seen.traces) if self.traces else seen.sessions


def sessions_leg(evidence: Evidence, nases: tuple[NasPlan, ...], since: Written, rule: SessionRule, now: float) -> Leg:
    """The session leg over all NASes of the server."""
    if not nases:
        return Leg("sessions", LegState.UNOBSERVED, "no NAS is known for this server")
    if any(_has_enough(evidence, nas, since, rule) for nas in nases):
        rule = replace(rule, settle=None)
    legs = [_on_nas(evidence, nas, since, rule, now) for nas in nases]
    earlier = evidence.remembered_earlier()
    strangers = unplaced_legs(evidence, nases, now, lambda id_: rule.goes_unseen(id_ in earlier))
    return worst("sessions", [*legs, *strangers])


def _has_enough(evidence: Evidence, nas: NasPlan, since: Written, rule: SessionRule) -> bool:
    """Whether the session that was hoped for is there: then nobody is waited for on the other NASes either."""
    newest = evidence.look(nas.name, max(since.at, evidence.last_kick(nas.name)))
    return rule.enough is not None and isinstance(newest, SessionsSeen) and any(map(rule.enough, newest.sessions))


def unplaced_legs(
    evidence: Evidence,
    nases: tuple[NasPlan, ...],
    now: float,
    goes: Callable[[str], bool],
    only: frozenset[str] = frozenset(),
) -> list[Leg]:
    """Sessions that the server remembers on a NAS that we do not know: no list answers for them, so they stay a doubt.

    Those that have to go are closed through the server, the one rung that needs no NAS. only: the ids
    asked for, if any.
    """
    closes = any(nas.rungs.close_session for nas in nases)
    legs = []
    for address, session in evidence.unplaced(nases):
        if only and session.session_id not in only:
            continue
        stranger = NasPlan(f"unknown NAS {address}", Rungs(False, False, closes, False))
        if goes(session.session_id):
            legs.append(_named(blind_kick_leg(evidence, stranger, session, now)))
        else:
            words = f"the server remembers {session.session_id} on {stranger.name}, whose list nobody reads"
            legs.append(Leg("sessions", LegState.UNOBSERVED, words))
    return legs


def _on_nas(evidence: Evidence, nas: NasPlan, since: Written, rule: SessionRule, now: float) -> Leg:
    newest = evidence.look(nas.name)
    if not nas.readable or not isinstance(newest, SessionsSeen):
        return _unreadable(evidence, nas, since, rule, now)
    earlier = evidence.earlier(nas.name)
    surfaced = _surfaced(evidence, nas, since, rule)
    if rule.surfacing is not None and len(surfaced) > rule.surfacing:
        ids = ", ".join(id_ for reading in surfaced for id_ in reading)
        words = f"{nas.name}: sessions came up again after the write ({ids}); look for a local secret"
        return Leg("sessions", LegState.CONTRARY, words)
    going = [session for session in rule.rows(newest) if rule.must_go(session, session.session_id in earlier)]
    changes = {row.session_id: rule.change(nas, row) for row in newest.sessions} if rule.change else {}
    legs = [changes.pop(row.session_id, None) or _named(kick_leg(evidence, nas, row, now)) for row in going]
    legs += [leg for leg in changes.values() if leg is not None]
    return worst("sessions", legs if going else [_absence(evidence, nas, since, rule, now), *legs])


def _surfaced(evidence: Evidence, nas: NasPlan, since: Written, rule: SessionRule) -> list[list[str]]:
    """Ids that came up after the write and have to go, by the reading that showed them first.

    What the attempt's first reading shows may have been there all along.
    """
    readings = [at for at in evidence.looks(nas.name) if isinstance(at, SessionsSeen)]
    known = set(evidence.earlier(nas.name)) | {row.session_id for at in readings[:1] for row in rule.rows(at)}
    surfaced = []
    for at in readings:
        new = [row.session_id for row in rule.rows(at) if row.session_id not in known and rule.must_go(row, False)]
        if new and at.began >= since.at:
            surfaced.append(new)
        known.update(new)
    return surfaced


def _absence(evidence: Evidence, nas: NasPlan, since: Written, rule: SessionRule, now: float) -> Leg:
    """Clean reads that began after the write and the last kick, over the settle time."""
    floor = max(since.at, evidence.last_kick(nas.name))
    earlier = evidence.earlier(nas.name)
    clean: list[SessionsSeen] = []
    for at in evidence.looks(nas.name):
        if not isinstance(at, SessionsSeen):
            continue
        if at.began < floor or any(rule.must_go(row, row.session_id in earlier) for row in rule.rows(at)):
            clean.clear()
        else:
            clean.append(at)
    if not clean:
        return Leg("sessions", LegState.PENDING, f"{nas.name}: not listed yet", (look(nas),))
    first, last = clean[0], clean[-1]
    live = [row.session_id for row in last.sessions]
    if rule.enough is not None and any(map(rule.enough, last.sessions)):
        return Leg("sessions", LegState.OBSERVED, f"{nas.name}: {', '.join(live)} as wanted")
    if rule.settle is None:
        return Leg("sessions", LegState.OBSERVED, f"{nas.name}: none is left")
    watched = last.began - first.at
    if rule.settle <= 0:
        return Leg("sessions", LegState.UNOBSERVED, f"{nas.name}: gone, but the settle time is 0")
    if len(clean) >= CLEAN_READS and watched >= rule.settle:
        which = "none from before" if live else "none"
        words = f"{nas.name}: {which} for {watched:.1f} s in {len(clean)} readings"
        return Leg("sessions", LegState.OBSERVED, words)
    due = min(last.at + max(0.25, min(2.0, rule.settle / 4)), max(first.at + rule.settle, last.at))
    effects = (look(nas),) if now >= due else ()
    return Leg("sessions", LegState.PENDING, f"{nas.name}: none since {watched:.1f} s", effects, due)


def _unreadable(evidence: Evidence, nas: NasPlan, since: Written, rule: SessionRule, now: float) -> Leg:
    """The best here is unproven: kick what the server remembers, try the list again while time is left."""
    earlier = evidence.earlier(nas.name)
    legs = [
        _named(blind_kick_leg(evidence, nas, session, now))
        for session in evidence.server_sessions(nas)
        if rule.goes_unseen(session.session_id in earlier)
    ]
    return worst("sessions", [*legs, reread_leg(evidence, nas, since.at + (rule.settle or 0.0), now)])


def _named(leg: Leg) -> Leg:
    """The leg of one session, with the session and its NAS in words: they are lost among several."""
    return replace(leg, words=f"{leg.name}: {leg.words}")
