"""What a patrol finds, as frozen values: kind, subject, severity, evidence, and how it is repaired."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Each is found by one function (`domain.drift.judge.KINDS`)."""

    HELD_ACCEPTED = "held-accepted"
    """Held here, but the account there is open."""
    ONLINE_HELD = "online-held"
    """Held, and a session moves normal traffic."""
    ONLINE_EXPIRED = "online-expired"
    """Unpaid past every grace, not held, and online."""
    PAID_REFUSED = "paid-refused"
    """Nothing keeps the customer out here, but the account does not let them in."""
    UNWALLED_SESSION = "unwalled-session"
    """The account is walled, but a session runs without the isolation's list or pool."""
    UNKNOWN_ACCOUNT = "unknown-account"
    MISSING_ACCOUNT = "missing-account"
    DUPLICATE_NAME = "duplicate-name"
    """An account there whose user name is a customer's, or an unknown account's, of another server."""
    PLAN_NOT_RUNNING = "plan-not-running"
    CHANGED_PROFILE = "changed-profile"
    CHANGED_ATTRIBUTE = "changed-attribute"
    CHANGED_PASSWORD = "changed-password"  # noqa: S105 - the name of a kind
    UNRECORDED = "unrecorded"
    """A lock to a device, or a static address, that somebody set there; nothing of it is recorded here."""
    SESSION_WITHOUT_ACCOUNT = "session-without-account"
    GHOST_SESSION = "ghost-session"
    """The server counts a session that no NAS has."""
    UNACCOUNTED_SESSION = "unaccounted-session"
    """A NAS has a session that the server does not know of."""
    TOO_MANY_SESSIONS = "too-many-sessions"
    SHADOWING_SECRET = "shadowing-secret"  # noqa: S105 - the name of a kind
    """A local PPP secret of the NAS lets the name in before the account is asked."""
    SECRET_ADDRESS = "secret-address"  # noqa: S105 - the name of a kind
    """Such a secret has an address of its own, which beats the isolation's pool."""


class Severity(StrEnum):
    """How bad it is."""

    CRITICAL = "critical"
    """Somebody is online who must not be, or kept out who must not be."""
    WARNING = "warning"
    """It will be so, or something that we keep is not as we keep it."""
    NOTICE = "notice"
    """Nobody is hit by it now."""


class Action(StrEnum):
    """What `--repair` submits."""

    ISOLATE = "isolate"
    ACTIVATE = "activate"
    PROVISION = "provision"
    KICK = "kick"
    REMOVE = "remove"
    """An account that is unknown here; only with --prune."""
    CLEAR = "clear"
    """Fields of an account of which nothing is recorded here; only with --prune."""

    @property
    def prunes(self) -> bool:
        """Whether it takes away what somebody made there."""
        return self in {Action.REMOVE, Action.CLEAR}


class Place(StrEnum):
    """What kind of reading tells something."""

    DATABASE = "database"
    ACCOUNTS = "accounts"
    REMEMBERED = "server-sessions"
    SESSIONS = "nas-sessions"
    SECRETS = "nas-secrets"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen, where (database, server or NAS by name), and when it was read."""

    where: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One drift. repair: the very line to type, here or on the router that it names; empty: nothing mends it."""

    kind: Kind
    server: str
    username: str
    severity: Severity
    words: str
    evidence: tuple[Evidence, ...]
    repair: str = ""
    action: Action | None = None
    number: str = ""
    """The customer's number; empty: no customer here."""
    customer_id: int = 0
    server_id: int = 0
    sessions: tuple[str, ...] = ()
    """Acct-Session-Ids that it is about: another session is another finding."""
    nas: str = ""

    @property
    def key(self) -> tuple[Kind, str, tuple[str, ...], str]:
        """What has to be the same in a second reading."""
        return self.kind, self.username, self.sessions, self.nas


@dataclass(frozen=True, slots=True)
class InHand:
    """A drift that an operation is about to change: not told as drift."""

    finding: Finding
    operation_id: int
    words: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A reading that failed: of these kinds nothing is known there."""

    server: str
    where: str
    """The server's or the NAS's name."""
    place: Place
    error: str
    at: datetime
    kinds: tuple[Kind, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Hidden:
    """A field that the server does not show, so that a change of it cannot be seen there."""

    server: str
    field: str
    accounts: int


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A server was looked at. read: how many of its lists, and its NASes', could be read."""

    server: str
    read: int


TOLD_BY: dict[Place, frozenset[Kind]] = {
    Place.ACCOUNTS: frozenset(Kind)
    - {Kind.ONLINE_HELD, Kind.ONLINE_EXPIRED, Kind.SECRET_ADDRESS, Kind.SHADOWING_SECRET},
    Place.REMEMBERED: frozenset({Kind.GHOST_SESSION, Kind.UNACCOUNTED_SESSION}),
    Place.SESSIONS: frozenset(
        {
            Kind.ONLINE_HELD,
            Kind.ONLINE_EXPIRED,
            Kind.UNWALLED_SESSION,
            Kind.SESSION_WITHOUT_ACCOUNT,
            Kind.GHOST_SESSION,
            Kind.UNACCOUNTED_SESSION,
            Kind.TOO_MANY_SESSIONS,
        }
    ),
    Place.SECRETS: frozenset(
        {
            Kind.UNACCOUNTED_SESSION,
            Kind.SESSION_WITHOUT_ACCOUNT,
            Kind.TOO_MANY_SESSIONS,
            Kind.SHADOWING_SECRET,
            Kind.SECRET_ADDRESS,
        }
    ),
}
"""Which kinds nothing can be said about where that reading failed."""
