"""Servers that do not answer, as verbs tell of them (`services.breaker`)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.breaker import Breaker, State
from radiusbridge.domain.records import Operation
from radiusbridge.domain.text import safe
from radiusbridge.services.breaker import Dark


def breaker_view(breaker: Breaker, now: datetime) -> View:
    """A breaker as JSON values."""
    return {
        "state": str(breaker.state(now)),
        "dark_since": time_of(breaker.dark_since),
        "next_try": time_of(breaker.next_try),
        "failures": breaker.failures,
        "error": breaker.error or None,
    }


def dark_view(operation: Operation, dark: Mapping[int, Dark], now: datetime) -> View | None:
    """The server that an unfinished operation waits for; None: it answers, or the operation is over."""
    found = None if operation.status.final else dark.get(operation.server_id)
    return None if found is None else {"server": found.server, **breaker_view(found.breaker, now)}


def dark_words(breaker: Breaker, now: datetime) -> str:
    """`dark since 10:02:07, next try in 12 s`."""
    since = f"dark since {output.local_time(breaker.dark_since)}"
    if breaker.state(now) is State.HALF_OPEN or breaker.next_try is None:
        under_way = breaker.trial_until is not None and now < breaker.trial_until
        return f"{since}, {'is being tried' if under_way else 'next try now'}"
    return f"{since}, next try in {max(1, round((breaker.next_try - now).total_seconds()))} s"


def note_dark(operations: Iterable[Operation], dark: Mapping[int, Dark], now: datetime) -> None:
    """Say for which servers some of these operations wait."""
    waiting = [operation.server_id for operation in operations if not operation.status.final]
    for server_id, found in dark.items():
        count = waiting.count(server_id)
        if count:
            wait = "1 operation waits" if count == 1 else f"{count} operations wait"
            note(safe(found.server, 40), f"{dark_words(found.breaker, now)}; {wait}")
