"""Whom alerts are told."""

from collections.abc import Iterable, Sequence
from datetime import time, timedelta
from typing import Any

from sqlalchemy.engine import RowMapping

from radiusbridge.db.alert_tables import alert_channel
from radiusbridge.db.repositories.base import NamedRepository
from radiusbridge.db.sealed import opened, sealed
from radiusbridge.domain.alerts.channels import Channel, ChannelKind, Hook, Mail
from radiusbridge.domain.alerts.quiet import Quiet
from radiusbridge.domain.text import folded

_WAYS = {ChannelKind.EMAIL: Mail, ChannelKind.WEBHOOK: Hook}


class AlertChannels(NamedRepository[Channel]):
    """By name."""

    table = alert_channel
    noun = "channel"
    few = True

    def _values(self, record: Channel) -> dict[str, Any]:
        quiet, remind = record.quiet, record.remind
        return {
            "name": record.name,
            "name_key": folded(record.name),
            "kind": record.kind,
            "way": sealed(record.way),
            "least": record.least,
            "quiet_start": quiet and quiet.start.isoformat(),
            "quiet_end": quiet and quiet.end.isoformat(),
            "quiet_zone": quiet and quiet.zone,
            "remind": None if remind is None else int(remind.total_seconds()),
            "on": record.on,
        }

    def _record(self, row: RowMapping) -> Channel:
        quiet = None
        if row["quiet_start"] is not None:
            start, end = time.fromisoformat(row["quiet_start"]), time.fromisoformat(row["quiet_end"])
            quiet = Quiet(start, end, row["quiet_zone"])
        way = opened(_WAYS[row["kind"]], row["way"])
        remind = None if row["remind"] is None else timedelta(seconds=row["remind"])
        return Channel(row["name"], way, row["least"], quiet, remind, row["on"], row["id"])

    def _users(self, _record_id: int) -> Iterable[tuple[str, Sequence[str], int]]:
        return ()

    def _instead(self, name: str, names: Sequence[str]) -> str:
        return super()._instead(name, names).replace("`radiusbridge channel", "`radiusbridge alert channel")
