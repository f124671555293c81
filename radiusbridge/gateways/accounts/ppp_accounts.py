"""Create, complete and remove PPP secrets."""

from dataclasses import dataclass, field

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.errors import BadInput, NotAllowed, PeerRefused
from radiusbridge.gateways.accounts import aside
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.accounts.ppp_profiles import PppProfiles
from radiusbridge.gateways.accounts.ppp_secrets import Secrets
from radiusbridge.gateways.accounts.rows import (
    Row,
    account_differences,
    comparison,
    first_password,
    same_device,
    shows_password,
)
from radiusbridge.gateways.ports import AccountDifferences, Comparison, WantedAccount
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros import menus
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.errors import RouterTrap

ADDRESS, PROFILE = "remote-address", "profile"


@dataclass(frozen=True, slots=True)
class _Changes:
    """What is to be set, and which properties are to be taken away."""

    given: dict[str, Value] = field(default_factory=dict)
    unset: tuple[str, ...] = ()

    @property
    def lasting(self) -> dict[str, Value]:
        """All but the profile, which counts as the account's plan."""
        return {name: value for name, value in self.given.items() if name != PROFILE} | dict.fromkeys(self.unset, "")


class AccountKeeper:
    """Brings secrets to what the database says; what it does not say (None) is left as it is on the router."""

    def __init__(self, router: Router, secrets: Secrets, profiles: PppProfiles) -> None:
        self._router = router
        self._secrets = secrets
        self._profiles = profiles

    async def ensure(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        """Create or complete the secret with its profile; False: all was so already. absent: it was just looked for.

        Raises BadInput.
        """
        if wanted.caller_id == "bind":
            raise BadInput(
                f"{wanted.username} is to be locked to the first device that comes, which PPP secrets cannot do",
                target=str(self._router.endpoint),
                hint="give the device's MAC address (customer edit --caller-id), or none",
            )
        secret = None if absent else await self._look(wanted)
        if secret is None:
            return await self._create(wanted)
        return await self._complete(secret, wanted)

    async def _look(self, wanted: WantedAccount) -> Row | None:
        return await self._secrets.look(wanted.username, "password")

    async def _create(self, wanted: WantedAccount) -> bool:
        password = first_password(wanted, str(self._router.endpoint))
        given: dict[str, Value] = {"password": password, PROFILE: wanted.profile.name}
        named = {"caller-id": wanted.caller_id, ADDRESS: wanted.static_address, "routes": wanted.routes}
        given |= {name: value for name, value in named.items() if value}
        if wanted.disabled:
            given["disabled"] = True
        try:
            await self._secrets.add(wanted.username, given)
        except NotAllowed:
            raise
        except RouterTrap as trap:
            # the reply to an earlier add may have been lost: then it is there, and is completed
            made = await self._look(wanted)
            if made is None:
                raise PeerRefused(
                    f"no PPP secret {wanted.username} could be made: {trap.summary}",
                    target=str(self._router.endpoint),
                    hint="one of that name may be there for another service (/ppp/secret)",
                ) from trap
            await self._complete(made, wanted)
        return True

    async def _complete(self, secret: Row, wanted: WantedAccount) -> bool:
        changes = self._changes(secret, wanted)
        if changes.given:
            await self._secrets.set(secret[".id"], changes.given)
        for name in changes.unset:
            await self._secrets.unset(secret[".id"], name)
        return bool(changes.given or changes.unset)

    async def compare(self, wanted: WantedAccount) -> Comparison:
        """Hold the secret against what it is to be; none: nothing differs."""
        secret = await self._look(wanted)
        if secret is None:
            return Comparison(())
        return comparison(self._changes(secret, wanted).lasting, secret.get("password"))

    def differences(self, _account: AccountRow, secret: Row, wanted: WantedAccount) -> AccountDifferences:
        """What it would take to have a secret, read with its password, as wanted."""
        return account_differences(secret, self._changes(secret, wanted).lasting)

    def _changes(self, secret: Row, wanted: WantedAccount) -> _Changes:
        """Of a walled secret profile and address are set aside until it is opened again."""
        given: dict[str, Value] = {}
        if wanted.password is not None and not shows_password(secret.get("password"), wanted.password.reveal()):
            given["password"] = wanted.password.reveal()
        lock = wanted.caller_id
        if lock is not None and not same_device(secret.get("caller-id", ""), lock):
            given["caller-id"] = lock
        if wanted.routes is not None and secret.get("routes", "") != wanted.routes:
            given["routes"] = wanted.routes
        notes: dict[str, str | None] = {}
        walled = secret.get(PROFILE) == self._profiles.isolation
        if walled:
            notes[aside.PLAN] = wanted.profile.name
        elif secret.get(PROFILE) != wanted.profile.name:
            given[PROFILE] = wanted.profile.name
        unset: tuple[str, ...] = ()
        address = wanted.static_address
        if walled and self._profiles.pool and address is not None:
            notes[aside.STATIC_ADDRESS] = address or None
        elif address is not None and secret.get(ADDRESS, "") != address:
            given |= {ADDRESS: address} if address else {}
            unset = () if address else (ADDRESS,)
        comment = secret.get("comment", "")
        if aside.noted(comment, notes) != comment:
            given["comment"] = aside.noted(comment, notes)
        return _Changes(given, unset)

    async def remove(self, account: AccountRow) -> None:
        """Remove the secret; one that is gone already is fine."""
        secret = await self._secrets.look(account.username)
        if secret is not None:
            await gone_is_fine(self._router, menus.PPP_SECRET.command("remove"), secret[".id"])
