"""The menus of the RADIUS client and of its listener for incoming requests."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call, monitor
from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Menu, Row, Settings, monitor_arguments
from radiusbridge.simulator.menus.properties import Prop, boolean, duration, number, one_of, some_of, text
from radiusbridge.simulator.nas.dae import Dae
from radiusbridge.simulator.nas.nas import Nas

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

_COUNTED = ("requests", "accepts", "rejects", "resends", "timeouts", "bad-replies")
_SERVICES = ("ppp", "login", "hotspot", "wireless", "dhcp", "ipsec", "dot1x")


class RadiusServers(Menu):
    """/radius"""

    path = "/radius"
    key = None
    verbs = Menu.verbs | {"move"}

    def __init__(self, router: "Router", nas: Nas) -> None:
        self._nas = nas
        port = number(1, 65535)
        super().__init__(
            router,
            {
                "service": Prop(some_of(*_SERVICES), ""),
                "called-id": Prop(text, ""),
                "domain": Prop(text, ""),
                "address": Prop(text, required=True),
                "secret": Prop(text, "", secret=True),
                "authentication-port": Prop(port, "1812"),
                "accounting-port": Prop(port, "1813"),
                "timeout": Prop(duration(), "300ms"),
                "accounting-backup": Prop(boolean, "false"),
                "realm": Prop(text, ""),
                "src-address": Prop(text),
                "protocol": Prop(one_of("udp", "radsec"), "udp"),
                "certificate": Prop(text, "none"),
                "radsec-timeout": Prop(duration(), since=(7, 21)),
                "require-message-auth": Prop(
                    one_of("no", "yes-for-request-resp"), "yes-for-request-resp", since=(7, 15)
                ),
                **DISABLED,
                **COMMENT,
            },
        )
        self.commands["monitor"] = (monitor_arguments(router), self._monitor)
        self.commands["reset-counters"] = (frozenset({"numbers"}), self._reset)

    def _monitor(self, call: Call) -> None:
        rows = [self.lookup(target) for target in call.targets()]
        monitor(call, lambda: [self._counted(row) for row in rows])

    def _counted(self, row: Row) -> Row:
        client, server = self._nas.client, (row["address"], int(row["authentication-port"]))
        return {
            "pending": str(client.pending),
            **{name: str(client.counts(server)[name]) for name in _COUNTED},
            "last-request-rtt": f"{round(client.last_rtt(server) * 1000)}ms",
        }

    def _reset(self, call: Call) -> None:
        self._nas.client.reset()
        call.done()


class RadiusIncoming(Settings):
    """/radius/incoming"""

    path = "/radius/incoming"

    def __init__(self, router: "Router", dae: Dae) -> None:
        self._dae = dae
        super().__init__(
            router,
            {
                "accept": Prop(boolean, "false"),
                "port": Prop(number(1, 65535), "3799"),
                "vrf": Prop(text, "main", since=(7, 0)),
            },
        )
        self.commands["monitor"] = (monitor_arguments(router) - {"numbers"}, self._monitor)
        self.commands["reset-counters"] = (frozenset(), self._reset)

    def updated(self, row: Row, before: Row) -> None:
        """Open or close the port."""
        if (row["accept"], row["port"]) != (before["accept"], before["port"]):
            self._dae.reopen()

    def _monitor(self, call: Call) -> None:
        counters = self._dae.counters
        names = ("requests", "bad-requests", "acks", "naks")
        monitor(call, lambda: [{name: str(counters[name]) for name in names}])

    def _reset(self, call: Call) -> None:
        self._dae.counters.clear()
        call.done()


def install(router: "Router", nas: Nas) -> None:
    """Give a router these menus."""
    nas.dae = Dae(nas)
    incoming = RadiusIncoming(router, nas.dae)
    nas.dae.settings = incoming
    router.install(RadiusServers(router, nas), incoming)
