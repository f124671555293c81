"""What a saga wants done. An executor carries effects out and answers each with an observation."""

from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.accounts import AccessChange, AccountRow, SessionRow


class Rung(StrEnum):
    """The ladder of kicks, with the ladder of identification inside its first part (design 2)."""

    DISCONNECT = "disconnect"
    """User-Name + Acct-Session-Id + Framed-IP-Address (+ NAS-IP-Address where known)."""
    DISCONNECT_WITHOUT_ADDRESS = "disconnect-without-address"
    DISCONNECT_WITHOUT_NAS = "disconnect-without-nas"
    DISCONNECT_BY_ADDRESS = "disconnect-by-address"
    """User-Name + Framed-IP-Address."""
    CLOSE_SESSION = "close-session"
    """User Manager's `session/close-session`."""
    NAS_API = "nas-api"
    """`/ppp/active/remove`."""


class Purpose(StrEnum):
    """Why a test login is made."""

    CONTROL = "control"
    """Before the write: shows that these credentials are accepted, so that a later refusal means something."""
    PROOF = "proof"
    """After the write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aimed:
    """What every effect has."""

    former: bool = False
    """At the account that the customer had before, under another name or on another server."""


@dataclass(frozen=True, slots=True)
class ReadAccount(Aimed):
    """Read the account, its plans and the server's session rows. compare: hold it against the database, too."""

    compare: bool = False


@dataclass(frozen=True, slots=True)
class ListSessions(Aimed):
    """Read the NAS's own list, by name."""

    nas: str


@dataclass(frozen=True, slots=True)
class TryLogin(Aimed):
    """A test login with the customer's own credentials."""

    purpose: Purpose
    calling_station_id: str | None


@dataclass(frozen=True, slots=True)
class WriteAccess(Aimed):
    """Bring the account to the wanted access; what is so already is not written."""

    account: AccountRow
    change: AccessChange


@dataclass(frozen=True, slots=True)
class WriteAccount(Aimed):
    """Create or complete the account and its plan as the database says. hold: keep the customer out of it."""

    account: AccountRow | None
    hold: AccessChange | None = None


@dataclass(frozen=True, slots=True)
class RemoveAccount(Aimed):
    """Remove the account."""

    account: AccountRow


@dataclass(frozen=True, slots=True)
class Kick(Aimed):
    """End one session by one rung. `server_row`: User Manager's row of it, for close-session."""

    session: SessionRow
    rung: Rung
    server_row: str | None = None


Effect = ReadAccount | ListSessions | TryLogin | WriteAccess | WriteAccount | RemoveAccount | Kick


def work_key(effect: Effect) -> tuple[str, ...]:
    """What must not be under way twice at once: one kick a session, one login a purpose, one reading a list."""
    whose = "former" if effect.former else ""
    match effect:
        case Kick():
            return "kick", whose, effect.session.nas, effect.session.session_id
        case TryLogin():
            return "login", whose, effect.purpose
        case ListSessions():
            return "list", whose, effect.nas
        case _:
            return type(effect).__name__, whose


IRREVERSIBLE = (WriteAccess, WriteAccount, RemoveAccount, Kick)
"""Effects before which what is known must be on disk."""
