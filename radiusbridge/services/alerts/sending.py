"""Send what channels are to be told: claimed first, so that nobody else sends it; tried again with back-off.

What was sent when this process died before it could be noted is sent once more, with the same id.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from radiusbridge.domain.alerts.channels import Channel, Notice
from radiusbridge.domain.alerts.telling import Message, message
from radiusbridge.domain.days import zone_of
from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.text import safe
from radiusbridge.gateways.alerts.delivery import deliver
from radiusbridge.gateways.alerts.hook import AskedToWait
from radiusbridge.routeros.backoff import Backoff

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

AT_ONCE = 500
"""Notices that are claimed together."""
EACH = 3
"""Up to so many at once are told one by one; more, as one message."""
CLAIMED = timedelta(seconds=90)
"""For one attempt; who claimed and died is forgotten then."""
DEADLINE = 60.0
BACKOFF = Backoff(first=30.0, most=1_800.0)
GIVEN_UP_AFTER = timedelta(hours=24)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What goes out in one attempt."""

    channel: Channel
    notices: tuple[Notice, ...]


@dataclass(slots=True)
class Post:
    """`send` as often as something may be due. ours: asked in the transaction that claims."""

    context: "Context"
    ours: "Callable[[UnitOfWork], bool]"

    async def due(self) -> datetime | None:
        """When something is to be sent; None: nothing is."""
        return await self.context.database.read(lambda unit: unit.alerts.next_due())

    async def send(self) -> int:
        """Send all that is due now, channels side by side; how many messages were sent."""
        parcels = await self.context.database.write(self._claimed)
        by_channel: dict[int, list[_Parcel]] = {}
        for parcel in parcels:
            by_channel.setdefault(parcel.channel.id, []).append(parcel)
        return sum(await asyncio.gather(*map(self._in_order, by_channel.values())))

    def _claimed(self, unit: "UnitOfWork") -> list[_Parcel]:
        if not self.ours(unit):
            return []
        due: dict[int, list[Notice]] = {}
        for notice in unit.alerts.due(unit.now, AT_ONCE):
            claimed = replace(notice, not_before=unit.now + CLAIMED, tries=notice.tries + 1)
            unit.alerts.put(claimed)
            due.setdefault(notice.channel_id, []).append(claimed)
        channels = {channel.id: channel for channel in unit.alert_channels.all()}
        return [parcel for key, notices in due.items() for parcel in _parcels(channels[key], notices)]

    async def _in_order(self, parcels: Iterable[_Parcel]) -> int:
        sent = 0
        for parcel in parcels:
            sent += await self._deliver(parcel)
        return sent

    async def _deliver(self, parcel: _Parcel) -> bool:
        error: RadiusbridgeError | None = None
        try:
            async with asyncio.timeout(DEADLINE):
                await deliver(parcel.channel.way, self._message(parcel), self.context.clock.now())
        except RadiusbridgeError as failure:
            error = failure
        except TimeoutError:
            error = RadiusbridgeError(f"not sent within {DEADLINE:g} s", retryable=True)
        if error is not None:
            log.warning("channel %s: %s", safe(parcel.channel.name, 60), safe(error.line(), 300))
        await self.context.database.write(lambda unit: self._note(unit, parcel, error))
        return error is None

    def _message(self, parcel: _Parcel) -> Message:
        return message(parcel.notices, zone_for(self.context, parcel.channel))

    def _note(self, unit: "UnitOfWork", parcel: _Parcel, error: RadiusbridgeError | None) -> None:
        now = unit.now
        for notice in parcel.notices:
            if error is None:
                unit.alerts.put(replace(notice, sent_at=now, error=""))
                continue
            words = safe(error.line(), 300)
            for_good = not (error.retryable or isinstance(error, BadInput)) or now - notice.at > GIVEN_UP_AFTER
            if for_good:
                unit.alerts.put(replace(notice, given_up_at=now, error=words))
                continue
            asked = error.seconds if isinstance(error, AskedToWait) else 0.0
            pause = timedelta(seconds=max(asked, BACKOFF.delay(notice.tries, self.context.entropy)))
            unit.alerts.put(replace(notice, not_before=now + pause, error=words))


def _parcels(channel: Channel, notices: list[Notice]) -> list[_Parcel]:
    """One by one where they are few; what waited for the end of quiet hours, or comes in a heap, together."""
    if any(notice.held for notice in notices) or len(notices) > EACH:
        return [_Parcel(channel, tuple(notices))]
    return [_Parcel(channel, (notice,)) for notice in notices]


def zone_for(context: "Context", channel: Channel) -> tzinfo | None:
    """The zone that times are told in: of the channel's quiet hours, else the operator's."""
    return context.zone if channel.quiet is None else zone_of(channel.quiet.zone)
