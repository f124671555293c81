"""What keeps a router in order: NTP client, logging, database files, and the firewall menus that are empty at first."""

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Menu, Row, Settings
from radiusbridge.simulator.menus.network import Filters
from radiusbridge.simulator.menus.properties import Prop, boolean, number, one_of, props, text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

_NOWHERE = str(IPv4Address(0))
_TARGETS = ("memory", "disk", "echo", "remote", "email")


class NtpClient(Settings):
    """/system/ntp/client: the SNTP client of RouterOS 6, the NTP client of RouterOS 7."""

    path = "/system/ntp/client"

    def __init__(self, router: "Router") -> None:
        self._six = router.version_number < (7, 0)
        if self._six:
            known = {"enabled": Prop(boolean, "false"), **props(text, "primary-ntp secondary-ntp", _NOWHERE)}
            known |= {"server-dns-names": Prop(text, "")}
        else:
            known = {
                "enabled": Prop(boolean, "false"),
                "mode": Prop(one_of("unicast", "broadcast", "manycast", "multicast"), "unicast"),
                "servers": Prop(text, ""),
                "vrf": Prop(text, "main"),
            }
        super().__init__(router, known)
        server = "server-dns-names" if self._six else "servers"
        self.values |= {"enabled": "true", server: "pool.ntp.org"}

    def _asks(self) -> bool:
        names = ("primary-ntp", "secondary-ntp", "server-dns-names") if self._six else ("servers",)
        return self.values["enabled"] == "true" and any(self.values[name] not in ("", _NOWHERE) for name in names)

    def view(self, row: Row) -> Row:
        """Newer releases say whether the clock follows a server."""
        if self._six:
            return row
        status = "synchronized" if self._asks() else "stopped"
        return {**row, "status": status if not self.router.faults.clock_skew else "waiting"}

    def updated(self, _row: Row, _before: Row) -> None:
        """Servers that are asked set the clock right."""
        if self._asks():
            self.router.faults.clock_skew = 0.0


class LoggingActions(Menu):
    """/system/logging/action"""

    path = "/system/logging/action"
    verbs = frozenset({"print", "add", "set", "remove"})

    def __init__(self, router: "Router") -> None:
        lines = "1000" if router.version_number >= (7, 0) else "100"
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "target": Prop(one_of(*_TARGETS), required=True),
                "memory-lines": Prop(number(1, 65535), lines),
                "memory-stop-on-full": Prop(boolean, "false"),
                "remote": Prop(text),
                "remote-port": Prop(number(1, 65535)),
            },
        )
        for name in ("memory", "disk", "echo", "remote"):
            row = self.build({"name": name, "target": name})
            self.insert({**row, "default": "true"})


class Logging(Menu):
    """/system/logging: which topics go where."""

    path = "/system/logging"
    key = None
    verbs = frozenset({"print", "add", "set", "remove", "enable", "disable"})

    def __init__(self, router: "Router") -> None:
        known = {"topics": Prop(text, "info"), "prefix": Prop(text, ""), "action": Prop(text, "memory"), **DISABLED}
        super().__init__(router, known)
        for topic, action in {"info": "memory", "error": "memory", "warning": "memory", "critical": "echo"}.items():
            row = self.build({"topics": topic, "action": action})
            self.insert({**row, "default": "true", "invalid": "false"})


class Raw(Filters):
    """/ip/firewall/raw"""

    path = "/ip/firewall/raw"


class Nat(Filters):
    """/ip/firewall/nat"""

    path = "/ip/firewall/nat"


class Filters6(Filters):
    """/ipv6/firewall/filter"""

    path = "/ipv6/firewall/filter"


class Raw6(Filters):
    """/ipv6/firewall/raw"""

    path = "/ipv6/firewall/raw"


class Pools6(Menu):
    """/ipv6/pool"""

    path = "/ipv6/pool"
    verbs = frozenset({"print", "add", "set", "remove"})

    def __init__(self, router: "Router") -> None:
        known = {
            "name": Prop(text, required=True),
            "prefix": Prop(text, required=True),
            "prefix-length": Prop(number(1, 128), required=True),
            **COMMENT,
        }
        super().__init__(router, known)


class Settings6(Settings):
    """/ipv6/settings"""

    path = "/ipv6/settings"

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {"disable-ipv6": Prop(boolean, "false"), "forward": Prop(boolean, "true")})

    def rows(self) -> Iterable[Row]:
        """RouterOS 6 switches the package off instead."""
        if self.router.version_number < (7, 0):
            return ({name: value for name, value in self.values.items() if name != "disable-ipv6"},)
        return super().rows()


class Certificates(Menu):
    """/certificate: names of keys; nothing is signed by them."""

    path = "/certificate"
    verbs = frozenset({"print", "add", "set", "remove"})

    def __init__(self, router: "Router") -> None:
        known = {
            "name": Prop(text, required=True),
            "common-name": Prop(text, ""),
            "days-valid": Prop(number(0, 100_000), "365"),
            "key-usage": Prop(text, "digital-signature,key-encipherment,data-encipherment,key-cert-sign,crl-sign"),
        }
        super().__init__(router, known)
        self.commands["sign"] = (frozenset({"numbers", "ca", "name"}), self._sign)

    def _sign(self, call: Call) -> None:
        for target in call.targets():
            self.lookup(target)["private-key"] = "true"
        call.done()


def install(router: "Router") -> None:
    """Give a router these menus."""
    router.install(NtpClient(router), LoggingActions(router), Logging(router), Certificates(router))
    router.install(Raw(router), Nat(router), Filters6(router), Raw6(router), Pools6(router), Settings6(router))
