"""Vouchers as users of User Manager 7: a user and its plan. The limits are those of the profile, which we keep."""

from collections.abc import Mapping, Sequence

from radiusbridge.domain.accounts import PlanState
from radiusbridge.domain.records import StartsAt
from radiusbridge.gateways.accounts.rows import Row, differing
from radiusbridge.gateways.accounts.userman7_isolation import ADDRESS_LIST, POOL
from radiusbridge.gateways.accounts.userman7_rows import plan_row
from radiusbridge.gateways.ports import AccountServer
from radiusbridge.gateways.routers import Router, together
from radiusbridge.gateways.vouchers.desk import (
    Found,
    Plans,
    Seen,
    VoucherTerms,
    about_login,
    made_or_there,
    removed,
    streamed,
)
from radiusbridge.routeros import menus
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.routeros.commands import Value, equal

_USER, _PLAN = menus.UM_USER, menus.UM_USER_PROFILE
_PLANS = (".id", "user", "profile", "state", "end-time")
PLAN, IN_FORCE = "plan", "plan in force"


class UserManager7Vouchers:
    """A `VoucherDesk`. accounts: the same server, which keeps the profile. plans: what other batches' desks have read a
    moment ago, and have to read no more; None: every look reads anew."""

    def __init__(
        self, router: Router, accounts: AccountServer, terms: VoucherTerms, plans: Plans | None = None
    ) -> None:
        self._router = router
        self._plans = plans
        self._accounts = accounts
        self._terms = terms
        profile = terms.profile
        self._given: dict[str, Value] = {"shared-users": profile.shared_users, "comment": terms.note}
        given = {POOL: profile.pool, ADDRESS_LIST: profile.address_list}
        attributes = AttributeList().merged({name: value for name, value in given.items() if value})
        if attributes.entries:
            self._given["attributes"] = str(attributes)

    async def prepare(self) -> None:
        """As the port says."""
        await self._accounts.ensure_profile(self._terms.profile)

    async def names(self) -> frozenset[str]:
        """As the port says."""
        rows = await streamed(self._router, _USER.command("print"), ("name",))
        return frozenset(row.get("name", "") for row in rows)

    async def found(self, passwords: Mapping[str, str]) -> dict[str, Found]:
        """As the port says."""
        plans = await self._of_profile()
        asked = (".id", "name", "password", "disabled", *self._given)
        rows = await streamed(self._router, _USER.command("print"), asked, equal("comment", self._terms.note))
        found = {}
        for row in rows:
            name = row.get("name", "")
            own = plans.get(name, [])
            differs = (*differing(_USER, row, self._given), *about_login(row, passwords.get(name)), *self._lacks(own))
            found[name] = Found(row[".id"], name, differs, tuple(plan[".id"] for plan in own))
        return found

    async def _of_profile(self) -> Mapping[str, Sequence[Row]]:
        name = self._terms.profile.name
        if self._plans is not None and name in self._plans:
            return self._plans[name]
        plans: dict[str, list[Row]] = {}
        asked = (".id", "user", "profile", "state")
        for row in await streamed(self._router, _PLAN.command("print"), asked, equal("profile", name)):
            plans.setdefault(row.get("user", ""), []).append(row)
        if self._plans is not None:
            self._plans[name] = plans
        return plans

    async def one(self, name: str, password: str) -> Seen:
        """As the port says: used, where there is a session of it, or its plan begins with a login and has begun."""
        asked = (".id", "name", "password", "disabled", *self._given)
        rows, own, sessions = await together(
            self._router.read(_USER.command("print"), queries=(equal("name", name),), proplist=asked),
            self._router.read(_PLAN.command("print"), queries=(equal("user", name),), proplist=_PLANS),
            self._router.read(menus.UM_SESSION.command("print"), queries=(equal("user", name),), proplist=("user",)),
        )
        given = {key: value for key, value in self._given.items() if key != "comment"}
        plans = [plan for plan in own if plan.get("profile") == self._terms.profile.name]
        for row in rows:
            differs = (*differing(_USER, row, given), *about_login(row, password), *self._lacks(plans))
            found = Found(row[".id"], name, differs, tuple(plan[".id"] for plan in own))
            return Seen(found, row.get("comment", ""), bool(sessions) or self._begun(plans))
        return Seen()

    def _begun(self, plans: Sequence[Row]) -> bool:
        profile = self._terms.profile
        by_login = bool(profile.validity) and profile.starts_at is StartsAt.FIRST_LOGIN
        begun = (plan for plan in plans if plan.get("end-time") and plan_row(plan).state is not PlanState.WAITING)
        return by_login and any(begun)

    def _lacks(self, plans: Sequence[Row]) -> tuple[str, ...]:
        if not plans:
            return (PLAN,)
        states = {plan_row(plan).state for plan in plans}
        waits = states <= {PlanState.RUNNING, PlanState.WAITING}
        return (IN_FORCE,) if waits and self._terms.profile.starts_at is StartsAt.ASSIGNED else ()

    async def add(self, name: str, password: str) -> None:
        """As the port says. Of a user who was there already, the plan is not given a second time."""
        given = {"name": name, "password": password, **self._given}
        made = self._router.write(_USER.command("add"), given)
        _, fresh = await made_or_there(self._router, made, (_USER.command("print"), "name", name), self._terms.note)
        if fresh:
            await self._assign(name)

    async def _assign(self, name: str) -> None:
        await self._router.write(_PLAN.command("add"), {"user": name, "profile": self._terms.profile.name})

    async def complete(self, found: Found, password: str) -> None:
        """As the port says."""
        wanted: dict[str, Value] = {**self._given, "password": password, "disabled": False}
        changes = {name: wanted[name] for name in found.differs if name in wanted}
        if changes:
            await self._router.write(_USER.command("set"), {".id": found.id, **changes})
        if PLAN in found.differs:
            await self._assign(found.name)
        elif IN_FORCE in found.differs:
            await self._router.write(f"{_PLAN.path}/activate-user-profile", {"numbers": found.plans[0]})

    async def remove(self, rows: Sequence[Found]) -> None:
        """As the port says: first what they may use, then they."""
        plans = [plan for row in rows for plan in row.plans]
        await removed(self._router, _PLAN.command("remove"), plans)
        await removed(self._router, _USER.command("remove"), [row.id for row in rows])
