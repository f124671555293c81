"""Files of probes as values: the probes of one file, how each ended in a run, and what was kept of earlier runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from radiusbridge.domain.probes import Expect, Probe, ProbeOutcome, ProbeResult, ProbeVerdict


class State(IntEnum):
    """What monitoring is told: the statuses of the plug-in convention."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_GRAVEST = (State.CRITICAL, State.WARNING, State.UNKNOWN, State.OK)


@dataclass(frozen=True, slots=True)
class ProbeCase:
    """One probe of a file, after its targets and methods were multiplied out."""

    name: str
    """Unique in the file: the entry's, with `/TARGET` and `/METHOD` where there are several."""
    entry: str
    """The name that stands in the file."""
    target: str
    """What the file calls the target."""
    probe: Probe
    warn_time: float | None = None
    """Seconds above which an answer is a warning."""
    severity: State = State.CRITICAL
    """What it is when what is expected does not come."""
    server_id: int = 0
    """Of a target that the database knows; 0: the file has its address."""


@dataclass(frozen=True, slots=True)
class ProbeSuite:
    """All probes of one file, in its order."""

    name: str
    file: str
    cases: tuple[ProbeCase, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that some probe has."""
        return tuple(sorted({name for case in self.cases for name, _ in case.probe.labels}))


@dataclass(frozen=True, slots=True)
class Told:
    """How one probe of a run ended."""

    case: ProbeCase
    result: ProbeResult
    at: datetime
    asked: bool = True
    """False: nothing was sent, and the result's words say why."""
    like: str = ""
    """Not asked because this probe of the same run found that nobody answers there."""

    @property
    def ok(self) -> bool:
        """Whether what was expected came."""
        return self.result.verdict is ProbeVerdict.OK

    @property
    def let_in(self) -> bool:
        """Whether a target accepted what it must refuse."""
        accepted = {ProbeOutcome.ACCEPT, ProbeOutcome.ACCEPT_UNSIGNED, ProbeOutcome.SERVER_PROOF_FAILED}
        return self.case.probe.expected is Expect.REJECT and self.result.outcome in accepted

    @property
    def state(self) -> State:
        """For monitoring."""
        if not self.asked and not self.like:
            return State.UNKNOWN
        if not self.ok:
            return State.CRITICAL if self.let_in else self.case.severity
        return State.WARNING if self.warnings else State.OK

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is worth a warning although what was expected came."""
        found = []
        limit, took = self.case.warn_time, self.result.elapsed
        if limit is not None and took is not None and took > limit:
            found.append(f"slow: {took * 1000:.0f} ms, more than {limit * 1000:g} ms")
        signing = getattr(self.case.probe.target, "signing", "off")
        if self.result.outcome is ProbeOutcome.ACCEPT_UNSIGNED and signing != "off":
            found.append("the answer is not signed (Blast-RADIUS)")
        return tuple(found)

    @property
    def words(self) -> str:
        """One sentence: what came, and what of it was not expected."""
        unmet: list[str] = []
        if self.result.verdict is ProbeVerdict.FAILED:
            unmet = [f"expected {check.expectation}: {check.words}" for check in self.result.checks if not check.met]
        if self.let_in:
            unmet.insert(0, "accepted what must be refused")
        return "; ".join([self.result.words, *unmet, *self.warnings])


def gravest(told: Sequence[Told]) -> State:
    """The state of a whole run."""
    states = {one.state for one in told}
    return next((state for state in _GRAVEST if state in states), State.OK)


def exit_status(told: Sequence[Told]) -> int:
    """0 all as expected, 1 any not, 3 the others were not answered, or not asked in time."""
    verdicts = {one.result.verdict for one in told}
    if ProbeVerdict.FAILED in verdicts:
        return 1
    return 3 if ProbeVerdict.UNANSWERED in verdicts else 0


SINGLE = ""
"""The suite of a customer's single probes: they belong to no file."""


@dataclass(frozen=True, slots=True)
class ProbeRecord:
    """What is kept of one probe of one run, or of a single probe of a customer's."""

    at: datetime
    suite: str
    probe: str
    target: str
    kind: str
    method: str
    outcome: str
    ok: bool
    state: int
    elapsed: float | None
    """Seconds from the first sending to the answer; None: no answer that counts."""
    words: str
    customer_id: int | None = None
    """Whose user name was asked about; None: nobody's."""


@dataclass(frozen=True, slots=True)
class ProbeHistory:
    """What was kept of one probe, summed up. Percentiles are seconds, by nearest rank, of the runs with an answer."""

    suite: str
    probe: str
    target: str
    runs: int
    good: int
    first: datetime
    last: datetime
    answered: int
    p50: float | None
    p95: float | None
    p99: float | None
    last_failure: ProbeRecord | None

    @property
    def ratio(self) -> float:
        """The share of runs in which what was expected came, 0 to 1."""
        return self.good / self.runs
