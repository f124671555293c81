"""What has to be written so that an account of a FreeRADIUS is as wanted: worked out from its rows, without any I/O."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from radiusbridge.domain.accounts import Access, AccessChange
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Server
from radiusbridge.domain.values import format_rate
from radiusbridge.gateways.accounts.freeradius_rows import (
    ADDRESS,
    ADDRESS_LIST,
    ASIDE,
    ASSIGNS,
    AUTH_TYPE,
    CALLER,
    CHECK,
    EXPIRATION,
    FALL_THROUGH,
    PASSWORD,
    POOL,
    RATE,
    REJECT,
    REPLY,
    Group,
    Pairs,
    UserRows,
    aside,
)
from radiusbridge.gateways.accounts.freeradius_values import stored
from radiusbridge.gateways.ports import WantedAccount

FIRST = 1
"""The priority of an only group."""


@dataclass(frozen=True, slots=True)
class Put:
    """An attribute with one value. there: how many rows there are of it; one is changed, more are made one."""

    table: str
    owner: str
    attribute: str
    op: str
    value: str = field(repr=False)
    there: int = 0


@dataclass(frozen=True, slots=True)
class Drop:
    """Rows of an attribute gone: of all values, or of one as stored."""

    table: str
    owner: str
    attribute: str
    value: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Move:
    """Rows of an attribute under another name."""

    table: str
    owner: str
    to: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Join:
    """A member of a group, at a priority. there: it is one already, at another."""

    owner: str
    group: str
    priority: int
    there: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """No member of the group any more."""

    owner: str
    group: str


Edit = Put | Drop | Move | Join | Leave


def _plain(wanted: WantedAccount) -> bool:
    """Whether nothing but its password and plan would be written: as of most of thousands."""
    return not (wanted.caller_id or wanted.static_address or wanted.disabled)


def put(table: str, owner: str, attribute: str, op: str, text: str, have: Pairs) -> Iterator[Edit]:
    """The attribute with this text and no other; nothing where it is so. `=` and `:=` set a check item alike."""
    own = [pair for pair in have if pair.named(attribute)]
    alike = ASSIGNS if op in ASSIGNS else {op}
    if len(own) == 1 and own[0].op in alike and own[0].text == text:
        return
    yield Put(table, owner, attribute, op, stored(text), len(own))


@dataclass(frozen=True, slots=True)
class Writing:
    """How accounts of one server are written. pool: of the isolation."""

    isolation: str
    pool: str | None = None

    @classmethod
    def of(cls, server: Server) -> "Writing":
        """As that server's record says."""
        return cls(server.isolation_name, server.isolation_pool)

    # -- the account

    def account(self, rows: UserRows | None, wanted: WantedAccount, now: datetime) -> list[Edit]:
        """Create or complete it. rows: None where nothing is said of that name. BadInput."""
        username = wanted.username
        if username.startswith(ASIDE):
            raise BadInput(f"names that begin with “{ASIDE}” are our own there", hint="give the customer another one")
        if rows is None and wanted.password and _plain(wanted):
            secret = Put(CHECK, username, PASSWORD, ":=", stored(wanted.password.reveal()))
            return [secret, Join(username, wanted.profile.name, FIRST)]
        rows = rows or UserRows(username)
        edits = [*self._password(rows, wanted), *self.fields(rows, wanted)]
        if not rows.there and wanted.disabled:
            edits.append(Put(CHECK, rows.username, AUTH_TYPE, ":=", REJECT))
        if wanted.anew and rows.over(now):
            edits += _drop_all(rows, EXPIRATION)
        edits += self._plan(rows, wanted.profile.name)
        if wanted.retired not in {"", wanted.profile.name}:
            gone = [member.group for member in rows.members if member.group == wanted.retired]
            edits += [Leave(rows.username, group) for group in gone[:1]]
        return edits

    def _password(self, rows: UserRows, wanted: WantedAccount) -> Iterator[Edit]:
        if wanted.password is None or not wanted.password:
            if not rows.there:
                raise BadInput(
                    f"the account {wanted.username} would be made without a password",
                    hint="give the customer a password first: nobody could log in without one",
                )
            return
        text = wanted.password.reveal()
        if rows.password() == text:
            return
        own = [pair for pair in rows.check if pair.named(PASSWORD)]
        for other in {pair.attribute for pair in rows.check if pair.is_password and not pair.named(PASSWORD)}:
            # FreeRADIUS would take the first form of a password that it finds
            yield Drop(CHECK, rows.username, other)
        yield Put(CHECK, rows.username, PASSWORD, ":=", stored(text), len(own))

    def fields(self, rows: UserRows, wanted: WantedAccount) -> Iterator[Edit]:
        """Lock and address; what `wanted` leaves out (None) stays."""
        lock = wanted.caller_id
        if lock == "bind":
            raise BadInput(
                f"{wanted.username} is to be locked to the first device that comes, which FreeRADIUS cannot do",
                hint="give the device's MAC address (customer edit --caller-id), or none",
            )
        compared = tuple(pair for pair in rows.check if pair.named(CALLER))
        if lock:
            yield from put(CHECK, rows.username, CALLER, "==", lock, compared)
        elif lock == "" and compared:
            yield Drop(CHECK, rows.username, CALLER)
        if wanted.static_address is not None:
            yield from self._address(rows, wanted.static_address)

    def _address(self, rows: UserRows, address: str) -> Iterator[Edit]:
        waits = self._walls(rows) and bool(self.pool)
        here, other = (aside(rows.username), rows.username) if waits else (rows.username, aside(rows.username))
        have, elsewhere = (rows.aside_reply, rows.reply) if waits else (rows.reply, rows.aside_reply)
        if any(pair.named(ADDRESS) for pair in elsewhere):
            yield Drop(REPLY, other, ADDRESS)
        if address:
            yield from put(REPLY, here, ADDRESS, ":=", address, have)
        elif any(pair.named(ADDRESS) for pair in have):
            yield Drop(REPLY, here, ADDRESS)

    def _walls(self, rows: UserRows) -> bool:
        return any(member.group == self.isolation for member in rows.members)

    # -- groups

    def _plan(self, rows: UserRows, plan: str) -> list[Edit]:
        """The plan before all others but the isolation."""
        edits: list[Edit] = []
        others = [member.priority for member in rows.members if member.group not in {plan, self.isolation}]
        own = [member.priority for member in rows.members if member.group == plan]
        if own and all(max(own) < other for other in others):
            rank = max(own)
        else:
            rank = min(others) - 1 if others else FIRST
            edits.append(Join(rows.username, plan, rank, bool(own)))
        walls = [member.priority for member in rows.members if member.group == self.isolation]
        if walls and max(walls) >= rank:
            edits.append(Join(rows.username, self.isolation, rank - 1, there=True))
        return edits

    def access(self, rows: UserRows, change: AccessChange, now: datetime) -> list[Edit]:
        """Reject, wall or open it."""
        if change.access is Access.REJECT:
            if any(pair.rejects for pair in rows.check):
                return []
            return [Put(CHECK, rows.username, AUTH_TYPE, ":=", REJECT)]
        edits: list[Edit] = [Drop(CHECK, rows.username, AUTH_TYPE, pair.value) for pair in rows.check if pair.rejects]
        return edits + (self._wall(rows) if change.access is Access.WALLED else self._open(rows, change, now))

    def _wall(self, rows: UserRows) -> list[Edit]:
        edits: list[Edit] = []
        others = [member.priority for member in rows.members if member.group != self.isolation]
        own = [member.priority for member in rows.members if member.group == self.isolation]
        if not own or any(max(own) >= other for other in others):
            edits.append(Join(rows.username, self.isolation, min(others, default=FIRST) - 1, bool(own)))
        edits += _moved(CHECK, rows.check, rows.username, aside(rows.username), EXPIRATION)
        if self.pool:
            edits += _moved(REPLY, rows.reply, rows.username, aside(rows.username), ADDRESS)
        edits += _moved(REPLY, rows.reply, rows.username, aside(rows.username), FALL_THROUGH)
        return edits

    def _open(self, rows: UserRows, change: AccessChange, now: datetime) -> list[Edit]:
        edits: list[Edit] = [Leave(rows.username, self.isolation)] if self._walls(rows) else []
        for table, have, kept in ((CHECK, rows.check, rows.aside_check), (REPLY, rows.reply, rows.aside_reply)):
            for name in dict.fromkeys(pair.attribute for pair in kept):
                newer = any(pair.named(name) for pair in have)
                waiting = aside(rows.username)
                edits.append(Drop(table, waiting, name) if newer else Move(table, waiting, rows.username, name))
        if change.anew and rows.over(now):
            edits = [edit for edit in edits if not (isinstance(edit, Move) and edit.table == CHECK)]
            edits += _drop_all(rows, EXPIRATION)
        if change.profile and all(member.group != change.profile for member in rows.members):
            others = [member.priority for member in rows.members if member.group != self.isolation]
            edits.append(Join(rows.username, change.profile, min(others) - 1 if others else FIRST))
        return edits


def _drop_all(rows: UserRows, attribute: str) -> list[Edit]:
    places = ((rows.username, rows.check), (aside(rows.username), rows.aside_check))
    return [Drop(CHECK, owner, attribute) for owner, have in places if any(pair.named(attribute) for pair in have)]


def _moved(table: str, have: Pairs, owner: str, to: str, attribute: str) -> list[Edit]:
    return [Move(table, owner, to, attribute)] if any(pair.named(attribute) for pair in have) else []


def isolation_edits(server: Server, have: Group, table: str) -> list[Edit]:
    """What the isolation's group has to say in its replies: in the place of all that a customer's own rows say."""
    name, rate = server.isolation_name, server.isolation_rate
    wanted = {ADDRESS_LIST: name}
    if rate:
        wanted[RATE] = f"{format_rate(rate)}/{format_rate(rate)}"
    if server.isolation_pool:
        wanted[POOL] = server.isolation_pool
    edits: list[Edit] = []
    for attribute, text in wanted.items():
        own = [pair for pair in have.reply if pair.named(attribute)]
        if len(own) != 1 or own[0].op != ":=" or own[0].text != text:
            edits.append(Put(table, name, attribute, ":=", stored(text), len(own)))
    if have.falls_through:
        # the plan's group would be read after it
        edits.append(Drop(table, name, FALL_THROUGH))
    return edits
