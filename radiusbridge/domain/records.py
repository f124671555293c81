"""What the database holds, as frozen values (design 4). `id` 0 means: not stored yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from radiusbridge.domain.endpoints import DaeAccess as DaeAccess
from radiusbridge.domain.endpoints import LoginMethod as LoginMethod
from radiusbridge.domain.endpoints import RadiusAccess as RadiusAccess
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.record_words import HoldKind as HoldKind
from radiusbridge.domain.record_words import Policy as Policy
from radiusbridge.domain.record_words import Service as Service
from radiusbridge.domain.record_words import StartsAt as StartsAt
from radiusbridge.domain.record_words import TlsMode as TlsMode
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Status, Verdict


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """How to reach a router's API."""

    host: str
    port: int
    user: str
    password: Secret
    tls: TlsMode = TlsMode.PLAIN
    fingerprint: str | None = None
    """SHA-256 of the certificate, hex; pinning replaces the check by authority."""
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class SqlAccess:
    """How to reach the PostgreSQL database that a FreeRADIUS reads its accounts from."""

    host: str
    port: int
    user: str
    password: Secret
    database: str = "radius"
    tls: TlsMode = TlsMode.PLAIN
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A RADIUS server that we provision: by the API of its router, or in its SQL database. One of both is known."""

    name: str
    kind: str
    api: ApiAccess | None
    id: int = 0
    radius: RadiusAccess | None = None
    isolation_policy: Policy = Policy.REJECT
    isolation_name: str = "isolir"
    """Name of the isolation group, profile and address list that we make and keep."""
    isolation_rate: int = 256_000
    isolation_pool: str | None = None
    owner: str = "admin"
    """User Manager 6's customer."""
    method: LoginMethod = LoginMethod.PAP
    priority: int = 100
    standby: bool = False
    sql: SqlAccess | None = None

    @property
    def home(self) -> tuple[str, int]:
        """Host and port of where its accounts are kept."""
        access = self.api or self.sql
        return ("", 0) if access is None else (access.host, access.port)

    @property
    def router(self) -> ApiAccess:
        """The API of the router that it is. BadInput: it is none."""
        if self.api is None:
            words = f"its accounts are in a database ({self.kind}), and it is no router"
            raise BadInput(words, target=self.name, hint="name a NAS, or a server that is a router")
        return self.api


@dataclass(frozen=True, slots=True)
class Nas:
    """A router where sessions live."""

    name: str
    server_id: int
    id: int = 0
    dae: DaeAccess | None = None
    api: ApiAccess | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A bandwidth profile. Rates in bits a second, sizes in bytes, times in seconds; None: none."""

    name: str
    rate_up: int
    rate_down: int
    id: int = 0
    service: Service = Service.PPPOE
    burst_up: int | None = None
    burst_down: int | None = None
    burst_threshold_up: int | None = None
    burst_threshold_down: int | None = None
    burst_time: int | None = None
    priority: int | None = None
    validity: int | None = None
    starts_at: StartsAt = StartsAt.ASSIGNED
    price: int = 0
    currency: str = "IDR"
    shared_users: int = 1
    pool: str | None = None
    address_list: str | None = None
    time_quota: int | None = None
    data_quota: int | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer and the account that they dial with."""

    number: str
    username: str
    server_id: int
    profile_id: int
    id: int = 0
    name: str = ""
    phone: str = ""
    address: str = ""
    area: str = ""
    odp: str = ""
    vlan: str = ""
    note: str = ""
    service: Service = Service.PPPOE
    password: Secret | None = None
    static_address: str | None = None
    routes: str | None = None
    caller_id: str | None = None
    """A MAC address, `bind` (User Manager adopts the first device), or None."""
    paid_until: datetime | None = None
    """The last paid day, whole, of the operator's zone."""
    grace_days: int | None = None
    """Days after it before the customer is due; None: the default."""
    exempt: str = ""
    """Why no due run ever isolates this customer; empty: it may."""
    promise_until: datetime | None = None
    """The last day of a promise to pay; until then no due run isolates."""
    billing_day: int | None = None
    """The day of the month up to which renewals pay, 1 to 31, so that the 31st comes back after a shorter month."""
    test_account: bool = False
    """An account made for test logins: nobody dials with it, so a probe may log in as it at any time."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """Of a customer no more than a list of ten thousand sessions shows: kept for each, where a whole record would take
    three times as much."""

    number: str
    username: str
    server_id: int
    profile_id: int
    id: int
    name: str
    area: str

    @property
    def customer(self) -> Customer:
        """As a record; everything else is as if nobody had said it."""
        return Customer(self.number, self.username, self.server_id, self.profile_id, self.id, self.name, area=self.area)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a customer is kept out. Access = no open hold."""

    customer_id: int
    kind: HoldKind
    owner: str
    since: datetime
    id: int = 0
    reason: str = ""
    ticket: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""


class Intent(StrEnum):
    """What an operation is for."""

    ISOLATE = "isolate"
    ACTIVATE = "activate"
    KICK = "kick"
    PROVISION = "provision"
    """Account and plan on the server as the database says."""
    REMOVE = "remove"
    """Account gone from the server."""
    APPLY = "apply"
    """The profile's rate in force on the customer's live sessions, without a drop."""
    SPEED = "speed"
    """Another rate in force on the customer's live sessions, or back to the profile's."""
    PROFILE_ENSURE = "profile-ensure"
    """A profile on the server as the database says."""
    PROFILE_REMOVE = "profile-remove"
    """A profile gone from the server."""
    VOUCHER_END = "voucher-end"
    """A voucher gone from its router: it has expired, or was made void."""
    REBOOT = "reboot"
    """A router started anew, and what it had before there again."""
    FILL = "fill"
    """An account on the server for every customer of it who has none there."""
    FAILOVER = "failover"
    """The NASes of a pair of servers ask the other one, which is the active one from then on."""
    MIRROR = "mirror"
    """An account, or a profile, on a standby as the database says, or gone from it."""
    RENEW = "renew"
    """Paid-until, and holds that open nothing: only recorded, and over when it is entered."""
    IMPORT = "import"
    """Customers taken into the database from a list: only recorded, as a renewal."""


PROFILE_INTENTS = (Intent.PROFILE_ENSURE, Intent.PROFILE_REMOVE)
"""Intents about a profile on a server: no customer, and the profile's name in place of a user name."""
ROUTER_INTENTS = (Intent.REBOOT,)
"""Intents about a router itself: no customer, and the router's name in place of a user name. They ask no account
server, and so wait for none."""
PAIR_INTENTS = (Intent.FAILOVER,)
"""Intents about a pair of servers: no customer, and the server's name in place of a user name. One of the two is dark
when they matter most, and so they wait for none."""
UNHELD = (*ROUTER_INTENTS, *PAIR_INTENTS)
"""Intents that a dark server does not hold up."""
SERVER_INTENTS = (Intent.FILL,)
"""Intents about all accounts of a server: no customer, and the server's name in place of a user name."""
_ABOUT = {
    **dict.fromkeys(PROFILE_INTENTS, "profile"),
    **dict.fromkeys(ROUTER_INTENTS, "router"),
    **dict.fromkeys(PAIR_INTENTS, "pair"),
    **dict.fromkeys(SERVER_INTENTS, "server"),
}


def about(intent: Intent) -> str:
    """What an intent is about: `profile`, `router`, `pair`, `server` or `account`."""
    return _ABOUT.get(intent, "account")


@dataclass(frozen=True, slots=True)
class Lease:
    """Who carries an operation out, until when. The epoch grows with each claim."""

    owner: str
    epoch: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Operation:
    """The journal's row."""

    intent: Intent
    server_id: int
    customer_id: int
    username: str
    wanted: Mapping[str, object]
    """What is to be reached and how (policy, settle, deadline …): JSON values, never a secret."""
    id: int = 0
    key: str = ""
    """Unique external key; the same key submitted twice is the same operation."""
    sequence: int = 0
    """Order among the operations of one server and customer."""
    rows_before: Mapping[str, object] | None = None
    status: Status = Status.QUEUED
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()
    """Why the verdict is what it is, one sentence each; why it waits, while it waits."""
    lease: Lease | None = None
    attempts: int = 0
    not_before: datetime | None = None
    who: str = ""
    channel: str = ""
    reason: str = ""
    created_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of evidence: what was done or seen. Append-only."""

    operation_id: int
    name: str
    """What was done or seen, e.g. `list-sessions`."""
    outcome: str
    started_at: datetime
    duration: float
    """Seconds."""
    text: str
    """One sentence for an operator."""
    detail: Mapping[str, object] = field(default_factory=dict)
    """JSON values: which packet, which reply, which row; never a secret."""
    sequence: int = 0
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who changed what, when, from what to what. Secrets appear as `***`."""

    at: datetime
    who: str
    channel: str
    action: str
    subject: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    id: int = 0
    operation_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """What others will want to hear; written in the same transaction as the change."""

    at: datetime
    kind: str
    subject: str
    body: Mapping[str, object]
    id: int = 0
