"""Rows as `Tables` reads them, typed: a user's, a group's, a session's. Pure.

Each has the table (`part`), the user or group whose it is, attribute, operator and value, and its number (`n`).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from radiusbridge.domain.accounts import ServerSession
from radiusbridge.gateways.accounts.freeradius_rows import (
    ASIDE,
    CHECK,
    GROUP_CHECK,
    GROUP_REPLY,
    MEMBERS,
    REPLY,
    SESSIONS,
    Group,
    Member,
    Pair,
    UserRows,
)


class Read(Protocol):
    """A row of any table. None: NULL, which somebody's own schema may allow."""

    @property
    def part(self) -> str:
        """The table."""
        ...

    @property
    def owner(self) -> str:
        """User or group."""
        ...

    @property
    def attribute(self) -> str | None:
        """Of radusergroup the group; of radacct the session's id."""
        ...

    @property
    def op(self) -> str | None:
        """Of radacct the NAS's address."""
        ...

    @property
    def value(self) -> str | None:
        """Of radusergroup the priority; of radacct the user's address and device, a line each."""
        ...

    @property
    def n(self) -> int:
        """Its number; 0 where rows have none."""
        ...


def users(rows: Iterable[Read], named: Sequence[str] = ()) -> Iterator[UserRows]:
    """Rows by their users, in the order in which these come; those that are named also without any row."""
    own: dict[str, list[Read]] = {name: [] for name in named}
    for row in rows:
        if row.part in {CHECK, REPLY, MEMBERS, SESSIONS}:
            own.setdefault(whose(row.owner), []).append(row)
    for name, found in own.items():
        yield user(name, found)


def whose(owner: str) -> str:
    """The user whom a row is of."""
    return owner.removeprefix(ASIDE)


def session(row: Read) -> ServerSession:
    """An open session."""
    address, _, caller = (row.value or "").partition("\n")
    return ServerSession(str(row.n), row.attribute or "", row.op or "", address, caller)


def user(username: str, rows: Iterable[Read]) -> UserRows:
    """One user's rows."""
    pairs: dict[tuple[str, bool], list[Pair]] = {}
    members: list[tuple[int, int, str]] = []
    open_: list[ServerSession] = []
    for row in sorted(rows, key=lambda row: row.n):
        if row.part == MEMBERS:
            members.append((int(row.value or 0), row.n, row.attribute or ""))
        elif row.part == SESSIONS:
            open_.append(session(row))
        elif row.part in {CHECK, REPLY}:
            pairs.setdefault((row.part, row.owner != username), []).append(_pair(row))

    def of(part: str, aside_: bool) -> tuple[Pair, ...]:
        return tuple(pairs.get((part, aside_), ()))

    return UserRows(
        username,
        of(CHECK, False),
        of(REPLY, False),
        tuple(Member(group, priority) for priority, _, group in sorted(members)),
        of(CHECK, True),
        of(REPLY, True),
        tuple(open_),
    )


def _pair(row: Read) -> Pair:
    return Pair(row.attribute or "", (row.op or "").strip(), row.value or "")


def groups(rows: Iterable[Read]) -> dict[str, Group]:
    """What is said of groups, by name."""
    pairs: dict[str, dict[str, list[Pair]]] = {}
    for row in sorted((each for each in rows if each.part in {GROUP_CHECK, GROUP_REPLY}), key=lambda row: row.n):
        of_group = pairs.setdefault(row.owner, {})
        of_group.setdefault(row.part, []).append(_pair(row))
    return {
        name: Group(tuple(own.get(GROUP_CHECK, ())), tuple(own.get(GROUP_REPLY, ()))) for name, own in pairs.items()
    }
