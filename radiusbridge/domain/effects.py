"""What a saga wants done. An executor carries effects out and answers each with an observation."""

from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.accounts import AccessChange, AccountRow, SessionRow
from radiusbridge.domain.standby import Move


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
class FingerprintAccount(Aimed):
    """Take the fingerprint of all that lasts of the account, its password too, as a plan did."""


@dataclass(frozen=True, slots=True)
class ListSessions(Aimed):
    """Read the NAS's own list, by name. limits: with what the queue of each session lets through. secrets: with the
    local secrets of that name."""

    nas: str
    limits: bool = False
    secrets: bool = False


@dataclass(frozen=True, slots=True)
class TryLogin(Aimed):
    """A test login with the customer's own credentials."""

    purpose: Purpose
    calling_station_id: str | None


@dataclass(frozen=True, slots=True)
class WatchDial(Aimed):
    """Follow a NAS's log until it tells that a dial of that name was refused, at most for so many seconds."""

    nas: str
    seconds: float


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
    """End one session by one rung. `server_row`: User Manager's row of it, for close-session. passed_over: why
    Disconnect-Requests were not tried before."""

    session: SessionRow
    rung: Rung
    server_row: str | None = None
    passed_over: str = ""


@dataclass(frozen=True, slots=True)
class ReadProfile(Aimed):
    """Read the profile as the server has it, and who has it there."""


@dataclass(frozen=True, slots=True)
class WriteProfile(Aimed):
    """Create or complete the profile as the database says."""


@dataclass(frozen=True, slots=True)
class RemoveProfile(Aimed):
    """Take the profile away."""


@dataclass(frozen=True, slots=True)
class ListLimits(Aimed):
    """Look which live sessions of these users run on other limits than those, by the NAS's own lists.

    isolation: the address list of walled customers, who are not meant.
    """

    nas: str
    usernames: frozenset[str]
    limits: str
    isolation: str


@dataclass(frozen=True, slots=True)
class ChangeSession(Aimed):
    """Ask the NAS by a CoA-Request to change one session where it is, identified as the rung says."""

    session: SessionRow
    rung: Rung
    rate: str = ""
    """Mikrotik-Rate-Limit; empty: it stays."""
    address_list: str = ""
    """Mikrotik-Address-List; empty: it stays."""


@dataclass(frozen=True, slots=True)
class FlushConnections(Aimed):
    """Forget the connections that one session's address has open on its NAS, so that rules see what follows."""

    session: SessionRow


@dataclass(frozen=True, slots=True)
class CountRouter(Aimed):
    """See what a router has, before it is started anew."""


@dataclass(frozen=True, slots=True)
class Restart(Aimed):
    """Start it anew."""


@dataclass(frozen=True, slots=True)
class LookAlive(Aimed):
    """See whether it answers, and since when it is up."""


@dataclass(frozen=True, slots=True)
class LookBack(Aimed):
    """See what of `before` (kind, names) it has again."""

    before: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class FillAccounts(Aimed):
    """Make an account for every customer of the server who has none there."""


@dataclass(frozen=True, slots=True)
class CountAccounts(Aimed):
    """Hold all accounts of the server against all customers of it."""


@dataclass(frozen=True, slots=True)
class LookRows(Aimed):
    """Read the rows of `/radius` of a NAS."""

    nas: str


@dataclass(frozen=True, slots=True)
class AskTarget(Aimed):
    """See whether the server that the NASes are to ask works."""


@dataclass(frozen=True, slots=True)
class TurnRoles(Aimed):
    """Make it the active one, in the database."""


@dataclass(frozen=True, slots=True)
class MoveRows(Aimed):
    """Move rows of `/radius` of a NAS."""

    nas: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class LookDials(Aimed):
    """See who dialled in on a NAS since a time, and which server counts them."""

    nas: str
    since: float


OfPair = LookRows | AskTarget | TurnRoles | MoveRows | LookDials
"""Effects on a pair of servers and its NASes."""
OfRouter = CountRouter | Restart | LookAlive | LookBack
"""Effects on a router itself."""
Effect = (
    ReadAccount
    | FingerprintAccount
    | ListSessions
    | TryLogin
    | WatchDial
    | WriteAccess
    | WriteAccount
    | RemoveAccount
    | Kick
    | ReadProfile
    | WriteProfile
    | RemoveProfile
    | ListLimits
    | ChangeSession
    | FlushConnections
    | FillAccounts
    | CountAccounts
    | OfRouter
    | OfPair
)


def work_key(effect: Effect) -> tuple[str, ...]:
    """What must not be under way twice at once: one change of a session, one login a purpose, one reading a list."""
    whose = "former" if effect.former else ""
    match effect:
        case Kick() | ChangeSession() | FlushConnections():
            return "kick", whose, effect.session.nas, effect.session.session_id
        case TryLogin():
            return "login", whose, effect.purpose
        case ListSessions():
            return "list", whose, effect.nas
        case WatchDial():
            return "dial", whose, effect.nas
        case ListLimits():
            return "limits", whose, effect.nas
        case CountRouter() | Restart() | LookAlive() | LookBack():
            return "router", whose
        case LookRows() | MoveRows():
            return "rows", effect.nas
        case LookDials():
            return "dials", effect.nas
        case _:
            return type(effect).__name__, whose


WRITES = (WriteAccess, WriteAccount, RemoveAccount, WriteProfile, RemoveProfile, FillAccounts, Restart)
"""Effects of which the journal says that they begin, before they do: writes to the server, and a restart."""
IRREVERSIBLE = (*WRITES, Kick, ChangeSession, FlushConnections, TurnRoles, MoveRows)
"""Effects before which what is known must be on disk."""
