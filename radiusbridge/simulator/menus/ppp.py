"""The PPP menus of a NAS: secrets, profiles, AAA, active sessions, PPPoE servers."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Computed, Menu, Row, Settings
from radiusbridge.simulator.menus.properties import (
    Prop,
    address,
    boolean,
    duration,
    number,
    one_of,
    props,
    refers,
    some_of,
    text,
)
from radiusbridge.simulator.nas.nas import Nas
from radiusbridge.simulator.values import duration_text

if TYPE_CHECKING:
    from radiusbridge.simulator.nas.session import Session
    from radiusbridge.simulator.router import Router

_SERVICES = ("any", "async", "l2tp", "ovpn", "pppoe", "pptp", "sstp")
_UNLIMITED = 2**63 - 1


class Profiles(Menu):
    """/ppp/profile"""

    path = "/ppp/profile"
    verbs = frozenset({"print", "add", "set", "remove", "comment", "unset"})
    duplicate = "failure: profile with the same name already exists"

    def __init__(self, router: "Router") -> None:
        choice = one_of("default", "no", "yes")
        strict = one_of("default", "no", "yes", "required")
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                **props(text, "local-address remote-address remote-ipv6-prefix-pool dhcpv6-pd-pool bridge"),
                **props(text, "bridge-port-priority bridge-path-cost bridge-horizon interface-list"),
                **props(text, "incoming-filter outgoing-filter dns-server wins-server insert-queue-before"),
                **props(text, "parent-queue queue-type rate-limit address-list"),
                **props(duration(), "session-timeout idle-timeout"),
                "bridge-learning": Prop(choice, "default"),
                "use-ipv6": Prop(strict, "default"),
                "use-mpls": Prop(strict, "default"),
                "use-compression": Prop(choice, "default"),
                "use-encryption": Prop(strict, "default"),
                "only-one": Prop(choice, "default"),
                "change-tcp-mss": Prop(choice, "default"),
                "use-upnp": Prop(choice, "default"),
                **props(text, "on-up on-down", ""),
                **props(text, "bridge-port-vid bridge-port-trusted dhcpv6-lease-time", since=(7, 21)),
                **props(boolean, "dhcpv6-use-radius remote-ipv6-prefix-reuse", since=(7, 21)),
                **COMMENT,
            },
        )
        for name in ("default", "default-encryption"):
            row = self.build({"name": name})
            row["default"] = "true"
            self.insert(row)


class Secrets(Menu):
    """/ppp/secret"""

    path = "/ppp/secret"
    verbs = Menu.verbs | {"unset"}
    duplicate = "failure: secret with the same name already exists"
    read_only = frozenset({"last-logged-out", "last-caller-id", "last-disconnect-reason"})

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "service": Prop(one_of(*_SERVICES), "any"),
                "caller-id": Prop(text, ""),
                "password": Prop(text, "", secret=True),
                "profile": refers("/ppp/profile", default="default"),
                **props(address, "local-address remote-address"),
                "remote-ipv6-prefix": Prop(text),
                **props(text, "routes ipv6-routes", ""),
                **props(number(0, _UNLIMITED), "limit-bytes-in limit-bytes-out", "0"),
                **DISABLED,
                **COMMENT,
            },
        )


class Aaa(Settings):
    """/ppp/aaa"""

    path = "/ppp/aaa"

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "use-radius": Prop(boolean, "false"),
                "accounting": Prop(boolean, "true"),
                "interim-update": Prop(duration(), "0s"),
                "use-circuit-id-in-nas-port-id": Prop(boolean, "false"),
                "enable-ipv6-accounting": Prop(boolean, "false", since=(7, 15)),
            },
        )


class PppoeServers(Menu):
    """/interface/pppoe-server/server"""

    path = "/interface/pppoe-server/server"
    key = None

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "service-name": Prop(text, ""),
                "interface": refers("/interface", required=True),
                "max-mtu": Prop(text, "auto"),
                "max-mru": Prop(text, "auto"),
                "mrru": Prop(text, "disabled"),
                "authentication": Prop(some_of("pap", "chap", "mschap1", "mschap2"), "pap,chap,mschap1,mschap2"),
                "keepalive-timeout": Prop(number(1, 65535, "disabled"), "10"),
                "one-session-per-host": Prop(boolean, "false"),
                "max-sessions": Prop(number(0, 65535, "unlimited"), "unlimited"),
                "pado-delay": Prop(number(0, 65535), "0"),
                "default-profile": refers("/ppp/profile", default="default"),
                "accept-empty-service": Prop(boolean, "true"),
                "pppoe-over-vlan-range": Prop(text, "", since=(7, 17)),
                "accept-untagged": Prop(boolean, "true", since=(7, 21)),
                "disabled": Prop(boolean, "true"),
                **COMMENT,
            },
        )


class Active(Computed):
    """/ppp/active"""

    path = "/ppp/active"
    verbs = frozenset({"print", "remove"})

    def __init__(self, router: "Router", nas: Nas) -> None:
        self._nas = nas
        super().__init__(router)

    def rows(self) -> Iterable[Row]:
        """The sessions that the list shows."""
        return map(self._row, self._nas.listed())

    def among(self, bound: Mapping[str, Collection[str]]) -> Iterable[Row] | None:
        """The sessions of some names."""
        if bound.keys() != {"name"}:
            return None
        return [self._row(session) for session in self._nas.listed() if session.user in bound["name"]]

    def _row(self, session: "Session") -> Row:
        upper = self.router.switches.local_session_id == "upper"
        return session.active_row(self.router.world.now, upper)

    def get(self, identifier: str) -> Row | None:
        """The row with that `.id`."""
        session = self._nas.sessions.get(identifier.removeprefix("*").lower())
        return None if session is None or session.server else self._row(session)

    def find(self, reference: str) -> Row | None:
        """The row with that user name."""
        sessions = [session for session in self._nas.of(reference) if not session.server]
        return self._row(sessions[0]) if sessions else None

    def remove(self, row: Row) -> None:
        """Kick."""
        self._nas.kick(self._nas.sessions[row[".id"].removeprefix("*").lower()])


class PppoeInterfaces(Computed):
    """/interface/pppoe-server"""

    path = "/interface/pppoe-server"

    def __init__(self, router: "Router", nas: Nas) -> None:
        self._nas = nas
        super().__init__(router)

    def rows(self) -> Iterable[Row]:
        """One dynamic row for each session."""
        return map(self._row, self._nas.listed())

    def among(self, bound: Mapping[str, Collection[str]]) -> Iterable[Row] | None:
        """The interfaces of some users."""
        if bound.keys() != {"user"}:
            return None
        return [self._row(session) for session in self._nas.listed() if session.user in bound["user"]]

    def _row(self, session: "Session") -> Row:
        return {
            ".id": interface_id(session),
            "name": session.interface,
            "user": session.user,
            "mtu": "1480",
            "mru": "1480",
            "service": self._nas.service_name,
            "remote-address": session.mac,
            "encoding": "",
            "uptime": duration_text(int(self.router.world.now - session.started)),
            "interface": self._nas.interface,
            "running": "true",
            "dynamic": "true",
            "disabled": "false",
        }


def interface_id(session: "Session") -> str:
    """The `.id` of a session's dynamic interface."""
    return f"*F{session.number & 0xFFFFFF:06X}"


def install(router: "Router", nas: Nas) -> None:
    """Give a router the PPP menus."""
    nas.aaa = Aaa(router)
    router.install(Profiles(router), Secrets(router), nas.aaa, Active(router, nas), PppoeInterfaces(router, nas))
    nas.servers = PppoeServers(router)
    router.install(nas.servers)
