"""`server test` for User Manager 7: what its own settings say."""

from collections.abc import Sequence

from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.checking import UserManagerCheck
from radiusbridge.gateways.accounts.generation import USERMAN7
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.gateways.steps import found
from radiusbridge.routeros import menus


class Check(UserManagerCheck):
    """One run against RouterOS 7."""

    kind = USERMAN7
    clients = menus.UM_ROUTER
    address = "address"
    unsigned_hint = "RouterOS signs from 7.15 on; until then keep this path private (Blast-RADIUS, CVE-2024-3596)"

    def settings(self) -> list[steps.Step]:
        """Whether it is switched on and honours plans."""
        return [("settings", self._settings)]

    async def active_sessions(self) -> str:
        """How many sessions User Manager counts."""
        monitor = await self._router.read(menus.USER_MANAGER.command("monitor"), {"once": ""})
        return monitor[0].get("active-sessions", "0") if monitor else "0"

    async def _settings(self) -> Sequence[Finding]:
        rows = await self._router.read(menus.USER_MANAGER.command("print"))
        row = rows[0] if rows else {}
        if not is_yes(row.get("enabled")):
            return found("settings", Mark.FAILED, "User Manager is not enabled", "/user-manager set enabled=yes")
        findings = []
        radius = self._server.radius
        port = row.get("authentication-port", "1812")
        if radius is not None and port != str(radius.port):
            hint = f"/user-manager set authentication-port={radius.port}, or correct the server's RADIUS port here"
            findings += found("settings", Mark.WARN, f"it listens on port {port}, not {radius.port}", hint)
        if not is_yes(row.get("use-profiles")):
            hint = "/user-manager set use-profiles=yes, once every customer has a plan: without one they are refused"
            findings += found("settings", Mark.WARN, "use-profiles is no: plans and their rates have no effect", hint)
        if row.get("require-message-auth") == "no":
            hint = "/user-manager set require-message-auth=yes-access-request (Blast-RADIUS, CVE-2024-3596)"
            findings += found("settings", Mark.WARN, "unsigned Access-Requests are taken", hint)
        return findings or found("settings", Mark.OK, f"enabled on port {port}, plans count")
