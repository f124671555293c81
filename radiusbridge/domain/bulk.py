"""Renewals and bulk runs as the database holds them, as frozen values. `id` 0 means: not stored yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from radiusbridge.domain.records import Lease
from radiusbridge.domain.verdict import Status, Verdict


@dataclass(frozen=True, slots=True)
class Renewal:
    """Paid-until was moved. Append-only; no money is kept here."""

    customer_id: int
    username: str
    paid_from: datetime | None
    """Paid until then before."""
    paid_to: datetime
    note: str
    who: str
    at: datetime
    id: int = 0
    operation_id: int | None = None
    """What opened the access again, or, where nothing had to, the record of it in the journal."""


class RunStatus(StrEnum):
    """Where a bulk run is."""

    DRAFT = "draft"
    """Confirmed and stored; nothing was begun."""
    CANARY = "canary"
    """The first rows are being carried out."""
    RUNNING = "running"
    STOPPED = "stopped"
    """No new rows are begun until somebody resumes it."""
    DONE = "done"
    """Every row was begun; those that wait for their server are the journal's."""

    @property
    def held(self) -> bool:
        """Whether a process has it in hand."""
        return self in {RunStatus.CANARY, RunStatus.RUNNING}


class Outcome(StrEnum):
    """How a row ended: its operation's verdict, or why there is none."""

    PROVEN = "PROVEN"
    UNPROVEN = "UNPROVEN"
    FAILED = "FAILED"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    RECORDED = "recorded"
    """What was asked for is in the database, and nothing of it concerns a server."""
    KEPT_OUT = "kept-out"
    """Recorded, but another hold keeps the access closed."""
    LEFT_OUT = "left-out"
    """When its turn came there was nothing to do any more, or no customer."""


GOOD = frozenset({Outcome.PROVEN, Outcome.UNPROVEN, Outcome.RECORDED})
"""What was done, with nothing contrary seen."""


def outcome_of(status: Status, verdict: Verdict | None) -> Outcome | None:
    """The outcome of a row whose operation stands so; None: it is not over."""
    if not status.final:
        return None
    return Outcome(verdict.value if verdict is not None else status.value)


@dataclass(frozen=True, slots=True)
class BulkRun:
    """One bulk action on many customers."""

    kind: str
    selection: Mapping[str, object]
    """How the customers were chosen: JSON values."""
    wanted: Mapping[str, object]
    """What is done to each: JSON values."""
    brakes: Mapping[str, object]
    who: str
    channel: str
    id: int = 0
    reason: str = ""
    status: RunStatus = RunStatus.DRAFT
    why: str = ""
    """Why it was stopped."""
    size: int = 0
    """How many rows it has."""
    stop_requested: bool = False
    lease: Lease | None = None
    created_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """When it was made, or let go last."""
        since = self.finished_at or self.created_at
        assert since is not None
        return since


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One customer of a bulk run; customer_id 0: something that is no customer's.

    The last three are the operation's, as it stands when the row is read.
    """

    customer_id: int
    server_id: int
    number: str
    username: str
    run_id: int = 0
    sequence: int = 0
    """From 1, in the order of beginning."""
    operation_id: int | None = None
    outcome: Outcome | None = None
    words: str = ""
    """Why it was left out; of what was only recorded, what."""
    detail: Mapping[str, object] | None = None
    """What is done to this row alone: JSON values, never a secret."""
    status: Status | None = None
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()

    @property
    def ended(self) -> Outcome | None:
        """How it ended; None: it has not."""
        if self.outcome is not None or self.status is None:
            return self.outcome
        return outcome_of(self.status, self.verdict)

    @property
    def state(self) -> str:
        """How it stands, in one word: its outcome, its operation's status, or `not-begun`."""
        return str(self.ended or self.status or "not-begun")
