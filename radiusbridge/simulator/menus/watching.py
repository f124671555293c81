"""What a router watches and how it is itself: /tool/netwatch, /system/health, /system/reboot."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Computed, Menu, Row, Settings
from radiusbridge.simulator.menus.properties import Prop, duration, one_of, props, text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

_KINDS = ("simple", "icmp", "tcp-conn", "http-get", "https-get", "dns")
_NOTICED = 1.0
"""Seconds from the command to the darkness."""


class Netwatch(Menu):
    """/tool/netwatch"""

    path = "/tool/netwatch"
    key = None

    def __init__(self, router: "Router") -> None:
        known = {
            "host": Prop(text, required=True),
            "name": Prop(text, since=(7, 0)),
            "type": Prop(one_of(*_KINDS), "simple", since=(7, 0)),
            "interval": Prop(duration(), "10s"),
            "timeout": Prop(duration(), "3s"),
            **props(text, "up-script down-script", ""),
            **DISABLED,
            **COMMENT,
        }
        super().__init__(router, known)
        self._seen: dict[str, tuple[str, str]] = {}
        """By `.id`: status, and since when."""

    def view(self, row: Row) -> Row:
        """Enabled ones know whether their host answers."""
        if row["disabled"] == "true":
            return row
        router = self.router
        target = router.world.network.router(row["host"])
        alive = target is not None and not target.faults.dark and not target.down
        alive = alive or router.nas.by_address(row["host"]) is not None
        status = "up" if alive else "down"
        known = self._seen.get(row[".id"])
        if known is None or known[0] != status:
            known = self._seen[row[".id"]] = (status, router.date())
        return {**row, "status": status, "since": known[1]}


class Health(Computed):
    """/system/health of RouterOS 7: one row for each sensor; none on CHR."""

    path = "/system/health"

    def rows(self) -> Iterable[Row]:
        """What a board of this kind measures."""
        if self.router.board == "CHR":
            return []
        sensors = (("cpu-temperature", "47", "C"), ("psu1-voltage", "24.1", "V"), ("fan1-speed", "3900", "RPM"))
        return [
            {".id": f"*{count:X}", "name": name, "value": value, "type": kind}
            for count, (name, value, kind) in enumerate(sensors, 13)
        ]


class Health6(Settings):
    """/system/health of RouterOS 6: one row, a property for each sensor."""

    path = "/system/health"
    verbs = frozenset({"print"})

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {})
        self.values = {"voltage": "24.1", "temperature": "47"}


def _reboot(router: "Router") -> Callable[[Call], None]:
    def up() -> None:
        router.down = False
        router.faults.turn(dark=False)
        router.booted = router.world.now
        router.log("system,info", "router rebooted")
        router.nas.announce()
        for happens in router.at_boot:
            happens()

    def down() -> None:
        router.down = True
        router.nas.reboot(quiet=True)
        router.forget_log()
        router.faults.turn(dark=True)
        router.world.events.call_later(router.boot_seconds, up)

    def reboot(call: Call) -> None:
        if router.switches.reboot_answer == "done":
            call.done()
        else:
            call.session.keep(call)
        router.world.events.call_later(_NOTICED, down)

    return reboot


def install(router: "Router") -> None:
    """Give a router these menus; RouterOS 6 on a PC has no health."""
    router.install(Netwatch(router))
    if router.version_number >= (7, 0):
        router.install(Health(router))
    elif router.board != "CHR":
        router.install(Health6(router))
    router.root_commands["/system/reboot"] = (frozenset(), _reboot(router))
    router.folders |= {"/tool"}
