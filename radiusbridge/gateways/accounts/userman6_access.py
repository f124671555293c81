"""Reject, wall and open an account on User Manager 6, writing only what differs.

Rejecting is `disabled=yes`. A walled account has the isolation profile as its actual one; its own plan's name, and a
static address that would beat the isolation's pool, are set aside in the comment. Going back is assigning the plan
anew, which probably starts its validity again: so only endless plans are walled.
"""

from radiusbridge.domain.accounts import AccessChange, AccountRow
from radiusbridge.domain.errors import PeerRefused
from radiusbridge.gateways.accounts.access_writing import RouterAccessWriter
from radiusbridge.gateways.accounts.again import ReadAccount
from radiusbridge.gateways.accounts.rows import Row
from radiusbridge.gateways.accounts.userman6_isolation import Isolation
from radiusbridge.gateways.accounts.userman6_profiles import Profiles
from radiusbridge.gateways.accounts.userman6_rows import (
    PLAN,
    STATIC_ADDRESS,
    kept_plan,
    noted,
    set_aside,
    static_address,
    waiting_notes,
)
from radiusbridge.gateways.accounts.userman6_users import Users
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.commands import Value


class AccessWriter(RouterAccessWriter):
    """Brings accounts of User Manager 6 to a wanted access."""

    def __init__(
        self, router: Router, users: Users, profiles: Profiles, isolation: Isolation, read_account: ReadAccount
    ) -> None:
        super().__init__(router, read_account, isolation.forget)
        self._users = users
        self._profiles = profiles
        self._isolation = isolation

    async def _disable(self, account: AccountRow) -> None:
        await self._users.set(account.id, {"disabled": True})

    async def _wall(self, account: AccountRow, change: AccessChange) -> bool:
        swap = account.in_force is None or account.in_force.profile != change.isolation
        if not swap and account.group == change.isolation:
            await self._isolation.ensure()
            return await self._enable(account)
        if swap:
            await self._refuse_lasting(account, change)
        user = await self._looked(account)
        await self._isolation.ensure()
        changes = self._set_aside(account, user)
        if changes:
            await self._users.set(account.id, changes)
        if swap:
            await self._users.put_in_force(user, change.isolation)
        # not before the isolation is in force, or the customer would be let in for a moment
        return await self._enable(account) or swap or bool(changes)

    async def _enable(self, account: AccountRow) -> bool:
        if account.disabled:
            await self._users.set(account.id, {"disabled": False})
        return account.disabled

    async def _refuse_lasting(self, account: AccountRow, change: AccessChange) -> None:
        """Whatever was or will be in force again must be endless."""
        names = {plan.profile for plan in account.plans} | {change.profile}
        terms = await self._profiles.fresh_terms(names - {change.isolation, ""})
        plans = ", ".join(f"{name} lasts {found.lasts}" for name, found in terms.items() if found.lasts)
        if not plans:
            return
        raise PeerRefused(
            f"{account.username} cannot be walled on User Manager 6: plan {plans}, and going back to it would start "
            f"that time anew",
            target=str(self._router.endpoint),
            hint="use --policy reject, which keeps the plan as it is",
        )

    async def _looked(self, account: AccountRow) -> Row:
        user = await self._users.look(account.username)
        if user is None:
            raise PeerRefused(
                f"the server has no account {account.username} any more", target=str(self._router.endpoint)
            )
        return user

    def _set_aside(self, account: AccountRow, user: Row) -> dict[str, Value]:
        """Move the address that would beat the isolation's pool, and the plan's name, into the comment."""
        keep: dict[str, str | None] = {}
        own = next((plan.profile for plan in account.plans if plan.profile != self._isolation.name), None)
        if own is not None:
            keep[PLAN] = own
        address = static_address(user)
        changes: dict[str, Value] = {}
        if address and self._isolation.wall.pooled:
            keep[STATIC_ADDRESS] = address
            changes["ip-address"] = ""
        comment = user.get("comment", "")
        if noted(comment, keep) != comment:
            changes["comment"] = noted(comment, keep)
        return changes

    async def _open(self, account: AccountRow, change: AccessChange) -> bool:
        if account.group == change.isolation:
            return await self._take_down(account, change)
        changes: dict[str, Value] = {"disabled": False} if account.disabled else {}
        assigns = self._lacks_plan(account, change)
        if assigns:
            user = await self._looked(account)
            changes |= await self._assigned(user, account, change)
        if changes:
            await self._users.set(account.id, changes)
        return assigns or bool(changes)

    async def _take_down(self, account: AccountRow, change: AccessChange) -> bool:
        """Put the own plan in force, then what was set aside back: until then the account reads as walled."""
        user = await self._looked(account)
        kept = set_aside(user)
        notes: dict[str, str | None] = {PLAN: None, STATIC_ADDRESS: None}
        changes: dict[str, Value] = {"disabled": False} if account.disabled else {}
        if account.in_force is not None and account.in_force.profile == change.isolation:
            profile = change.profile or kept_plan(kept)
            if not profile:
                raise PeerRefused(
                    f"no plan is known for {account.username} to go back to",
                    target=str(self._router.endpoint),
                    hint="give the customer a profile, then activate again",
                )
            waits = await self._users.put_in_force(user, profile, alone=True)
            notes |= waiting_notes(user, profile if waits else None)
        elif self._lacks_plan(account, change):
            changes |= await self._assigned(user, account, change)
        comment = user.get("comment", "")
        if noted(comment, notes) != comment:
            changes["comment"] = noted(str(changes.get("comment", comment)), notes)
        address = kept.get(STATIC_ADDRESS)
        if address and not static_address(user):
            changes["ip-address"] = address
        if changes:
            await self._users.set(account.id, changes)
        return True

    @staticmethod
    def _lacks_plan(account: AccountRow, change: AccessChange) -> bool:
        return bool(change.profile) and account.lacks(change.profile, anew=change.anew)

    async def _assigned(self, user: Row, account: AccountRow, change: AccessChange) -> dict[str, Value]:
        """Assign the customer's plan; what has to be noted of it."""
        if account.in_force is None and not change.anew:
            await self._users.refuse_second_period(user, change.profile)
        waits = await self._users.put_in_force(user, change.profile)
        return {"comment": noted(user.get("comment", ""), waiting_notes(user, change.profile))} if waits else {}
