"""The write leg: confirmed by the server, and read back."""

from collections.abc import Callable

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.effects import ReadAccount
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import ReadRefused, Written
from radiusbridge.domain.proof import Leg, LegState

AGAIN = 1.0
"""Seconds between two readings of an account that is not as wanted yet."""

Reached = Callable[[AccountRow | None], tuple[bool, str]]


def write_leg(evidence: Evidence, written: Written, reached: Reached, now: float) -> Leg:
    """Pending until the account, read after the write, is as wanted."""
    seen = evidence.account(since=written.at)
    trouble = evidence.account_trouble(since=written.at)
    if isinstance(trouble, ReadRefused):
        return Leg("write", LegState.UNOBSERVED, f"confirmed, but the read back was refused: {trouble.error}")
    if trouble is not None:
        due = trouble.at + AGAIN
        effects = (ReadAccount(),) if now >= due else ()
        return Leg("write", LegState.PENDING, f"confirmed, but not read back: {trouble.error}", effects, due)
    if seen is None:
        return Leg("write", LegState.PENDING, "confirmed, not read back yet", (ReadAccount(),))
    good, words = reached(seen.account)
    if good:
        return Leg("write", LegState.OBSERVED, f"read back: {words}")
    due = seen.at + AGAIN
    effects = (ReadAccount(),) if now >= due else ()
    return Leg("write", LegState.PENDING, f"read back: {words}", effects, due, LegState.CONTRARY)
