"""`server test` for User Manager 7: from the name to a signed RADIUS answer, step by step."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.observations import LoginAnswer
from radiusbridge.domain.records import Server
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.accounts.userman7_rows import ROOT, ROUTER
from radiusbridge.gateways.ports import Finding, LoginReply, Mark, Prober
from radiusbridge.gateways.routers import Router, together
from radiusbridge.gateways.steps import found
from radiusbridge.gateways.words import milliseconds
from radiusbridge.routeros.errors import RouterTrap, TrapKind

NOBODY = "radiusbridge-test-nobody"
"""The user whose refusal proves address and secret; nobody has such an account."""
SESSION_CAPS = {"3": 10, "4": 20, "5": 50}
"""Active sessions that User Manager carries by licence level (manual, "RouterOS licensing")."""

_NEEDED = {"read": "to look", "write": "to provision"}
_USEFUL = {
    "test": "test and monitoring commands are refused",
    "sensitive": "passwords cannot be compared and are written each time",
}


class _Check:
    """One run: what a step learnt and a later one needs."""

    def __init__(self, server: Server, router: Router, prober: Prober | None, clock: Clock) -> None:
        self._server = server
        self._router = router
        self._prober = prober
        self._clock = clock
        self._reply: LoginReply | None = None

    def steps(self) -> list[steps.Step]:
        return [
            *steps.reaching(self._router),
            ("rights", partial(steps.rights, self._router, _NEEDED, _USEFUL)),
            ("package", self._package),
            ("settings", self._settings),
            ("clock", partial(steps.clocks, self._router, self._clock)),
            ("licence", self._licence),
            ("radius-row", self._radius_row),
            ("radius", self._radius),
            ("signing", self._signing),
        ]

    async def _package(self) -> Sequence[Finding]:
        packages = await self._router.read("/system/package/print", proplist=("name", "version", "disabled"))
        row = next((row for row in packages if row.get("name") == "user-manager"), None)
        try:
            await self._router.read(f"{ROOT}/print", proplist=("enabled",))
        except RouterTrap as trap:
            if trap.kind is not TrapKind.NO_SUCH_COMMAND:
                raise
            if row is not None and is_yes(row.get("disabled")):
                hint = "/system/package/enable user-manager, then reboot the router"
                return found("package", Mark.FAILED, "the package user-manager is disabled", hint)
            hint = "install the extra package user-manager of the router's own version and reboot"
            return found("package", Mark.FAILED, "User Manager is not installed", hint)
        version = row.get("version", "") if row else next((row.get("version", "") for row in packages), "")
        return found("package", Mark.OK, f"User Manager {safe(version, 40)}".rstrip())

    async def _settings(self) -> Sequence[Finding]:
        rows = await self._router.read(f"{ROOT}/print")
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

    async def _licence(self) -> Sequence[Finding]:
        licences, monitor = await together(
            steps.rows_if_any(self._router, "/system/license/print", ("level", "nlevel")),
            self._router.read(f"{ROOT}/monitor", {"once": ""}),
        )
        licence = licences[0] if licences else {}
        level = licence.get("nlevel") or licence.get("level", "")
        active = monitor[0].get("active-sessions", "0") if monitor else "0"
        cap = SESSION_CAPS.get(level)
        words = f"licence {safe(level, 20) or '?'}, {safe(active, 20)} active sessions"
        if cap is not None:
            words += f" of {cap}"
            if active.isdecimal() and int(active) >= cap * 0.9:
                hint = "a higher licence level carries more active sessions; above the cap logins are refused"
                return found("licence", Mark.WARN, words, hint)
        return found("licence", Mark.OK, words)

    async def _radius_row(self) -> Sequence[Finding]:
        radius = self._server.radius
        if radius is None:
            hint = "give the server its RADIUS address and secret: without test logins nothing is PROVEN by a refusal"
            return found("radius-row", Mark.SKIPPED, "no RADIUS address is known for this server", hint)
        ours = radius.source or await steps.our_address(radius.host, radius.port)
        rows = await self._router.read(f"{ROUTER}/print", proplist=("name", "address", "disabled"))
        row = next((row for row in rows if ours and steps.covers(row.get("address", ""), ours)), None)
        if row is not None and not is_yes(row.get("disabled")):
            return found("radius-row", Mark.OK, f"our address {ours} is row {safe(row.get('name', ''), 60)}")
        what = "its row is disabled" if row is not None else "has no row"
        reply = await self._probe()
        if reply is not None and reply.answer in {LoginAnswer.REJECTED, LoginAnswer.ACCEPTED}:
            words = f"our address {ours} {what}, yet the server answers: it sees us under another one"
            return found("radius-row", Mark.WARN, words)
        hint = f"/user-manager/router add name=radiusbridge address={ours} shared-secret=… (it is silent to strangers)"
        return found("radius-row", Mark.FAILED, f"our address {ours} {what} in /user-manager/router", hint)

    async def _probe(self) -> LoginReply | None:
        """The answer to a login that must be refused; asked once."""
        if self._reply is None and self._prober is not None:
            self._reply = await self._prober.login(NOBODY, Secret("no-such-user"), method=self._server.method)
        return self._reply

    async def _radius(self) -> Sequence[Finding]:
        reply = await self._probe()
        if reply is None:
            return found("radius", Mark.SKIPPED, "no RADIUS address is known for this server")
        if reply.answer is LoginAnswer.REJECTED:
            time = milliseconds(reply.round_trip)
            return found(
                "radius", Mark.OK, f"a user who does not exist is refused in {time}: address and secret are right"
            )
        if reply.answer is LoginAnswer.ACCEPTED:
            hint = "look for a default or anonymous user: test logins prove nothing while anybody is accepted"
            return found("radius", Mark.WARN, "a user who does not exist is accepted", hint)
        if reply.answer is LoginAnswer.UNTRUSTED:
            hint = "compare the secret with shared-secret of our row in /user-manager/router"
            return found("radius", Mark.FAILED, reply.words, hint)
        hint = "compare the secret of our row in /user-manager/router; then the port, then the firewall's input chain"
        return found("radius", Mark.FAILED, reply.words, hint)

    async def _signing(self) -> Sequence[Finding]:
        if self._reply is None:
            return found("signing", Mark.SKIPPED, "no answer to look at")
        if self._reply.signed:
            return found("signing", Mark.OK, "its answers carry a Message-Authenticator; from now on they have to")
        hint = "RouterOS signs from 7.15 on; until then keep this path private (Blast-RADIUS, CVE-2024-3596)"
        return found("signing", Mark.WARN, "its answers carry no Message-Authenticator", hint)


def inspect(server: Server, router: Router, prober: Prober | None, clock: Clock) -> AsyncIterator[Finding]:
    """Every step's finding as it is made, up to the first that fails."""
    return steps.run(_Check(server, router, prober, clock).steps(), clock)
