"""A run of a file of probes as people and monitoring systems read it (docs/monitoring.md)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from radiusbridge.domain.probe_runs import ProbeSuite, State, Told


@dataclass(frozen=True, slots=True)
class Run:
    """What a report is about. started: when; seconds: how long it took."""

    suite: ProbeSuite
    told: Sequence[Told]
    started: datetime
    seconds: float

    @property
    def counts(self) -> dict[State, int]:
        """How many probes ended in which state; all states."""
        counted = Counter(one.state for one in self.told)
        return {state: counted[state] for state in State}
