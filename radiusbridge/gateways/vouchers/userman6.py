"""Vouchers as users of User Manager 6. A plan that waits for the first login may not be shown: it is noted beside."""

from collections.abc import Mapping, Sequence

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.records import Server
from radiusbridge.gateways.accounts.rows import Row, differing
from radiusbridge.gateways.accounts.userman6_profiles import Profiles
from radiusbridge.gateways.accounts.userman6_rows import WAITING, name_of, never_seen, noted, plan_name
from radiusbridge.gateways.accounts.userman6_users import Users
from radiusbridge.gateways.ports import AccountServer
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.vouchers.desk import Found, Seen, VoucherTerms, about_login, made_or_there, removed, streamed
from radiusbridge.gateways.vouchers.userman7 import PLAN
from radiusbridge.routeros import menus6
from radiusbridge.routeros.commands import Value, equal

_USER = menus6.UM_USER
_NAMES = ("username", "name")
_ASKED = (".id", *_NAMES, "password", "disabled", "shared-users", "actual-profile", "last-seen", "comment")


class UserManager6Vouchers:
    """A `VoucherDesk`. accounts: the same server, which keeps the profile."""

    def __init__(
        self, router: Router, accounts: AccountServer, server: Server, terms: VoucherTerms, clock: Clock
    ) -> None:
        self._router = router
        self._accounts = accounts
        self._terms = terms
        self._profiles = Profiles(router, server.owner, clock)
        self._users = Users(router, server.owner, self._profiles)
        self._given: dict[str, Value] = {"shared-users": terms.profile.shared_users}
        self._waiting = noted(terms.note, {WAITING: terms.profile.name})

    async def prepare(self) -> None:
        """As the port says."""
        await self._accounts.ensure_profile(self._terms.profile)

    async def names(self) -> frozenset[str]:
        """As the port says."""
        return frozenset(map(name_of, await streamed(self._router, _USER.command("print"), _NAMES)))

    async def found(self, passwords: Mapping[str, str]) -> dict[str, Found]:
        """As the port says."""
        either = (equal("comment", self._terms.note), equal("comment", self._waiting), "?#|")
        found = {}
        for row in await streamed(self._router, _USER.command("print"), _ASKED, *either):
            name = name_of(row)
            differs = (*differing(_USER, row, self._given), *about_login(row, passwords.get(name)), *self._lacks(row))
            found[name] = Found(row[".id"], name, differs)
        return found

    async def one(self, name: str, password: str) -> Seen:
        """As the port says: used, where User Manager has seen it."""
        rows = await self._router.read(_USER.command("print"), queries=(equal("username", name),), proplist=_ASKED)
        for row in rows:
            differs = (*differing(_USER, row, self._given), *about_login(row, password), *self._lacks(row))
            return Seen(Found(row[".id"], name, differs), row.get("comment", ""), not never_seen(row))
        return Seen()

    def _lacks(self, row: Row) -> tuple[str, ...]:
        # of a guest who came, a plan that is not shown may be over: it is not given again
        return (PLAN,) if never_seen(row) and plan_name(row) != self._terms.profile.name else ()

    async def add(self, name: str, password: str) -> None:
        """As the port says. Of a user who was there already, the plan is not given a second time."""
        given: dict[str, Value] = {"password": password, "comment": self._terms.note, **self._given}
        made = self._users.add(name, given)
        by = (_USER.command("print"), "username", name)
        identifier, fresh = await made_or_there(self._router, made, by, self._terms.note)
        if fresh:
            await self._assign(identifier, name, new=True)

    async def _assign(self, identifier: str, name: str, *, new: bool) -> None:
        row = {".id": identifier, "username": name}
        if await self._users.put_in_force(row, self._terms.profile.name, new=new):
            await self._users.set(identifier, {"comment": self._waiting})

    async def complete(self, found: Found, password: str) -> None:
        """As the port says."""
        wanted: dict[str, Value] = {**self._given, "password": password, "disabled": False}
        changes = {name: wanted[name] for name in found.differs if name in wanted}
        if changes:
            await self._users.set(found.id, changes)
        if PLAN in found.differs:
            await self._assign(found.id, found.name, new=False)

    async def remove(self, rows: Sequence[Found]) -> None:
        """As the port says; the plans go along."""
        await removed(self._router, _USER.command("remove"), [row.id for row in rows])
