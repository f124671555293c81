"""Recorded packets as JSON values with stable names (docs/verbs.md), and the options that pick them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from radiusbridge.cli.options import HOST_PORT, stacked
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_duration

if TYPE_CHECKING:
    from radiusbridge.services.packet_reading import Seen
    from radiusbridge.services.packets import Wanted

F = TypeVar("F", bound=Callable[..., Any])

filter_options = stacked(
    click.option("--peer", type=HOST_PORT, help="Only to and from this address."),
    click.option("--code", metavar="NAME", help="Only this packet type: disconnect-request, 40."),
    click.option("--customer", default="", metavar="NUMBER", help="Only for this customer."),
    click.option("--operation", type=int, metavar="ID", help="Only for this operation of the journal."),
    click.option("--outcome", metavar="WORD", help="Only what ended so: ack, nak, nak-503, reject, silence, stray."),
    click.option("--user", default="", metavar="NAME", help="Only with this User-Name, and the answers to it."),
    click.option("--since", metavar="WHEN", help="Not before: 10m (ago), 2026-05-31, 2026-05-31T03:00."),
    click.option("--until", metavar="WHEN", help="Before."),
)
"""Which packets."""
place_options = stacked(
    click.option("--file", type=click.Path(path_type=Path), metavar="FILE", help="Read what --record FILE kept."),
    click.option("--database", metavar="URL", help="Read the packets beside that database."),
)
"""Where they are read from."""


def parse_moment(text: str, now: datetime) -> datetime:
    """A moment: so long before `now`, or a date with or without a time, in the machine's zone. BadInput."""
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return now - timedelta(seconds=parse_duration(text))
    except (BadInput, OverflowError):
        raise BadInput(
            f"“{safe(text, 40)}” is no moment", hint="write it like 10m, 2026-05-31 or 2026-05-31T03:00"
        ) from None


def wanted_of(
    peer: tuple[str, int | None] | None,
    code: str | None,
    customer: str,
    operation: int | None,
    outcome: str | None,
    user: str,
    since: str | None,
    until: str | None,
) -> "Wanted":
    """What the options ask for. BadInput."""
    from radiusbridge.services.packet_words import parse_code, parse_outcome
    from radiusbridge.services.packets import Wanted
    from radiusbridge.services.system import SystemClock

    now = SystemClock().now()
    return Wanted(
        peer=peer,
        code=None if code is None else parse_code(code),
        customer=customer,
        operation=operation,
        outcome="" if outcome is None else parse_outcome(outcome),
        user=user,
        since=None if since is None else parse_moment(since, now),
        until=None if until is None else parse_moment(until, now),
    )


def packet_view(seen: "Seen") -> View:
    """One packet of a list."""
    record = seen.record
    return {
        "id": seen.id,
        "at": time_of(record.time),
        "direction": {"send": "sent", "recv": "received"}[record.direction],
        "peer": {"host": record.peer[0], "port": record.peer[1]},
        "local": {"host": record.local[0], "port": record.local[1]},
        "packet": seen.name,
        "code": seen.code,
        "identifier": seen.identifier,
        "length": record.size,
        "user": record.user_name.decode(errors="replace") or None,
        "outcome": seen.outcome,
        "milliseconds": None if record.round_trip is None else round(record.round_trip * 1000, 3),
        "operation": record.operation or None,
        "customer": record.customer or None,
        "redacted": record.zeroed,
        "cut": record.cut,
    }


def packet_details(seen: "Seen") -> View:
    """One packet with all that was kept of it."""
    from radiusbridge.services.packet_words import attributes_in_words, meaning

    sentence, next_step = meaning(seen)
    return {
        **packet_view(seen),
        "error_cause": seen.error_cause,
        "meaning": sentence or None,
        "next_step": next_step or None,
        "attributes": [{"name": name, "value": value} for name, value in attributes_in_words(seen)],
        "octets": seen.record.octets.hex(),
    }
