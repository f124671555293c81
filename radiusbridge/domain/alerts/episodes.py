"""An alert's life: bad for a while, raised, good for a while, resolved. Pure.

What comes back again and again is damped: each time that it was raised within the last two hours doubles how long it
has to be good before it counts as resolved. So it is told of a few times, and then stays raised until it is quiet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from radiusbridge.domain.alerts.rules import Kind, Rule, Severity

LATELY = timedelta(hours=2)
"""How far back earlier times count for damping."""
MOST_DOUBLINGS = 5
NOT_WATCHED = "no longer watched"


class News(StrEnum):
    """What is told of an alert."""

    RAISED = "raised"
    REMINDER = "reminder"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Signal:
    """One look at one thing. subject: its name, unique among its kind. level: None: not known now. reference: what the
    level was compared with, kept as long as it is raised."""

    kind: Kind
    subject: str
    level: float | None
    words: str = ""
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that something was wrong. began_at: when it was bad first. raised_at: None: not yet. good_since: since
    when it is good, while it is raised. told_at: when it was told first; None: it was muted until now."""

    kind: Kind
    subject: str
    severity: Severity
    began_at: datetime
    words: str = ""
    level: float | None = None
    raised_at: datetime | None = None
    good_since: datetime | None = None
    resolved_at: datetime | None = None
    told_at: datetime | None = None
    acked_at: datetime | None = None
    acked_by: str = ""
    reference: float | None = None
    id: int = 0

    @property
    def raised(self) -> bool:
        """Whether it is an alert now."""
        return self.raised_at is not None and self.resolved_at is None


def step(rule: Rule, open_: Episode | None, signal: Signal, lately: int, now: datetime) -> Episode | None:
    """What becomes of an open episode, or of none. None: nothing is wrong, or it was over before it was raised.

    lately: how often it was raised and resolved within `LATELY`. What is not known changes nothing.
    """
    if not rule.on:
        return over(open_, now, "the rule is off")
    if signal.level is None:
        return open_
    if signal.level >= rule.above:
        return _bad(rule, open_, signal, now)
    if open_ is None or not open_.raised:
        return None
    good_since = _since(open_.good_since, now) if signal.level < rule.below else None
    calmer = replace(open_, good_since=good_since, level=signal.level)
    if good_since is None or now - good_since < rule.clear * 2 ** min(lately, MOST_DOUBLINGS):
        return calmer
    return replace(calmer, resolved_at=now, words=signal.words or open_.words)


def _bad(rule: Rule, open_: Episode | None, signal: Signal, now: datetime) -> Episode:
    episode = open_ or Episode(signal.kind, signal.subject, rule.severity, now, reference=signal.reference)
    episode = replace(episode, good_since=None, level=signal.level, words=signal.words, severity=rule.severity)
    if episode.raised_at is not None:
        return episode
    began_at = _since(episode.began_at, now)
    return replace(episode, began_at=began_at, raised_at=now if now - began_at >= rule.hold else None)


def _since(moment: datetime | None, now: datetime) -> datetime:
    """A clock that was set back must not make anybody wait for the time that it was ahead."""
    return now if moment is None else min(moment, now)


def over(open_: Episode | None, now: datetime, words: str = NOT_WATCHED) -> Episode | None:
    """The end of an episode whose subject is not looked at any more; None: it was never raised."""
    if open_ is None or not open_.raised:
        return None
    return replace(open_, resolved_at=now, words=words)


@dataclass(frozen=True, slots=True)
class Mute:
    """Nothing is told of these. kind, subject: None: of any. until: None: until it is taken back."""

    kind: Kind | None
    subject: str | None
    until: datetime | None
    who: str = ""
    reason: str = ""
    id: int = 0

    def covers(self, kind: Kind, subject: str, now: datetime) -> bool:
        """Whether it is about that, now."""
        if self.until is not None and now >= self.until:
            return False
        return self.kind in {None, kind} and self.subject in {None, subject}


def muted(mutes: Iterable[Mute], episode: Episode, now: datetime) -> bool:
    """Whether nothing is told of an episode now."""
    return any(mute.covers(episode.kind, episode.subject, now) for mute in mutes)
