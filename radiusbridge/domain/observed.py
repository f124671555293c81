"""What every observation has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """began, at: when the looking began, and when it was known, on the operation's own clock."""

    began: float
    at: float
    former: bool = False
    """Seen of the account that the customer had before, under another name or on another server."""
