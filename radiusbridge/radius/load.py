"""Load on one peer: how many requests a second, for how long, and what their round trips looked like."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from math import log2, sqrt

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput
from radiusbridge.radius.outcome import ANSWERED, Outcome
from radiusbridge.radius.requests import Request
from radiusbridge.radius.stream import Pace, RadiusStream

MOST_PER_SECOND = 100_000
MOST_SECONDS = 24 * 3600.0
MOST_REQUESTS = 100_000_000
MOST_IN_FLIGHT = 8192

_FINEST = 1e-6
_STEPS = 16  # buckets to a doubling: 4.4 % wide
_BUCKETS = 27 * _STEPS  # up to two minutes
_EDGES = tuple(float(f"{digit}e{power}") for power in range(-6, 3) for digit in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """How hard and how long; at least one of `count` and `seconds` bounds it.

    rate: requests a second, None as many as `in_flight` allows. ramp: seconds in which the rate rises from nothing.
    timeout: seconds for one request. Raises BadInput for what is out of range.
    """

    rate: float | None = None
    ramp: float = 0.0
    count: int | None = None
    seconds: float | None = None
    in_flight: int = 256
    timeout: float = 5.0

    def __post_init__(self) -> None:
        if self.rate is not None and not 0 < self.rate <= MOST_PER_SECOND:
            raise BadInput("the rate is out of range", hint=f"up to {MOST_PER_SECOND:,} requests a second")
        if self.count is None and self.seconds is None:
            raise BadInput("a load needs an end", hint="give a number of requests or a time")
        if self.count is not None and not 0 < self.count <= MOST_REQUESTS:
            raise BadInput("the number of requests is out of range", hint=f"up to {MOST_REQUESTS:,}")
        if self.seconds is not None and not 0 < self.seconds <= MOST_SECONDS:
            raise BadInput("the time is out of range", hint="up to a day")
        if self.ramp < 0 or (self.ramp and self.rate is None):
            raise BadInput("a ramp leads up to a rate", hint="give the rate too")
        if not 1 <= self.in_flight <= MOST_IN_FLIGHT:
            raise BadInput("the number of requests in flight is out of range", hint=f"1 to {MOST_IN_FLIGHT}")
        if not 0 < self.timeout <= 60:
            raise BadInput("the time to wait is out of range", hint="up to 60 s")

    def pace(self) -> Pace | None:
        """When each request may go; None: as soon as there is room."""
        if self.rate is None:
            return None
        rate, ramp = self.rate, self.ramp
        rising = rate * ramp / 2

        def when(number: int) -> float:
            return sqrt(2 * number * ramp / rate) if number < rising else number / rate + ramp / 2

        return when


class RoundTrips:
    """Any number of round trips in a fixed space, each percentile right to 5 %."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.least = float("inf")
        self.most = 0.0
        self._buckets = [0] * _BUCKETS
        self._rows = [0] * (len(_EDGES) + 1)

    def add(self, seconds: float) -> None:
        """Count one."""
        self.count += 1
        self.total += seconds
        self.least = min(self.least, seconds)
        self.most = max(self.most, seconds)
        at = int(log2(seconds / _FINEST) * _STEPS) if seconds > _FINEST else 0
        self._buckets[min(at, _BUCKETS - 1)] += 1
        self._rows[bisect_right(_EDGES, seconds)] += 1

    @property
    def mean(self) -> float | None:
        """Seconds; None without any."""
        return self.total / self.count if self.count else None

    def percentile(self, percent: float) -> float | None:
        """Seconds that so many percent did not take longer than; None without any."""
        if not self.count:
            return None
        wanted, seen = self.count * percent / 100, 0
        for at, number in enumerate(self._buckets):
            seen += number
            if seen and seen >= wanted and at < _BUCKETS - 1:
                return min(max(_FINEST * 2 ** ((at + 1) / _STEPS), self.least), self.most)
        return self.most

    def histogram(self) -> list[tuple[float, float, int]]:
        """(from, below, how many) in seconds, by steps of 1, 2, 5, 10, from the first with any to the last."""
        some = [at for at, number in enumerate(self._rows) if number]
        if not some:
            return []
        edges = (0.0, *_EDGES, float("inf"))
        return [(edges[at], edges[at + 1], self._rows[at]) for at in range(some[0], some[-1] + 1)]


@dataclass(slots=True)
class Tally:
    """What came of a load so far. outcomes: by label (`accept`, `nak-503`, `silence`).

    round_trips: from the first sending to the answer, so that a lost packet counts with the time that it cost.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    round_trips: RoundTrips = field(default_factory=RoundTrips)
    ended: int = 0
    answered: int = 0
    sends: int = 0
    unsigned: int = 0
    seconds: float = 0.0
    """From the first request to the end of the last."""

    def add(self, outcome: Outcome) -> None:
        """Count one end."""
        self.ended += 1
        self.sends += outcome.sends
        self.outcomes[outcome.label] += 1
        if outcome.kind in ANSWERED:
            self.answered += 1
            self.unsigned += outcome.unsigned
            self.round_trips.add(outcome.elapsed)

    @property
    def again(self) -> int:
        """Sendings beyond the first."""
        return max(self.sends - self.ended + self.outcomes["not-sent"], 0)


class Load:
    """One load: run it once; `stop` ends it early, with what came until then."""

    def __init__(self, stream: RadiusStream[None], plan: LoadPlan, clock: Clock) -> None:
        self.tally = Tally()
        self.stopped = False
        self._stream = stream
        self._plan = plan
        self._clock = clock
        self._began = 0.0

    async def run(self, requests: Iterable[Request], on_progress: Callable[[Tally], None] | None = None) -> Tally:
        """Send the requests until they or the plan end, and count what came of them.

        on_progress: called as ends come in, many at a time. Raises OSError when the host does not resolve.
        """
        plan, tally = self._plan, self.tally
        self._began = self._clock.monotonic()
        batches = self._stream.run(self._bounded(requests), timeout=plan.timeout, pace=plan.pace())
        async with aclosing(batches):
            async for batch in batches:
                for _, outcome in batch:
                    tally.add(outcome)
                tally.seconds = self._clock.monotonic() - self._began
                if on_progress is not None:
                    on_progress(tally)
        return tally

    def stop(self) -> None:
        """Send nothing more and wait for what is on the wire; the second time, do not wait."""
        if self.stopped:
            self._stream.close()
        self.stopped = True
        self._stream.stop()

    def _bounded(self, requests: Iterable[Request]) -> Iterator[tuple[None, Request]]:
        plan, monotonic = self._plan, self._clock.monotonic
        most = plan.count if plan.count is not None else MOST_REQUESTS
        end = self._began + plan.seconds if plan.seconds is not None else float("inf")
        for number, request in enumerate(requests):
            if number >= most or monotonic() >= end:
                return
            yield None, request
