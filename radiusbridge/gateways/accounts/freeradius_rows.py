"""A user's rows in FreeRADIUS's own tables, and what FreeRADIUS 3 makes of them. Pure.

rlm_sql reads radcheck, then radreply, then the groups by priority: the first whose check items match, and the next
only where a group's reply says `Fall-Through = Yes`. So the first group is the plan in force; our isolation stands
before it. What has to be put aside while a customer is walled keeps its row, under a name that nobody logs in with.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from radiusbridge.domain.accounts import AccountRow, PlanRow, PlanState, ServerSession
from radiusbridge.gateways.accounts.freeradius_values import meant

CHECK, REPLY, MEMBERS = "radcheck", "radreply", "radusergroup"
GROUP_CHECK, GROUP_REPLY = "radgroupcheck", "radgroupreply"
SESSIONS = "radacct"
ASIDE = "radiusbridge aside "
"""What the name begins with under which a walled customer's rows wait."""

PASSWORD = "Cleartext-Password"  # noqa: S105 - the attribute's name
AUTH_TYPE, REJECT = "Auth-Type", "Reject"
CALLER = "Calling-Station-Id"
EXPIRATION = "Expiration"
SHARED = "Simultaneous-Use"
FALL_THROUGH = "Fall-Through"
ADDRESS, POOL = "Framed-IP-Address", "Framed-Pool"
ADDRESS_LIST, RATE = "Mikrotik-Address-List", "Mikrotik-Rate-Limit"

ASSIGNS = frozenset({":=", "=", "+="})
"""Operators by which a check item is set; the others compare it with the request."""
_CLEAR = frozenset({"cleartext-password", "user-password"})
_DATES = ("%b %d %Y %H:%M:%S", "%d %b %Y %H:%M:%S", "%b %d %Y", "%d %b %Y", "%d %b %Y %H:%M", "%b %d %Y %H:%M")


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of radcheck, radreply, radgroupcheck or radgroupreply. value: as stored; it may be a password."""

    attribute: str
    op: str
    value: str = field(repr=False)

    def named(self, attribute: str) -> bool:
        """Whether it is of that attribute; FreeRADIUS's dictionary knows no case."""
        return self.attribute.casefold() == attribute.casefold()

    @property
    def text(self) -> str | None:
        """What FreeRADIUS reads there."""
        return meant(self.value)

    @property
    def rejects(self) -> bool:
        """Whether it turns every login down."""
        return self.named(AUTH_TYPE) and self.op in ASSIGNS and (self.text or "").casefold() == REJECT.casefold()

    @property
    def is_password(self) -> bool:
        """Whether it is a password in any form."""
        return self.attribute.casefold().endswith("-password") or self.named("Password-With-Header")


Pairs = tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What is said of a group."""

    check: Pairs = ()
    reply: Pairs = ()

    @property
    def falls_through(self) -> bool:
        """Whether the next group is read as well."""
        return any(pair.named(FALL_THROUGH) and (pair.text or "").casefold() in {"yes", "1"} for pair in self.reply)

    @property
    def rejects(self) -> bool:
        """Whether it turns its members down."""
        return any(pair.rejects for pair in self.check)


Groups = Mapping[str, Group]


@dataclass(frozen=True, slots=True)
class Member:
    """A row of radusergroup."""

    group: str
    priority: int = 0


@dataclass(frozen=True, slots=True)
class UserRows:
    """All of a user's rows. members: in FreeRADIUS's order. aside_…: what waits while the customer is walled."""

    username: str
    check: Pairs = ()
    reply: Pairs = ()
    members: tuple[Member, ...] = ()
    aside_check: Pairs = ()
    aside_reply: Pairs = ()
    sessions: tuple[ServerSession, ...] = ()

    @property
    def there(self) -> bool:
        """Whether it is an account: something may be said of a name without one."""
        return bool(self.check or self.members)

    def of(self, table: str) -> Pairs:
        """The pairs in a table."""
        return self.check if table == CHECK else self.reply

    def static(self) -> str:
        """The address of its own, put aside or not; '' for none."""
        return next((pair.text or "" for pair in (*self.reply, *self.aside_reply) if pair.named(ADDRESS)), "")

    def caller_id(self) -> str:
        """The device that it is locked to; '' for none."""
        return next((pair.text or "" for pair in self.check if pair.named(CALLER) and pair.op not in ASSIGNS), "")

    def password(self) -> str | None:
        """The password; None: there is none, or only a form of it that cannot be read back."""
        own = [pair for pair in self.check if pair.is_password]
        return own[0].text if len(own) == 1 and own[0].attribute.casefold() in _CLEAR else None

    def has_password(self) -> bool:
        """Whether there is one in any form."""
        return any(pair.is_password for pair in self.check)

    def expires(self) -> Pairs:
        """What says when the account ends."""
        return tuple(pair for pair in (*self.check, *self.aside_check) if pair.named(EXPIRATION) and pair.op in ASSIGNS)

    def over(self, now: datetime) -> bool:
        """Whether it has ended."""
        return any((end := moment(pair.text or "")) is not None and end <= now for pair in self.expires())

    def in_force(self, groups: Groups) -> Iterator[str]:
        """The groups that FreeRADIUS reads, in order."""
        stops = (pair for pair in self.reply if pair.named(FALL_THROUGH))
        if any((pair.text or "").casefold() in {"no", "0"} for pair in stops):
            return
        for member in self.members:
            yield member.group
            if not groups.get(member.group, Group()).falls_through:
                return


def moment(text: str) -> datetime | None:
    """An Expiration: seconds since 1970, or a date as people write them, taken for UTC since the server's own zone is
    not known; None: it cannot be read."""
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC) if len(text) < 12 else None
    for form in _DATES:
        try:
            return datetime.strptime(" ".join(text.split()), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def aside(username: str) -> str:
    """The name under which a walled customer's rows wait."""
    return f"{ASIDE}{username}"


def account_row(rows: UserRows, groups: Groups, isolation: str, pool: str | None, now: datetime) -> AccountRow:
    """The account as every kind of server tells it. pool: of the isolation; an address of its own would pass it by."""
    read = tuple(rows.in_force(groups))
    over = rows.over(now)
    ends = next((str(end) for pair in rows.expires() if (end := moment(pair.text or "")) is not None), "")
    plans = tuple(
        PlanRow("", member.group, _state(member.group, read, isolation, over=over), ends)
        for member in {member.group: member for member in rows.members}.values()
    )
    whole = not (pool and any(pair.named(ADDRESS) for pair in rows.reply))
    walled = whole and any(member.group == isolation for member in rows.members)
    shut = any(groups.get(name, Group()).rejects for name in read)
    return AccountRow(
        id=rows.username,
        username=rows.username,
        disabled=shut or any(pair.rejects for pair in rows.check),
        group=isolation if walled else "default",
        shared_users=_shared(rows, groups, read),
        caller_id=rows.caller_id(),
        attributes=",".join(f"{pair.attribute}:{pair.text or ''}" for pair in (*rows.reply, *rows.aside_reply)),
        plans=plans,
        sessions=rows.sessions,
    )


def _state(group: str, read: tuple[str, ...], isolation: str, *, over: bool) -> PlanState:
    if over and group != isolation:
        return PlanState.USED
    if not read:
        return PlanState.UNKNOWN
    return PlanState.RUNNING_ACTIVE if group == read[0] else PlanState.RUNNING


def _shared(rows: UserRows, groups: Groups, read: Iterable[str]) -> int | None:
    """The limit that counts: a group's takes the place of the user's."""
    found: int | None = None
    for pairs in (rows.check, *(groups.get(name, Group()).check for name in read)):
        for pair in pairs:
            if pair.named(SHARED) and pair.op in ASSIGNS and (pair.text or "").isdecimal():
                found = int(pair.text or 0)
    return found
