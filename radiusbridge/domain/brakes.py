"""How many sessions of one RADIUS server may be ended now, on which NAS. Pure: time is a number that is handed in.

Whoever is put out dials again, and all these logins meet at one server. So each NAS has its rate and the server has
one, and a NAS gets its next batch only when nine in ten of its last one are online again or refused for good.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

NOWHERE = ""
"""Stands for the NAS of those who are on no list."""
HOT_READINGS = 2
"""Readings of a NAS in a row with a risen CPU: one alone may be the reading's own work."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates a second and counts; 0 takes a brake off."""

    per_nas: float = 0.0
    per_server: float = 0.0
    batch: int = 0
    """Sessions of one NAS in a batch."""
    back_within: float = 120.0
    """Seconds that a batch has to come back in."""
    timeouts: int = 0
    """Logins that the NASes gave up since the beginning, all of them together."""
    cpu_rise: int = 0
    """Points of load above what a NAS had at the beginning."""


@dataclass(frozen=True, slots=True)
class Strain:
    """How a NAS stands it. None: it does not tell."""

    timeouts: int | None = None
    """Requests to RADIUS servers that it gave up; a counter, which may begin anew."""
    cpu: int | None = None
    """Percent."""


def may_miss(size: int) -> int:
    """How many of a batch need not be back: one in ten, and one of a small batch, but never all."""
    return size // 10 or int(size > 1)


@dataclass(slots=True)
class Batch:
    """Who was put out together. out: who is not back yet."""

    size: int = 0
    out: set[int] = field(default_factory=set)
    last: float = 0.0
    """When the newest of them was begun."""

    def begun(self, now: float, row: int) -> None:
        """One more."""
        self.size += 1
        self.out.add(row)
        self.last = now

    @property
    def back(self) -> bool:
        """Whether enough are back."""
        return len(self.out) <= may_miss(self.size)

    @property
    def words(self) -> str:
        """How many are back."""
        return f"{self.size - len(self.out)} of {self.size} are back"


@dataclass(slots=True)
class _Gate:
    """What holds up one NAS. due: when its rate allows the next one."""

    due: float = float("-inf")
    batch: Batch = field(default_factory=Batch)
    silent_since: float | None = None
    aside: str = ""
    told: Strain | None = None
    """Its newest reading."""
    cpu_first: int | None = None
    hot: int = 0
    timeouts: int = 0
    """Since the beginning."""


class BrakeState:
    """The rows in motion on the NASes of one server. A row is a number, and may be on several NASes.

    canary: the first rows count as one batch until `canary_over`, and as none of a NAS.
    """

    def __init__(self, limits: Limits, *, canary: bool = False) -> None:
        self.limits = limits
        self._due = float("-inf")
        self._gates: dict[str, _Gate] = {}
        self._first: Batch | None = Batch() if canary else None
        self._in_canary = canary

    # -- what happens

    def canary_over(self) -> None:
        """The verdicts of the first rows are good; they still have to come back."""
        self._in_canary = False

    def begun(self, now: float, row: int, nases: Iterable[str]) -> None:
        """A row is begun. nases: where it has sessions that are to come back; none: nobody is waited for."""
        self._due = _next(self._due, now, self.limits.per_server)
        for name in nases:
            gate = self._gate(name)
            gate.due = _next(gate.due, now, self.limits.per_nas)
            if self._in_canary and self._first is not None:
                continue
            if self.limits.batch and gate.batch.size >= self.limits.batch:
                gate.batch = Batch()
            gate.batch.begun(now, row)
        if nases and self._in_canary and self._first is not None:
            self._first.begun(now, row)

    def back(self, row: int) -> None:
        """Online again, refused for good, or never put out."""
        for batch in self._batches():
            batch.out.discard(row)

    def listed(self, now: float, nas: str, *, readable: bool) -> None:
        """Whether the NAS's list can be read."""
        gate = self._gate(nas)
        gate.silent_since = None if readable else now if gate.silent_since is None else gate.silent_since

    def strained(self, nas: str, strain: Strain) -> None:
        """A new reading of a NAS."""
        gate, before = self._gate(nas), self._gate(nas).told
        if strain.timeouts is not None and before is not None and before.timeouts is not None:
            # a counter that went back was reset, and has counted what it shows since
            rose = strain.timeouts - before.timeouts
            gate.timeouts += rose if rose >= 0 else strain.timeouts
        gate.cpu_first = strain.cpu if gate.cpu_first is None else gate.cpu_first
        if strain.cpu is not None and gate.cpu_first is not None:
            hot = self.limits.cpu_rise and strain.cpu - gate.cpu_first >= self.limits.cpu_rise
            gate.hot = gate.hot + 1 if hot else 0
        gate.told = Strain(
            strain.timeouts if strain.timeouts is not None else before.timeouts if before else None, strain.cpu
        )

    # -- what follows

    def may_go(self, now: float, nases: Iterable[str]) -> Mapping[str, int]:
        """How many may go at this moment on each of these NASes, `NOWHERE` among them; never more than one where there
        is a rate, so that there are no bursts."""
        if self._due > now or not self._canary_is_back:
            return dict.fromkeys(nases, 0)
        return {name: self._of_nas(now, name) for name in nases}

    def asides(self, now: float) -> Mapping[str, str]:
        """NASes that get no more, and why: a batch did not come back in time, or the list cannot be read."""
        late = self.limits.back_within
        for gate in self._gates.values():
            gate.aside = ""
            if self._full(gate) and not gate.batch.back and now - gate.batch.last > late:
                gate.aside = f"{gate.batch.words} after {late:g} s"
            elif gate.silent_since is not None and now - gate.silent_since > late:
                gate.aside = f"its list cannot be read for {late:g} s"
        return {name: gate.aside for name, gate in self._gates.items() if gate.aside}

    def stop(self, now: float) -> str:
        """Why no more may go anywhere; empty: nothing is wrong."""
        first = self._first
        if first is not None and not self._canary_is_back and now - first.last > self.limits.back_within:
            return f"canary: {first.words} after {self.limits.back_within:g} s"
        given_up = {name: gate.timeouts for name, gate in self._gates.items() if gate.timeouts}
        if self.limits.timeouts and sum(given_up.values()) >= self.limits.timeouts:
            worst = max(given_up, key=lambda name: given_up[name])
            return f"{sum(given_up.values())} RADIUS requests timed out, {given_up[worst]} of them of {worst}"
        for name, gate in self._gates.items():
            if gate.hot >= HOT_READINGS and gate.told is not None:
                return f"the CPU of {name} rose from {gate.cpu_first} % to {gate.told.cpu} %"
        return ""

    def wake(self, now: float, nases: Iterable[str]) -> float:
        """When a rate allows the next one on any of these, if nothing else holds it up."""
        dues = [self._gate(name).due for name in nases]
        return max(now, self._due, min(dues, default=now))

    # -- parts

    @property
    def _canary_is_back(self) -> bool:
        return self._in_canary or self._first is None or self._first.back

    def _gate(self, nas: str) -> _Gate:
        return self._gates.setdefault(nas, _Gate())

    def _batches(self) -> Iterable[Batch]:
        yield from (gate.batch for gate in self._gates.values())
        if self._first is not None:
            yield self._first

    def _full(self, gate: _Gate) -> bool:
        return bool(self.limits.batch) and gate.batch.size >= self.limits.batch

    def _of_nas(self, now: float, name: str) -> int:
        gate, limits = self._gate(name), self.limits
        if gate.aside or gate.silent_since is not None or gate.due > now:
            return 0
        full = self._full(gate)
        if full and not gate.batch.back:
            return 0
        if limits.per_server or limits.per_nas or not limits.batch:
            return 1
        return limits.batch - (0 if full else gate.batch.size)


def _next(due: float, now: float, rate: float) -> float:
    """When the next may go. Who was late by less than one place keeps the distance to their place, so that a clock that
    oversleeps does not slow everything down."""
    apart = 1 / rate if rate else 0.0
    return (due if now - due < apart else now) + apart
