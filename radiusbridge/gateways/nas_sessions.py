"""What else a NAS shows of sessions: the dynamic queue of each, and the connections that it tracks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import BadInput, PeerRefused
from radiusbridge.domain.profiles import NONE, limits
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.routers import Router, together
from radiusbridge.routeros.commands import equal
from radiusbridge.routeros.values import parse_pair

INTERFACE = "/interface/pppoe-server"
QUEUE = "/queue/simple"
CONNECTION = "/ip/firewall/connection"
MOST_CONNECTIONS = 20_000
"""Tracked connections that are looked through: they cannot be asked for by address, since the port is part of it."""
AT_ONCE = 50
"""Rows of one command that removes."""

Row = Mapping[str, str]


async def with_limits(
    router: Router, sessions: tuple[SessionRow, ...], username: str | None = None
) -> tuple[SessionRow, ...]:
    """The sessions with their limits. A session's queue is found by its interface, and that by user name and MAC
    address; where two of them cannot be told apart, nothing is said."""
    if not sessions:
        return sessions
    queries = () if username is None else (equal("user", username),)
    interfaces = await router.read(f"{INTERFACE}/print", queries=queries, proplist=("name", "user", "remote-address"))
    named: tuple[str, ...] = ()
    if username is not None:
        names = [row["name"] for row in interfaces if row.get("name")]
        named = tuple(word for at, name in enumerate(names) for word in (equal("name", name), *(["?#|"] if at else [])))
        if not names:
            return sessions
    queues = await router.read(
        f"{QUEUE}/print", queries=named, proplist=("name", "max-limit", "burst-limit", "disabled")
    )
    return tuple(limited(sessions, interfaces, queues))


def limited(sessions: Iterable[SessionRow], interfaces: Iterable[Row], queues: Iterable[Row]) -> Iterable[SessionRow]:
    """The same from rows that were read."""
    of_user = by_user(interfaces)
    queue = {row.get("name", ""): row for row in queues}
    for session in sessions:
        name = interface_of(session, of_user)
        yield session if name is None else replace(session, limits=_limits(queue.get(name)))


def by_user(interfaces: Iterable[Row]) -> Mapping[str, list[Row]]:
    """The rows of `/interface/pppoe-server` by user name."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in interfaces:
        found[row.get("user", "")].append(row)
    return found


def interface_of(session: SessionRow, of_user: Mapping[str, list[Row]]) -> str | None:
    """The name of a session's interface; None: there is none, or several that cannot be told apart."""
    found = of_user.get(session.username, [])
    if len(found) > 1:
        mac = (session.caller_id or "").casefold()
        found = [row for row in found if row.get("remote-address", "").casefold() == mac]
    return found[0].get("name", "") if len(found) == 1 else None


def _limits(row: Row | None) -> str:
    if row is None:
        return NONE
    try:
        burst = row.get("burst-limit")
        return limits(parse_pair(row.get("max-limit", "")), parse_pair(burst) if burst else (0, 0))
    except BadInput:
        return ""


async def flush_connections(router: Router, address: str) -> int:
    """Remove the tracked connections that come from an address or go to it; how many there were.

    They are looked for again afterwards. Raises PeerRefused where there are too many to look through, or where removed
    ones are still there; one that was opened meanwhile has met the rules that hold now, and may stay.
    """
    size = await router.count(f"{CONNECTION}/print", ())
    if size > MOST_CONNECTIONS:
        raise PeerRefused(
            f"it tracks {size} connections, too many to look through for those of one address",
            target=str(router.endpoint),
            hint="they end by themselves, or put the rule for the list before the one that accepts established ones",
        )
    ours = await _connections(router, address)
    for start in range(0, len(ours), AT_ONCE):
        piece = ours[start : start + AT_ONCE]
        await together(*(gone_is_fine(router, f"{CONNECTION}/remove", identifier) for identifier in piece))
    left = set(ours).intersection(await _connections(router, address)) if ours else ()
    if left:
        raise PeerRefused(
            f"it said that they are gone, and still tracks {len(left)} of {len(ours)}",
            target=str(router.endpoint),
            hint="remove them on the router, or kick the session",
        )
    return len(ours)


async def _connections(router: Router, address: str) -> list[str]:
    """The ids of the tracked connections of an address (`/ip/firewall/connection`)."""
    rows = await router.read(f"{CONNECTION}/print", proplist=(".id", "src-address", "dst-address"))
    return [
        row[".id"] for row in rows if address in {_host(row.get(way, "")) for way in ("src-address", "dst-address")}
    ]


def _host(text: str) -> str:
    """The address of `10.0.0.7:443`, `10.0.0.7`, `[2001:db8::1]:443` or `2001:db8::1/128`."""
    plain = text.partition("/")[0]
    if plain.startswith("["):
        return plain[1:].partition("]")[0]
    return plain.partition(":")[0] if plain.count(":") == 1 else plain
