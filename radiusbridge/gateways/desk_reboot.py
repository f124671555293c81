"""Start a router anew, and see what it has: `/system/reboot`, sessions, interfaces, PPPoE servers, netwatch."""

from collections.abc import Awaitable, Callable

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.reboot import ADDRESSES, INTERFACES, NETWATCH, SERVERS, SESSIONS, Alive, Inventory
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.desk import RouterDesk
from radiusbridge.gateways.routers import Router, together
from radiusbridge.gateways.vitals import uptime_of
from radiusbridge.routeros.commands import equal
from radiusbridge.routeros.errors import LinkLost, ReplyLate, RouterTrap, TrapKind

ANSWER_SECONDS = 5.0
"""For the answer to the command, which some routers never give."""
ALIVE_SECONDS = 3.0
"""For a small question while it may be on its way down or up."""
LIST_SECONDS = 60.0
STATIC = (equal("dynamic", "true"), "?#!")
"""A BRAS has a dynamic address for each session."""


class RouterReboot:
    """One router. Errors of every method: as `Router.read`."""

    def __init__(self, router: Router, clock: Clock) -> None:
        self._router = router
        self._clock = clock
        self._desk = RouterDesk(router, clock)

    async def send(self) -> str:
        """Send the command; how it was answered. RouterTrap: it was refused; what raises else was not sent."""
        try:
            await self._router.write("/system/reboot", {}, seconds=ANSWER_SECONDS)
        except (LinkLost, ReplyLate) as error:
            if not error.written:
                raise
            return "the connection ended without an answer"
        return "the router said yes"

    async def alive(self) -> Alive:
        """Whether it answers."""
        return (await self._resource())[0]

    async def _resource(self) -> tuple[Alive, str]:
        """And the version of RouterOS."""
        asked = ("uptime", "version")
        rows = await self._router.read("/system/resource/print", proplist=asked, seconds=ALIVE_SECONDS)
        row = rows[0] if rows else {}
        return Alive(self._clock.monotonic(), uptime_of(row.get("uptime", ""))), safe(row.get("version", ""), 60)

    async def start_over(self) -> None:
        """Ask on a new connection from now on: the old one may be dead without a word."""
        await self._router.close()

    async def inventory(self) -> Inventory:
        """What it has now. What it refuses to tell is in `unread`; a menu that it lacks has nothing."""
        alive, version = await self._resource()
        unread: dict[str, str] = {}

        async def named(kind: str, read: Callable[[], Awaitable[list[str]]]) -> list[str]:
            try:
                return await read()
            except RouterTrap as trap:
                if trap.kind is not TrapKind.NO_SUCH_COMMAND:
                    unread[kind] = safe(trap.summary, 200)
                return []

        sessions, guests, ports, addresses, servers, watched = await together(
            named(SESSIONS, lambda: self._users("/ppp/active", "name")),
            named("guests", lambda: self._users("/ip/hotspot/active", "user")),
            named(INTERFACES, self._running),
            named(ADDRESSES, self._addresses),
            named(SERVERS, self._serving),
            named(NETWATCH, self._up),
        )
        unread.pop("guests", None)
        names = {
            SESSIONS: sessions,
            INTERFACES: ports,
            ADDRESSES: addresses,
            SERVERS: servers,
            NETWATCH: watched,
        }
        kinds = {kind: frozenset(found) for kind, found in names.items()}
        return Inventory(alive.at, alive.uptime, version, len(sessions), len(guests), kinds, unread)

    async def _users(self, menu: str, name: str) -> list[str]:
        rows = await self._router.read(f"{menu}/print", proplist=(name,), seconds=LIST_SECONDS)
        return [safe(row.get(name, ""), 120) for row in rows]

    async def _running(self) -> list[str]:
        return [port.name for port in await self._desk.ports() if port.running and not port.disabled]

    async def _addresses(self) -> list[str]:
        """Those that somebody gave it; sessions and leases make others, which come and go."""
        proplist = ("address", "interface", "disabled", "invalid", "dynamic")
        rows = await self._router.read("/ip/address/print", queries=STATIC, proplist=proplist, seconds=LIST_SECONDS)
        works = [row for row in rows if not any(is_yes(row.get(flag)) for flag in ("disabled", "invalid", "dynamic"))]
        return [safe(f"{row.get('address', '')} on {row.get('interface', '')}", 120) for row in works]

    async def _serving(self) -> list[str]:
        return [server.name for server in await self._desk.pppoe() if server.works]

    async def _up(self) -> list[str]:
        return [row.host for row in await self._desk.netwatch() if row.status == "up"]
