"""The NAS's side, over one connection: sessions, PPPoE servers, whom it asks, its pools, licence, clock, log."""

from collections.abc import Sequence
from dataclasses import replace

from radiusbridge.domain.accounts import AccountRow, SessionRow
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import NotSuchPeer, PeerRefused
from radiusbridge.domain.why.facts import Licence, LocalRow, NasFacts, PppoeServer, RadiusRow
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.doctor.chart import Chart, Row, Unseen, Want, prints, read_chart
from radiusbridge.gateways.doctor.limits import level_of
from radiusbridge.gateways.doctor.nas import PPPOE_CAPS, REQUIRED, SERVERS, monitor_key
from radiusbridge.gateways.ports import NasSessions
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.why.log import clock_of, read_log
from radiusbridge.gateways.why.pools import pool_use
from radiusbridge.gateways.why.server import shown
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.routeros.commands import equal

_COUNTERS = ("requests", "accepts", "rejects", "timeouts", "bad-replies")
_PPPOE_SERVICES = frozenset({"any", "pppoe"})
_UNLIMITED = frozenset({"", "0", "unlimited"})

_WANTS = prints(
    resource=("/system/resource", "version"),
    clock=("/system/clock", "date", "time", "gmt-offset"),
    licence=("/system/license", "level", "nlevel"),
    aaa=("/ppp/aaa", "use-radius"),
    radius=(
        "/radius", ".id", "address", "service", "disabled", "secret", "authentication-port", "require-message-auth",
    ),
    servers=(SERVERS, ".id", "interface", "disabled", "max-sessions", "default-profile"),
    pools=("/ip/pool", "name", "ranges", "next-pool", "total", "used"),
)  # fmt: skip


async def read_nas(
    name: str,
    sessions: NasSessions,
    router: Router,
    clock: Clock,
    username: str,
    server_hosts: frozenset[str],
) -> tuple[NasFacts, Chart]:
    """Read it; the chart is for `with_pool`, which the account decides. Unreachable and below; what the router refuses
    is told in the facts. server_hosts: addresses under which the customer's server may be asked."""
    wants = {**_WANTS, "secret": _secret(username)}
    chart = await read_chart(router, wants)
    dated = clock_of(dict(chart.readings["clock"].rows[0]) if chart.readings["clock"].rows else {}, clock)
    version = chart.readings["resource"].rows
    facts = NasFacts(
        name,
        six=bool(version) and version[0].get("version", "").startswith("6."),
        clock_off=dated.off,
        heard=await read_log(router, name, username, dated),
    )
    facts = _asked(facts, chart)
    facts = await _rows(facts, chart, router, server_hosts)
    facts = await _servers(facts, chart, router)
    facts = await _licensed(facts, chart, router)
    return await _listed(facts, sessions, username), chart


def _secret(username: str) -> Want:
    names = ("name", "service", "password", "caller-id", "profile", "disabled")
    return Want("/ppp/secret/print", names, queries=(equal("name", username),))


def _unseen(facts: NasFacts, link: str, why: object) -> NasFacts:
    return replace(facts, unseen=(*facts.unseen, (link, str(why))))


async def _listed(facts: NasFacts, sessions: NasSessions, username: str) -> NasFacts:
    try:
        rows: tuple[SessionRow, ...] = await sessions.sessions(username)
    except (PeerRefused, NotSuchPeer) as error:
        return _unseen(facts, "session", error.summary)
    return replace(facts, sessions=rows)


def _asked(facts: NasFacts, chart: Chart) -> NasFacts:
    """Whether RADIUS is asked, and a local secret of the name that lets PPPoE in."""
    try:
        facts = replace(facts, use_radius=is_yes(chart.row("aaa").get("use-radius")))
    except Unseen as why:
        facts = _unseen(facts, "use-radius", why)
    try:
        rows = [row for row in chart.rows("secret") if not is_yes(row.get("disabled"))]
    except Unseen as why:
        return _unseen(facts, "local-secret", why)
    row = next((row for row in rows if row.get("service", "any") in _PPPOE_SERVICES), None)
    if row is None:
        return facts
    local = LocalRow(
        row.get("service", "any"), shown(row.get("password")), row.get("caller-id", ""), row.get("profile", "")
    )
    return replace(facts, local=local)


async def _rows(facts: NasFacts, chart: Chart, router: Router, server_hosts: frozenset[str]) -> NasFacts:
    try:
        rows = chart.rows("radius")
    except Unseen as why:
        return _unseen(facts, "radius-row", why)
    asked = [row for row in rows if "ppp" in _services(row)]
    monitors = {
        monitor_key(row): Want("/radius/monitor", (), (("numbers", row.get(".id", "")), ("once", ""))) for row in asked
    }
    counted = await read_chart(router, monitors)
    return replace(facts, rows=tuple(_row(row, counted, server_hosts) for row in rows))


def _row(row: Row, counted: Chart, server_hosts: frozenset[str]) -> RadiusRow:
    reading = counted.readings.get(monitor_key(row))
    counts = reading.rows[0] if reading is not None and reading.rows else {}
    counters = tuple((name, int(counts[name])) for name in _COUNTERS if counts.get(name, "").isdecimal())
    address, port = row.get("address", ""), row.get("authentication-port", "")
    return RadiusRow(
        row.get(".id", ""),
        address,
        _services(row),
        is_yes(row.get("disabled")),
        any(steps.covers(address, host) for host in server_hosts),
        shown(row.get("secret")),
        int(port) if port.isdecimal() else None,
        row.get("require-message-auth") == REQUIRED,
        counters,
    )


def _services(row: Row) -> frozenset[str]:
    return frozenset(word for word in row.get("service", "").split(",") if word)


async def _servers(facts: NasFacts, chart: Chart, router: Router) -> NasFacts:
    try:
        rows = chart.rows("servers")
    except Unseen as why:
        return _unseen(facts, "pppoe", why)
    names = sorted({row["interface"] for row in rows if row.get("interface")})
    ports = {}
    if names:
        found = await router.read_of("/interface/print", ("name",), names, proplist=("name", "running", "disabled"))
        ports = {row.get("name", ""): row for row in found}
    return replace(facts, servers=tuple([await _server(row, ports, router) for row in rows]))


async def _server(row: Row, ports: dict[str, dict[str, str]], router: Router) -> PppoeServer:
    interface, most = row.get("interface", ""), row.get("max-sessions", "")
    limit = int(most) if most.isdecimal() and most not in _UNLIMITED else None
    count = None
    if limit is not None:
        count = await router.count("/interface/pppoe-server/print", (equal("interface", interface),))
    port = ports.get(interface)
    carries = ""
    if port is None:
        carries = "not there" if ports else ""
    elif is_yes(port.get("disabled")):
        carries = "disabled"
    elif port.get("running") in {"false", "no"}:
        carries = "down"
    profile = row.get("default-profile", "") or "default"
    return PppoeServer(row.get(".id", ""), interface, is_yes(row.get("disabled", "no")), carries, limit, count, profile)


async def _licensed(facts: NasFacts, chart: Chart, router: Router) -> NasFacts:
    try:
        level = level_of(chart.row("licence"))
        count = await router.count("/ppp/active/print", ())
    except Unseen as why:
        return _unseen(facts, "nas-licence", why)
    except (PeerRefused, NotSuchPeer) as error:
        return _unseen(facts, "nas-licence", error.summary)
    return replace(facts, licence=Licence(level, PPPOE_CAPS.get(level), count))


async def with_pool(
    facts: NasFacts, chart: Chart, router: Router, account: AccountRow | None, pool: str, *, static: bool
) -> NasFacts:
    """With the pool that a login of that account gets its address from. pool: named by the account, which comes before
    the PPP profile's; static: the account has an address of its own. Errors as `read_nas`."""
    if static:
        return facts
    try:
        name = pool or await _profile_pool(facts, router, account)
        pools = chart.rows("pools")
    except Unseen as why:
        return _unseen(facts, "pool", why)
    if not name or (not pool and not any(row.get("name") == name for row in pools)):
        return facts
    try:
        return replace(facts, pool=await pool_use(router, name, pools))
    except (PeerRefused, NotSuchPeer) as error:
        return _unseen(facts, "pool", error.summary)


async def _profile_pool(facts: NasFacts, router: Router, account: AccountRow | None) -> str:
    """The remote-address of the PPP profile in force: a pool, or an address."""
    open_ = [row for row in facts.servers or () if row.open] or list(facts.servers or ())
    name = _group(account) or (facts.local.profile if facts.local else "") or (open_[0].profile if open_ else "default")
    want = Want("/ppp/profile/print", ("name", "remote-address"), queries=(equal("name", name),))
    rows: Sequence[Row] = (await read_chart(router, {"profile": want})).rows("profile")
    return rows[0].get("remote-address", "") if rows else ""


def _group(account: AccountRow | None) -> str:
    return (AttributeList.parse(account.attributes).get("Mikrotik-Group") or "") if account is not None else ""
