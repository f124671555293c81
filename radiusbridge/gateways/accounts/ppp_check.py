"""`server test` for PPP secrets: whether customers are let in by them, and by them alone."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.records import Server
from radiusbridge.domain.text import safe
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.checking import USEFUL
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.gateways.routers import Router, together
from radiusbridge.gateways.steps import found
from radiusbridge.routeros import menus
from radiusbridge.routeros.commands import equal

NEEDED = {"read": "to look", "write": "to provision, and to end sessions"}
SESSION_CAPS = {"3": 200, "4": 200, "5": 500}
"""PPPoE sessions that a router carries by licence level (manual, "RouterOS licensing")."""


class Check:
    """One run against a router of either generation."""

    def __init__(self, server: Server, router: Router, clock: Clock) -> None:
        self._server = server
        self._router = router
        self._clock = clock

    def run(self) -> AsyncIterator[Finding]:
        """Every step's finding as it is made, up to the first that fails."""
        return steps.run([*self.reaching(), *self.after_rights()], self._clock)

    def reaching(self) -> list[steps.Step]:
        """The steps up to the rights."""
        return [*steps.reaching(self._router), ("rights", partial(steps.rights, self._router, NEEDED, USEFUL))]

    def after_rights(self) -> list[steps.Step]:
        """The steps from the secrets on."""
        clock = ("clock", partial(steps.clocks, self._router, self._clock))
        return [*self.own(), clock, ("licence", self._licence)]

    def own(self) -> list[steps.Step]:
        """Those about customers alone."""
        return [
            ("secrets", self._secrets),
            ("radius", self._radius),
            ("pppoe", self._pppoe),
            ("isolation", self._isolation),
            ("refused-dials", self._log),
        ]

    async def _secrets(self) -> Sequence[Finding]:
        services = (equal("service", "pppoe"), equal("service", "any"), "?#|")
        secrets = await self._router.count(menus.PPP_SECRET.command("print"), services)
        active = await self._router.count(menus.PPP_ACTIVE.command("print"), ())
        return found("secrets", Mark.OK, f"{secrets} PPP secrets let PPPoE customers in, {active} sessions")

    async def _radius(self) -> Sequence[Finding]:
        rows = await self._router.read(menus.PPP_AAA.command("print"), proplist=("use-radius",))
        if not any(is_yes(row.get("use-radius")) for row in rows):
            return found("radius", Mark.OK, "logins are decided by PPP secrets alone (use-radius=no)")
        words = "use-radius=yes: whoever has no enabled secret is asked of a RADIUS server, which may let them in"
        hint = "/ppp/aaa set use-radius=no, unless other customers of this router live on a RADIUS server"
        return found("radius", Mark.WARN, words, hint)

    async def _pppoe(self) -> Sequence[Finding]:
        proplist = ("service-name", "default-profile", "disabled")
        servers, profiles = await together(
            self._router.read(menus.PPPOE_SERVER.command("print"), proplist=proplist),
            self._router.read(menus.PPP_PROFILE.command("print"), proplist=("name", "local-address", "remote-address")),
        )
        serving = [row for row in servers if not is_yes(row.get("disabled"))]
        if not serving:
            hint = "/interface/pppoe-server/server enable the one that customers dial"
            return found("pppoe", Mark.WARN, "no PPPoE server is enabled: nobody can dial in here", hint)
        usual = serving[0].get("default-profile", "default")
        row = next((row for row in profiles if row.get("name") == usual), {})
        lacks = [name for name in ("local-address", "remote-address") if not row.get(name)]
        if lacks:
            hint = f"/ppp/profile set {safe(usual, 60)} {' '.join(f'{name}=…' for name in lacks)}"
            words = f"its default profile {safe(usual, 60)} has no {' and no '.join(lacks)}, so new profiles get none"
            return found("pppoe", Mark.WARN, words, hint)
        return found(
            "pppoe", Mark.OK, f"{len(serving)} PPPoE servers; new profiles take addresses from {safe(usual, 60)}"
        )

    async def _isolation(self) -> Sequence[Finding]:
        pool = self._server.isolation_pool
        if not pool:
            return found("isolation", Mark.OK, "walled customers get addresses as new profiles do (no isolation pool)")
        rows = await self._router.read("/ip/pool/print", queries=(equal("name", pool),), proplist=("name",))
        if rows:
            return found("isolation", Mark.OK, f"walled customers get addresses from pool {safe(pool, 60)}")
        hint = f"/ip/pool add name={safe(pool, 60)} ranges=…"
        return found("isolation", Mark.WARN, f"there is no pool {safe(pool, 60)} for walled customers", hint)

    async def _log(self) -> Sequence[Finding]:
        """The login leg is a line of the log: errors must reach it."""
        rows = await steps.rows_if_any(self._router, "/system/logging/print", ("topics", "action", "disabled"))
        topics = [row.get("topics", "") for row in rows if not is_yes(row.get("disabled"))]
        told = [each for each in topics if set(each.split(",")) <= {"error", "ppp", "pppoe"} and each]
        if rows and not told:
            hint = "/system/logging add topics=error action=memory"
            words = "no rule keeps errors: a refused dial, which proves an isolation, leaves no line in the log"
            return found("refused-dials", Mark.WARN, words, hint)
        return found("refused-dials", Mark.OK, "refused dials are logged")

    async def _licence(self) -> Sequence[Finding]:
        rows = await steps.rows_if_any(self._router, "/system/license/print", ("level", "nlevel"))
        licence = rows[0] if rows else {}
        level = licence.get("nlevel") or licence.get("level", "")
        active = await self._router.count(menus.PPP_ACTIVE.command("print"), ())
        cap = SESSION_CAPS.get(level)
        words = f"licence {safe(level, 20) or '?'}, {active} sessions" + (f" of {cap}" if cap is not None else "")
        if cap is not None and active >= cap * 0.9:
            return found("licence", Mark.WARN, words, "a higher licence level carries more PPPoE sessions")
        return found("licence", Mark.OK, words)
