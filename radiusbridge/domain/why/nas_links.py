"""Links at a NAS: does it hear the dial, whom does it ask, and has it an address to give?"""

from collections.abc import Iterator

from radiusbridge.domain.local_access import keeps_accounts
from radiusbridge.domain.refusals import RefusalCause
from radiusbridge.domain.router_script import PLACEHOLDER, by_name
from radiusbridge.domain.why.facts import ClientRow, Facts, NasFacts, PppoeServer, RadiusRow, Refusal
from radiusbridge.domain.why.link import Link, State, broken, doubt, note, ok, on, ours, unseen
from radiusbridge.domain.why.server_links import clock, log, said, script

C = RefusalCause
RADIUS = "/radius"
PPPOE = "/interface/pppoe-server/server"


def nas_links(facts: Facts, name: str) -> Iterator[Link]:
    """Of the NAS of that name, in order."""
    nas = next((each for each in facts.nases if each.name == name), None)
    if nas is None:
        yield Link("nas", name, State.PENDING, "being read")
    elif nas.blind:
        mend = ours("nas", "edit", name, "--api", "HOST")
        yield Link("nas", name, State.UNSEEN, "no API access is stored, so nothing of it can be seen", (), mend)
    elif nas.error:
        yield broken("nas", name, "the NAS does not answer", nas.error)
    else:
        at = At(facts, nas)
        yield ok("nas", name, "its API answers")
        yield at.pppoe()
        if at.keeps_accounts:
            yield ok("local-secret", name, "its own PPP secrets are the accounts, and decide first")
        else:
            yield at.local()
            yield at.use_radius()
            yield from at.radius()
        yield at.pool()
        yield at.licence()
        yield clock(name, nas.clock_off, nas.six)
        yield from log(name, nas.heard)


class At:
    """The links of one NAS that was read."""

    def __init__(self, facts: Facts, nas: NasFacts) -> None:
        self.facts = facts
        self.nas = nas
        self.name = nas.name
        self.script = script(nas.six)
        self.why_unseen = dict(nas.unseen)

    @property
    def keeps_accounts(self) -> bool:
        """Whether it is the server itself."""
        records = (nas for nas in self.facts.nas_records if nas.name == self.name)
        return any(keeps_accounts(nas, self.facts.server_record) for nas in records)

    def _unseen(self, id_: str) -> Link:
        return unseen(id_, self.name, self.why_unseen.get(id_, "the router does not show it"))

    def _refused(self, *causes: RefusalCause) -> Refusal | None:
        """The last dial, if it was refused for one of these, as far as this NAS can be meant."""
        refusal = self.facts.refusal
        if refusal is None or refusal.cause not in causes:
            return None
        others = {nas.name for nas in self.facts.nas_records} - {self.name}
        return None if refusal.router in others else refusal

    # -- the dial is heard

    def pppoe(self) -> Link:
        """Whether a PPPoE server answers a dial."""
        rows = self.nas.servers
        if rows is None:
            return self._unseen("pppoe")
        if not rows:
            line = self.script.line(PPPOE, "add", interface="INTERFACE", service_name="internet", disabled="no")
            return broken("pppoe", self.name, "there is no PPPoE server", mend=on(self.name, line))
        closed = [row for row in rows if not row.open]
        evidence = tuple(f"on {row.interface}: {_closed(row)}" for row in closed)
        if not closed:
            return ok("pppoe", self.name, f"PPPoE is answered on {', '.join(row.interface for row in rows)}")
        mend = tuple(each for row in closed for each in on(self.name, *self._open(row)))
        if len(closed) == len(rows) and not self.facts.live:
            return broken("pppoe", self.name, "no PPPoE server answers a dial", *evidence, mend=mend)
        where = ", ".join(row.interface for row in rows if row.open) or "none"
        seen = f"PPPoE is answered on {where}, not on {', '.join(row.interface for row in closed)}"
        return doubt("pppoe", self.name, seen, *evidence, mend=mend)

    def _open(self, row: PppoeServer) -> tuple[str, ...]:
        lines = []
        if row.disabled:
            lines.append(self.script.line(PPPOE, "enable", row.id))
        if row.carries == "disabled":
            lines.append(self.script.line("/interface", "enable", by_name(row.interface)))
        if row.full:
            lines.append(self.script.set(PPPOE, row.id, max_sessions="0" if self.nas.six else "unlimited"))
        return tuple(lines)

    # -- who decides

    def local(self) -> Link:
        """Whether a local secret of the name comes before RADIUS."""
        if "local-secret" in self.why_unseen:
            return self._unseen("local-secret")
        local = self.nas.local
        if local is None:
            return ok("local-secret", self.name, "no local secret stands before RADIUS")
        seen = "a local /ppp/secret of that name decides before RADIUS is asked"
        line = self.script.line("/ppp/secret", "disable", by_name(self.facts.customer.username))
        mend, own = on(self.name, line), self.facts.customer.password
        row = f"service {local.service}, profile {local.profile}"
        if local.password is not None and own is not None and local.password != own:
            return broken("local-secret", self.name, seen, row, "its password is not the recorded one", mend=mend)
        caller = self.facts.caller
        if local.caller_id and caller and local.caller_id.casefold() != caller.casefold():
            told = f"locked to {local.caller_id}, and {caller} dialled"
            return broken("local-secret", self.name, seen, row, told, mend=mend)
        refusal = self._refused(C.REJECTED)
        if refusal is not None and refusal.router == self.name:
            return broken("local-secret", self.name, seen, row, said(refusal), mend=mend)
        return doubt("local-secret", self.name, seen, row, mend=mend)

    def use_radius(self) -> Link:
        """Whether RADIUS is asked at all."""
        if self.nas.use_radius is None:
            return self._unseen("use-radius")
        if self.nas.use_radius:
            return ok("use-radius", self.name, "logins are asked of RADIUS")
        line = self.script.set("/ppp/aaa", use_radius="yes", accounting="yes")
        if self.nas.local is not None:
            return doubt("use-radius", self.name, "RADIUS is not asked; a local secret decides")
        seen = "this NAS does not ask RADIUS about PPP logins"
        return broken("use-radius", self.name, seen, "/ppp/aaa: use-radius=no", mend=on(self.name, line))

    # -- the question reaches the server

    def radius(self) -> Iterator[Link]:
        """The row that leads to the server, the server's row that knows the NAS, and what both must share."""
        rows = self.nas.rows
        if rows is None:
            yield self._unseen("radius-row")
            return
        row = next((row for row in rows if row.known and _asks(row)), None)
        yield self._row(rows, row)
        client = self._client()
        if self.facts.server is None or self.facts.server.router:
            yield self._client_link(client)
        meant = [each for each in rows if each.known and each.services] or [each for each in rows if _asks(each)]
        yield self._secret(row or next(iter(meant), None), client)

    def _row(self, rows: tuple[RadiusRow, ...], row: RadiusRow | None) -> Link:
        server = self.facts.server_record
        address = server.radius.host if server.radius else server.home[0]
        if row is not None:
            port = self.facts.server.port if self.facts.server is not None else None
            if row.port is not None and port is not None and row.port != port:
                seen = f"logins go to port {row.port} of {row.address}, {server.name} listens on {port}"
                line = self.script.set(RADIUS, row.id, authentication_port=str(port))
                return broken("radius-row", self.name, seen, mend=on(self.name, line))
            return ok("radius-row", self.name, f"logins are asked of {row.address}")
        here = next((each for each in rows if each.known and each.disabled and "ppp" in each.services), None)
        if here is not None:
            line = self.script.line(RADIUS, "enable", here.id)
            seen = f"the /radius row of {here.address} is disabled"
            return broken("radius-row", self.name, seen, mend=on(self.name, line))
        lacking = next((each for each in rows if each.known and not each.disabled and each.services), None)
        if lacking is not None:
            services = ",".join(sorted({*lacking.services, "ppp"}))
            seen = f"the /radius row of {lacking.address} lacks the service ppp"
            line = self.script.set(RADIUS, lacking.id, service=services)
            told = f"service={','.join(sorted(lacking.services))}"
            return broken("radius-row", self.name, seen, told, mend=on(self.name, line))
        asked = [each for each in rows if _asks(each)]
        if not asked:
            line = self.script.line(RADIUS, "add", service="ppp", address=address, secret=PLACEHOLDER)
            return broken("radius-row", self.name, "no enabled /radius row has service ppp", mend=on(self.name, line))
        seen = f"logins are asked of {', '.join(each.address for each in asked)}, and {server.name} is {address}"
        mend = on(self.name, self.script.set(RADIUS, asked[0].id, address=address))
        refusal = self._refused(C.NO_ANSWER)
        if refusal is not None:
            return broken("radius-row", self.name, seen, said(refusal), mend=mend)
        return doubt("radius-row", self.name, seen, mend=mend)

    def _client(self) -> ClientRow | None:
        """The server's row for this NAS, one that is enabled if there is one."""
        clients = (self.facts.server.clients or ()) if self.facts.server is not None else ()
        mine = [row for row in clients if self.name in row.nases]
        return next((row for row in mine if not row.disabled), mine[0] if mine else None)

    def _client_link(self, client: ClientRow | None) -> Link:
        server, name = self.facts.server, self.facts.server_record.name
        if server is None or server.clients is None:
            why = "the server's list of clients could not be read"
            return unseen("client", name, dict(server.unseen).get("client", why) if server is not None else why)
        menu = "/tool/user-manager/router" if server.six else "/user-manager/router"
        lines, refusal = script(server.six), self._refused(C.NO_ANSWER)
        told = said(refusal) if refusal is not None else ""
        if client is None:
            hosts = dict(self.facts.hosts).get(self.name, frozenset())
            values = {"ip-address" if server.six else "address": next(iter(sorted(hosts)), "ADDRESS")}
            owner = {"customer": self.facts.server_record.owner} if server.six else {}
            values |= {"name": self.name, "shared-secret": PLACEHOLDER, **owner}
            seen = f"{name} has no client row for {self.name}, so it is silent to it"
            mend = on(name, lines.line(menu, "add", **values))
            # the NAS may ask under an address that is not recorded here
            how = broken if refusal is not None else doubt
            return how("client", name, seen, told, mend=mend)
        if client.disabled:
            seen = f"the client row of {self.name} is disabled"
            mend = on(name, lines.line(menu, "enable", by_name(client.name)))
            return broken("client", name, seen, told, mend=mend)
        return ok("client", name, f"{self.name} is the client {client.name}")

    def _secret(self, row: RadiusRow | None, client: ClientRow | None) -> Link:
        """Whether what one end signs, the other believes."""
        server, refusal = self.facts.server_record.name, self._refused(C.NO_ANSWER)
        known = self.facts.server
        counts = dict(row.counters) if row is not None else {}
        told = ", ".join(f"{name} {count}" for name, count in counts.items() if count) or ""
        evidence = (told, said(refusal) if refusal is not None else "")
        mend = on(self.name, self.script.set(RADIUS, row.id, secret=PLACEHOLDER)) if row is not None else ()
        if row is not None and client is not None and row.secret is not None and client.secret is not None:
            if row.secret != client.secret:
                seen = f"the secrets of {self.name} and {server} differ"
                return broken("secret", self.name, seen, *evidence, mend=mend)
            same = "the secrets at both ends are the same"
        else:
            same = "the secrets are not shown"
        tested = known.tested if known is not None else None
        if row is not None and row.signed_only and tested is not None and tested.answered and not tested.signed:
            seen = f"{self.name} drops unsigned answers, and {server} does not sign"
            line = self.script.set(RADIUS, row.id, require_message_auth="no")
            return broken("secret", self.name, seen, *evidence, mend=on(self.name, line))
        asked = row is not None and row.known and _asks(row)
        if refusal is not None and asked and client is not None and not client.disabled:
            seen = f"{server} did not answer {self.name} at the last dial: {same}"
            hint = () if same.endswith("same") else mend
            return broken("secret", self.name, seen, *evidence, mend=hint)
        if refusal is not None and known is not None and known.clients is not None:
            return note("secret", self.name, f"{server} did not answer {self.name} at the last dial: see the rows")
        if refusal is not None:
            return broken("secret", self.name, f"nobody answered {self.name} at the last dial", *evidence)
        if same.endswith("shown"):
            return unseen("secret", self.name, "the secrets are not shown (policy sensitive); no dial went unanswered")
        return ok("secret", self.name, same)

    # -- there is room

    def pool(self) -> Link:
        """Whether there is an address to give."""
        pool, refusal = self.nas.pool, self._refused(C.NO_ADDRESS)
        told = said(refusal) if refusal is not None else ""
        if pool is not None and pool.empty and not self.facts.live:
            use = "there is no such pool" if pool.missing else f"{pool.used} of {pool.total} addresses used"
            line = self.script.set("/ip/pool", by_name(pool.name), ranges="RANGES")
            if pool.missing:
                line = self.script.line("/ip/pool", "add", name=pool.name, ranges="RANGES")
            return broken("pool", self.name, f"pool {pool.name}: {use}", told, mend=on(self.name, line))
        if refusal is not None:
            return broken("pool", self.name, "there was no address for the last dial", told)
        if "pool" in self.why_unseen:
            return self._unseen("pool")
        if pool is None:
            return ok("pool", self.name, "the address comes from no pool")
        return ok("pool", self.name, f"pool {pool.name}: {pool.used} of {pool.total} addresses used")

    def licence(self) -> Link:
        """Whether the licence lets one session more in."""
        licence = self.nas.licence
        if licence is None:
            return self._unseen("nas-licence")
        seen = f"licence {licence.level or '?'}: {licence.count} of {licence.cap or 'any'} PPPoE sessions"
        if licence.reached and not self.facts.live:
            return broken("nas-licence", self.name, seen, "a higher licence level carries more (/system/license)")
        return ok("nas-licence", self.name, seen)


def _asks(row: RadiusRow) -> bool:
    return not row.disabled and "ppp" in row.services


def _closed(row: PppoeServer) -> str:
    if row.disabled:
        return "the PPPoE server is disabled"
    if row.carries:
        return f"the interface is {row.carries}"
    return f"full, {row.count} of max-sessions {row.most}"
