"""When to send the same octets again (RFC 5080 section 2.2.1)."""

from dataclasses import dataclass

from radiusbridge.domain.clock import Entropy
from radiusbridge.domain.errors import BadInput

JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Retransmission:
    """The RFC's parameters, in seconds: IRT, MRT, MRD; MRC counts sendings. A limit of 0 does not limit."""

    initial: float = 2.0
    maximum: float = 16.0
    count: int = 5
    duration: float = 30.0

    def __post_init__(self) -> None:
        if self.initial <= 0 or min(self.maximum, self.count, self.duration) < 0:
            raise BadInput("retransmission times are positive seconds")
        if 0 < self.maximum < self.initial:
            raise BadInput("the longest retransmission time is shorter than the first")

    def first(self, entropy: Entropy) -> float:
        """Seconds from the first sending to the second: IRT, with jitter."""
        return self.initial * (1 + entropy.uniform(-JITTER, JITTER))

    def following(self, previous: float, entropy: Entropy) -> float:
        """Seconds from one sending to the next, the wait before having been `previous`: doubled up to MRT."""
        jitter = entropy.uniform(-JITTER, JITTER)
        doubled = previous * (2 + jitter)
        if self.maximum and doubled > self.maximum:
            return self.maximum * (1 + jitter)
        return doubled

    def may_send_again(self, sends: int) -> bool:
        """Whether MRC allows another sending."""
        return not self.count or sends < self.count

    def end(self, started: float, deadline: float) -> float:
        """When to give up: the caller's deadline or MRD, whichever is first."""
        return min(deadline, started + self.duration) if self.duration else deadline
