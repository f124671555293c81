"""What was seen or done: the evidence. An operation's state is the sequence of its observations.

Times are seconds on the operation's own clock (0 is its first claim), so that they survive a restart.
`began` is when the looking began, `at` when it was known: a reading shows the world somewhere between.
"""

from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.accounts import AccountRow, SessionRow
from radiusbridge.domain.effects import Purpose, Rung
from radiusbridge.domain.failover_observations import RadiusRow as RadiusRow
from radiusbridge.domain.failover_observations import Seen as OfPair
from radiusbridge.domain.local_access import SecretsOfName
from radiusbridge.domain.observed import Observed as Observed
from radiusbridge.domain.profiles import ProfileRow
from radiusbridge.domain.router_observations import Missing as Missing
from radiusbridge.domain.router_observations import Names as Names
from radiusbridge.domain.router_observations import RebootAnswered, RouterAlive, RouterBack, RouterCounted, RouterSilent


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptBegan(Observed):
    """A process claimed the operation; what was seen before may have changed since."""

    attempt: int
    epoch: int = 0
    """Of the pair of servers, where the operation's server is one of a pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBegan(Observed):
    """A write is about to go out. What follows may already be its effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeen(Observed):
    """The account as the server has it; None: no such account."""

    account: AccountRow | None
    differs: tuple[str, ...] | None = None
    """The router's properties that are not as the database says; None: not compared."""
    hidden: tuple[str, ...] = ()
    """Those that the router does not show, so that nothing can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprinted(Observed):
    """The fingerprint of all that lasts of the account; empty: there is none."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSilent(Observed):
    """The server did not answer: nothing is known about what was asked. doing: `read-…` or `write`."""

    doing: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRefused(Observed):
    """The server answered and did not let us read the account or profile."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Observed):
    """The server confirmed the write; `already`: nothing had to be written."""

    already: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRefused(Observed):
    """The server answered and refused the write."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsSeen(Observed):
    """The NAS's own list, for one name."""

    nas: str
    sessions: tuple[SessionRow, ...]
    traces: tuple[SessionRow, ...] = ()
    """Of a hotspot: cookies of that name, and hosts that are let through without a session."""
    local: SecretsOfName | None = None
    """Its local secrets of that name, read side by side with the list; None: not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsUnreadable(Observed):
    """The NAS's list could not be read."""

    nas: str
    error: str


class LoginAnswer(StrEnum):
    """How a test login ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNANSWERED = "unanswered"
    UNTRUSTED = "untrusted"
    """Something answered, but its reply does not verify, or lacks a signature that is required."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSeen(Observed):
    """A test login."""

    purpose: Purpose
    answer: LoginAnswer
    words: str
    attributes: tuple[tuple[str, str], ...] = ()
    calling_station_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialWatched(Observed):
    """A NAS's log was followed. refused: the line that tells of a dial refused meanwhile; empty: there was none. error:
    why it could not be followed."""

    nas: str
    refused: str = ""
    error: str = ""


class KickAnswer(StrEnum):
    """What one rung answered."""

    ACCEPTED = "accepted"
    """Disconnect-ACK, close-acked, or `!done`."""
    NOT_FOUND = "not-found"
    """NAK 503, or no such item: the session is gone, if the list agrees."""
    REFUSED = "refused"
    """NAK with another cause or without one."""
    PROHIBITED = "prohibited"
    """NAK 501: no identification will help."""
    SILENT = "silent"
    """Silence, a closed port, or an answer that does not verify."""
    UNAVAILABLE = "unavailable"
    """This rung could not be used (row unknown, connection lost, right missing)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kicked(Observed):
    """One rung was tried on one session."""

    nas: str
    session_id: str
    rung: Rung
    answer: KickAnswer
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSeen(Observed):
    """The profile as the server has it; None: no such profile. users: some who have it there, of `in_use`."""

    profile: ProfileRow | None
    users: tuple[str, ...] = ()
    in_use: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsSeen(Observed):
    """Which live sessions run on other limits than those asked for. error: why that could not be seen."""

    nas: str
    live: int = 0
    """Sessions of the users asked for."""
    other: tuple[str, ...] = ()
    """Some whose queue lets something else through, each with what."""
    others: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChanged(Observed):
    """A NAS was asked to change one session where it is."""

    nas: str
    session_id: str
    rung: Rung
    answer: KickAnswer
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsFlushed(Observed):
    """The open connections of one session's address are forgotten. error: why they could not be."""

    nas: str
    session_id: str
    count: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsCounted(Observed):
    """All accounts of a server, held against its customers. alike: customers whose account is as the database says."""

    alike: int
    missing: int = 0
    """Customers without an account."""
    differ: int = 0
    """Customers whose account is otherwise."""
    names: tuple[str, ...] = ()
    """Some of both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchersCounted(Observed):
    """Vouchers on a server, held against the database. alike: those on sale that are there as they are to be."""

    alike: int
    missing: int = 0
    differ: int = 0
    over: int = 0
    """Those that are void or expired, and there still."""
    hidden: int = 0
    """Of those alike, those whose password the server does not show."""
    names: tuple[str, ...] = ()
    """Numbers of some that are not as they are to be; never codes."""
    refused: str = ""
    """What the server said to one that it did not take."""

    @property
    def faults(self) -> int:
        """How many are not as they are to be."""
        return self.missing + self.differ + self.over


OfOperation = (
    AttemptBegan
    | WriteBegan
    | AccountSeen
    | Fingerprinted
    | ServerSilent
    | ReadRefused
    | Written
    | WriteRefused
    | SessionsSeen
    | SessionsUnreadable
    | LoginSeen
    | DialWatched
    | Kicked
    | ProfileSeen
    | LimitsSeen
    | SessionChanged
    | ConnectionsFlushed
    | AccountsCounted
    | VouchersCounted
    | RouterCounted
    | RebootAnswered
    | RouterSilent
    | RouterAlive
    | RouterBack
)
"""Of every operation but a failover."""
Observation = OfOperation | OfPair
