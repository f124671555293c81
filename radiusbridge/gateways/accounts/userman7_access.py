"""Reject, wall and open an account on User Manager 7, writing only what differs.

Rejecting is `disabled=yes`. A walled account is in the isolation group with the isolation profile in force, while the
customer's own `user-profile` row stays, so that its validity is what it was when the account is opened again.
"""

from collections.abc import Coroutine
from typing import Any

from radiusbridge.domain.accounts import AccessChange, AccountRow, PlanRow, PlanState
from radiusbridge.gateways.accounts import aside
from radiusbridge.gateways.accounts.access_writing import RouterAccessWriter
from radiusbridge.gateways.accounts.again import ReadAccount
from radiusbridge.gateways.accounts.userman7_isolation import Isolation
from radiusbridge.gateways.accounts.userman7_rows import PLAN_PROPERTIES, PROFILE, USER, USER_PROFILE, plan_row
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.errors import RouterTrap, TrapKind

Work = Coroutine[Any, Any, object]


class AccessWriter(RouterAccessWriter):
    """Brings accounts of User Manager 7 to a wanted access."""

    def __init__(self, router: Router, isolation: Isolation, read_account: ReadAccount) -> None:
        super().__init__(router, read_account, isolation.forget)
        self._isolation = isolation

    async def _disable(self, account: AccountRow) -> None:
        await self._set_user(account, {"disabled": True})

    async def _wall(self, account: AccountRow, change: AccessChange) -> bool:
        await self._isolation.ensure()
        changes: dict[str, Value] = {}
        _, overriding = aside.split(AttributeList.parse(account.attributes), self._isolation.overriding)
        if overriding.entries:
            changes |= await self._set_aside(account)
        if account.group != change.isolation:
            changes["group"] = change.isolation
        if account.disabled:
            changes["disabled"] = False
        work: list[Work] = [self._set_user(account, changes)] if changes else []
        in_force = account.in_force
        if account.plans_count and (in_force is None or in_force.profile != change.isolation):
            work.append(self._put_in_force(account, change.isolation))
        await together(*work)
        return bool(work)

    async def _open(self, account: AccountRow, change: AccessChange) -> bool:
        changes: dict[str, Value] = {"disabled": False} if account.disabled else {}
        if account.group == change.isolation:
            group = change.restore_group
            changes["group"] = group if group != change.isolation else "default"
            changes |= await self._taken_back(account)
        own = [plan for plan in account.plans if plan.profile == change.profile]
        gives = account.plans_count and bool(change.profile) and account.lacks(change.profile, anew=change.anew)
        if gives:
            own = await self._given(account, change.profile, own)
        work = await self._open_plans(account, change, own, gives=gives)
        if changes:
            work.append(self._set_user(account, changes))
        await together(*work)
        return bool(work) or gives

    async def _given(self, account: AccountRow, profile: str, over: list[PlanRow]) -> list[PlanRow]:
        """Assign the plan, in the place of rows that are over: what breaks off between is assigned by the next try."""
        if over:
            await self._remove_plans(over)
        identifier = await add_plan(self._router, account.username, profile)
        return [PlanRow(identifier, profile, PlanState.WAITING)] if identifier else []

    async def _open_plans(
        self, account: AccountRow, change: AccessChange, own: list[PlanRow], *, gives: bool
    ) -> list[Work]:
        """What opens the plans again: the customer's own row in force, the isolation's gone."""
        walls = [plan for plan in account.plans if plan.profile == change.isolation]
        work: list[Work] = []
        if account.plans_count and _walled(account, change) and (walls or gives):
            running = next((plan for plan in own if plan.state is PlanState.RUNNING), None)
            if running is not None:
                work.append(self._activate(running.id))
            else:
                work += await self._start_waiting(own, change.profile)
        return [*work, self._remove_plans(walls)] if walls else work

    async def _start_waiting(self, own: list[PlanRow], profile: str) -> list[Work]:
        """A plan that waits is started only if its validity begins when assigned; a first login starts the others."""
        waiting = next((plan for plan in own if plan.state is PlanState.WAITING), None)
        if waiting is None:
            return []
        rows = await self._router.read_of(f"{PROFILE}/print", ("name",), (profile,), proplist=("name", "starts-when"))
        starts_at_login = any(row.get("starts-when") == "first-auth" for row in rows)
        return [] if starts_at_login else [self._activate(waiting.id)]

    async def _put_in_force(self, account: AccountRow, profile: str) -> None:
        """Have the plan assigned, once, and in force."""
        row = next((plan for plan in account.plans if plan.profile == profile), None)
        if row is not None:
            identifier: str | None = row.id
        else:
            identifier = await add_plan(self._router, account.username, profile)
        if identifier is not None:
            await self._activate(identifier)

    async def _activate(self, identifier: str) -> None:
        await self._router.write(f"{USER_PROFILE}/activate-user-profile", {"numbers": identifier})

    async def _remove_plans(self, plans: list[PlanRow]) -> None:
        try:
            await self._router.write(f"{USER_PROFILE}/remove", {".id": ",".join(plan.id for plan in plans)})
        except RouterTrap as trap:
            if trap.kind is not TrapKind.NO_SUCH_ITEM or len(plans) > 1:
                raise

    async def _set_user(self, account: AccountRow, changes: dict[str, Value]) -> None:
        await self._router.set_row(f"{USER}/set", account.id, changes)

    # -- the user's own attributes that would override the isolation's

    async def _own_attributes(self, account: AccountRow) -> tuple[str, AttributeList]:
        """(the comment, the user's attributes) as they are now."""
        rows = await self._router.read_of(
            f"{USER}/print", ("name",), (account.username,), proplist=(".id", "comment", "attributes")
        )
        row = rows[0] if rows else {}
        return row.get("comment", ""), AttributeList.parse(row.get("attributes", account.attributes))

    async def _set_aside(self, account: AccountRow) -> dict[str, Value]:
        """Move them into the comment, where they survive until the account is opened again."""
        comment, own = await self._own_attributes(account)
        kept, overriding = aside.split(own, self._isolation.overriding)
        _, before = aside.read(comment)
        return {"attributes": str(kept), "comment": aside.written(comment, aside.joined(overriding, before))}

    async def _taken_back(self, account: AccountRow) -> dict[str, Value]:
        """Put them back where nothing of the same name was written meanwhile."""
        comment, own = await self._own_attributes(account)
        plain, kept = aside.read(comment)
        return {"attributes": str(aside.joined(own, kept)), "comment": plain} if kept.entries else {}


def _walled(account: AccountRow, change: AccessChange) -> bool:
    """Whether no plan but the isolation's is in force."""
    return account.in_force is None or account.in_force.profile == change.isolation


async def add_plan(router: Router, username: str, profile: str) -> str | None:
    """Assign a plan and return the row's `.id`; looked up where the router did not name it. None: it is not there."""
    identifier = await router.write(f"{USER_PROFILE}/add", {"user": username, "profile": profile})
    if identifier:
        return identifier
    found = [plan for plan in await read_plans(router, username) if plan.profile == profile]
    return found[-1].id if found else None


async def read_plans(router: Router, username: str) -> list[PlanRow]:
    """A user's plans as they are now."""
    rows = await router.read_of(f"{USER_PROFILE}/print", ("user",), (username,), proplist=PLAN_PROPERTIES)
    return [plan_row(row) for row in rows]
