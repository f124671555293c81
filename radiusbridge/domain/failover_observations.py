"""What is seen of a pair of servers and its NASes: observations of a `failover` operation.

Times are seconds on the operation's own clock.
"""

from dataclasses import dataclass

from radiusbridge.domain.observed import Observed
from radiusbridge.domain.standby import RadiusRow as RadiusRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsSeen(Observed):
    """The rows of `/radius` of a NAS, in order."""

    nas: str
    rows: tuple[RadiusRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsUnreadable(Observed):
    """They could not be read. silent: nobody answered; else the NAS refused."""

    nas: str
    error: str
    silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsMoved(Observed):
    """Rows were moved. error: what the NAS said instead; silent: it is not known whether they were."""

    nas: str
    words: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAsked(Observed):
    """Whether the server that is to be asked works. trouble: why it must not be; empty: nothing is known against it."""

    words: str
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesTurned(Observed):
    """The target is the active server from now on. active: its name."""

    active: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesStay(Observed):
    """It is not: somebody else turned them, or the pair is no more."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DialsSeen(Observed):
    """Who dialled in on a NAS since its rows are in order. Names with session id; empty: nobody.

    target: a session that the target counts. other: one that the other server counts. neither: one that none of them
    was seen to count. error: what could not be read.
    """

    nas: str
    target: str = ""
    other: str = ""
    neither: str = ""
    error: str = ""


Seen = RowsSeen | RowsUnreadable | RowsMoved | TargetAsked | RolesTurned | RolesStay | DialsSeen
