"""How long to wait before the next attempt to connect."""

from dataclasses import dataclass

from radiusbridge.domain.clock import Entropy


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential: `first` seconds doubled with each failure up to `most`, of which jitter takes away up to half.

    The jitter keeps many links to one router, dark for an hour, from all coming back in the same instant.
    """

    first: float = 0.5
    most: float = 30.0

    def delay(self, failures: int, entropy: Entropy) -> float:
        """Seconds to wait after that many failures in a row (1 or more)."""
        full = min(self.most, self.first * 2.0 ** min(failures - 1, 32))
        return entropy.uniform(full / 2, full)
