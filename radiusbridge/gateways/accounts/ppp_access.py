"""Reject, wall and open a PPP secret, writing only what differs.

Rejecting is `disabled=yes`. A walled secret has the isolation profile; its own, and a `remote-address` that would beat
the isolation's pool, are set aside in its comment, so that what broke off is seen by whoever looks next.
"""

from radiusbridge.domain.accounts import AccessChange, AccountRow
from radiusbridge.domain.errors import PeerRefused
from radiusbridge.gateways.accounts import aside
from radiusbridge.gateways.accounts.access_writing import RouterAccessWriter
from radiusbridge.gateways.accounts.again import ReadAccount
from radiusbridge.gateways.accounts.ppp_profiles import PppProfiles
from radiusbridge.gateways.accounts.ppp_secrets import Secrets
from radiusbridge.gateways.accounts.rows import Row
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.commands import Value


class AccessWriter(RouterAccessWriter):
    """Brings PPP secrets to a wanted access."""

    def __init__(self, router: Router, secrets: Secrets, profiles: PppProfiles, read_account: ReadAccount) -> None:
        super().__init__(router, read_account, profiles.forget)
        self._secrets = secrets
        self._profiles = profiles

    async def _disable(self, account: AccountRow) -> None:
        await self._secrets.set(account.id, {"disabled": True})

    async def _wall(self, account: AccountRow, change: AccessChange) -> bool:
        await self._profiles.ensure_isolation()
        if account.group == change.isolation:
            if account.disabled:
                await self._secrets.set(account.id, {"disabled": False})
            return account.disabled
        secret = await self._looked(account)
        address = secret.get("remote-address", "") if self._profiles.pool else ""
        keep: dict[str, str | None] = {aside.STATIC_ADDRESS: address} if address else {}
        changes: dict[str, Value] = {}
        if secret.get("profile") != change.isolation:
            keep[aside.PLAN] = secret.get("profile", "")
            changes["profile"] = change.isolation
        comment = secret.get("comment", "")
        if aside.noted(comment, keep) != comment:
            changes["comment"] = aside.noted(comment, keep)
        if account.disabled and not address:
            changes["disabled"] = False
        if changes:
            await self._secrets.set(account.id, changes)
        if address:
            await self._secrets.unset(account.id, "remote-address")
            if account.disabled:
                # not before the address is set aside, or the customer would be let in with it
                await self._secrets.set(account.id, {"disabled": False})
        return True

    async def _looked(self, account: AccountRow) -> Row:
        secret = await self._secrets.look(account.username)
        if secret is None:
            raise PeerRefused(
                f"the router has no PPP secret {account.username} any more", target=str(self._router.endpoint)
            )
        return secret

    async def _open(self, account: AccountRow, change: AccessChange) -> bool:
        changes: dict[str, Value] = {"disabled": False} if account.disabled else {}
        if account.in_force is not None and account.in_force.profile == change.isolation:
            changes |= await self._taken_down(account, change)
        elif change.profile and account.lacks(change.profile):
            changes["profile"] = change.profile
        if changes:
            await self._secrets.set(account.id, changes)
        return bool(changes)

    async def _taken_down(self, account: AccountRow, change: AccessChange) -> dict[str, Value]:
        """What puts the own profile and address back, in one command."""
        secret = await self._looked(account)
        comment = secret.get("comment", "")
        _, kept = aside.read(comment)
        profile = change.profile or aside.kept_plan(kept)
        if not profile:
            raise PeerRefused(
                f"no profile is known for {account.username} to go back to",
                target=str(self._router.endpoint),
                hint="give the customer a profile, then activate again",
            )
        changes: dict[str, Value] = {"profile": profile}
        plain = aside.noted(comment, {aside.PLAN: None, aside.STATIC_ADDRESS: None})
        if plain != comment:
            changes["comment"] = plain
        address = kept.get(aside.STATIC_ADDRESS)
        if address and not secret.get("remote-address"):
            changes["remote-address"] = address
        return changes
