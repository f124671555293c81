"""When a voucher was used first, as far as that can be told. Pure.

No list of a router's own hotspot users tells it, and what a router's clock says is only as good as that clock. So a
first login is an interval: between the last look of ours that found the voucher unused and the moment when its use was
seen, both by our clock. What the router says of the time makes the interval smaller, and never moves it.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from radiusbridge.domain.text import safe

ROUNDED = timedelta(seconds=1)
"""Routers tell whole seconds."""
STEADY = 5.0
"""Seconds by which two readings of one clock may differ that nobody set in between."""
_LOGGED_IN = re.compile(r"(?:->: )?(?P<user>[^\n]{1,255}?) \([^()\n]{0,80}\): logged in(?: by [a-z-]+)?")


@dataclass(frozen=True, slots=True)
class Span:
    """A first login was at `first` at the earliest, at `last` at the latest."""

    first: datetime
    last: datetime
    by: str
    """What it was told by."""

    @property
    def off(self) -> float:
        """How wide it is, in seconds."""
        return (self.last - self.first).total_seconds()


@dataclass(frozen=True, slots=True)
class Said:
    """What a router says of a first login. first, last: by its words, turned into our time; None: it says nothing of
    that. clock: seconds that its clock is ahead, where they are by its clock; None: they are not."""

    by: str
    first: datetime | None = None
    last: datetime | None = None
    clock: float | None = None


def span_of(floor: datetime, seen: datetime, said: Said, clock_then: float | None = None) -> Span:
    """The interval. floor: unused until then, for all we saw; seen: the use was seen. Both by our clock, which wins.

    What the router's clock says counts only if that clock was as wrong at the floor (clock_then) as it is now: if it
    was set meanwhile, nobody knows what its times mean.
    """
    floor = min(floor, seen)
    own = Span(floor, seen, said.by)
    if said.clock is not None and (clock_then is None or abs(said.clock - clock_then) > STEADY):
        what = "was not read before" if clock_then is None else "was set meanwhile"
        return Span(floor, seen, f"{said.by}, without its time: the router's clock {what}")
    first, last = max(floor, said.first or floor), min(seen, said.last or seen)
    if first > last:
        return own
    told = said.by
    if said.clock is not None and abs(said.clock) > STEADY:
        told += f"; the router's clock is {abs(said.clock):.0f} s {'ahead' if said.clock > 0 else 'behind'}, taken off"
    return Span(first, last, told)


def smaller(known: Span, other: Span) -> Span:
    """What both leave; they are of the same login. Where they contradict each other, what was known stays."""
    first, last = max(known.first, other.first), min(known.last, other.last)
    if first > last or (first, last) == (known.first, known.last):
        return known
    return Span(first, last, other.by)


def logged_in(topics: str, message: str) -> str | None:
    """Who logged in at a hotspot, by a line of the router's log; None: it says something else.

    `hotspot,account,info,debug` `->: K7GT2 (10.5.50.254): logged in`, on 6 and 7; the arrow is not on all of them.
    """
    if "hotspot" not in topics.split(","):
        return None
    found = _LOGGED_IN.fullmatch(message.strip())
    return None if found is None else found["user"]


def told(first: datetime | None, off: float | None, by: str) -> str:
    """How sure it is, in words: `3 s off at most (log)`; empty: there was none."""
    if first is None:
        return ""
    return f"{_long(off or 0.0)} off at most ({safe(by, 200)})" if by else f"{_long(off or 0.0)} off at most"


def _long(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
