"""How a router is, as one reading showed it, and what it forwards, from two of them. Pure.

Counters are those of the router's ports (not of tunnels, bridges and VLANs on them), so that nothing is counted twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

SLACK = 5.0
"""Seconds by which an uptime may lag behind and the router still counts as not restarted: it is told in whole seconds,
and the time of the asking is known to a round trip only."""
NO_COUNTERS = "the router does not show its counters"

Octets = tuple[int, int]
"""Received and sent."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One reading. None: not told.

    at: when it was asked. moment: on the monotonic clock, half-way through the asking for the counters. seconds: how
    long the router took for a small question. memory_used, memory_total: octets. uptime: seconds. sessions: in the list
    of a NAS. counters: by interface. accounts, accounted: users of a User Manager, and the sessions that it counts.
    timeouts: requests to RADIUS servers that a NAS gave up; a counter.
    missing: what the router did not tell, and why.
    """

    at: datetime
    moment: float
    seconds: float
    version: str = ""
    board: str = ""
    cpu: int | None = None
    memory_used: int | None = None
    memory_total: int | None = None
    uptime: int | None = None
    sessions: int | None = None
    counters: Mapping[str, Octets] | None = field(default=None, repr=False)
    accounts: int | None = None
    accounted: int | None = None
    timeouts: int | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bits a second over all ports, and over how many seconds that was measured; None: not known, `why`."""

    received: float | None = None
    sent: float | None = None
    seconds: float = 0.0
    why: str = ""


def restarted(before: Vitals, after: Vitals) -> bool:
    """Whether the router was started between two readings."""
    if before.uptime is None or after.uptime is None:
        return False
    return after.uptime < before.uptime or after.uptime + SLACK < before.uptime + after.moment - before.moment


def traffic(before: Vitals | None, after: Vitals) -> Traffic:
    """What went through between two readings of one router.

    A counter that went back makes the rate unknown, not a guess; a port that is in one reading only counts for nothing.
    """
    if after.counters is None:
        return Traffic(why=NO_COUNTERS)
    if before is None or before.counters is None:
        return Traffic(why="a rate needs two readings")
    seconds = after.moment - before.moment
    if seconds <= 0:
        return Traffic(why="no time passed between two readings")
    if restarted(before, after):
        return Traffic(why="the router was started between two readings")
    both = [name for name in after.counters if name in before.counters]
    if not both:
        return Traffic(why="no port is in both readings")
    back = [name for name in both if _went_back(before.counters[name], after.counters[name])]
    if back:
        return Traffic(why=f"the counters of {', '.join(back[:3])} were reset")
    received, sent = (
        sum(after.counters[name][way] - before.counters[name][way] for name in both) * 8 / seconds for way in (0, 1)
    )
    return Traffic(received, sent, seconds)


def _went_back(before: Octets, after: Octets) -> bool:
    return after[0] < before[0] or after[1] < before[1]
