"""`nas test`: from the name down to which rungs of the ladder of kicks exist."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.records import Nas
from radiusbridge.domain.text import safe
from radiusbridge.gateways import posture, steps
from radiusbridge.gateways.dae import RadiusDisconnector, nas_identification
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.gateways.steps import found
from radiusbridge.gateways.walled_garden import PROPERTIES, Firewall, judged
from radiusbridge.gateways.words import answer_words, silence_words
from radiusbridge.radius.causes import explain
from radiusbridge.radius.outcome import Kind, Outcome

NOBODY = "radiusbridge-test-nobody"
NO_SESSION = "00000000"
"""A session that does not exist: RouterOS's ids begin with the service, 80 or 81."""

NAS_MISMATCH = 403
_NEVER = {405, 406, 501, 502}
"""Error-Causes that speak of every Disconnect-Request, not of this session (RFC 5176 3.5)."""
NEEDED = {"read": "to list sessions"}
USEFUL = {"write": "sessions cannot be removed", "test": "test and monitoring commands are refused"}


class NasCheck:
    """One run: what a step learnt and a later one needs."""

    def __init__(
        self,
        nas: Nas,
        router: Router,
        disconnector: RadiusDisconnector | None,
        isolation: str,
        our_address: str | None,
        clock: Clock,
        keeps_accounts: bool = False,
    ) -> None:
        self._nas = nas
        self._router = router
        self._disconnector = disconnector
        self._isolation = isolation
        self._our_address = our_address
        self._clock = clock
        self._keeps_accounts = keeps_accounts
        # why that rung does not exist; empty: it does
        self._no_disconnect = "" if disconnector is not None else "its DAE address and secret are not known"
        self._doubt = ""
        """What speaks against it; an answer speaks louder, since a NAT may stand between."""
        self._accounting = True
        self._outcome: Outcome | None = None
        self._no_removal = ""

    def all_steps(self) -> list[steps.Step]:
        """In order; what concerns a RADIUS server only where one decides, or is kicked through."""
        asks = not self._keeps_accounts or self._nas.dae is not None
        radius: list[steps.Step] = [
            ("incoming", self._incoming),
            ("radius-row", self._radius_row),
            ("dae", self._dae),
            ("signing", self._signing),
        ]
        return [
            *steps.reaching(self._router),
            ("rights", partial(steps.rights, self._router, NEEDED, USEFUL, self._allowed)),
            ("clock", partial(steps.clocks, self._router, self._clock)),
            ("aaa", self._aaa),
            *(radius if asks else ()),
            ("isolation-rule", self._isolation_rule),
            ("isolation-ipv6", self._isolation_ipv6),
            ("ladder", self._ladder),
        ]

    def asking(self) -> list[steps.Step]:
        """The steps up to a Disconnect-Request."""
        return [("incoming", self._incoming), ("dae", self._dae)]

    def _allowed(self, policies: set[str]) -> None:
        self._no_removal = "" if "write" in policies else "the account has no policy write"

    async def _aaa(self) -> Sequence[Finding]:
        rows = await self._router.read("/ppp/aaa/print", proplist=("use-radius", "accounting", "interim-update"))
        row = rows[0] if rows else {}
        self._accounting = _yes(row.get("accounting")) or self._keeps_accounts
        if self._keeps_accounts:
            return found("aaa", Mark.OK, "its own PPP secrets are the accounts")
        if not _yes(row.get("use-radius")):
            hint = "/ppp/aaa set use-radius=yes accounting=yes interim-update=5m"
            return found("aaa", Mark.FAILED, "this NAS does not ask RADIUS: isolating there has no effect here", hint)
        if not self._accounting:
            hint = "/ppp/aaa set accounting=yes interim-update=5m"
            words = "accounting is off: User Manager knows no sessions of this NAS and cannot close them"
            return found("aaa", Mark.WARN, words, hint)
        if row.get("interim-update", "0s") in {"0s", "00:00:00", ""}:
            hint = "/ppp/aaa set interim-update=5m"
            return found("aaa", Mark.WARN, "no interim updates: volume and time limits act only at logoff", hint)
        return found("aaa", Mark.OK, "logins and accounting go to RADIUS")

    async def _incoming(self) -> Sequence[Finding]:
        rows = await self._router.read("/radius/incoming/print", proplist=("accept", "port"))
        row = rows[0] if rows else {}
        dae = self._nas.dae
        port = row.get("port", "")
        set_it = f"/radius/incoming set accept=yes port={dae.port if dae else 3799}"
        if not _yes(row.get("accept")):
            self._no_disconnect = self._no_disconnect or "/radius/incoming does not accept"
            return found("incoming", Mark.WARN, "Disconnect-Requests are not accepted (accept=no)", set_it)
        if dae is not None and port != str(dae.port):
            self._doubt = f"it listens on port {safe(port, 10)}, not {dae.port}"
            hint = f"{set_it} (unless a NAT forwards {dae.port} to it)"
            return found("incoming", Mark.WARN, self._doubt, hint)
        return found("incoming", Mark.OK, f"Disconnect-Requests are accepted on port {safe(port, 10)}")

    async def _radius_row(self) -> Sequence[Finding]:
        """RouterOS answers a Disconnect-Request only from an address in its /radius rows, with that row's secret."""
        dae = self._nas.dae
        if dae is None:
            return found("radius-row", Mark.SKIPPED, "no DAE address is known for this NAS")
        ours = self._our_address or dae.source or await steps.our_address(dae.host, dae.port)
        rows = await self._router.read("/radius/print", proplist=(".id", "address", "service", "disabled"))
        row = next((row for row in rows if row.get("address") == ours and not _yes(row.get("disabled"))), None)
        if row is not None:
            services = row.get("service", "")
            if "ppp" in services.split(","):
                hint = "if we are no RADIUS server: take ppp from that row's service, it sends logins to us"
                return found("radius-row", Mark.OK, f"our address {ours} has a row with service {services}", hint)
            return found("radius-row", Mark.OK, f"our address {ours} has a row")
        self._doubt = self._doubt or f"our address {ours} is in no /radius row"
        hint = f'/radius add address={ours} secret=… comment="radiusbridge, disconnect only" (last, without service)'
        return found("radius-row", Mark.WARN, f"our address {ours} is in no enabled /radius row", hint)

    async def _dae(self) -> Sequence[Finding]:
        """A session that does not exist must earn a NAK: it proves address and secret, whatever the menus say."""
        if self._disconnector is None or self._no_disconnect:
            return found("dae", Mark.SKIPPED, f"not asked: {self._no_disconnect}")
        dae = self._nas.dae
        assert dae is not None
        named = [nas_identification(dae.nas_address)] if dae.nas_address else []
        outcome = await self._disconnector.ask([("User-Name", NOBODY), ("Acct-Session-Id", NO_SESSION), *named])
        self._outcome = outcome
        if outcome.kind in {Kind.ACK, Kind.ACK_201}:
            hint = "its ACKs prove nothing; only its session list does"
            return found(
                "dae", Mark.WARN, f"it acknowledges a session that does not exist: {answer_words(outcome)}", hint
            )
        if outcome.error_cause in _NEVER:
            self._no_disconnect = f"it refuses every one ({outcome.label})"
            return found("dae", Mark.WARN, answer_words(outcome), explain(outcome).next_step)
        if outcome.error_cause == NAS_MISMATCH and dae.nas_address:
            hint = "record the address that it has itself (nas edit --nas-address), or none"
            return found("dae", Mark.WARN, f"{dae.nas_address} is not its address: {answer_words(outcome)}", hint)
        if outcome.answered:
            return found("dae", Mark.OK, f"{answer_words(outcome)}; so address and secret are right")
        self._no_disconnect = self._doubt or f"it did not answer ({outcome.label})"
        hint = "compare the secret of our /radius row; then the input firewall for that UDP port; then both clocks"
        return found("dae", Mark.WARN, silence_words(outcome, "Disconnect-Request"), hint)

    async def _signing(self) -> Sequence[Finding]:
        return await posture.of_nas(self._router, self._outcome)

    async def _isolation_rule(self) -> Sequence[Finding]:
        filters, raw, nat = await self._rules("/ip/firewall", "filter", "raw", "nat")
        return [judged("isolation-rule", Firewall(filters, raw, nat), self._isolation, "/ip/firewall")]

    async def _isolation_ipv6(self) -> Sequence[Finding]:
        """Addresses of IPv6 count where customers can have some: IPv6 is on, and there is a pool to give them from."""
        settings, pools = await together(
            steps.rows_if_any(self._router, "/ipv6/settings/print", ("disable-ipv6",)),
            steps.rows_if_any(self._router, "/ipv6/pool/print", ("name",)),
        )
        if any(_yes(row.get("disable-ipv6")) for row in settings):
            return found("isolation-ipv6", Mark.OK, "IPv6 is switched off here")
        filters, raw = await self._rules("/ipv6/firewall", "filter", "raw")
        finding = judged("isolation-ipv6", Firewall(filters, raw), self._isolation, "/ipv6/firewall")
        if pools or finding.mark is Mark.OK:
            return [finding]
        words = "there is no /ipv6/pool, so customers get no IPv6 from here"
        return found("isolation-ipv6", Mark.OK, words, finding.hint and f"before they do: {finding.hint}")

    async def _rules(self, menu: str, *tables: str) -> list[Rows]:
        return await together(
            *(steps.rows_if_any(self._router, f"{menu}/{table}/print", PROPERTIES) for table in tables)
        )

    async def _ladder(self) -> Sequence[Finding]:
        rungs = [] if self._no_disconnect else [Rung.DISCONNECT.value]
        rungs += [Rung.CLOSE_SESSION.value] if self._accounting else []
        rungs += [] if self._no_removal else [Rung.NAS_API.value]
        words = f"kicks go by {', '.join(rungs)}" if rungs else "nothing can kick here"
        lacks = ((Rung.DISCONNECT, self._no_disconnect), (Rung.NAS_API, self._no_removal))
        words += "".join(f"; there is no {rung.value}: {why}" for rung, why in lacks if why)
        lacking = (self._no_disconnect and not self._keeps_accounts) or self._no_removal
        return found("ladder", Mark.WARN if lacking else Mark.OK, words)


def _yes(value: str | None) -> bool:
    return value in {"true", "yes"}


def inspect(
    nas: Nas,
    router: Router,
    disconnector: RadiusDisconnector | None,
    isolation: str,
    our_address: str | None,
    clock: Clock,
    keeps_accounts: bool = False,
) -> AsyncIterator[Finding]:
    """Every step's finding as it is made, up to the first that fails."""
    check = NasCheck(nas, router, disconnector, isolation, our_address, clock, keeps_accounts)
    return steps.run(check.all_steps(), clock)
