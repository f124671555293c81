"""Speeds for a while: a live session on another rate than its profile's, until a time. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.profiles import NONE, limits, limits_text
from radiusbridge.domain.values import format_duration, parse_rate_pair

SHORTEST, LONGEST = 60, 31 * 86_400
"""Seconds that a period may last."""
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3_600.0
"""Seconds until a return that was not proven is tried again; doubles."""
_RATE, _TIME = re.compile(r"[0-9]{1,12}[kKmMgG]?"), re.compile(r"[0-9]{1,5}s?")
_PARTS = (_RATE, _RATE, _RATE, _TIME, re.compile("[1-8]"), _RATE)
"""Of a rate limit, by place."""


@dataclass(frozen=True, slots=True)
class SpeedPeriod:
    """A row of the database: until when a customer's sessions run on another rate. Rates in bits a second."""

    customer_id: int
    server_id: int
    rate_up: int
    rate_down: int
    until: datetime
    operation_id: int
    """The operation that set the rate last: at the beginning, or after a redial."""
    next_at: datetime
    """When the return is due, or is tried again."""
    id: int = 0
    back_id: int | None = None
    """The newest operation that was to take the rate back."""
    tries: int = 0
    ended_at: datetime | None = None
    how: str = ""
    """Why it ended."""

    @property
    def rate(self) -> tuple[int, int]:
        """(upload, download)."""
        return self.rate_up, self.rate_down


def checked_rate(rate: tuple[int, int]) -> tuple[int, int]:
    """BadInput: a rate that no session can be given."""
    if 0 in rate:
        raise BadInput("0 would lift the limit", hint="write upload/download like 10M/50M")
    return rate


def checked_period(seconds: int) -> int:
    """BadInput: no such period."""
    if not SHORTEST <= seconds <= LONGEST:
        words = f"{format_duration(SHORTEST)} to {format_duration(LONGEST)}, like 2h"
        raise BadInput(f"a period of {format_duration(seconds)} cannot be", hint=words)
    return seconds


def pause_after(tries: int) -> timedelta:
    """Until a return that was not proven is tried again. tries: how often it was."""
    return timedelta(seconds=min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(max(0, tries - 1), 10)))


def attribute_of(rate: tuple[int, int]) -> str:
    """Mikrotik-Rate-Limit: `rx/tx`, rx is the customer's upload."""
    return f"{rate[0]}/{rate[1]}"


def rate_text(rate: tuple[int, int]) -> str:
    """As an operator reads it: `10M/50M`."""
    return limits_text(limits(rate))


def checked_rate_limit(text: str) -> str:
    """`UP/DOWN [burst UP/DOWN [threshold UP/DOWN [time UP/DOWN [priority [at least UP/DOWN]]]]]`, as RouterOS writes it
    (manual, "Mikrotik-Rate-Limit"), the second of a pair left out where it is the same. BadInput."""
    words = text.split()
    wrong = BadInput(
        f"“{text[:40]}” is no rate limit", hint="UP/DOWN, like 2M/5M; then burst, threshold, time, priority"
    )
    if not 1 <= len(words) <= len(_PARTS):
        raise wrong
    for word, part in zip(words, _PARTS, strict=False):
        both = word.split("/")
        if len(both) > 2 or not all(part.fullmatch(each) for each in both):
            raise wrong
    return text


def limits_of_attribute(text: str) -> str:
    """What a queue shows of a Mikrotik-Rate-Limit: its first pair, and the burst's; empty: it cannot be read."""
    words = text.split()
    try:
        rate = parse_rate_pair(words[0]) if words else (0, 0)
        burst = parse_rate_pair(words[1]) if len(words) > 1 else (0, 0)
    except BadInput:
        return ""
    plain = limits(rate, burst)
    return "" if plain == NONE else plain
