"""The account server's side, over one connection: the account, its sessions, clients, settings, licence, clock, log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from radiusbridge.domain.accounts import AccountRow, ServerSession
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import NotSuchPeer, PeerRefused, RadiusbridgeError, Unreachable
from radiusbridge.domain.local_access import PPP
from radiusbridge.domain.observations import LoginAnswer
from radiusbridge.domain.records import Server
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.why.facts import ClientRow, Heard, Licence, ServerFacts, Tested
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.checking import NOBODY, SESSION_CAPS
from radiusbridge.gateways.accounts.generation import USERMAN6, USERMAN7, told
from radiusbridge.gateways.accounts.rows import ACTIVE, is_yes
from radiusbridge.gateways.doctor.chart import Chart, Unseen, Want, prints, read_chart
from radiusbridge.gateways.doctor.limits import level_of
from radiusbridge.gateways.ports import AccountServer, Prober
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.why.log import clock_of, read_log
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.routeros.commands import equal

Hosts = Sequence[tuple[str, frozenset[str]]]
ROOT = {USERMAN7: "/user-manager", USERMAN6: "/tool/user-manager"}
ADDRESS = {USERMAN7: "address", USERMAN6: "ip-address"}
STARTED = {USERMAN7: "started", USERMAN6: "from-time"}
NAS = {USERMAN7: "nas-ip-address", USERMAN6: "host-ip"}

_GENERAL = prints(clock=("/system/clock", "date", "time", "gmt-offset"), licence=("/system/license", "level", "nlevel"))


async def read_server(
    server: Server, accounts: AccountServer, router: Router, clock: Clock, username: str, hosts: Hosts
) -> ServerFacts:
    """Read it all. Unreachable and below; what the router refuses is told in the facts."""
    chart = await read_chart(router, _GENERAL)
    dated = clock_of(dict(chart.readings["clock"].rows[0]) if chart.readings["clock"].rows else {}, clock)
    if server.kind == PPP:
        heard = await read_log(router, server.name, username, dated)
        return await _account(ServerFacts(secrets=True, clock_off=dated.off, heard=heard), accounts, username)
    try:
        kind = (await told(router)).kind
    except NotSuchPeer as error:
        heard = await read_log(router, server.name, username, dated)
        return ServerFacts(absent=error.summary, clock_off=dated.off, heard=heard)
    except PeerRefused as error:
        refused = ("account", error.summary)
        return ServerFacts(clock_off=dated.off, heard=Heard(server.name, trouble=error.summary), unseen=(refused,))
    heard = await read_log(router, server.name, username, dated)
    own = await read_chart(router, _wants(kind, username))
    facts = ServerFacts(six=kind == USERMAN6, clock_off=dated.off, heard=heard)
    facts = _settled(facts, own, kind)
    facts = replace(facts, clients=_clients(own, kind, hosts), last=_last(own, kind))
    facts = await _licensed(facts, chart, router, kind)
    return await _account(facts, accounts, username)


async def read_accounts(accounts: AccountServer, username: str) -> ServerFacts:
    """What a server tells that is no router: the account, and its sessions. Unreachable and below."""
    facts = await _account(ServerFacts(router=False), accounts, username)
    sessions = facts.account.sessions if facts.account is not None else ()
    return replace(facts, last=sessions[-1] if sessions else None)


def _wants(kind: str, username: str) -> Mapping[str, Want]:
    root = ROOT[kind]
    wants = prints(clients=(f"{root}/router", ".id", "name", ADDRESS[kind], "disabled", "shared-secret"))
    if kind == USERMAN7:
        wants |= prints(settings=(root, "enabled", "authentication-port"))
    return {**wants, "sessions": _sessions(kind, username)}


def _sessions(kind: str, username: str) -> Want:
    names = (".id", "user", "acct-session-id", NAS[kind], "calling-station-id", STARTED[kind])
    return Want(f"{ROOT[kind]}/session/print", names, queries=(equal("user", username),))


def _settled(facts: ServerFacts, chart: Chart, kind: str) -> ServerFacts:
    if kind == USERMAN6:
        return facts
    try:
        row = chart.row("settings")
    except Unseen as why:
        return replace(facts, enabled=None, unseen=(*facts.unseen, ("server", str(why))))
    port = row.get("authentication-port", "")
    return replace(facts, enabled=is_yes(row.get("enabled")), port=int(port) if port.isdecimal() else None)


def _clients(chart: Chart, kind: str, hosts: Hosts) -> tuple[ClientRow, ...] | None:
    try:
        rows = chart.rows("clients")
    except Unseen:
        return None
    found = []
    for row in rows:
        address = row.get(ADDRESS[kind], "")
        nases = tuple(name for name, known in hosts if any(steps.covers(address, host) for host in known))
        secret = shown(row.get("shared-secret"))
        disabled = is_yes(row.get("disabled"))
        found.append(ClientRow(row.get(".id", ""), row.get("name", ""), address, disabled, secret, nases))
    return tuple(found)


def shown(value: str | None) -> Secret | None:
    """A secret that print shows; None: it hides it."""
    return Secret(value) if value and value.strip("*") else None


def _last(chart: Chart, kind: str) -> ServerSession | None:
    """The session that began last; rows are in the order in which they began."""
    rows = chart.readings["sessions"].rows
    if not rows:
        return None
    row = rows[-1]
    caller = row.get("calling-station-id", "")
    return ServerSession(row.get(".id", ""), row.get("acct-session-id", ""), row.get(NAS[kind], ""), "", caller)


async def _licensed(facts: ServerFacts, chart: Chart, router: Router, kind: str) -> ServerFacts:
    try:
        level = level_of(chart.row("licence"))
        count: int | None = await router.count(f"{ROOT[kind]}/session/print", ACTIVE)
    except Unseen as why:
        return replace(facts, unseen=(*facts.unseen, ("licence", str(why))))
    except (PeerRefused, NotSuchPeer) as why:
        return replace(facts, unseen=(*facts.unseen, ("licence", why.summary)))
    return replace(facts, licence=Licence(level, SESSION_CAPS.get(level), count))


async def _account(facts: ServerFacts, accounts: AccountServer, username: str) -> ServerFacts:
    try:
        account = await accounts.read_account(username)
        listed = await accounts.listed_account(username) if account is not None else None
    except Unreachable:
        raise
    except RadiusbridgeError as error:
        return replace(facts, unseen=(*facts.unseen, ("account", error.summary)))
    pool, static = _address(account)
    return replace(
        facts, account=account, password=listed.password if listed is not None else None, pool=pool, static=static
    )


def _address(account: AccountRow | None) -> tuple[str, bool]:
    """The pool that the account names, and whether it has an address of its own."""
    if account is None or not account.attributes:
        return "", False
    attributes = AttributeList.parse(account.attributes)
    return attributes.get("Framed-Pool") or "", bool(attributes.get("Framed-IP-Address"))


async def test_login(server: Server, prober: Prober | None) -> Tested | None:
    """A login of a user who does not exist, which can harm nobody; None: no RADIUS address is recorded."""
    if prober is None:
        return None
    reply = await prober.login(NOBODY, Secret("no-such-user"), method=server.method, seconds=4.0)
    answered = reply.answer in {LoginAnswer.REJECTED, LoginAnswer.ACCEPTED}
    return Tested(answered, reply.signed, f"test login of a user who does not exist: {reply.words}")
