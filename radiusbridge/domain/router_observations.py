"""What is seen of a router that is started anew: observations of a `reboot` operation.

Times are seconds on the operation's own clock. started: when the router was started, by its uptime; None: it does not
tell.
"""

from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.observed import Observed

Names = tuple[tuple[str, tuple[str, ...]], ...]
"""(kind of `reboot.KINDS`, names)."""


class Answer(StrEnum):
    """What became of the command."""

    SENT = "sent"
    REFUSED = "refused"
    UNSENT = "unsent"
    """It certainly did not go out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterCounted(Observed):
    """What the router had before."""

    started: float | None
    version: str
    sessions: int
    guests: int
    names: Names
    unread: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RebootAnswered(Observed):
    """The command went out, or did not. words: how it was answered."""

    answer: Answer
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterSilent(Observed):
    """It does not answer, or not to us."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterAlive(Observed):
    """It answers."""

    started: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Of one kind: how many of those that were there are not, and some of them."""

    kind: str
    count: int
    of: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterBack(Observed):
    """What it has again. counts: (kind, how many are there now)."""

    started: float | None
    version: str
    counts: tuple[tuple[str, int], ...]
    missing: tuple[Missing, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()


Seen = RouterCounted | RebootAnswered | RouterSilent | RouterAlive | RouterBack
