"""The write leg: confirmed by the server, and read back."""

from collections.abc import Callable
from dataclasses import dataclass

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.effects import Effect, ReadAccount
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import AccountSeen, ProfileSeen, ReadRefused, Written
from radiusbridge.domain.proof import Leg, LegState

AGAIN = 1.0
"""Seconds between two readings of an account that is not as wanted yet."""

Reached = Callable[[AccountRow | None], tuple[bool, str]]


def write_leg(evidence: Evidence, written: Written, reached: Reached, now: float) -> Leg:
    """Pending until the account, read after the write, is as wanted."""
    seen = evidence.account(since=written.at)
    good, words = reached(seen.account) if seen else (False, "nothing yet")
    return confirmed_leg(evidence, written, ReadBack(seen, good, words, ReadAccount()), now)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What was read since the write, whether it is as wanted, in words, and how to read it again."""

    seen: AccountSeen | ProfileSeen | None
    good: bool
    words: str
    again: Effect


def confirmed_leg(evidence: Evidence, written: Written, back: ReadBack, now: float) -> Leg:
    """The write leg of whatever was written: pending until it is read back as wanted."""
    seen, words = back.seen, back.words
    if back.good:
        return Leg("write", LegState.OBSERVED, f"read back: {words}")
    trouble = evidence.account_trouble(since=written.at)
    if seen is None and isinstance(trouble, ReadRefused):
        return Leg("write", LegState.UNOBSERVED, f"confirmed, but the read back was refused: {trouble.error}")
    newest = trouble or seen
    if newest is None:
        return Leg("write", LegState.PENDING, "confirmed, not read back yet", (back.again,))
    told = f"read back: {words}" if seen else "confirmed, but not read back"
    told += f"; then {trouble.error}" if trouble else ""
    due = newest.at + AGAIN
    effects = (back.again,) if now >= due else ()
    # what was read last stays the contrary, even if the server is silent from then on
    return Leg("write", LegState.PENDING, told, effects, due, LegState.CONTRARY if seen else LegState.UNOBSERVED)
