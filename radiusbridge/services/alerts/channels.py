"""Whom alerts are told: add, change, remove, list, test."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.alerts.channels import Channel, Notice, checked
from radiusbridge.domain.alerts.episodes import News
from radiusbridge.domain.alerts.rules import Kind, Severity
from radiusbridge.domain.alerts.telling import message
from radiusbridge.gateways.alerts.delivery import deliver
from radiusbridge.services.alerts.sending import zone_for
from radiusbridge.services.named import Book
from radiusbridge.services.permissions import require

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

BOOK: Book[Channel] = Book("alert.channel", lambda unit: unit.alert_channels, checked)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a channel: how many notices wait, the newest that was sent, the newest that could not be."""

    channel: Channel
    waiting: int
    sent_at: datetime | None
    failed: Notice | None

    @property
    def error(self) -> str:
        """What is wrong with it now; empty: what was tried last was sent."""
        failed = self.failed
        if failed is None or (
            failed.given_up_at is not None and self.sent_at is not None and failed.at <= self.sent_at
        ):
            return ""
        return f"given up: {failed.error}" if failed.given_up_at is not None else failed.error


async def add(context: "Context", channel: Channel) -> Channel:
    """Store a new one. AlreadyThere, BadInput."""
    return await BOOK.add(context, lambda _unit: channel)


async def edit(context: "Context", name: str, change: Callable[[Channel], Channel]) -> Channel:
    """Store what `change` makes of it. UnknownName, AlreadyThere, BadInput."""
    return await BOOK.edit(context, name, change)


async def remove(context: "Context", name: str) -> Channel:
    """Forget it, and what it was still to be told. UnknownName."""
    return await BOOK.remove(context, name)


async def listed(context: "Context") -> tuple[Standing, ...]:
    """All, by name."""

    def work(unit: UnitOfWork) -> tuple[Standing, ...]:
        return tuple(_standing(unit, channel) for channel in unit.alert_channels.all())

    return await context.database.read(work)


def _standing(unit: UnitOfWork, channel: Channel) -> Standing:
    waiting, sent, failed = unit.alerts.deliveries(channel.id)
    return Standing(channel, waiting, None if sent is None else sent.sent_at, failed)


async def test(context: "Context", name: str) -> tuple[Channel, str]:
    """Send a test message now, from this process, also in quiet hours; what was answered. UnknownName, and errors as
    `deliver`."""
    require(context, "alert.test")
    channel = await BOOK.show(context, name)
    now = context.clock.now()
    words = f"a test by {context.who}: alerts arrive here"
    token = context.entropy.octets(12).hex()
    notice = Notice(channel.id, 0, News.RAISED, Kind.ROUTER_DOWN, "test", Severity.WARNING, words, now, now, token, now)
    told = message((notice,), zone_for(context, channel), test=True)
    return channel, await deliver(channel.way, told, now)
