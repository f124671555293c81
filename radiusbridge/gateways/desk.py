"""What a router tells of itself: board, load, clock, health, licence; netwatch, pools, PPPoE servers, interfaces.

A menu that a board or version does not have is told as missing, and everything else all the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.router_desk import Face, Pool, Port, PppoeServer, Sensor, Watched
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.gateways.steps import router_time
from radiusbridge.gateways.vitals import number, uptime_of
from radiusbridge.gateways.why.pools import capacity
from radiusbridge.routeros.commands import equal
from radiusbridge.routeros.errors import RouterTrap, TrapKind

RESOURCE = (
    "uptime", "version", "cpu", "cpu-count", "cpu-load", "free-memory", "total-memory", "free-hdd-space",
    "total-hdd-space", "architecture-name", "board-name",
)  # fmt: skip
BOARD = ("model", "serial-number", "current-firmware", "upgrade-firmware")
LICENCE = ("level", "nlevel")
SENSORS = {"temperature": "C", "voltage": "V", "speed": "RPM", "current": "A", "consumption": "W", "temp": "C"}
"""What the last word of a sensor's name says of its unit, on RouterOS 6, which tells none."""
SENSORS_6 = (
    "voltage", "temperature", "cpu-temperature", "board-temperature1", "board-temperature2", "current",
    "power-consumption", "fan1-speed", "fan2-speed", "fan-speed", "psu1-voltage", "psu2-voltage",
)  # fmt: skip
HEALTH = ("name", "value", "type", *SENSORS_6)
NETWATCH = ("host", "name", "comment", "type", "status", "since", "disabled")
POOL = ("name", "ranges", "next-pool", "total", "used")
SERVER = (
    "service-name", "interface", "default-profile", "authentication", "max-sessions", "disabled", "invalid",
)  # fmt: skip
PORT = ("name", "type", "running", "disabled", "rx-byte", "tx-byte", "link-downs", "comment")
NOT_OF_SESSIONS = (equal("type", "pppoe-in"), "?#!")
"""Interfaces that are no customer's session, of which a BRAS has thousands."""

Asking = Callable[[str, tuple[str, ...]], Awaitable[Rows]]
"""(menu, properties) -> its rows; none where it is missing."""


class RouterDesk:
    """One router. Errors of every method: as `Router.read`."""

    def __init__(self, router: Router, clock: Clock) -> None:
        self._router = router
        self._clock = clock

    async def face(self) -> Face:
        """How it is."""
        missing: list[str] = []
        ask = self._asking(missing)
        resource, identity, board, licence, health, clock = await together(
            ask("/system/resource", RESOURCE),
            ask("/system/identity", ("name",)),
            ask("/system/routerboard", BOARD),
            ask("/system/license", LICENCE),
            ask("/system/health", HEALTH),
            self._clock_row(missing),
        )
        row, firm, level = _first(resource), _first(board), _first(licence)
        total, free = number(row.get("total-memory")), number(row.get("free-memory"))
        face = Face(
            identity=safe(_first(identity).get("name", ""), 80),
            board=safe(row.get("board-name", ""), 60),
            model=safe(firm.get("model", ""), 60),
            serial=safe(firm.get("serial-number", ""), 60),
            version=safe(row.get("version", ""), 60),
            architecture=safe(row.get("architecture-name", ""), 40),
            firmware=safe(firm.get("current-firmware", ""), 40),
            new_firmware=safe(firm.get("upgrade-firmware", ""), 40),
            uptime=uptime_of(row.get("uptime", "")),
            cpu=safe(row.get("cpu", ""), 60),
            cores=number(row.get("cpu-count")),
            load=number(row.get("cpu-load")),
            memory_used=None if total is None or free is None else max(0, total - free),
            memory=total,
            disk_free=number(row.get("free-hdd-space")),
            disk=number(row.get("total-hdd-space")),
            licence=safe(level.get("level") or level.get("nlevel", ""), 40),
            sensors=_sensors(health),
            missing=tuple(missing),
        )
        return _with_clock(face, _first(clock))

    def _asking(self, missing: list[str]) -> Asking:
        async def ask(menu: str, proplist: tuple[str, ...]) -> Rows:
            try:
                return await self._router.read(f"{menu}/print", proplist=proplist)
            except RouterTrap as trap:
                known = trap.kind is TrapKind.NO_SUCH_COMMAND
                missing.append(f"there is no {menu}" if known else safe(trap.summary, 200))
                return []

        return ask

    async def _clock_row(self, missing: list[str]) -> Rows:
        """With `ahead`: how far its clock is ahead of ours in the middle of the asking."""
        began, ours = self._clock.monotonic(), self._clock.now()
        rows = await self._asking(missing)("/system/clock", ("date", "time", "gmt-offset", "time-zone-name"))
        theirs = router_time(dict(_first(rows))) if rows else None
        if theirs is None:
            return rows
        middle = ours + timedelta(seconds=(self._clock.monotonic() - began) / 2)
        return [{**rows[0], "ahead": str((theirs - middle).total_seconds())}]

    async def netwatch(self) -> tuple[Watched, ...]:
        """What it watches, in its order."""
        rows = await self._router.read("/tool/netwatch/print", proplist=NETWATCH)
        return tuple(_watched(row) for row in rows)

    async def pools(self) -> tuple[Pool, ...]:
        """Its pools with how many addresses are given: by its own counters, else counted by /ip/pool/used."""
        rows = await self._router.read("/ip/pool/print", proplist=POOL)
        return tuple(await together(*(self._pool(row) for row in rows)))

    async def _pool(self, row: Mapping[str, str]) -> Pool:
        name = row.get("name", "")
        used = number(row.get("used"))
        if used is None:
            try:
                used = await self._router.count("/ip/pool/used/print", (equal("pool", name),))
            except RouterTrap:
                used = None
        total = number(row.get("total"))
        ranges = row.get("ranges", "")
        after = row.get("next-pool", "none")
        return Pool(
            safe(name, 80),
            safe(ranges, 300),
            "" if after == "none" else safe(after, 80),
            capacity(ranges) if total is None else total,
            used,
        )

    async def pppoe(self) -> tuple[PppoeServer, ...]:
        """Its PPPoE servers, and how many sessions came in by each."""
        rows = await self._router.read("/interface/pppoe-server/server/print", proplist=SERVER)
        return tuple(await together(*(self._server(row) for row in rows)))

    async def _server(self, row: Mapping[str, str]) -> PppoeServer:
        service, interface = row.get("service-name", ""), row.get("interface", "")
        try:
            asked = (equal("service", service), equal("interface", interface))
            sessions: int | None = await self._router.count("/interface/pppoe-server/print", asked)
        except RouterTrap:
            sessions = None
        return PppoeServer(
            safe(service, 80),
            safe(interface, 80),
            safe(row.get("default-profile", ""), 80),
            safe(row.get("authentication", ""), 80),
            safe(row.get("max-sessions", ""), 20),
            is_yes(row.get("disabled")),
            is_yes(row.get("invalid")),
            sessions,
        )

    async def ports(self) -> tuple[Port, ...]:
        """Its interfaces, without those of sessions."""
        rows = await self._router.read("/interface/print", queries=NOT_OF_SESSIONS, proplist=PORT)
        return tuple(_port(row) for row in rows if row.get("type") != "pppoe-in")


def _first(rows: Rows) -> Mapping[str, str]:
    return rows[0] if rows else {}


def _with_clock(face: Face, row: Mapping[str, str]) -> Face:
    zone = safe(" ".join(filter(None, (row.get("time-zone-name"), row.get("gmt-offset")))), 60)
    if "ahead" not in row:
        return replace(face, zone=zone)
    return replace(face, zone=zone, clock=router_time(dict(row)), ahead=float(row["ahead"]))


def _sensors(rows: Rows) -> tuple[Sensor, ...]:
    """RouterOS 7 has a row for each, RouterOS 6 one row with a property for each."""
    if rows and "name" in rows[0]:
        return tuple(
            Sensor(safe(row.get("name", ""), 40), safe(row.get("value", ""), 20), safe(row.get("type", ""), 8))
            for row in rows
        )
    found = []
    for name, value in (rows[0] if rows else {}).items():
        if name in SENSORS_6:
            word = name.rpartition("-")[2].rstrip("0123456789")
            found.append(Sensor(name, safe(value, 20), SENSORS.get(word, "")))
    return tuple(found)


def _watched(row: Mapping[str, str]) -> Watched:
    disabled = is_yes(row.get("disabled"))
    status = "disabled" if disabled else safe(row.get("status", ""), 20) or "unknown"
    label = row.get("name") or row.get("comment", "")
    return Watched(
        safe(row.get("host", ""), 80),
        status,
        safe(row.get("since", ""), 40),
        safe(row.get("type", ""), 20) or "simple",
        safe(label, 80),
    )


def _port(row: Mapping[str, str]) -> Port:
    return Port(
        safe(row.get("name", ""), 80),
        safe(row.get("type", ""), 40),
        is_yes(row.get("running")),
        is_yes(row.get("disabled")),
        number(row.get("rx-byte")),
        number(row.get("tx-byte")),
        number(row.get("link-downs")),
        safe(row.get("comment", ""), 80),
    )
