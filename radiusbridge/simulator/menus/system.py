"""The system menus: resource, identity, clock, package, licence, routerboard, log, services, ping."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.menus import ping
from radiusbridge.simulator.menus.menu import Computed, Menu, Row, Settings
from radiusbridge.simulator.menus.properties import Prop, boolean, no_match, number, one_of, prefix_or_range, text
from radiusbridge.simulator.values import duration_text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

_BUILT = 1_732_622_980.0
"""When every version was built: 2024-11-26 12:09:40 UTC."""


class Resource(Settings):
    """/system/resource"""

    path = "/system/resource"
    verbs = frozenset({"print"})

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {})

    def view(self, row: Row) -> Row:
        """The state of the device now."""
        router = self.router
        chr_ = router.board == "CHR"
        sessions, manager = len(router.nas.sessions), router.user_manager
        load = 3 + sessions // 100 + (manager.desk.load if manager is not None else 0)
        return {
            "uptime": duration_text(int(router.world.now - router.booted)),
            "version": f"{router.version} (stable)",
            "build-time": router.date(_BUILT),
            "free-memory": str(max(67_108_864, 843_579_392 - sessions * 24_576)),
            "total-memory": "1073741824",
            "cpu": "Intel(R)" if chr_ else "ARM64",
            "cpu-count": "2" if chr_ else "4",
            "cpu-frequency": "2400" if chr_ else "1400",
            "cpu-load": str(min(99, load)),
            "free-hdd-space": "83886080",
            "total-hdd-space": "134217728",
            "write-sect-since-reboot": "4128",
            "write-sect-total": "90112",
            "architecture-name": "x86_64" if chr_ else "arm64",
            "board-name": router.board,
            "platform": "MikroTik",
            **row,
        }


class Identity(Settings):
    """/system/identity"""

    path = "/system/identity"

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {"name": Prop(text, router.name)})

    def updated(self, row: Row, before: Row) -> None:
        """The router goes by the new name."""
        if row["name"] != before["name"]:
            self.router.name = row["name"]


def _zone(_router: "Router", name: str, value: str) -> str:
    """A time zone by its name."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise no_match(name) from None
    return value


class Clock(Settings):
    """/system/clock"""

    path = "/system/clock"

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "time": Prop(text, ""),
                "date": Prop(text, ""),
                "time-zone-autodetect": Prop(boolean, "true"),
                "time-zone-name": Prop(_zone, "UTC"),
            },
        )

    def view(self, row: Row) -> Row:
        """The router's own time."""
        wall = self.router.wall
        local = datetime.fromtimestamp(wall, ZoneInfo(row["time-zone-name"]))
        east = local.utcoffset() or timedelta(0)
        date, _, time = self.router.date(wall + east.total_seconds()).partition(" ")
        minutes = int(east.total_seconds()) // 60
        offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        return {**row, "time": time, "date": date, "gmt-offset": offset, "dst-active": "false"}


class Packages(Computed):
    """/system/package"""

    path = "/system/package"

    def rows(self) -> Iterable[Row]:
        """What is installed."""
        names = ["routeros", *(["user-manager"] if self.router.user_manager is not None else [])]
        return [
            {
                ".id": f"*{count:X}",
                "name": name,
                "version": self.router.version,
                "build-time": self.router.date(_BUILT),
                "scheduled": "",
                "disabled": "false",
            }
            for count, name in enumerate(names, 1)
        ]


class Licence(Settings):
    """/system/license"""

    path = "/system/license"
    verbs = frozenset({"print"})

    def __init__(self, router: "Router", level: str) -> None:
        super().__init__(router, {})
        if router.board == "CHR":
            self.values = {"system-id": "aBcDeFgHiJk", "level": "p-unlimited" if level == "6" else level}
        else:
            self.values = {"software-id": "QJXX-ZZPD", "nlevel": level, "features": ""}


class DeviceMode(Settings):
    """/system/device-mode: what the device may do. A change asks for the button, which somebody here always presses."""

    path = "/system/device-mode"
    verbs = frozenset({"print"})

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {"mode": Prop(text, "advanced"), "hotspot": Prop(boolean, "true")})
        self.commands["update"] = (frozenset({"mode", "hotspot"}), self._update)

    def _update(self, call: Call) -> None:
        self.set(self.values, call.attributes)
        call.done()


class Routerboard(Settings):
    """/system/routerboard: not there on CHR."""

    path = "/system/routerboard"
    verbs = frozenset({"print"})

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {})
        self.values = {
            "routerboard": "true",
            "model": router.board,
            "serial-number": "HF60A1B2C3D",
            "firmware-type": "al64",
            "factory-firmware": "7.8",
            "current-firmware": router.version,
            "upgrade-firmware": router.version,
        }


class Log(Computed):
    """/log"""

    path = "/log"

    def rows(self) -> Iterable[Row]:
        """The lines that are still kept."""
        return self.router.log_rows()


class Services(Menu):
    """/ip/service"""

    path = "/ip/service"
    verbs = frozenset({"print", "set", "enable", "disable"})

    def __init__(self, router: "Router", api_port: int, tls_port: int | None) -> None:
        super().__init__(
            router,
            {
                "name": Prop(text),
                "port": Prop(number(1, 65535), "0"),
                "address": Prop(prefix_or_range, ""),
                "certificate": Prop(text),
                "tls-version": Prop(one_of("any", "only-1.2")),
                "vrf": Prop(text, "main", since=(7, 0)),
                "max-sessions": Prop(number(1, 1000), "20", since=(7, 16)),
                "disabled": Prop(boolean, "false"),
            },
        )
        self.read_only = frozenset({"name"})
        ports = {
            "telnet": 23,
            "ftp": 21,
            "www": 80,
            "ssh": 22,
            "api": api_port,
            "winbox": 8291,
            "api-ssl": tls_port or 8729,
        }
        for name, port in ports.items():
            off = "yes" if name in ("telnet", "ftp") or (name == "api-ssl" and tls_port is None) else "no"
            given = {"name": name, "port": str(port), "disabled": off}
            if name == "api-ssl":
                given |= {"certificate": "api" if tls_port else "none", "tls-version": "any"}
            row = self.build(given)
            row |= {"dynamic": "false", "invalid": "false", "proto": "tcp"}
            self.insert(row)

    def updated(self, row: Row, before: Row) -> None:
        """Open and close ports."""
        if (row["port"], row["disabled"]) != (before["port"], before["disabled"]):
            self.router.ports_changed()

    def stream_ports(self) -> dict[int, bool]:
        """The ports on which the API listens, and whether with TLS."""
        return {
            int(row["port"]): row["name"] == "api-ssl"
            for row in self.table.values()
            if row["name"] in ("api", "api-ssl") and row["disabled"] == "false"
        }

    def max_sessions(self) -> int:
        """How many API connections are taken at a time."""
        api = self.named("api")
        return int((api or {}).get("max-sessions", "1000"))


def install(router: "Router", api_port: int, tls_port: int | None, licence: str) -> None:
    """Give a router its system menus."""
    router.services = Services(router, api_port, tls_port)
    router.install(
        Resource(router),
        Identity(router),
        Clock(router),
        Packages(router),
        Licence(router, licence),
        Log(router),
        router.services,
    )
    if router.board != "CHR":
        router.install(Routerboard(router))
    if router.version_number >= (7, 17):
        router.install(DeviceMode(router))
    ping.install(router)
    router.folders |= {"/", "/tool"}
