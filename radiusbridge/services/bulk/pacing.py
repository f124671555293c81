"""How fast a bulk run goes, and when its first rows allow it to go on. Pure: time is a number that is handed in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from radiusbridge.domain.brakes import Limits
from radiusbridge.domain.bulk import GOOD, BulkRow, Outcome
from radiusbridge.domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Brakes:
    """What keeps a run slow, small and stoppable. Rates are rows begun a second; 0 takes a brake off."""

    per_second: float = 10.0
    """Over all servers."""
    server_per_second: float = 3.0
    side_by_side: int = 48
    """Rows of one server in flight; a slow server fills its own places only."""
    canary: int = 3
    """Rows that have to end well before the others begin; 0: none."""
    accept_unproven: bool = False
    """Whether UNPROVEN, which says that nothing contrary was seen, is well enough for the canary."""
    failure_limit: int = 5
    """FAILED rows that stop the run; 0: none do."""
    per_nas: float = 0.0
    """Rows begun a second on each NAS that has sessions of them."""
    batch: int = 0
    """Sessions of one NAS that go before it is waited for their coming back."""
    back_within: float = 120.0
    """Seconds that it is waited."""
    timeout_limit: int = 0
    """RADIUS requests that the NASes gave up since the beginning which stop the run."""
    cpu_rise: int = 0
    """Points of load above what a NAS had at the beginning which stop the run."""

    def __post_init__(self) -> None:
        rates = (self.per_second, self.server_per_second)
        if not all(0 <= rate <= 1000 for rate in rates):
            raise BadInput("the rate is out of range", hint="0 (no limit) to 1000 a second")
        if not 1 <= self.side_by_side <= 1000:
            raise BadInput("the number side by side is out of range", hint="1 to 1000")
        if not (0 <= self.canary <= 1000 and 0 <= self.failure_limit <= 1_000_000):
            raise BadInput("canary or failure limit is out of range", hint="0 takes it off")
        if not (0 <= self.per_nas <= 1000 and 1 <= self.back_within <= 3600):
            raise BadInput("the brakes of a NAS are out of range", hint="0 to 1000 a second; back within 1 to 3600 s")
        if not (0 <= self.batch <= 100_000 and 0 <= self.timeout_limit <= 1_000_000 and 0 <= self.cpu_rise <= 100):
            raise BadInput("batch, timeout limit or CPU rise is out of range", hint="0 takes it off")

    @property
    def watching(self) -> bool:
        """Whether the NASes have to be looked at meanwhile."""
        return bool(self.per_nas or self.batch or self.timeout_limit or self.cpu_rise)

    @property
    def limits(self) -> Limits:
        """As the NASes of one server have them."""
        return Limits(
            self.per_nas, self.server_per_second, self.batch, self.back_within, self.timeout_limit, self.cpu_rise
        )

    def as_json(self) -> dict[str, object]:
        """JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Brakes":
        """The brakes that a run was stored with."""
        return cls(**{item.name: values[item.name] for item in fields(cls) if item.name in values})


NO_BRAKES = Brakes(per_second=0, server_per_second=0, canary=0)
"""For what never reaches a server."""
LIVE_BRAKES = Brakes(
    per_second=0, server_per_second=20, side_by_side=300, per_nas=5, batch=50, timeout_limit=20, cpu_rise=40
)
"""For what puts people out who then dial again all together."""


class Pace:
    """Beginnings at least so far apart, without bursts."""

    def __init__(self, per_second: float) -> None:
        self._apart = 1 / per_second if per_second else 0.0
        self._next = float("-inf")

    def reserve(self, now: float) -> float:
        """The moment at which the caller may begin; each call takes a place of its own."""
        start = max(now, self._next)
        self._next = start + self._apart
        return start

    def began(self, now: float) -> None:
        """Whoever reserved last begins only now, since something else held it up: the next keeps its distance."""
        self._next = max(self._next, now + self._apart)


SLOW_STRETCH, SLOW_SECONDS = 3.0, 0.25
"""A router answers slowly when its answers take so many times their best, and so many seconds at least."""
LOOK_AGAIN = 1.0
"""Seconds between two changes of a `Room`, so that the last one shows in what is measured."""
LEAST = 8
"""What part of its places a server keeps at least: one that is far away answers slowly whatever is asked."""


class Room:
    """How many rows of a server may be in flight: half as many when it answers slowly, one more when it does not.

    The usual additive increase and multiplicative decrease: it settles where the router keeps up.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._least = max(1, most // LEAST)
        self._changed = float("-inf")
        self.places = most

    def heard(self, now: float, stretch: float, seconds: float) -> None:
        """What the router's answers take now: times their best, and seconds."""
        if now - self._changed < LOOK_AGAIN:
            return
        slow = stretch > SLOW_STRETCH and seconds > SLOW_SECONDS
        places = max(self._least, self.places // 2) if slow else min(self._most, self.places + 1)
        if places != self.places:
            self.places, self._changed = places, now


class CanarySays(StrEnum):
    """What the first rows mean for the rest."""

    GO = "go"
    MORE = "more"
    STOP = "stop"


def judge(outcomes: Collection[Outcome], left: int, brakes: Brakes) -> CanarySays:
    """Judge the rows that have ended; left: how many more could be tried on servers that answer.

    One that FAILED stops; so does UNPROVEN where it is not accepted. A row that waits, was left out, cancelled or
    superseded says nothing, and another is tried in its place. With nobody left to try, one good row is enough.
    """
    bad = {Outcome.FAILED} | (set() if brakes.accept_unproven else {Outcome.UNPROVEN})
    if brakes.canary and bad.intersection(outcomes):
        return CanarySays.STOP
    good = sum(outcome in GOOD for outcome in outcomes)
    if good >= brakes.canary:
        return CanarySays.GO
    if left:
        return CanarySays.MORE
    return CanarySays.GO if good else CanarySays.STOP


def next_canary(rows: Sequence[BulkRow], dark: Collection[int], missing: int) -> list[BulkRow]:
    """The rows to try next: those that were begun already, else the first ones on servers that are not dark."""
    begun = [row for row in rows if row.operation_id is not None and row.server_id not in dark]
    if begun:
        return begun
    return [row for row in rows if row.server_id not in dark][: max(0, missing)]
