"""What routers did minute by minute: a bounded history, and the series that a sparkline draws. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

KEPT = 180
"""Minutes of each router that stay in memory."""
MINUTE = timedelta(minutes=1)

Series = tuple[float | None, ...]
"""Oldest first; None: not known."""


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of one router. at: its first moment (UTC). sessions, cpu: the last that were read in it. received,
    sent: bits a second, as a mean over what was measured. None: not known."""

    at: datetime
    sessions: int | None = None
    received: float | None = None
    sent: float | None = None
    cpu: int | None = None


@dataclass(slots=True)
class _Filling:
    """A minute that is not over yet."""

    at: datetime
    sessions: int | None = None
    cpu: int | None = None
    seconds: float = 0.0
    received: float = 0.0
    sent: float = 0.0

    def minute(self) -> Minute:
        """As far as it is known."""
        if not self.seconds:
            return Minute(self.at, self.sessions, cpu=self.cpu)
        return Minute(self.at, self.sessions, self.received / self.seconds, self.sent / self.seconds, self.cpu)


@dataclass(slots=True)
class History:
    """The last minutes of one router."""

    kept: int = KEPT
    _over: dict[datetime, Minute] = field(default_factory=dict)
    _now: _Filling | None = None

    def note(
        self,
        at: datetime,
        sessions: int | None,
        cpu: int | None,
        rates: tuple[float, float] | None = None,
        seconds: float = 0.0,
    ) -> None:
        """A reading at that moment. rates: received and sent bits a second over the `seconds` before."""
        minute = minute_of(at)
        if self._now is None or self._now.at != minute:
            self.close(at)
            self._now = _Filling(minute)
        filling = self._now
        filling.sessions = filling.sessions if sessions is None else sessions
        filling.cpu = filling.cpu if cpu is None else cpu
        if rates is not None:
            filling.seconds += seconds
            filling.received += rates[0] * seconds
            filling.sent += rates[1] * seconds

    def close(self, now: datetime) -> None:
        """Put the minute away that is filled, if it is over."""
        if self._now is not None and self._now.at != minute_of(now):
            self._over[self._now.at] = self._now.minute()
            self._now = None
            self._shorten()

    def learn(self, minutes: Iterable[Minute]) -> None:
        """Fill gaps with what somebody else kept."""
        for minute in minutes:
            self._over.setdefault(minute.at, minute)
        self._shorten()

    def _shorten(self) -> None:
        for at in sorted(self._over)[: -self.kept]:
            del self._over[at]

    def over(self, after: datetime | None = None) -> tuple[Minute, ...]:
        """The minutes that are over, oldest first; those after that one."""
        return tuple(self._over[at] for at in sorted(self._over) if after is None or at > after)

    def series(self, now: datetime, count: int, value: Callable[[Minute], float | None]) -> Series:
        """The last `count` minutes, the one that is filled now included."""
        known = dict(self._over)
        if self._now is not None:
            known[self._now.at] = self._now.minute()
        last = minute_of(now)
        found = (known.get(last - MINUTE * back) for back in range(count - 1, -1, -1))
        return tuple(None if minute is None else value(minute) for minute in found)


def minute_of(moment: datetime) -> datetime:
    """The first moment of its minute."""
    return moment.replace(second=0, microsecond=0)


def summed(series: Sequence[Series]) -> Series:
    """Series of one length added up; where none of them is known, the sum is not."""
    return tuple(
        sum(value for value in values if value is not None) if any(value is not None for value in values) else None
        for values in zip(*series, strict=True)
    )
