"""What takes vouchers to a router, whichever list there has them; and what the lists have in common.

A row on the router is ours if its comment is the batch's note. No other row is ever written to, whatever it is called.
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from radiusbridge.domain.errors import AlreadyThere, NotAllowed, PeerRefused
from radiusbridge.domain.records import Profile
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.accounts.rows import is_yes, shows_password
from radiusbridge.gateways.routers import Router, Rows
from radiusbridge.routeros.commands import equal
from radiusbridge.routeros.errors import RouterTrap, TrapKind

REMOVED_TOGETHER = 50
HIDDEN = "password?"
"""In place of what differs: the router does not show the password."""


Plans = dict[str, dict[str, list[Mapping[str, str]]]]
"""User Manager 7's plans, by profile and user, for whoever looks at several batches at a time."""


class CodeTaken(AlreadyThere):
    """The router has a row of that name that is none of the batch's."""


@dataclass(frozen=True, slots=True)
class VoucherTerms:
    """What the rows of a batch are to be on the router. note: their comment. Limits: seconds, bytes; None: none of its
    own. server: the hotspot server; empty: any."""

    note: str
    profile: Profile
    server: str = ""
    time_limit: int | None = None
    data_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the batch on the router. differs: what is not as wanted. plans: `.id` of what has to go with it."""

    id: str
    name: str
    differs: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()

    @property
    def repairable(self) -> bool:
        """Whether there is something to write."""
        return any(each != HIDDEN for each in self.differs)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a name says. found: its row, whoever made it; None: there is none. used: somebody has logged in
    with it, as far as the router tells."""

    found: Found | None = None
    comment: str = ""
    used: bool = False


class VoucherDesk(Protocol):
    """Vouchers of one batch on one router. Every method raises as `Router.read` or `Router.write`."""

    async def prepare(self) -> None:
        """See to it that there is the profile. PeerRefused: there is none, and it is not ours to make."""
        ...

    async def names(self) -> frozenset[str]:
        """What every row of the list is called, whoever made it."""
        ...

    async def found(self, passwords: Mapping[str, str]) -> dict[str, Found]:
        """The batch's rows by name, held against what they are to be. passwords: of each name."""
        ...

    async def one(self, name: str, password: str) -> Seen:
        """One name, in as few commands as it takes."""
        ...

    async def add(self, name: str, password: str) -> None:
        """Make a row. It is fine if it is there and the batch's; CodeTaken: it is another's."""
        ...

    async def complete(self, found: Found, password: str) -> None:
        """Write what differs."""
        ...

    async def remove(self, rows: Sequence[Found]) -> None:
        """Take rows away; those that are gone already are fine."""
        ...


async def streamed(router: Router, command: str, proplist: Sequence[str], *queries: str) -> Rows:
    """All rows of a print, however many, beside what else is asked."""
    rows: Rows = []
    async with router.long_print(command, queries=queries, proplist=proplist) as stream:
        while batch := await stream.batch():
            rows.extend(batch)
    return rows


async def made_or_there(
    router: Router, make: Awaitable[str | None], looked: tuple[str, str, str], note: str
) -> tuple[str, bool]:
    """(`.id` of a row that is being made, True), or (of one that an earlier try made whose answer was lost, False).

    looked: command, property and name by which it is found. CodeTaken: the row of that name is none of the batch's.
    """
    command, by, name = looked
    refusal: RouterTrap | None = None
    try:
        identifier = await make
        if identifier:
            return identifier, True
    except NotAllowed:
        raise
    except RouterTrap as trap:
        if trap.kind is not TrapKind.ALREADY_THERE:
            raise
        refusal = trap
    rows = await router.read(command, queries=(equal(by, name),), proplist=(".id", "comment"))
    ours = [row for row in rows if row.get("comment", "").startswith(note)]
    if ours:
        return ours[0][".id"], refusal is None
    if rows or refusal is not None:
        raise CodeTaken("the router has another of that name", target=safe(name, 40)) from refusal
    raise PeerRefused("it is not there after it was added", target=safe(name, 40))


async def removed(router: Router, command: str, identifiers: Sequence[str]) -> None:
    """Remove rows, many in a command; where one of them is gone, each by itself."""
    some = [identifiers[at : at + REMOVED_TOGETHER] for at in range(0, len(identifiers), REMOVED_TOGETHER)]
    for group in some:
        try:
            await router.write(command, {".id": ",".join(group)})
        except RouterTrap as trap:
            if trap.kind is not TrapKind.NO_SUCH_ITEM:
                raise
            for each in group:
                await gone_is_fine(router, command, each)


def about_login(row: Mapping[str, str], password: str | None) -> tuple[str, ...]:
    """What of a row's password, and whether it may log in, is not as wanted."""
    differs = ["disabled"] if is_yes(row.get("disabled")) else []
    shown = row.get("password", "")
    if password is not None and shown != password and not shows_password(shown, password):
        differs.append(HIDDEN if password and not shown.strip("*") else "password")
    return tuple(differs)
