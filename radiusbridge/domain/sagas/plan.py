"""What a saga is told before it starts: the wanted state, where to look, what may be used."""

from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.accounts import Access, AccessChange, AccountRow, PlanState
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.local_access import LocalSecret

SETTLE = 10.0
"""Seconds without a session of that name before its absence counts."""
DEADLINE = 60.0
"""Seconds after which what is seen decides."""
AFTER_WRITE = 15.0
"""Seconds beside the settle time that kicks and readings have after the write, within the deadline's length."""
DIAL_MARGIN = 5.0
"""Seconds for a test login after the customer was waited for."""


@dataclass(frozen=True, slots=True)
class NasPlan:
    """A NAS of the server."""

    name: str
    rungs: Rungs
    addresses: frozenset[str] = frozenset()
    """Addresses under which the server's session rows may know it."""
    keeps_accounts: bool = False
    """It is the server itself: its local secrets are the accounts."""

    @property
    def readable(self) -> bool:
        """Whether its own session list can be asked for."""
        return self.rungs.api


@dataclass(frozen=True, slots=True)
class EarlierLogin:
    """The same login, accepted earlier: by which operation, and with which Calling-Station-Id."""

    where: str
    calling_station_id: str | None


@dataclass(frozen=True, slots=True)
class LoginPlan:
    """Whether a test login as this customer is possible, and harmless."""

    unavailable: str = ""
    """Why none can be made (no password known, no RADIUS address); empty: it can."""
    harm: str = ""
    """What harm it would do whatever the account says; empty: none that we know of."""
    starts: bool = False
    """The plan begins with the first login: harmless only once the account is read and its plan runs."""
    binds: bool = False
    """The account adopts the first device: harmless only once the account is read and has one."""
    calling_station_id: str | None = None
    dials: tuple[str, ...] = ()
    """NASes whose log tells of the customer's own refused dial, where nobody else can try the login."""
    room_comes_last: bool = False
    """The server looks at the password first, and refuses for want of room in other words than for the rest."""
    earlier: EarlierLogin | None = None
    """Takes the control's place where the server refuses that one for want of room, and for nothing else."""

    @property
    def barred(self) -> str:
        """Why it is left out for good, or empty."""
        return self.unavailable or self.harm

    def barred_for(self, account: AccountRow | None) -> str:
        """Why it is left out, given the account as read (None: not read yet), or empty."""
        if self.barred:
            return self.barred
        if account is None:
            return "it could start the plan" if self.starts else "it could bind the account" if self.binds else ""
        if account.caller_id == "bind":
            return "it would bind the account to our device"
        if account.plans_count and account.in_force is None and (self.starts or _waits(account)):
            return "it would start the plan"
        return ""


def _waits(account: AccountRow) -> bool:
    return any(plan.state is PlanState.WAITING for plan in account.plans)


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """Isolate or activate one customer."""

    username: str
    change: AccessChange
    nases: tuple[NasPlan, ...]
    login: LoginPlan
    own_rate: tuple[int, int] | None = None
    """(upload, download) of the customer's own plan, bits a second; must not appear while walled."""
    settle: float = SETTLE
    deadline: float = DEADLINE
    wait_online: float = 0.0
    """Seconds to wait for the customer's own dial before falling back on a test login (activate)."""
    earlier_control: str = ""
    """Which operation saw this login accepted before the account was disabled, where it is disabled already."""
    without_drop: str = ""
    """The rate (Mikrotik-Rate-Limit) that a live session is walled with where it is, by CoA; empty: it is kicked."""

    def walls(self, secret: LocalSecret) -> bool:
        """Whether a secret lets the customer in just as far as is wanted."""
        return self.change.access is Access.WALLED and secret.profile == self.change.isolation

    def ends_at(self, attempt_at: float, written_at: float) -> float:
        """When what is seen decides: at the deadline; after a slow way to the write, what follows has its time."""
        after = min(self.deadline, self.settle + AFTER_WRITE)
        if self.wait_online:
            after = max(after, self.wait_online + DIAL_MARGIN)
        return max(attempt_at + self.deadline, written_at + after)


@dataclass(frozen=True, slots=True)
class KickPlan:
    """End the live sessions of one customer."""

    username: str
    nases: tuple[NasPlan, ...]
    session_ids: frozenset[str] = frozenset()
    """Only these; empty: all of that name."""
    deadline: float = DEADLINE
    gone: bool = False
    """Nobody of that name is to come back by a local secret either."""


class Live(StrEnum):
    """What becomes of a live session when its account changes."""

    KEEP = "keep"
    """It goes on; what was changed counts from the next dial."""
    KICK = "kick"


@dataclass(frozen=True, slots=True)
class Expected:
    """What an operator looked at before: nothing is written where it is not so any more."""

    there: str
    """The fingerprint, or digest, of what the server had; empty: nothing."""
    changed_here: bool = False
    """Whether the database says something else by now."""


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """Create, change or remove an account."""

    username: str
    profile: str
    remove: bool = False
    deadline: float = DEADLINE
    settle: float = SETTLE
    nases: tuple[NasPlan, ...] = ()
    live: Live | None = None
    """None: sessions are not looked at (the account is new, or nobody asks)."""
    login: LoginPlan = LoginPlan("none was asked for")
    changed: frozenset[str] = frozenset()
    """What is changed: `password`, `profile`, `caller-id`, `static-address`."""
    static_address: str = ""
    isolation: str = ""
    """The address list of walled customers."""
    hold: AccessChange | None = None
    """How the customer is to be kept out, or let in; None: the account stays open or shut as it is."""
    hold_if_made: AccessChange | None = None
    """The same where there is no account and one has to be made: it must not let a held customer in."""
    fresh: bool = False
    """There must be no account of that name before the first write: it would be somebody else's."""
    adopts: bool = False
    """One that is there is taken over all the same: it was said to be this customer's."""
    unbind: str | None = None
    """What the lock to a device is to be, `bind` or nothing, so that the next device is let in; None: as it is."""
    retired: str = ""
    """The plan that `profile` takes the place of: it must not stay assigned."""
    anew: bool = False
    """The plan was paid for: it must not be over."""
    redials: frozenset[str] = frozenset()
    """NASes on which the customer dials anew under the account that took the place of this one."""
    guest: bool = False
    """Of a hotspot: local secrets let nobody in there, cookies do."""
    succeeded: frozenset[str] = frozenset()
    """NASes whose local secret of that name is the account that took the place of this one."""
    expected: Expected | None = None
    """What has to be so still when the write's turn comes; None: nothing was looked at."""

    @property
    def kept_out(self) -> bool:
        """Whether the account is to be shut."""
        return self.hold is not None and self.hold.access is not Access.OPEN

    def ends_at(self, attempt_at: float, written_at: float) -> float:
        """When what is seen decides."""
        return max(attempt_at + self.deadline, written_at + min(self.deadline, 2 * self.settle + AFTER_WRITE))

    def as_access(self) -> AccessPlan:
        """The same customer as the login legs of isolate and activate know one."""
        change = AccessChange(Access.OPEN, self.isolation, self.profile)
        return AccessPlan(self.username, change, self.nases, self.login, settle=self.settle, deadline=self.deadline)


@dataclass(frozen=True, slots=True)
class MovePlan:
    """Another user name or another server: the new account first, then the former one goes."""

    new: AccountPlan
    former: AccountPlan
