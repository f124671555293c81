"""How much room a router has left, and how wrong its clock is, as one reading showed it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolRoom:
    """Addresses of a pool and of those that it goes on to."""

    name: str
    total: int
    used: int


@dataclass(frozen=True, slots=True)
class Room:
    """clock_off: seconds that its clock is ahead of ours; None: it does not tell. pools: None: it does not tell.
    missing: what it refused, and why."""

    clock_off: float | None = None
    pools: tuple[PoolRoom, ...] | None = None
    missing: tuple[str, ...] = ()
