"""Create, complete and remove accounts on User Manager 6. A new account takes three commands: look, add, assign."""

from dataclasses import replace

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.errors import NotAllowed, PeerRefused
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.accounts.rows import (
    Row,
    account_differences,
    comparison,
    first_password,
    is_yes,
    same_device,
    shared_users,
    shows_password,
)
from radiusbridge.gateways.accounts.userman6_profiles import Profiles
from radiusbridge.gateways.accounts.userman6_rows import (
    PLAN,
    STATIC_ADDRESS,
    WAITING,
    Wall,
    caller_lock,
    noted,
    plan_name,
    static_address,
    unseen_since,
    waiting_notes,
)
from radiusbridge.gateways.accounts.userman6_users import Users
from radiusbridge.gateways.ports import AccountDifferences, Comparison, WantedAccount
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros import menus6
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.errors import RouterTrap


class AccountKeeper:
    """Brings accounts to what the database says; what it does not say (None) is left as it is on the router."""

    def __init__(self, router: Router, users: Users, profiles: Profiles, wall: Wall) -> None:
        self._router = router
        self._users = users
        self._profiles = profiles
        self._wall = wall

    async def ensure(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """Create or complete the account and assign its plan; False: all was so already.

        absent: it was just looked for. Raises BadInput, and PeerRefused where the plan may be over and would be given
        again.
        """
        user = None if absent else await self._look(wanted)
        if user is not None:
            return await self._complete(user, wanted)
        return await self._create(wanted)

    async def _look(self, wanted: WantedAccount) -> Row | None:
        return await self._users.look(wanted.username, "password")

    async def _create(self, wanted: WantedAccount) -> bool:
        password = first_password(wanted, str(self._router.endpoint))
        given: dict[str, Value] = {
            "password": password,
            "shared-users": wanted.profile.shared_users,
            **(_lock(wanted.caller_id) if wanted.caller_id else {}),
            **({"disabled": True} if wanted.disabled else {}),
        }
        if wanted.static_address:
            given["ip-address"] = wanted.static_address
        refusal: RouterTrap | None = None
        identifier: str | None = None
        try:
            identifier = await self._users.add(wanted.username, given)
        except NotAllowed:
            raise
        except RouterTrap as trap:
            refusal = trap  # the reply to an earlier add may have been lost: then it is there, and is completed
        if identifier:
            row = {".id": identifier, "username": wanted.username}
            if await self._users.put_in_force(row, wanted.profile.name, new=True):
                await self._users.set(identifier, {"comment": noted("", {WAITING: wanted.profile.name})})
            return True
        made = await self._look(wanted)
        if made is None:
            raise refusal or PeerRefused(f"the account {wanted.username} is not there after it was added")
        await self._complete(made, wanted)
        return True

    async def compare(self, wanted: WantedAccount) -> Comparison:
        """Hold the account against what it is to be."""
        user = await self._look(wanted)
        if user is None:
            return Comparison(())
        return comparison(self._lasting(user, wanted), user.get("password"))

    def differences(self, _account: AccountRow, user: Row, wanted: WantedAccount) -> AccountDifferences:
        """What it would take to have an account, read with its password, as wanted."""
        return account_differences(user, self._lasting(user, wanted))

    def _lasting(self, user: Row, wanted: WantedAccount) -> dict[str, Value]:
        changes = self._changes(user, replace(wanted, rebind=False))
        if user.get("actual-profile", "") != self._wall.name:
            changes.pop("comment", None)  # only our own note of a plan that has begun meanwhile
        return changes

    async def _complete(self, user: Row, wanted: WantedAccount) -> bool:
        changes = self._changes(user, wanted)
        if changes:
            await self._users.set(user[".id"], changes)
        commented = {**user, "comment": str(changes.get("comment", user.get("comment", "")))}
        return await self._assign(commented, wanted) or bool(changes)

    def _changes(self, user: Row, wanted: WantedAccount) -> dict[str, Value]:
        changes: dict[str, Value] = {}
        if wanted.password is not None and not shows_password(user.get("password"), wanted.password.reveal()):
            changes["password"] = wanted.password.reveal()
        if shared_users(user) != wanted.profile.shared_users:
            changes["shared-users"] = wanted.profile.shared_users
        lock = wanted.caller_id
        rebinds = wanted.rebind and caller_lock(user) != lock
        if lock is not None and (rebinds or not same_device(caller_lock(user), lock)):
            changes |= _other_lock(user, lock)
        return changes | self._placed(user, wanted)

    def _placed(self, user: Row, wanted: WantedAccount) -> dict[str, Value]:
        """The static address; and the plan of a walled account, which are both set aside until it is opened again."""
        notes: dict[str, str | None] = {}
        changes: dict[str, Value] = {}
        actual = user.get("actual-profile", "")
        walled = actual == self._wall.name
        if walled:
            notes[PLAN] = wanted.profile.name
        elif actual and not unseen_since(user):
            notes |= waiting_notes(user, None)
        if walled and self._wall.pooled and wanted.static_address is not None:
            notes[STATIC_ADDRESS] = wanted.static_address or None
        elif wanted.static_address is not None and static_address(user) != wanted.static_address:
            changes["ip-address"] = wanted.static_address
        comment = user.get("comment", "")
        if noted(comment, notes) != comment:
            changes["comment"] = noted(comment, notes)
        return changes

    async def _assign(self, user: Row, wanted: WantedAccount) -> bool:
        """Have the plan assigned, unless the account is walled: then it is when it is opened again."""
        actual, name = user.get("actual-profile", ""), wanted.profile.name
        if actual in {name, self._wall.name}:
            return False
        if not actual:
            if await self._waits(user, name):
                return False
            if not wanted.anew:
                await self._users.refuse_second_period(user, name)
        if await self._users.put_in_force(user, name):
            comment = noted(user.get("comment", ""), waiting_notes(user, name))
            await self._users.set(user[".id"], {"comment": comment})
        return True

    async def _waits(self, user: Row, name: str) -> bool:
        """Whether that plan was given already and is certain to wait for a login."""
        if plan_name(user) != name:
            return False
        return unseen_since(user) or not (await self._profiles.terms(name)).lasts

    async def remove(self, account: AccountRow) -> None:
        """Remove the account with its plans; one that is gone already is fine."""
        user = await self._users.look(account.username)
        if user is not None:
            await gone_is_fine(self._router, menus6.UM_USER.command("remove"), user[".id"])


def _lock(caller_id: str) -> dict[str, Value]:
    """A lock to a device; `bind`: to the first one that comes."""
    return {"caller-id-bind-on-first-use": True} if caller_id == "bind" else {"caller-id": caller_id}


def _other_lock(user: Row, caller_id: str) -> dict[str, Value]:
    """What makes a user's lock another."""
    if caller_id == "bind":
        return {**_lock(caller_id), **({"caller-id": ""} if user.get("caller-id") else {})}
    waits = is_yes(user.get("caller-id-bind-on-first-use"))
    return {**_lock(caller_id), **({"caller-id-bind-on-first-use": False} if waits else {})}
