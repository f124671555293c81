"""How a router is: `/system/resource`, counters of its ports, how many sessions it has, RADIUS requests that it gave
up. A handful of small commands in one round trip, over the connection that everybody shares."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.domain.vitals import Octets, Vitals
from radiusbridge.gateways.accounts.generation import USERMAN6
from radiusbridge.gateways.accounts.rows import ACTIVE as IS_ACTIVE
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.routeros.commands import equal
from radiusbridge.routeros.errors import RouterTrap, TrapKind
from radiusbridge.routeros.values import parse_duration

RESOURCE = "/system/resource/print"
RESOURCE_PROPERTIES = ("uptime", "version", "board-name", "cpu-load", "free-memory", "total-memory")
INTERFACES = "/interface/print"
INTERFACE_PROPERTIES = ("name", "rx-byte", "tx-byte")
PORTS = ("ether", "wlan", "wifi", "w60g", "lte")
"""Types of interfaces that are no tunnel, bridge or VLAN on others."""
ACTIVE = "/ppp/active/print"
RADIUS, RADIUS_MONITOR = "/radius/print", "/radius/monitor"
ACCOUNT_MENUS = {False: "/user-manager", True: "/tool/user-manager"}
"""Where User Manager is; True: of RouterOS 6."""
COUNT_EVERY = 30.0
"""Seconds that User Manager's counts are believed: it goes through all its rows for them."""

_PORTS_QUERY = tuple(word for at, kind in enumerate(PORTS) for word in (equal("type", kind), *(["?#|"] if at else [])))


class RouterVitals:
    """Reads one router. kind: of the User Manager that is on it; empty: none is ours. nas: it has sessions."""

    def __init__(self, router: Router, clock: Clock, kind: str, *, nas: bool) -> None:
        self._router = router
        self._clock = clock
        self._kind = kind
        self._six = kind == USERMAN6
        self._nas = nas
        self._counts: tuple[int | None, int | None] = (None, None)
        self._counted: float | None = None
        self._clients: tuple[str, ...] | None = None
        """Of the `/radius` rows that logins are asked of: their `.id`; None: not known."""

    async def read(self) -> Vitals:
        """One reading. What the router refuses, or has no menu for, is in `missing`.

        Raises Unreachable and below, PeerRefused and below for what is not about one menu, NotSuchPeer.
        """
        draft = _Draft()
        at = self._clock.now()
        work: list[Callable[[_Draft], Awaitable[None]]] = [self._resource, self._counters]
        if self._nas:
            work += [self._sessions, self._timeouts]
        if self._kind:
            work.append(self._accounts)
        await together(*(self._unless_refused(each, draft) for each in work))
        row, (accounts, accounted) = draft.resource, self._counts
        total, free = number(row.get("total-memory")), number(row.get("free-memory"))
        return Vitals(
            at,
            draft.moment,
            draft.seconds,
            safe(row.get("version", ""), 60),
            safe(row.get("board-name", ""), 60),
            number(row.get("cpu-load")),
            None if total is None or free is None else max(0, total - free),
            total,
            uptime_of(row.get("uptime", "")),
            draft.sessions,
            draft.counters,
            accounts,
            accounted,
            draft.timeouts,
            tuple(draft.missing),
        )

    async def _unless_refused(self, work: Callable[["_Draft"], Awaitable[None]], draft: "_Draft") -> None:
        try:
            await work(draft)
        except RouterTrap as trap:
            draft.missing.append(_refused(trap))

    async def _resource(self, draft: "_Draft") -> None:
        began = self._clock.monotonic()
        try:
            rows = await self._router.read(RESOURCE, proplist=RESOURCE_PROPERTIES)
        finally:
            draft.seconds = self._clock.monotonic() - began
        draft.resource = rows[0] if rows else {}

    async def _counters(self, draft: "_Draft") -> None:
        began = self._clock.monotonic()
        rows = await self._router.read(INTERFACES, queries=_PORTS_QUERY, proplist=INTERFACE_PROPERTIES)
        draft.moment = (began + self._clock.monotonic()) / 2
        draft.counters = _octets(rows)

    async def _sessions(self, draft: "_Draft") -> None:
        draft.sessions = await self._router.count(ACTIVE, ())

    async def _timeouts(self, draft: "_Draft") -> None:
        """Of all `/radius` rows for PPP. A row that is gone has them read anew, the next time."""
        if self._clients is None:
            rows = await self._router.read(RADIUS, proplist=(".id", "service", "disabled"))
            self._clients = tuple(row[".id"] for row in rows if ".id" in row and _asked_for_ppp(row))
        asked = [{"numbers": each, "once": ""} for each in self._clients]
        try:
            told = await together(*(self._router.read(RADIUS_MONITOR, each) for each in asked))
        except RouterTrap:
            self._clients = None
            raise
        counts = [count for rows in told for row in rows if (count := number(row.get("timeouts"))) is not None]
        draft.timeouts = sum(counts) if counts else None

    async def _accounts(self, _draft: "_Draft") -> None:
        """Users, and active sessions, of User Manager; what was counted lately stands."""
        now = self._clock.monotonic()
        if self._counted is not None and now - self._counted < COUNT_EVERY:
            return
        self._counts = None, None
        self._counts = await self._counted_accounts()
        self._counted = now

    async def _counted_accounts(self) -> tuple[int, int]:
        for last in (False, True):
            menu = ACCOUNT_MENUS[self._six]
            try:
                users, sessions = await together(
                    self._router.count(f"{menu}/user/print", ()),
                    self._router.count(f"{menu}/session/print", IS_ACTIVE),
                )
            except RouterTrap as trap:
                if last or trap.kind is not TrapKind.NO_SUCH_COMMAND:
                    raise
                self._six = not self._six  # recorded as some User Manager, or as another than answers
            else:
                return users, sessions
        raise AssertionError("two attempts end in counts or an error")


@dataclass(slots=True)
class _Draft:
    """What has come of one reading."""

    resource: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    counters: dict[str, Octets] | None = None
    moment: float = 0.0
    sessions: int | None = None
    timeouts: int | None = None
    missing: list[str] = field(default_factory=list)


def _asked_for_ppp(row: Mapping[str, str]) -> bool:
    return "ppp" in row.get("service", "").split(",") and row.get("disabled") not in {"true", "yes"}


def _refused(trap: RouterTrap) -> str:
    if trap.kind is TrapKind.NO_SUCH_COMMAND:
        return f"there is no {safe(trap.command.partition(' ')[0].removesuffix('/print'), 60)}"
    return safe(trap.summary, 200)


def _octets(rows: Rows) -> dict[str, Octets] | None:
    found = {}
    for row in rows:
        received, sent = number(row.get("rx-byte")), number(row.get("tx-byte"))
        if received is not None and sent is not None:
            found[safe(row.get("name", ""), 60)] = received, sent
    return found or None


def number(text: str | None) -> int | None:
    """A whole number as print shows it; None: none."""
    plain = (text or "").removesuffix("%")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 20 else None


def uptime_of(text: str) -> int | None:
    """Seconds of an uptime as print shows it; None: not told."""
    try:
        return int(parse_duration(text)) if 0 < len(text) <= 40 else None
    except BadInput:
        return None
