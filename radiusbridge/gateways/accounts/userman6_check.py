"""`server test` for User Manager 6: its owner, and whether it can reach the NASes."""

from collections.abc import Sequence

from radiusbridge.domain.text import safe
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.checking import UserManagerCheck
from radiusbridge.gateways.accounts.generation import USERMAN6
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.gateways.steps import found
from radiusbridge.routeros import menus6


class Check(UserManagerCheck):
    """One run against RouterOS 6."""

    kind = USERMAN6
    clients = menus6.UM_ROUTER
    address = "ip-address"
    unsigned_hint = "RouterOS 6 probably never signs: keep this path private (Blast-RADIUS, CVE-2024-3596)"

    def settings(self) -> list[steps.Step]:
        """Whether the owner of our rows exists, and whether sessions can be closed from there."""
        return [("owner", self._owner), ("use-coa", self._use_coa)]

    async def active_sessions(self) -> str:
        """How many sessions User Manager counts."""
        queries = ("?active=true", "?active=yes", "?#|")
        return str(await self._router.count(menus6.UM_SESSION.command("print"), queries))

    def new_client(self, ours: str) -> str:
        """The command that adds a row for our address, its secret left out."""
        return f"{super().new_client(ours)} customer={self._server.owner}"

    async def _owner(self) -> Sequence[Finding]:
        """Every object belongs to a customer of User Manager; ours belong to the server's owner."""
        owner = safe(self._server.owner, 60)
        rows = await self._router.read(menus6.UM_CUSTOMER.command("print"), proplist=(".id", "login", "access"))
        logins = [row.get("login", "") for row in rows]
        if self._server.owner in logins:
            return found("owner", Mark.OK, f"accounts and profiles belong to customer {owner}")
        known = ", ".join(safe(login, 40) for login in logins[:5]) or "none"
        hint = f"radiusbridge server edit {self._router.endpoint.name} --owner LOGIN (there are: {known})"
        return found("owner", Mark.FAILED, f"User Manager has no customer {owner}", hint)

    async def _use_coa(self) -> Sequence[Finding]:
        rows = await self._router.read(
            self.clients.command("print"), proplist=("name", "ip-address", "use-coa", "coa-port", "disabled")
        )
        radius = self._server.radius
        ours = (radius.source or await steps.our_address(radius.host, radius.port)) if radius is not None else None
        nases = [row for row in rows if not is_yes(row.get("disabled")) and not _is_ours(row, ours)]
        mute = [safe(row.get("name", ""), 40) for row in nases if not is_yes(row.get("use-coa"))]
        if mute:
            hint = (
                f"{self.clients.path} set {mute[0]} use-coa=yes coa-port=3799 (as /radius/incoming of that NAS has it)"
            )
            words = f"use-coa is no for {', '.join(mute[:5])}: User Manager cannot close sessions there"
            return found("use-coa", Mark.WARN, words, hint)
        ports = {row.get("coa-port", "1700") for row in nases}
        return found("use-coa", Mark.OK, f"sessions can be closed, port {safe(', '.join(sorted(ports)), 40)}".rstrip())


def _is_ours(row: dict[str, str], ours: str | None) -> bool:
    """Whether a row is that of our own test logins, where nothing has to be closed."""
    address = row.get("ip-address", "")
    return ours is not None and address not in {"127.0.0.1", "::1"} and steps.covers(address, ours)
