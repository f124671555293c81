"""Randomness drawn in bulk: a system call for each authenticator and each jitter would cost as much as signing."""

from radiusbridge.domain.clock import Entropy

_DRAW = 1024
_UNIT = 2.0**-32


class PooledEntropy:
    """The same octets as the source gives, asked for many at a time. For one process that does not fork."""

    __slots__ = ("_at", "_pool", "_source")

    def __init__(self, source: Entropy) -> None:
        self._source = source
        self._pool = b""
        self._at = 0

    def octets(self, count: int) -> bytes:
        """That many octets, none given twice."""
        at = self._at
        end = at + count
        if end > len(self._pool):
            self._pool = self._source.octets(max(count, _DRAW))
            at, end = 0, count
        self._at = end
        return self._pool[at:end]

    def uniform(self, low: float, high: float) -> float:
        """A number between low and high, of 32 bits."""
        return low + (high - low) * _UNIT * int.from_bytes(self.octets(4), "big")
