"""Create, complete and remove accounts on User Manager 7."""

import asyncio
from dataclasses import replace

from radiusbridge.domain.accounts import AccountRow, PlanState
from radiusbridge.domain.errors import NotAllowed, PeerRefused
from radiusbridge.domain.records import StartsAt
from radiusbridge.gateways.accounts import aside
from radiusbridge.gateways.accounts.again import ReadAccount, gone_is_fine
from radiusbridge.gateways.accounts.rows import (
    Row,
    account_differences,
    comparison,
    first_password,
    same_device,
    shows_password,
)
from radiusbridge.gateways.accounts.userman7_access import add_plan, read_plans
from radiusbridge.gateways.accounts.userman7_isolation import ADDRESS_LIST, POOL, STATIC_ADDRESS, Isolation
from radiusbridge.gateways.accounts.userman7_rows import USER, USER_PROFILE, account_row
from radiusbridge.gateways.ports import AccountDifferences, Comparison, WantedAccount
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.errors import RouterTrap


class AccountKeeper:
    """Brings accounts to what the database says; what it does not say (None) is left as it is on the router."""

    def __init__(self, router: Router, isolation: Isolation, read_account: ReadAccount) -> None:
        self._router = router
        self._isolation = isolation
        self._read_account = read_account

    async def ensure(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """Create or complete the account and assign its plan; False: all was so already. Raises BadInput.

        absent: it was just looked for.
        """
        account = None if absent else await self._read_account(wanted.username)
        changed = whole = False
        if account is None:
            account, whole = await self._create(wanted)
            changed = True
        changed |= not whole and await self._complete(account, wanted)
        changed |= await self._assign(account, wanted)
        return await self._retire(account, wanted) or changed

    async def _create(self, wanted: WantedAccount) -> tuple[AccountRow, bool]:
        """(the account, whether it is as wanted: what the router named as new was made of nothing else)."""
        password = first_password(wanted, str(self._router.endpoint))
        given: dict[str, Value] = {
            "name": wanted.username,
            "password": password,
            "shared-users": wanted.profile.shared_users,
        }
        if wanted.caller_id:
            given["caller-id"] = wanted.caller_id
        if wanted.disabled:
            given["disabled"] = True
        attributes = AttributeList().merged(_attributes(wanted))
        if attributes.entries:
            given["attributes"] = str(attributes)
        refusal: RouterTrap | None = None
        try:
            identifier = await self._router.write(f"{USER}/add", given)
            if identifier:
                shown = {name: str(value) for name, value in given.items() if name != "password"}
                shown["disabled"] = "yes" if wanted.disabled else "no"
                return account_row({".id": identifier, **shown}, (), (), ()), True
        except NotAllowed:
            raise
        except RouterTrap as trap:
            refusal = trap  # the reply to an earlier add may have been lost: then it is there, and is completed
        made = await self._read_account(wanted.username)
        if made is None:
            raise refusal or PeerRefused(f"the account {wanted.username} is not there after it was added")
        return made, False

    async def compare(self, wanted: WantedAccount) -> Comparison:
        """Hold the account against what it is to be."""
        account, row = await asyncio.gather(self._read_account(wanted.username), self._row(wanted))
        if account is None:
            return Comparison(())
        found = comparison(self._changes(account, replace(wanted, rebind=False), row), row.get("password"))
        return replace(found, account=account)

    def differences(self, account: AccountRow, row: Row, wanted: WantedAccount) -> AccountDifferences:
        """What it would take to have an account, read with its password and comment, as wanted."""
        return account_differences(row, self._changes(account, wanted, row))

    async def _row(self, wanted: WantedAccount) -> Row:
        rows = await self._router.read_of(
            f"{USER}/print", ("name",), (wanted.username,), proplist=(".id", "password", "attributes", "comment")
        )
        return rows[0] if rows else {}

    async def _complete(self, account: AccountRow, wanted: WantedAccount) -> bool:
        changes = self._changes(account, wanted, await self._row(wanted))
        if changes:
            await self._router.set_row(f"{USER}/set", account.id, changes)
        return bool(changes)

    def _changes(self, account: AccountRow, wanted: WantedAccount, row: Row) -> dict[str, Value]:
        changes: dict[str, Value] = {}
        if wanted.password is not None and not shows_password(row.get("password"), wanted.password.reveal()):
            changes["password"] = wanted.password.reveal()
        if account.shared_users != wanted.profile.shared_users:
            changes["shared-users"] = wanted.profile.shared_users
        lock = wanted.caller_id
        rebinds = wanted.rebind and account.caller_id != lock
        if lock is not None and (rebinds or not same_device(account.caller_id, lock)):
            changes["caller-id"] = lock
        return changes | self._attribute_changes(account, wanted, row)

    def _attribute_changes(self, account: AccountRow, wanted: WantedAccount, row: Row) -> dict[str, Value]:
        """The merged attributes; those of a walled account that override the isolation go to what is set aside."""
        own = AttributeList.parse(row.get("attributes", account.attributes))
        ours = _attributes(wanted)
        changes: dict[str, Value] = {}
        if account.group == self._isolation.name:
            overriding = self._isolation.overriding
            comment = row.get("comment", "")
            _, kept = aside.read(comment)
            now = kept.merged({name: value for name, value in ours.items() if name in overriding})
            ours = {name: value for name, value in ours.items() if name not in overriding}
            if now != kept:
                changes["comment"] = aside.written(comment, now)
        merged = own.merged(ours)
        if merged != own:
            changes["attributes"] = str(merged)
        return changes

    async def _assign(self, account: AccountRow, wanted: WantedAccount) -> bool:
        """Have the plan assigned once; in force at once where its validity starts so and nothing else is wanted."""
        name = wanted.profile.name
        plans = account.plans
        added = account.lacks(name, anew=wanted.anew)
        if added:
            over = (plan for plan in plans if plan.profile == name)
            await together(*(gone_is_fine(self._router, f"{USER_PROFILE}/remove", plan.id) for plan in over))
            await add_plan(self._router, account.username, name)
            plans = tuple(await read_plans(self._router, account.username))
        own = [plan for plan in plans if plan.profile == name]
        walled = any(plan.profile == self._isolation.name for plan in plans)
        in_force = any(plan.state is PlanState.RUNNING_ACTIVE for plan in own)
        startable = [plan for plan in own if plan.state in {PlanState.RUNNING, PlanState.WAITING}]
        if wanted.profile.starts_at is not StartsAt.ASSIGNED or walled or in_force or not startable:
            return added
        await self._router.write(f"{USER_PROFILE}/activate-user-profile", {"numbers": startable[0].id})
        return True

    async def _retire(self, account: AccountRow, wanted: WantedAccount) -> bool:
        """Take the former plan's rows away, so that it does not come into force again when the new one ends."""
        if wanted.retired in {"", wanted.profile.name}:
            return False
        rows = [plan for plan in account.plans if plan.profile == wanted.retired]
        await together(*(gone_is_fine(self._router, f"{USER_PROFILE}/remove", plan.id) for plan in rows))
        return bool(rows)

    async def remove(self, account: AccountRow) -> None:
        """Remove plans and account; what is gone already is fine."""
        current = await self._read_account(account.username)
        if current is None:
            return
        if current.plans:
            plans = [gone_is_fine(self._router, f"{USER_PROFILE}/remove", plan.id) for plan in current.plans]
            await together(*plans)
        await gone_is_fine(self._router, f"{USER}/remove", current.id)


def _attributes(wanted: WantedAccount) -> dict[str, str | None]:
    """The attributes that we know; None takes one away."""
    given = {
        STATIC_ADDRESS: wanted.static_address,
        POOL: wanted.profile.pool,
        ADDRESS_LIST: wanted.profile.address_list,
    }
    return {name: value or None for name, value in given.items() if value is not None}
