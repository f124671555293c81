"""The users of User Manager 6: looked up, set, given a plan. What both writers of this gateway stand on."""

from radiusbridge.domain.errors import PeerRefused
from radiusbridge.gateways.accounts.rows import Properties, Row
from radiusbridge.gateways.accounts.userman6_profiles import Profiles
from radiusbridge.gateways.accounts.userman6_rows import (
    NAMED_BY,
    NO_ADDRESS,
    USER_PROPERTIES,
    chosen,
    name_of,
    never_seen,
)
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros import menus6
from radiusbridge.routeros.errors import RouterTrap, TrapKind


class Users:
    """The users on one router, as one owner provisions them."""

    def __init__(self, router: Router, owner: str, profiles: Profiles) -> None:
        self._router = router
        self._owner = owner
        self._profiles = profiles
        self._queues: bool | None = None
        """Whether a plan that is assigned waits behind the one in force; None: not seen yet."""

    async def look(self, username: str, *also: str) -> Row | None:
        """The user of that name, with some properties more than `read_account` needs; None: there is none."""
        rows = await self._router.read_of(
            menus6.UM_USER.command("print"), NAMED_BY, (username,), proplist=(*USER_PROPERTIES, *also)
        )
        return chosen(rows, self._owner)

    async def add(self, username: str, given: Properties) -> str | None:
        """Add a user and return the `.id` as far as the router names it."""
        command, owned = menus6.UM_USER.command("add"), {"customer": self._owner, **given}
        try:
            return await self._router.write(command, {"username": username, **owned})
        except RouterTrap as trap:
            if trap.kind is not TrapKind.UNKNOWN_PARAMETER:
                raise
            return await self._router.write(command, {"name": username, **owned})

    async def set(self, identifier: str, changes: Properties) -> None:
        """Change a user. An empty `ip-address` takes the address away, in whichever form the router accepts."""
        command = menus6.UM_USER.command("set")
        forms = NO_ADDRESS if changes.get("ip-address") == "" else ("",)
        for form in forms:
            written = dict(changes)
            if len(forms) > 1:
                written["ip-address"] = form
            try:
                await self._router.set_row(command, identifier, written)
            except RouterTrap as trap:
                if trap.kind is not TrapKind.VALUE_REFUSED or form == forms[-1]:
                    raise
            else:
                return

    async def put_in_force(self, user: Row, profile: str, *, new: bool = False, alone: bool = False) -> bool:
        """Assign a plan and apply it. new: the user was made just now. alone: no other plan may come back after it.

        Returns whether it waits for the next login: then it may not be shown, and the caller has to note it.

        Whether the plan in force gives way is not established. It is looked at once; where the new one waits behind it,
        the others are cleared. So are plans that wait for a first login, lest a second try gives a second plan.
        """
        identifier, actual = user[".id"], user.get("actual-profile", "")
        at_login = (await self._profiles.terms(profile)).at_login
        if alone or (at_login and not actual and not new) or (actual and self._queues):
            await self._clear(identifier)
        await self._assign(identifier, profile)
        if not alone and actual not in {"", profile} and self._queues is None:
            fresh = await self.look(name_of(user))
            self._queues = fresh is not None and fresh.get("actual-profile", "") == actual
            if self._queues:
                await self._clear(identifier)
                await self._assign(identifier, profile)
        return at_login

    async def _assign(self, identifier: str, profile: str) -> None:
        await self._router.write(
            menus6.UM_USER.command("create-and-activate-profile"),
            {"customer": self._owner, "numbers": identifier, "profile": profile},
        )

    async def _clear(self, identifier: str) -> None:
        await self._router.write(menus6.UM_USER.command("clear-profiles"), {"numbers": identifier})

    async def refuse_second_period(self, user: Row, profile: str) -> None:
        """Raise PeerRefused where assigning a plan may give time again that was used up.

        6 shows no plan for a customer whose plan is over, nor for one who never had any: only an endless plan, or a
        customer who never logged in, is sure to gain nothing.
        """
        if never_seen(user):
            return
        lasts = (await self._profiles.terms(profile)).lasts
        if lasts:
            raise PeerRefused(
                f"no plan is in force for {name_of(user)}, and assigning {profile} would start its {lasts} anew",
                target=str(self._router.endpoint),
                hint="User Manager 6 does not tell whether it is over: renew the customer if that is meant",
            )
