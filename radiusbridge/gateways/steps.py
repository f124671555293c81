"""The steps of a test (`server test`, `nas test`): run in order, timed, and ended by the first that fails.

The steps up to the login are the same for every router: name, TCP, TLS, API, login.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import (
    BadInput,
    DeadlinePassed,
    LoginRefused,
    NotSuchPeer,
    RadiusbridgeError,
    Unreachable,
)
from radiusbridge.domain.records import TlsMode
from radiusbridge.domain.text import safe
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.gateways.routers import CONNECT_SECONDS, Router, Rows, together
from radiusbridge.radius.sockets import UdpSockets
from radiusbridge.routeros.commands import equal
from radiusbridge.routeros.dialer import TcpDialer
from radiusbridge.routeros.endpoint import TlsPolicy
from radiusbridge.routeros.errors import RouterTrap, TrapKind
from radiusbridge.routeros.values import parse_date

Step = tuple[str, Callable[[], Awaitable[Sequence[Finding]]]]
"""A step's name, and what looks. What it raises is the step's failure."""

CLOCK_TOLERANCE = 60.0
"""Seconds; RADIUS peers drop what is stamped more than 300 s off (RFC 5176 section 6.3)."""
RESOLVE_SECONDS = 5.0


async def run(steps: Sequence[Step], clock: Clock) -> AsyncIterator[Finding]:
    """Every finding as it is made; nothing after the first that failed."""
    for name, look in steps:
        began = clock.monotonic()
        try:
            findings = await look()
        except RadiusbridgeError as error:
            seconds = clock.monotonic() - began
            yield Finding(name, Mark.FAILED, error.summary, error.hint, seconds)
            return
        for finding in findings:
            yield replace(finding, seconds=clock.monotonic() - began)
        if any(finding.mark is Mark.FAILED for finding in findings):
            return


def found(step: str, mark: Mark, words: str, hint: str = "") -> list[Finding]:
    """One finding as a step's answer."""
    return [Finding(step, mark, words, hint)]


def reaching(router: Router) -> list[Step]:
    """Name, TCP, TLS, API and login of a router."""
    endpoint = router.endpoint
    tls = endpoint.tls is not TlsMode.PLAIN
    # a dialer that was brought along has its own way to find hosts
    steps: list[Step] = [] if router.dialer is not None else [("name", lambda: resolve(endpoint.host))]
    steps.append(("tcp", lambda: _dial(router, "tcp", TlsPolicy())))
    if tls:
        steps.append(("tls", lambda: _dial(router, "tls", endpoint.policy)))
    steps.append(("login", lambda: _log_in(router)))
    return steps


async def resolve(host: str) -> Sequence[Finding]:
    """The addresses of a name."""
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found_ = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise DeadlinePassed(f"the name server did not answer for {safe(host, 80)}", hint="check DNS") from error
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"the name {safe(host, 80)} does not resolve", hint="check the host name") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found_))
    return found("name", Mark.OK, f"{safe(host, 80)} is {', '.join(addresses[:3])}")


async def _dial(router: Router, step: str, policy: TlsPolicy) -> Sequence[Finding]:
    endpoint = router.endpoint
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            stream = await (router.dialer or TcpDialer()).dial(endpoint.host, endpoint.port, policy)
    except TimeoutError as error:
        if step == "tls":
            summary = f"port {endpoint.port} is open and does not answer TLS within {CONNECT_SECONDS:g} s"
            raise NotSuchPeer(summary, hint="it may be the plain API port; api-ssl is 8729") from error
        summary = f"no answer from port {endpoint.port} within {CONNECT_SECONDS:g} s"
        raise DeadlinePassed(summary, hint="check address, port, firewall and routes") from error
    stream.close()
    if step == "tcp":
        return found(step, Mark.OK, f"port {endpoint.port} is open")
    how = "pinned certificate" if policy.fingerprint else "certificate checked"
    return found(step, Mark.OK, f"TLS with {how}")


async def _log_in(router: Router) -> Sequence[Finding]:
    await router.forget_failures()
    try:
        await router.connected()
    except LoginRefused:
        raise
    except RadiusbridgeError as error:
        # the port is open: what fails now is the API, not the way to it
        return found("api", Mark.FAILED, error.summary, error.hint)
    return found("login", Mark.OK, f"logged in as {safe(router.endpoint.user, 60)}")


async def rights(
    router: Router, needed: dict[str, str], useful: dict[str, str], tell: Callable[[set[str]], None] | None = None
) -> Sequence[Finding]:
    """Whether our account's group has the policies; the dictionaries say what each is for. tell: is told of those it
    has, if they can be read."""
    users, groups = await together(
        router.read("/user/print", queries=(equal("name", router.endpoint.user),), proplist=("name", "group")),
        router.read("/user/group/print", proplist=("name", "policy")),
    )
    group = users[0].get("group", "") if users else ""
    row = next((row for row in groups if row.get("name") == group), None)
    if row is None:
        hint = "the account may come from RADIUS (/user/aaa): then its group is not in the list"
        return found("rights", Mark.WARN, "the account's group cannot be read", hint)
    policies = {word for word in row.get("policy", "").split(",") if word and not word.startswith("!")}
    if tell is not None:
        tell(policies)
    lacking = [name for name in needed if name not in policies]
    group = safe(group, 60)
    if lacking:
        why = "; ".join(f"{name}: {needed[name]}" for name in lacking)
        hint = f"/user/group set {group} policy={','.join(['api', *needed])} ({why})"
        return found("rights", Mark.FAILED, f"group {group} lacks {', '.join(lacking)}", hint)
    wishes = [f"without {name}: {text}" for name, text in useful.items() if name not in policies]
    if wishes:
        return found("rights", Mark.WARN, f"group {group} has {', '.join(needed)}", "; ".join(wishes))
    return found("rights", Mark.OK, f"group {group} has {', '.join([*needed, *useful])}")


async def clocks(router: Router, clock: Clock) -> Sequence[Finding]:
    """The router's clock beside ours."""
    rows = await router.read("/system/clock/print", proplist=("date", "time", "gmt-offset"))
    theirs = router_time(rows[0]) if rows else None
    if theirs is None:
        return found("clock", Mark.WARN, "the router's clock cannot be read")
    off = (theirs - clock.now()).total_seconds()
    if abs(off) > CLOCK_TOLERANCE:
        hint = "set both clocks by NTP: stamped RADIUS packets more than 300 s off are dropped without a word"
        return found("clock", Mark.WARN, f"the router's clock is {_span(off)} {'ahead' if off > 0 else 'behind'}", hint)
    return found("clock", Mark.OK, "the clocks agree")


def _span(seconds: float) -> str:
    seconds = abs(seconds)
    if seconds < 600:
        return f"{seconds:.0f} s"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def router_time(row: dict[str, str]) -> datetime | None:
    """UTC from `/system/clock`: date `2026-05-31` or `may/31/2026`, time, gmt-offset `+07:00`; None if unreadable."""
    offset = re.fullmatch(r"([+-])([0-9]{1,2}):([0-9]{2})", row.get("gmt-offset", "+00:00"))
    try:
        local = parse_date(f"{row.get('date', '')} {row.get('time', '')}")
    except BadInput:
        return None
    if offset is None:
        return None
    east = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return local.replace(tzinfo=UTC) - (east if offset[1] == "+" else -east)


async def rows_if_any(router: Router, command: str, proplist: Sequence[str]) -> Rows:
    """The rows of a menu that not every router has."""
    try:
        return await router.read(command, proplist=proplist)
    except RouterTrap as trap:
        if trap.kind is TrapKind.NO_SUCH_COMMAND:
            return []
        raise


async def our_address(host: str, port: int) -> str | None:
    """The address that our packets to a host leave from, as the routing table has it; None if there is no way."""
    try:
        entries = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        remote = entries[0][4]
        probe = UdpSockets().open((str(remote[0]), int(remote[1])), None, lambda: None)
    except (OSError, UnicodeError):
        return None
    address = probe.local_address[0]
    probe.close()
    return address


def covers(wanted: str, address: str) -> bool:
    """Whether a router's row for an address or prefix means that address; names are not resolved."""
    try:
        return ip_address(address) in ip_network(wanted, strict=False)
    except ValueError:
        return wanted == address
