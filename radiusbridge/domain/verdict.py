"""How an operation stands and how it ended (design 2)."""

from enum import StrEnum


class Status(StrEnum):
    """Where an operation is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """The server did not answer; it will be carried out, in order, at the first contact."""
    DONE = "done"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    """A newer intent for the same subject came."""

    @property
    def final(self) -> bool:
        """Whether nothing more will happen."""
        return self in {Status.DONE, Status.CANCELLED, Status.SUPERSEDED}


class Verdict(StrEnum):
    """What a finished operation has shown."""

    PROVEN = "PROVEN"
    UNPROVEN = "UNPROVEN"
    FAILED = "FAILED"


def exit_status(status: Status, verdict: Verdict | None, *, access_open: bool = True) -> int:
    """The exit status of a verb that followed an operation (design 2).

    0 PROVEN; 1 FAILED, or an activate that another hold keeps shut; 3 waiting, running, cancelled or superseded;
    5 UNPROVEN.
    """
    if status is not Status.DONE or verdict is None:
        return 3
    if verdict is Verdict.PROVEN and not access_open:
        return 1
    return {Verdict.PROVEN: 0, Verdict.FAILED: 1, Verdict.UNPROVEN: 5}[verdict]
