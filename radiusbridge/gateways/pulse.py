"""How fast a router answers, against its own best: what tells whoever asks it much to ask less. Pure.

A command's best is the quickest answer to that command, forgotten slowly, so that a way that has become longer for good
is the new measure after some thousand answers.
"""

from dataclasses import dataclass, field

SMOOTH = 0.2
"""Share of the newest answer in the averages."""
FORGOTTEN = 1.001
"""By which the best grows with each answer that is no better."""


@dataclass(slots=True)
class Pulse:
    """Of one router. seconds: an answer takes, from the sending of a command to its end, smoothed. stretch: how many
    times as long as its best, smoothed. count: answers so far."""

    seconds: float = 0.0
    stretch: float = 1.0
    count: int = 0
    _best: dict[str, float] = field(default_factory=dict)

    def heard(self, command: str, seconds: float) -> None:
        """An answer came after that time."""
        best = min(seconds, self._best.get(command, seconds) * FORGOTTEN)
        self._best[command] = best
        share = SMOOTH if self.count else 1.0
        self.seconds += share * (seconds - self.seconds)
        self.stretch += share * ((seconds / best if best > 0 else 1.0) - self.stretch)
        self.count += 1
