"""Carries a saga's effects out on the world: chosen delays, crashes and resumes, a clock that only this moves."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from radiusbridge.domain.effects import WRITES, Effect, work_key
from radiusbridge.domain.observations import AttemptBegan, Observation, WriteBegan, Written
from radiusbridge.domain.proof import Decision, End
from radiusbridge.domain.verdict import Verdict
from tests.domain.world import World, timed

Decide = Callable[[Sequence[Observation], float], Decision]
Delay = Callable[[Effect], tuple[float, float]]
"""Seconds from the start of an effect until it acts on the world, and from there until its answer is known."""

MOST_EFFECTS = 400
NEVER = float("inf")


def steady(seconds: float) -> Delay:
    return lambda _effect: (seconds / 2, seconds / 2)


def chancy(random: Random) -> Delay:
    """Mostly quick, now and then slow on the way there or back."""

    def leg() -> float:
        return random.choice([0.0, 0.01, 0.01, 0.05, 0.3, 1.5]) + random.random() / 100

    return lambda _effect: (leg(), leg())


@dataclass(order=True, slots=True)
class Flight:
    """An effect under way: first it acts (seen is None), then its answer comes back."""

    at: float
    number: int
    effect: Effect = field(compare=False)
    began: float = field(compare=False)
    back: float = field(compare=False)
    seen: Observation | None = field(default=None, compare=False)


@dataclass(slots=True)
class Run:
    """One operation, driven to its end."""

    decide: Decide
    world: World
    delay: Delay
    crashes: tuple[float, ...] = ()
    random: Random = field(default_factory=lambda: Random(0))
    now: float = 0.0
    log: list[Observation] = field(default_factory=list)
    rounds: list[tuple[float, tuple[Effect, ...]]] = field(default_factory=list)
    """Effects started together, with the time."""
    attempts: int = 0
    attempt_at: float = 0.0
    end: End | None = None
    _flights: list[Flight] = field(default_factory=list)
    _number: int = 0

    def go(self, most: float = 400.0) -> "Run":
        self._begin()
        crashes = sorted(self.crashes)
        while self.end is None:
            decision = self.decide(self.log, self.now)
            if decision.end is not None:
                self.end = decision.end
                return self
            self._start(decision)
            self._check_progress(decision)
            wake = NEVER if decision.wake is None else decision.wake
            upcoming = min(self._flights[0].at if self._flights else NEVER, wake)
            if crashes and crashes[0] <= upcoming:
                self._crash(max(self.now, crashes.pop(0)))
            else:
                self._advance(upcoming)
            assert self.now < most, f"no end after {most} s, at {self.log[-3:]}"
        return self

    def _begin(self) -> None:
        self.attempts += 1
        self.attempt_at = self.now
        self.log.append(AttemptBegan(began=self.now, at=self.now, attempt=self.attempts))

    def _start(self, decision: Decision) -> None:
        flying = [work_key(flight.effect) for flight in self._flights]
        new = tuple(effect for effect in decision.effects if work_key(effect) not in flying)
        for effect in new:
            if isinstance(effect, WRITES):
                self.log.append(WriteBegan(began=self.now, at=self.now, former=effect.former))
            there, back = self.delay(effect)
            self._number += 1
            heapq.heappush(self._flights, Flight(self.now + there, self._number, effect, self.now, back))
        if new:
            self.rounds.append((self.now, new))
        assert len(self.started) <= MOST_EFFECTS * self.attempts, f"hot loop: {self.started[-6:]}"

    def _check_progress(self, decision: Decision) -> None:
        assert decision.wake is None or decision.wake > self.now, "asks to be woken in the past"
        assert self._flights or decision.wake is not None, "wants nothing and waits for nothing"

    def _advance(self, until: float) -> None:
        """The next thing that happens: a dial, an effect that acts, an answer, or the alarm."""
        if self.world.next_dial() < until:
            self.world.dial()
            return
        self.now = until
        if not self._flights or self._flights[0].at > until:
            return
        flight = heapq.heappop(self._flights)
        if flight.seen is None:
            flight.seen = self.world.perform(flight.effect, self.now)
            flight.at = self.now + flight.back
            heapq.heappush(self._flights, flight)
        else:
            self.log.append(timed(flight.seen, flight.began, self.now))

    def _crash(self, at: float) -> None:
        """What is in flight is never told; some of it still reaches the world."""
        self.now = at
        for flight in sorted(self._flights):
            if flight.seen is None and self.random.random() < 0.5:
                self.world.perform(flight.effect, self.now)
        self._flights.clear()
        self.now += self.random.choice([0.0, 0.5, 5.0])
        while self.world.next_dial() < self.now:
            self.world.dial()
        self._begin()

    @property
    def started(self) -> list[Effect]:
        return [effect for _, effects in self.rounds for effect in effects]

    @property
    def verdict(self) -> Verdict | None:
        assert self.end is not None
        return self.end.verdict

    @property
    def reasons(self) -> str:
        assert self.end is not None
        return "; ".join(self.end.reasons)

    @property
    def written_at(self) -> float:
        return next((seen.at for seen in self.log if isinstance(seen, Written)), NEVER)

    def starts(self, kind: type) -> list[float]:
        """When effects of a kind were started."""
        return [at for at, effects in self.rounds for effect in effects if isinstance(effect, kind)]
