"""The ports: what an account server, a NAS and a prober can be asked, whatever stands behind them.

Every method raises the errors of `domain.errors`: `Unreachable` (and below) when nobody answered, so that nothing is
known about what was asked; `PeerRefused` (and below) when the peer answered and said no. Methods that answer with a
reply object put refusals into it, because there a refusal is evidence.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from radiusbridge.domain.accounts import AccessChange, AccountRow, ServerSession, SessionRow
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.local_access import LocalAccess, SecretsOfName
from radiusbridge.domain.observations import KickAnswer, LoginAnswer
from radiusbridge.domain.profiles import Difference, ProfileRow
from radiusbridge.domain.records import LoginMethod, Profile
from radiusbridge.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class WantedAccount:
    """An account as the database says it is to be."""

    username: str
    password: Secret | None
    profile: Profile
    caller_id: str | None = None
    static_address: str | None = None
    routes: str | None = None
    """Of a PPP secret; other kinds of servers leave them alone."""
    disabled: bool = False
    """A new account is made disabled; one that is there stays as it is."""
    rebind: bool = False
    """Write the lock to a device even where the router has adopted one by it."""
    retired: str = ""
    """The plan that the profile takes the place of."""
    anew: bool = False
    """The plan was paid for, and is given again if it is over."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """An account held against the database: the router's properties that differ, and those that it does not show."""

    differs: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    account: AccountRow | None = field(default=None, compare=False)
    """The account as it was read for it; None: there is none."""


class Usual(Protocol):
    """The customers whom no hold keeps out, for accounts that are plainly alike: those need not be listed."""

    @property
    def profiles(self) -> Iterable[Profile]:
        """Every profile that a customer may have."""
        ...

    def passed_by(self, username: str, password: str, profile: str, caller_id: str, address: str) -> bool:
        """Whether an account that is open and has the sessions, pool and lists of that profile is as wanted, and need
        not be listed. Asked once for each. password: as print shows it; caller_id, address: '' for none."""
        ...


@dataclass(slots=True)
class ListedAccount:
    """An account among all accounts of a server, without its sessions; and what it would take to have it as wanted.

    Only what is asked for is worked out.
    """

    username: str
    row: Mapping[str, str] = field(repr=False)
    """As print showed it, with its password."""
    typed: Callable[[], AccountRow] = field(repr=False)
    differences: Callable[[AccountRow, Mapping[str, str], WantedAccount], "AccountDifferences"] = field(repr=False)
    _account: AccountRow | None = None

    @property
    def account(self) -> AccountRow:
        """The account."""
        if self._account is None:
            self._account = self.typed()
        return self._account

    def compare(self, wanted: WantedAccount) -> "AccountDifferences":
        """What it would take to have it as wanted."""
        return self.differences(self.account, self.row, wanted)

    @property
    def password(self) -> Secret | None:
        """The password; None: the server does not show it."""
        shown = self.row.get("password", "")
        return Secret(shown) if shown.strip("*") else None

    @property
    def comment(self) -> str:
        """The comment, byte for byte."""
        return self.row.get("comment", "")

    def lasting(self) -> bytes:
        """All of it that only a write changes: no sessions, no state of a plan. It holds the password."""
        account = self.account
        plans = sorted({plan.profile for plan in account.plans})
        values = [
            account.username, account.disabled, account.group, account.shared_users, account.caller_id,
            account.attributes, plans, self.row.get("password", ""), self.comment,
        ]  # fmt: skip
        return json.dumps(values).encode()


@dataclass(frozen=True, slots=True)
class AccountDifferences:
    """Which fields are not as wanted, as the database calls them; and those that the server does not show."""

    fields: tuple[Difference, ...]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KickReply:
    """What one rung answered, and in words which packet or row said so."""

    answer: KickAnswer
    words: str


@dataclass(frozen=True, slots=True)
class LoginReply:
    """How a test login ended. attributes: (name, value) of the reply, decoded; words: one sentence."""

    answer: LoginAnswer
    words: str
    attributes: tuple[tuple[str, str], ...] = ()
    signed: bool = False
    """Whether the reply carried a Message-Authenticator that verified."""
    round_trip: float | None = None
    """Seconds, of the answered sending."""


class Mark(StrEnum):
    """How one step of a test went."""

    OK = "ok"
    WARN = "warn"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One step of `server test` or `nas test`: what was looked at, what was found, what to do."""

    step: str
    mark: Mark
    words: str
    hint: str = ""
    seconds: float = 0.0


class AccountServer(Protocol):
    """A RADIUS server that we provision (User Manager 7, …)."""

    async def read_account(self, username: str) -> AccountRow | None:
        """The account with its plans and active session rows, in one round trip on a warm connection; None: unknown."""
        ...

    def accounts(self, usual: Awaitable[Usual] | None = None) -> AsyncIterator[ListedAccount]:
        """Every account as it comes, in the server's order; few are in memory at a time, however many there are.

        usual: leaves out those that are certain to be open, with their plan, and as wanted. It is awaited when the
        first account is about to come.
        """
        ...

    async def listed_account(self, username: str) -> ListedAccount | None:
        """One account just as `accounts` lists it; None: unknown."""
        ...

    def sessions(self) -> AsyncIterator[tuple[str, ServerSession]]:
        """Every session that the server counts as active, as it comes: (user name, session)."""
        ...

    async def write_access(self, account: AccountRow, change: AccessChange) -> bool:
        """Bring the account to the wanted access, writing only what differs; False: nothing had to be written.

        With `change.anew` a plan that is over is given again, once.
        """
        ...

    async def ensure_profile(self, profile: Profile, *, trusting: bool = False) -> bool:
        """Create or complete limitation, profile and profile-limitation; False: all was so already.

        trusting: it is not read again where this process made or found it so a moment ago.
        """
        ...

    async def read_profiles(self) -> tuple[ProfileRow, ...]:
        """Every profile, by name, with the limitation that binds it."""
        ...

    async def read_profile(self, name: str) -> ProfileRow | None:
        """The profile of that name; None: there is none."""
        ...

    async def profile_users(self, name: str) -> tuple[str, ...]:
        """The accounts that have it, known to us or not, as far as the server tells."""
        ...

    async def remove_profile(self, name: str) -> bool:
        """Take limitation, profile and profile-limitation away; False: nothing was there. PeerRefused, before anything
        is written, where an account has it."""
        ...

    async def ensure_account(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """Create or complete the account and assign its plan; what is not known to us is left alone.

        absent: it was looked for and was not there, so that it is tried to be made before it is looked for again.
        """
        ...

    async def compare_account(self, wanted: WantedAccount) -> Comparison:
        """Hold the account against what it is to be; nothing is written. No account: nothing differs."""
        ...

    async def remove_account(self, account: AccountRow) -> None:
        """Remove the account with its plans; an account that is gone already is fine."""
        ...

    async def close_session(self, row_id: str) -> KickReply:
        """Ask the server to end a session (User Manager `session/close-session`)."""
        ...

    def inspect(self) -> AsyncIterator[Finding]:
        """Test it step by step: name, TCP, TLS, login, rights, package, settings, clock, our RADIUS row, a RADIUS
        answer. Stops after the first step that fails; the rest is not guessed."""
        ...


class AccountLoader(Protocol):
    """An account server that takes many accounts at once."""

    async def ensure_accounts(self, wanted: Sequence[WantedAccount]) -> int:
        """Create or complete them, each name once, in one transaction; how many there was something to write for.
        BadInput: one of them cannot be, and nothing was written."""
        ...


class SessionKeeper(Protocol):
    """An account server that keeps sessions, and can be told that one is over."""

    async def forget_session(self, username: str, session: ServerSession) -> None:
        """Count it no more; one that is over already is fine. Its NAS is not asked."""
        ...


class AccountKeeper(Protocol):
    """Who has an account that is to go: an `AccountServer`, or a router's own hotspot users."""

    async def read_account(self, username: str) -> AccountRow | None:
        """The account; None: unknown."""
        ...

    async def remove_account(self, account: AccountRow) -> None:
        """Remove it; one that is gone already is fine."""
        ...

    async def close_session(self, row_id: str) -> KickReply:
        """Ask it to end a session."""
        ...


class NasSessions(Protocol):
    """A NAS's own session list over its API."""

    async def sessions(self, username: str | None = None) -> tuple[SessionRow, ...]:
        """The live sessions, of one name or all, each with the dynamic address lists that hold its address."""
        ...

    async def with_secrets(self, username: str) -> tuple[tuple[SessionRow, ...], SecretsOfName]:
        """The sessions of one name, and the NAS's local secrets of that name, read side by side. That the secrets may
        not be read is told in them."""
        ...

    async def limited(self, username: str | None = None) -> tuple[SessionRow, ...]:
        """The same, each with what its dynamic queue lets through (`SessionRow.limits`)."""
        ...

    async def local_access(self) -> LocalAccess:
        """What the NAS decides without a RADIUS server: its local secrets, its pools, whether it accounts."""
        ...

    async def traces(self, username: str, devices: Iterable[str]) -> tuple[SessionRow, ...]:
        """What would bring a hotspot guest back, or does without a session: cookies of that name, and hosts of these
        devices (MAC addresses) that are authorized or bypassed while nobody is logged in there."""
        ...

    async def refused_dial(self, username: str, seconds: float) -> str:
        """The line of the log by which the NAS tells that it has refused a PPPoE dial of that name, once it comes;
        empty: none came in that time."""
        ...

    async def remove(self, session: SessionRow) -> KickReply:
        """End a session (`/ppp/active/remove`, `/ip/hotspot/active/remove`), or take a trace away."""
        ...

    async def flush(self, session: SessionRow) -> int:
        """Forget the connections that the session's address has open; how many there were."""
        ...

    def inspect(self, our_address: str | None, *, keeps_accounts: bool = False) -> AsyncIterator[Finding]:
        """Test it step by step, down to which rungs of the ladder exist. keeps_accounts: its own PPP secrets are the
        accounts, and it need not ask RADIUS."""
        ...


class Disconnector(Protocol):
    """A NAS's Dynamic Authorization Extension (RFC 5176)."""

    async def disconnect(self, session: SessionRow, rung: Rung) -> KickReply:
        """Send a Disconnect-Request that identifies the session as the rung says."""
        ...

    async def change(self, session: SessionRow, rung: Rung, *, rate: str = "", address_list: str = "") -> KickReply:
        """Send a CoA-Request that sets Mikrotik-Rate-Limit and Mikrotik-Address-List, where given."""
        ...


class Prober(Protocol):
    """Test logins."""

    async def login(
        self,
        username: str,
        password: Secret,
        *,
        method: LoginMethod,
        calling_station_id: str | None = None,
        extra: Sequence[tuple[str, str | int]] = (),
        seconds: float = 5.0,
    ) -> LoginReply:
        """Log in as a PPPoE customer would (Service-Type Framed-User, NAS-Port-Type Ethernet); never raises for an
        answer that does not come: that is `UNANSWERED`, with the likely causes in words."""
        ...
