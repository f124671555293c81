"""How many vouchers are ready to be sold, against how many there have to be. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiusbridge.domain.errors import BadInput

MOST_LEAST = 1_000_000


@dataclass(frozen=True, slots=True)
class Level:
    """The stock of a profile at an outlet (`""`: vouchers without one), or at all of them together (None).

    ready: unsold and seen on the router; others: unsold and not. least: so many have to be ready; None: any will do.
    """

    profile: str
    outlet: str | None
    ready: int
    others: int = 0
    sold: int = 0
    least: int | None = None

    @property
    def short(self) -> bool:
        """Whether there are too few."""
        return self.least is not None and self.ready < self.least

    @property
    def place(self) -> str:
        """`harian`, `harian at kios`."""
        return self.profile if not self.outlet else f"{self.profile} at {self.outlet}"


Ready = Mapping[tuple[str, str], int]
"""(profile, outlet) -> vouchers that are ready."""
Least = Mapping[tuple[str, str], int]
"""(profile, outlet, or `""` for all of them together) -> how many have to be."""


def watched(ready: Ready, least: Least) -> tuple[Level, ...]:
    """The levels of which it is said how many have to be ready."""
    found = []
    for (profile, outlet), wanted in sorted(least.items()):
        here = [count for (each, place), count in ready.items() if each == profile and outlet in {"", place}]
        found.append(Level(profile, outlet or None, sum(here), least=wanted))
    return tuple(found)


def check_least(least: int) -> None:
    """BadInput."""
    if not 0 <= least <= MOST_LEAST:
        raise BadInput("that is no number of vouchers", target=str(least), hint=f"0 to {MOST_LEAST:,}; 0: any will do")
