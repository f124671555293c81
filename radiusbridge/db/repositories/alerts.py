"""Alerts: the rules in force, episodes, mutes, and what is to be told of them."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.engine import RowMapping

from radiusbridge.db.alert_tables import alert_episode as episode
from radiusbridge.db.alert_tables import alert_mute as mute
from radiusbridge.db.alert_tables import alert_notice as notice
from radiusbridge.db.alert_tables import alert_rule as rule
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.alerts.channels import Notice
from radiusbridge.domain.alerts.episodes import Episode, Mute
from radiusbridge.domain.alerts.rules import DEFAULTS, Kind, Rule
from radiusbridge.domain.errors import UnknownName

_EPISODE = tuple(item.name for item in fields(Episode))
_NOTICE = tuple(item.name for item in fields(Notice))
_MUTE = tuple(item.name for item in fields(Mute))
_WAITS = and_(notice.c.sent_at.is_(None), notice.c.given_up_at.is_(None))


def _values(record: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names if name != "id"}


class Alerts:
    """Rules, episodes, mutes and notices."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    # -- rules

    def rules(self) -> dict[Kind, Rule]:
        """Every rule in force, in the order of the kinds."""
        found = dict(DEFAULTS)
        for row in self._connection.execute(select(rule)).mappings():
            if row["kind"] in found:
                found[Kind(row["kind"])] = _rule(row)
        return found

    def set_rule(self, changed: Rule) -> None:
        """Another rule than before; ours again where it is the default."""
        self._connection.execute(delete(rule).where(rule.c.kind == changed.kind))
        if changed != DEFAULTS[changed.kind]:
            values = {name: getattr(changed, name) for name in ("severity", "above", "below", "on")}
            seconds = {name: int(getattr(changed, name).total_seconds()) for name in ("hold", "clear")}
            self._connection.execute(insert(rule).values(kind=str(changed.kind), **values, **seconds))

    # -- episodes

    def open(self) -> tuple[Episode, ...]:
        """Those that are not over, raised or not."""
        return self._episodes(episode.c.resolved_at.is_(None))

    def raised(self) -> tuple[Episode, ...]:
        """Alerts now, the gravest first, then the newest."""
        found = self._episodes(episode.c.resolved_at.is_(None), episode.c.raised_at.is_not(None))
        return tuple(sorted(found, key=lambda each: (each.severity.rank, each.id), reverse=True))

    def resolved(self, since: datetime, limit: int = 1_000) -> tuple[Episode, ...]:
        """Those that were resolved since, the newest first."""
        statement = select(episode).where(episode.c.resolved_at >= since)
        rows = self._connection.execute(statement.order_by(episode.c.resolved_at.desc()).limit(limit)).mappings()
        return tuple(map(_episode, rows))

    def lately(self, since: datetime) -> Mapping[tuple[Kind, str], int]:
        """How often each was resolved since."""
        statement = select(episode.c.kind, episode.c.subject, func.count()).where(episode.c.resolved_at >= since)
        rows = self._connection.execute(statement.group_by(episode.c.kind, episode.c.subject))
        return {(Kind(kind), subject): count for kind, subject, count in rows}

    def get(self, episode_id: int) -> Episode:
        """The one of that id. UnknownName."""
        found = self._episodes(episode.c.id == episode_id)
        if not found:
            raise UnknownName("no such alert", target=f"id {episode_id}", hint="see `radiusbridge alert list --all`")
        return found[0]

    def add(self, record: Episode) -> Episode:
        """A new one."""
        primary_key = self._connection.execute(insert(episode).values(_stored(record))).inserted_primary_key
        assert primary_key is not None
        return replace(record, id=int(primary_key[0]))

    def change(self, record: Episode) -> None:
        """Write all of one."""
        self._connection.execute(update(episode).where(episode.c.id == record.id).values(_stored(record)))

    def drop(self, record: Episode) -> None:
        """Forget one that was never raised."""
        self._connection.execute(delete(episode).where(episode.c.id == record.id))

    def forget(self, before: datetime) -> int:
        """Delete those that were resolved before, with what was told of them; how many."""
        return self._connection.execute(delete(episode).where(episode.c.resolved_at < before)).rowcount

    def _episodes(self, *conditions: Any) -> tuple[Episode, ...]:
        rows = self._connection.execute(select(episode).where(*conditions).order_by(episode.c.id)).mappings()
        return tuple(map(_episode, rows))

    # -- mutes

    def mutes(self) -> tuple[Mute, ...]:
        """All, the oldest first."""
        rows = self._connection.execute(select(mute).order_by(mute.c.id)).mappings()
        return tuple(
            Mute(**{name: row[name] for name in _MUTE if name != "kind"}, kind=row["kind"] and Kind(row["kind"]))
            for row in rows
        )

    def mute(self, record: Mute) -> Mute:
        """A new one, in place of one about the same."""
        kind = record.kind and str(record.kind)
        same = (mute.c.kind.is_not_distinct_from(kind), mute.c.subject.is_not_distinct_from(record.subject))
        self._connection.execute(delete(mute).where(*same))
        values = {**_values(record, _MUTE), "kind": kind}
        primary_key = self._connection.execute(insert(mute).values(values)).inserted_primary_key
        assert primary_key is not None
        return replace(record, id=int(primary_key[0]))

    def unmute(self, mute_id: int) -> None:
        """Take one back."""
        self._connection.execute(delete(mute).where(mute.c.id == mute_id))

    # -- what is told

    def tell(self, notices: Iterable[Notice]) -> None:
        """To be sent."""
        rows = [{**_values(each, _NOTICE), "kind": str(each.kind)} for each in notices]
        if rows:
            self._connection.execute(insert(notice), rows)

    def due(self, now: datetime, limit: int) -> tuple[Notice, ...]:
        """What is to be sent now, the oldest first."""
        statement = select(notice).where(_WAITS, notice.c.not_before <= now).order_by(notice.c.id).limit(limit)
        return tuple(map(_notice, self._connection.execute(statement).mappings()))

    def next_due(self) -> datetime | None:
        """When something is to be sent; None: nothing is."""
        found: datetime | None = self._connection.scalar(select(func.min(notice.c.not_before)).where(_WAITS))
        return found

    def put(self, record: Notice) -> None:
        """Write all of one."""
        values = {**_values(record, _NOTICE), "kind": str(record.kind)}
        self._connection.execute(update(notice).where(notice.c.id == record.id).values(values))

    def told_last(self, channel_id: int) -> Mapping[int, datetime]:
        """Of each open episode: when that channel was told of it last."""
        is_open = select(episode.c.id).where(episode.c.resolved_at.is_(None))
        statement = select(notice.c.episode_id, func.max(notice.c.at)).where(
            notice.c.channel_id == channel_id, notice.c.episode_id.in_(is_open)
        )
        rows = self._connection.execute(statement.group_by(notice.c.episode_id))
        return {row[0]: row[1] for row in rows}

    def deliveries(self, channel_id: int) -> tuple[int, Notice | None, Notice | None]:
        """Of a channel: how many wait; the newest that was sent; the newest that was tried in vain."""
        of = notice.c.channel_id == channel_id
        waiting = self._connection.scalar(select(func.count()).select_from(notice).where(of, _WAITS)) or 0

        def newest(condition: Any) -> Notice | None:
            statement = select(notice).where(of, condition).order_by(notice.c.at.desc(), notice.c.id.desc()).limit(1)
            return next(map(_notice, self._connection.execute(statement).mappings()), None)

        return (
            waiting,
            newest(notice.c.sent_at.is_not(None)),
            newest(and_(notice.c.sent_at.is_(None), notice.c.error != "")),
        )


def _rule(row: RowMapping) -> Rule:
    hold, clear = timedelta(seconds=row["hold"]), timedelta(seconds=row["clear"])
    return Rule(Kind(row["kind"]), row["severity"], row["above"], row["below"], hold, clear, row["on"])


def _stored(record: Episode) -> dict[str, Any]:
    return {**_values(record, _EPISODE), "kind": str(record.kind)}


def _episode(row: RowMapping) -> Episode:
    return Episode(**{name: row[name] for name in _EPISODE if name != "kind"}, kind=Kind(row["kind"]))


def _notice(row: RowMapping) -> Notice:
    return Notice(**{name: row[name] for name in _NOTICE if name != "kind"}, kind=Kind(row["kind"]))
