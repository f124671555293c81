"""`server test` for User Manager, as far as both generations are tested alike."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import NotSuchPeer
from radiusbridge.domain.records import Server
from radiusbridge.domain.text import safe
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts import generation
from radiusbridge.gateways.accounts.asking import NOBODY as NOBODY
from radiusbridge.gateways.accounts.asking import Asking
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.ports import Finding, Mark, Prober
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.steps import found
from radiusbridge.routeros.schema import Menu

SESSION_CAPS = {"3": 10, "4": 20, "5": 50}
"""Active sessions that User Manager carries by licence level (manual, "RouterOS licensing")."""

NEEDED = {"read": "to look", "write": "to provision"}
USEFUL = {
    "test": "test and monitoring commands are refused",
    "sensitive": "passwords cannot be compared and are written each time",
}


class UserManagerCheck:
    """One run: what a step learnt and a later one needs. A generation's own steps stand in its subclass.

    clients: the menu of RADIUS clients. address: the property that has a client's address there.
    """

    kind: str
    clients: Menu
    address: str
    unsigned_hint: str

    def __init__(self, server: Server, router: Router, prober: Prober | None, clock: Clock) -> None:
        self._server = server
        self._router = router
        self._prober = prober
        self._clock = clock
        where = f"shared-secret of our row in {self.clients.path}"
        self._asking = Asking(
            server, prober, where, "then the port, then the firewall's input chain", self.unsigned_hint
        )

    def run(self) -> AsyncIterator[Finding]:
        """Every step's finding as it is made, up to the first that fails."""
        return steps.run([*self.reaching(), *self.after_rights()], self._clock)

    def reaching(self) -> list[steps.Step]:
        """The steps up to the rights, which are the same whatever answers."""
        return [*steps.reaching(self._router), ("rights", partial(steps.rights, self._router, NEEDED, USEFUL))]

    def after_rights(self) -> list[steps.Step]:
        """The steps from the package on."""
        return [
            ("package", self._package),
            *self.settings(),
            ("clock", partial(steps.clocks, self._router, self._clock)),
            ("licence", self._licence),
            ("radius-row", partial(self._asking.our_row, self._radius_row)),
            *self.asking(),
        ]

    def asking(self) -> list[steps.Step]:
        """The steps that make a test login."""
        return self._asking.steps()

    def settings(self) -> list[steps.Step]:
        """The generation's own steps."""
        raise NotImplementedError

    async def active_sessions(self) -> str:
        """How many sessions User Manager counts."""
        raise NotImplementedError

    async def _package(self) -> Sequence[Finding]:
        packages = await self._router.read("/system/package/print", proplist=("name", "version", "disabled"))
        row = next((row for row in packages if row.get("name") == "user-manager"), None)
        if await generation.has(self._router, self.kind):
            version = row.get("version", "") if row else next((row.get("version", "") for row in packages), "")
            return found("package", Mark.OK, str(generation.Generation(self.kind, version)))
        if row is not None and is_yes(row.get("disabled")):
            hint = "/system/package/enable user-manager, then reboot the router"
            return found("package", Mark.FAILED, "the package user-manager is disabled", hint)
        try:
            other = await generation.told(self._router)
        except NotSuchPeer:
            hint = "install the extra package user-manager of the router's own version and reboot"
            return found("package", Mark.FAILED, "User Manager is not installed", hint)
        raise generation.mismatch(self._router, self.kind, other)

    async def _licence(self) -> Sequence[Finding]:
        licences = await steps.rows_if_any(self._router, "/system/license/print", ("level", "nlevel"))
        active = await self.active_sessions()
        licence = licences[0] if licences else {}
        level = licence.get("nlevel") or licence.get("level", "")
        cap = SESSION_CAPS.get(level)
        words = f"licence {safe(level, 20) or '?'}, {safe(active, 20)} active sessions"
        if cap is not None:
            words += f" of {cap}"
            if active.isdecimal() and int(active) >= cap * 0.9:
                hint = "a higher licence level carries more active sessions; above the cap logins are refused"
                return found("licence", Mark.WARN, words, hint)
        return found("licence", Mark.OK, words)

    def new_client(self, ours: str) -> str:
        """The command that adds a row for our address, its secret left out."""
        return f"{self.clients.path} add name=radiusbridge {self.address}={ours} shared-secret=…"

    async def _radius_row(self, ours: str | None) -> Sequence[Finding]:
        rows = await self._router.read(self.clients.command("print"), proplist=("name", self.address, "disabled"))
        row = next((row for row in rows if ours and steps.covers(row.get(self.address, ""), ours)), None)
        if row is not None and not is_yes(row.get("disabled")):
            return found("radius-row", Mark.OK, f"our address {ours} is row {safe(row.get('name', ''), 60)}")
        what = "its row is disabled" if row is not None else "has no row"
        if await self._asking.answers():
            words = f"our address {ours} {what}, yet the server answers: it sees us under another one"
            return found("radius-row", Mark.WARN, words)
        hint = f"{self.new_client(str(ours))} (it is silent to strangers)"
        return found("radius-row", Mark.FAILED, f"our address {ours} {what} in {self.clients.path}", hint)
