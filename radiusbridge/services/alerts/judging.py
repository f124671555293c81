"""One look: what is wrong by now, and what is to be told of it, in one transaction."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from radiusbridge.domain.alerts.channels import Channel, Notice
from radiusbridge.domain.alerts.episodes import LATELY, Episode, News, Signal, muted, over, step

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.domain.clock import Entropy

KEPT = timedelta(days=30)
"""How long alerts that were resolved are kept."""


class Judge:
    """Judges signals in one transaction."""

    def __init__(self, unit: "UnitOfWork", entropy: "Entropy") -> None:
        self._unit = unit
        self._entropy = entropy
        self._mutes = unit.alerts.mutes()
        self._channels = tuple(channel for channel in unit.alert_channels.all() if channel.on)
        self._notices: list[Notice] = []
        self.news = 0
        """Alerts that were raised or resolved."""

    def judge(self, signals: Iterable[Signal]) -> None:
        """All that is watched; what is open and among the signals no more, is no longer watched."""
        unit, alerts = self._unit, self._unit.alerts
        rules, lately = alerts.rules(), alerts.lately(unit.now - LATELY)
        open_ = {(episode.kind, episode.subject): episode for episode in alerts.open()}
        seen = {}
        for signal in signals:
            seen[signal.kind, signal.subject] = signal
        for key, signal in seen.items():
            before = open_.pop(key, None)
            self._became(before, step(rules[signal.kind], before, signal, lately.get(key, 0), unit.now))
        for before in open_.values():
            self._became(before, over(before, unit.now))
        self._remind()
        alerts.tell(self._notices)

    def _became(self, before: Episode | None, after: Episode | None) -> None:
        alerts = self._unit.alerts
        if after is None:
            if before is not None:
                alerts.drop(before)
            return
        if before is None:
            after = alerts.add(after)
        after = self._told(after)
        self.news += after.resolved_at is not None or (after.raised and not (before is not None and before.raised))
        if after != before:
            alerts.change(after)

    def _told(self, episode: Episode) -> Episode:
        """Tell of what is new. What was raised while it was muted is told once it is not, if it is still there."""
        if episode.resolved_at is not None:
            if episode.told_at is not None and not muted(self._mutes, episode, self._unit.now):
                self._tell(episode, News.RESOLVED)
            return episode
        if not episode.raised or episode.told_at is not None or muted(self._mutes, episode, self._unit.now):
            return episode
        self._tell(episode, News.RAISED)
        return replace(episode, told_at=self._unit.now)

    def _tell(self, episode: Episode, news: News) -> None:
        for channel in self._channels:
            if channel.wants(episode.severity):
                self._notices.append(self.notice(channel, episode, news))

    def _remind(self) -> None:
        """Of what nobody has acknowledged."""
        unit = self._unit
        patient = [channel for channel in self._channels if channel.remind is not None]
        waiting = [
            each
            for each in (unit.alerts.raised() if patient else ())
            if each.acked_at is None and each.told_at is not None and not muted(self._mutes, each, unit.now)
        ]
        for channel in patient if waiting else ():
            last = unit.alerts.told_last(channel.id)
            for episode in waiting:
                told = last.get(episode.id, episode.told_at)
                due = told is not None and channel.remind is not None and unit.now - told >= channel.remind
                if due and channel.wants(episode.severity) and channel.held_until(episode.severity, unit.now) is None:
                    self._notices.append(self.notice(channel, episode, News.REMINDER))

    def notice(self, channel: Channel, episode: Episode, news: News) -> Notice:
        """What that channel is told."""
        now = self._unit.now
        held = channel.held_until(episode.severity, now)
        return Notice(
            channel.id,
            episode.id,
            news,
            episode.kind,
            episode.subject,
            episode.severity,
            episode.words,
            now,
            episode.began_at,
            self._entropy.octets(12).hex(),
            now if held is None else held,
            held is not None,
        )


def judged(
    unit: "UnitOfWork", entropy: "Entropy", signals: Iterable[Signal], ours: Callable[["UnitOfWork"], bool]
) -> int | None:
    """How many alerts were raised or resolved; None: the duty is another's by now, and nothing was done."""
    if not ours(unit):
        return None
    judge = Judge(unit, entropy)
    judge.judge(signals)
    return judge.news
