"""The circuit breaker of one server: while it is dark, one operation looks for all that wait. Pure; time is handed in.

Closed: everybody asks. An attempt that heard nothing opens it; then nobody asks until `next_try`, when it is half-open
and one operation makes the trial. An answer to anybody closes it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0
"""Seconds until the next trial after the first, and at most: a trial is one operation, so a minute costs little."""
TRIAL = 45.0
"""Seconds after which a trial of which nothing was heard counts as abandoned: longer than hearing nothing takes."""


class State(StrEnum):
    """Of a breaker at a moment."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Admission(StrEnum):
    """On which terms an attempt may ask the server."""

    ORDINARY = "ordinary"
    TRIAL = "trial"
    """It asks for all that wait; its silence makes the next pause longer."""
    INSISTED = "insisted"
    """Somebody wants to know now; its silence changes nothing."""


def pause(failures: int, share: float, first: float, longest: float) -> timedelta:
    """The pause after that many failures in a row (1 or more): doubles up to `longest` seconds.

    share: 0.5 to 1.0 by chance, so that many that failed together do not come back together.
    """
    return timedelta(seconds=share * min(longest, first * 2.0 ** min(failures - 1, 32)))


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known of a server that may be dark; the default: it answers."""

    failures: int = 0
    """Attempts in a row that heard nothing, but for those that were insisted on."""
    dark_since: datetime | None = None
    next_try: datetime | None = None
    trial_until: datetime | None = None
    """Until when a trial is under way."""
    error: str = ""
    """What the last of them met."""

    def state(self, now: datetime) -> State:
        """How it stands."""
        if self.dark_since is None or self.next_try is None:
            return State.CLOSED
        return State.OPEN if now < self.next_try else State.HALF_OPEN

    def admission(self, now: datetime, *, insist: bool = False) -> Admission | None:
        """On which terms an attempt may begin now; None: it waits."""
        state = self.state(now)
        if state is State.CLOSED:
            return Admission.ORDINARY
        under_way = self.trial_until is not None and now < self.trial_until
        if state is State.HALF_OPEN and not under_way:
            return Admission.TRIAL
        return Admission.INSISTED if insist else None

    def on_trial(self, now: datetime) -> "Breaker":
        """With a trial under way."""
        return replace(self, trial_until=now + timedelta(seconds=TRIAL))

    def after_silence(self, admission: Admission, now: datetime, error: str, share: float) -> "Breaker":
        """After an attempt that heard nothing; share: as in `pause`."""
        if self.dark_since is not None and admission is not Admission.TRIAL:
            return self
        failures = self.failures + 1
        next_try = now + pause(failures, share, FIRST_PAUSE, LONGEST_PAUSE)
        return Breaker(failures, self.dark_since or now, next_try, None, error)

    def hastened(self, now: datetime) -> "Breaker":
        """With the next trial due at once."""
        return self if self.dark_since is None else replace(self, next_try=now, trial_until=None)


CLOSED = Breaker()
