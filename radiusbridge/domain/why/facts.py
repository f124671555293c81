"""What was read to answer why a customer cannot get online. Frozen values; None: the device does not show it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from radiusbridge.domain.accounts import AccountRow, ServerSession, SessionRow
from radiusbridge.domain.lateness import Standing
from radiusbridge.domain.records import Customer, Hold, Nas, Profile, Server
from radiusbridge.domain.refusals import TOGETHER, RefusalCause
from radiusbridge.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class Refusal:
    """One dial that was in vain. words: of the log, safe to show; caller: the device, where the log tells."""

    at: datetime
    cause: RefusalCause
    words: str
    router: str
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the log of a router says of one user name. trouble: why it could not be read; back_to: its oldest line."""

    router: str
    refusals: tuple[Refusal, ...] = ()
    entered: datetime | None = None
    """The last login that it tells of."""
    back_to: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Licence:
    """What a licence lets a router carry. cap None: no limit, or none is known; count None: not told."""

    level: str
    cap: int | None
    count: int | None

    @property
    def reached(self) -> bool:
        """Whether one session more is too many."""
        return self.cap is not None and self.count is not None and self.count >= self.cap


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A row of User Manager's list of RADIUS clients. nas: whose address it covers; empty: of no NAS of this server."""

    id: str
    name: str
    address: str
    disabled: bool
    secret: Secret | None = field(default=None, repr=False)
    nases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tested:
    """A test login of a user who does not exist. answered: it was refused or let in by an answer that verifies."""

    answered: bool
    signed: bool
    words: str


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """Of the account server. error: nothing could be read, and why; unseen: by link, what could not be."""

    error: str = ""
    absent: str = ""
    """Why there is no User Manager there, though the router answers."""
    secrets: bool = False
    """Its accounts are the PPP secrets of a NAS."""
    six: bool = False
    router: bool = True
    """False: its accounts are in a database; it has no clock, licence, log and menus of its own to look at."""
    enabled: bool | None = True
    port: int | None = None
    """Where it listens for logins, as its settings say."""
    account: AccountRow | None = None
    password: Secret | None = field(default=None, repr=False)
    pool: str = ""
    """The pool that the account itself is to get an address from."""
    static: bool = False
    clients: tuple[ClientRow, ...] | None = None
    licence: Licence | None = None
    clock_off: float | None = None
    """Seconds that its clock is ahead of ours."""
    last: ServerSession | None = None
    """The customer's newest session that it remembers, over or not."""
    tested: Tested | None = None
    heard: Heard | None = None
    unseen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RadiusRow:
    """A row of a NAS's `/radius`. known: it leads to the customer's server, as the server is recorded here."""

    id: str
    address: str
    services: frozenset[str]
    disabled: bool
    known: bool
    secret: Secret | None = field(default=None, repr=False)
    port: int | None = None
    signed_only: bool = False
    """Answers without Message-Authenticator are dropped."""
    counters: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PppoeServer:
    """A row of `/interface/pppoe-server/server`. carries: why its interface carries nothing; empty: it does.
    most None: no limit."""

    id: str
    interface: str
    disabled: bool
    carries: str = ""
    most: int | None = None
    count: int | None = None
    profile: str = "default"

    @property
    def full(self) -> bool:
        """Whether it takes no session more."""
        return self.most is not None and self.count is not None and self.count >= self.most

    @property
    def open(self) -> bool:
        """Whether a dial is answered."""
        return not self.disabled and not self.carries and not self.full


@dataclass(frozen=True, slots=True)
class LocalRow:
    """A `/ppp/secret` of the customer's name that lets in by itself, before RADIUS is asked."""

    service: str
    password: Secret | None = field(default=None, repr=False)
    caller_id: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class PoolUse:
    """A pool, and those that it goes on to. missing: there is no pool of that name."""

    name: str
    total: int | None = None
    used: int | None = None
    missing: bool = False

    @property
    def empty(self) -> bool:
        """Whether no address is left."""
        return self.missing or (self.total is not None and self.used is not None and self.used >= self.total)


@dataclass(frozen=True, slots=True)
class NasFacts:
    """Of one NAS. error: nothing could be read, and why; blind: we have no access to its API at all."""

    name: str
    error: str = ""
    blind: bool = False
    six: bool = False
    sessions: tuple[SessionRow, ...] | None = None
    use_radius: bool | None = None
    rows: tuple[RadiusRow, ...] | None = None
    servers: tuple[PppoeServer, ...] | None = None
    local: LocalRow | None = None
    pool: PoolUse | None = None
    licence: Licence | None = None
    clock_off: float | None = None
    heard: Heard | None = None
    unseen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything. server None, a NAS that is missing: not read yet. hosts: by NAS the addresses that the server may
    know it by; kept: the last refusal that the database knows, with when a session was seen after it."""

    customer: Customer
    server_record: Server
    profile: Profile
    now: datetime
    holds: tuple[Hold, ...] = ()
    standing: Standing | None = None
    nas_records: tuple[Nas, ...] = ()
    hosts: tuple[tuple[str, frozenset[str]], ...] = ()
    server: ServerFacts | None = None
    nases: tuple[NasFacts, ...] = ()
    kept: Refusal | None = None
    kept_entered: datetime | None = None

    @property
    def live(self) -> tuple[SessionRow, ...]:
        """The customer's sessions on every NAS that was read."""
        return tuple(row for nas in self.nases for row in nas.sessions or ())

    @property
    def moving(self) -> tuple[SessionRow, ...]:
        """Those that the isolation does not hold."""
        return tuple(row for row in self.live if self.server_record.isolation_name not in row.lists)

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What every log that was read tells."""
        own = (self.server.heard,) if self.server is not None else ()
        return tuple(each for each in (*own, *(nas.heard for nas in self.nases)) if each is not None)

    @property
    def entered(self) -> datetime | None:
        """The last login that anybody tells of."""
        known = [each.entered for each in self.heard] + [self.kept_entered]
        return max((at for at in known if at is not None), default=None)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Since the last login, the newest last; one of the same second, at another router, may have come after it."""
        since = self.entered
        found = [each for heard in self.heard for each in heard.refusals]
        if self.kept is not None:
            found.append(self.kept)
        return tuple(sorted((each for each in found if since is None or each.at >= since), key=lambda each: each.at))

    @property
    def refusal(self) -> Refusal | None:
        """The last dial, if it was in vain; as the one who knows why tells it."""
        refusals = self.refusals
        if not refusals:
            return None
        last = refusals[-1]
        together = [each for each in refusals if last.at - each.at <= TOGETHER]
        clear = [each for each in together if each.cause is not RefusalCause.REJECTED]
        return clear[-1] if clear else last

    @property
    def caller(self) -> str:
        """The device that dialled last in vain, as far as a log tells."""
        return next((each.caller for each in reversed(self.refusals) if each.caller), "")

    @property
    def home(self) -> str | None:
        """The NAS that the customer dials in at; None: nothing tells."""
        if len(self.nas_records) == 1:
            return self.nas_records[0].name
        if self.live:
            return self.live[-1].nas
        names = {nas.name for nas in self.nas_records}
        told = [(each.at, each.router) for each in self.refusals if each.router in names]
        told += [(each.entered, each.router) for each in self.heard if each.entered and each.router in names]
        if told:
            return max(told)[1]
        last = self.server.last if self.server is not None else None
        if last is None:
            return None
        return next((name for name, hosts in self.hosts if last.nas_address in hosts), None)


def span(seconds: float) -> str:
    """A difference of clocks in words."""
    return str(timedelta(seconds=round(abs(seconds))))
