"""The hotspot menus: servers, users and their profiles, IP bindings, and what happens there."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Computed, Menu, Row
from radiusbridge.simulator.menus.properties import (
    ARGUMENT,
    Prop,
    TrapError,
    address,
    boolean,
    duration,
    number,
    one_of,
    prefix_or_range,
    props,
    refers,
    row_of,
    some_of,
    text,
)
from radiusbridge.simulator.nas.hotspot import Hotspot, Used
from radiusbridge.simulator.nas.nas import NAS_REQUEST, Nas
from radiusbridge.simulator.values import duration_text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

_LOGIN_BY = ("mac", "cookie", "http-chap", "https", "http-pap", "trial", "mac-cookie")
_BYTES = number(0, 2**63 - 1)


def mac_address(_router: "Router", name: str, value: str) -> str:
    """A MAC address, in capitals."""
    parts = value.upper().split(":")
    if value and (len(parts) != 6 or any(len(part) != 2 or not _hexadecimal(part) for part in parts)):
        raise TrapError(f"invalid value for argument {name}", ARGUMENT)
    return value.upper()


def _hexadecimal(part: str) -> bool:
    return all(sign in "0123456789ABCDEF" for sign in part)


class Servers(Menu):
    """/ip/hotspot"""

    path = "/ip/hotspot"
    duplicate = "failure: already have hotspot with such name"

    def __init__(self, router: "Router") -> None:
        span = duration("none")
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "interface": refers("/interface", required=True),
                "address-pool": Prop(row_of("/ip/pool", "none"), "none"),
                "profile": refers("/ip/hotspot/profile", default="default"),
                "idle-timeout": Prop(span, "5m"),
                "keepalive-timeout": Prop(span, "none"),
                "login-timeout": Prop(span, "none"),
                "addresses-per-mac": Prop(number(1, 65535, "unlimited"), "2"),
                "disabled": Prop(boolean, "true"),
            },
        )

    def view(self, row: Row) -> Row:
        """Flags come with it."""
        shown = {**row, "invalid": "false", "proxy-status": "running", "HTTPS": "false"}
        if not self.allowed():
            shown |= {"invalid": "true", "comment": "inactivated, not allowed by device-mode"}
        return shown

    def updated(self, row: Row, before: Row) -> None:
        """Its guests go when it is switched off."""
        if row["disabled"] == "true" and before["disabled"] == "false":
            nas = self.router.nas
            for session in [one for one in nas.sessions.values() if one.server == row["name"]]:
                nas.end(session, NAS_REQUEST)

    def allowed(self) -> bool:
        """Whether the device-mode lets hotspots run."""
        mode = self.router.menus.get("/system/device-mode")
        return mode is None or all(row["hotspot"] == "true" for row in mode.rows())


class Profiles(Menu):
    """/ip/hotspot/profile"""

    path = "/ip/hotspot/profile"
    verbs = frozenset({"print", "add", "set", "remove"})
    duplicate = "failure: already have profile with such name"

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "hotspot-address": Prop(address),
                "dns-name": Prop(text, ""),
                "html-directory": Prop(text, "hotspot"),
                "html-directory-override": Prop(text, ""),
                "install-hotspot-queue": Prop(boolean, "false"),
                "rate-limit": Prop(text, ""),
                "http-proxy": Prop(text, "0.0.0.0:0"),
                "smtp-server": Prop(text),
                "login-by": Prop(some_of(*_LOGIN_BY), "cookie,http-chap"),
                "mac-auth-mode": Prop(text, "mac-as-username"),
                "mac-auth-password": Prop(text, "", secret=True),
                "http-cookie-lifetime": Prop(duration(), "3d"),
                **props(text, "ssl-certificate", "none"),
                "split-user-domain": Prop(boolean, "false"),
                **props(duration(), "trial-uptime-limit trial-uptime-reset"),
                "trial-user-profile": Prop(text),
                "use-radius": Prop(boolean, "false"),
                "radius-accounting": Prop(boolean, "true"),
                "radius-interim-update": Prop(text, "received"),
                "nas-port-type": Prop(text, "wireless-802.11"),
                **props(text, "radius-default-domain radius-location-id radius-location-name", ""),
                "radius-mac-format": Prop(text, "XX:XX:XX:XX:XX:XX"),
            },
        )
        row = self.build({"name": "default"})
        row["default"] = "true"
        self.insert(row)


class UserProfiles(Menu):
    """/ip/hotspot/user/profile"""

    path = "/ip/hotspot/user/profile"
    verbs = frozenset({"print", "add", "set", "remove", "unset"})
    duplicate = "failure: already have user profile with such name"

    def __init__(self, router: "Router") -> None:
        span = duration("none")
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "address-pool": Prop(row_of("/ip/pool", "none")),
                "session-timeout": Prop(duration()),
                "idle-timeout": Prop(span, "none"),
                "keepalive-timeout": Prop(span, "2m"),
                "status-autorefresh": Prop(span, "1m"),
                "shared-users": Prop(number(1, 65535, "unlimited"), "1"),
                "add-mac-cookie": Prop(boolean, "true"),
                "mac-cookie-timeout": Prop(duration(), "3d"),
                **props(text, "rate-limit parent-queue queue-type insert-queue-before"),
                "address-list": Prop(text, ""),
                **props(text, "incoming-filter outgoing-filter incoming-packet-mark outgoing-packet-mark"),
                **props(text, "on-login on-logout", ""),
                "transparent-proxy": Prop(boolean, "false"),
                "open-status-page": Prop(one_of("always", "http-login"), "always"),
                "advertise": Prop(boolean, "false"),
                **props(text, "advertise-url advertise-interval advertise-timeout"),
            },
        )
        row = self.build({"name": "default"})
        row["default"] = "true"
        self.insert(row)


class Users(Menu):
    """/ip/hotspot/user"""

    path = "/ip/hotspot/user"
    duplicate = "failure: already have user with this name for this server"
    print_extra = frozenset({"brief", "bytes", "packets"})
    read_only = frozenset({"uptime", "bytes-in", "bytes-out", "packets-in", "packets-out"})

    def __init__(self, router: "Router", hotspot: Hotspot) -> None:
        self._hotspot = hotspot
        super().__init__(
            router,
            {
                "server": Prop(row_of("/ip/hotspot", "all"), "all", reference="/ip/hotspot"),
                "name": Prop(text, required=True),
                "password": Prop(text, "", secret=True),
                "otp-secret": Prop(text, secret=True, since=(7, 21)),
                "address": Prop(address),
                "mac-address": Prop(mac_address),
                "profile": refers("/ip/hotspot/user/profile", default="default"),
                **props(text, "routes email"),
                "limit-uptime": Prop(duration()),
                **props(_BYTES, "limit-bytes-in limit-bytes-out limit-bytes-total"),
                **DISABLED,
                **COMMENT,
            },
        )
        self.commands["reset-counters"] = (frozenset({"numbers"}), self._reset)
        row = self.build({"name": "default-trial"})
        row |= {"default": "true", "comment": "counters and limits for trial users"}
        self.insert(row)

    def view(self, row: Row) -> Row:
        """With what was used."""
        used = self._hotspot.usage(row)
        received, sent = int(used.received), int(used.sent)
        return {
            **row,
            "uptime": duration_text(int(used.seconds)),
            "bytes-in": str(received),
            "bytes-out": str(sent),
            "packets-in": str(received // 900),
            "packets-out": str(sent // 900),
            "dynamic": "false",
        }

    def _reset(self, call: Call) -> None:
        rows = [self.lookup(target) for target in call.targets()]
        for row in rows:
            # sessions of now count on from here: what they have moved so far is taken off
            now = self._hotspot.usage(row)
            before = self._hotspot.used.get(row[".id"], Used())
            self._hotspot.used[row[".id"]] = Used(
                before.seconds - now.seconds, before.received - now.received, before.sent - now.sent
            )
        call.done()


class Bindings(Menu):
    """/ip/hotspot/ip-binding"""

    path = "/ip/hotspot/ip-binding"
    key = None
    verbs = Menu.verbs | {"move"}

    def __init__(self, router: "Router", hotspot: Hotspot) -> None:
        self._hotspot = hotspot
        super().__init__(
            router,
            {
                "mac-address": Prop(mac_address),
                "address": Prop(prefix_or_range),
                "to-address": Prop(address),
                "server": Prop(row_of("/ip/hotspot", "all"), "all", reference="/ip/hotspot"),
                "type": Prop(one_of("regular", "bypassed", "blocked"), "regular"),
                **DISABLED,
                **COMMENT,
            },
        )

    def view(self, row: Row) -> Row:
        """Flags say the type once more."""
        return {**row, "bypassed": _flag(row["type"] == "bypassed"), "blocked": _flag(row["type"] == "blocked")}

    def insert(self, row: Row) -> None:
        """Devices that are there feel it."""
        super().insert(row)
        self._hotspot.rebound()

    def set(self, row: Row, given: Mapping[str, str]) -> None:
        """Devices that are there feel it."""
        super().set(row, given)
        self._hotspot.rebound()

    def discard(self, row: Row) -> None:
        """Devices that are there feel it."""
        super().discard(row)
        self._hotspot.rebound()


class Active(Computed):
    """/ip/hotspot/active"""

    path = "/ip/hotspot/active"
    verbs = frozenset({"print", "remove"})
    print_extra = frozenset({"brief", "oid", "stats", "status"})

    def __init__(self, router: "Router", nas: Nas) -> None:
        self._nas = nas
        super().__init__(router)

    def rows(self) -> Iterable[Row]:
        """The guests who are logged in."""
        return map(self._nas.hotspot.active_row, self._nas.listed("hotspot"))

    def among(self, bound: Mapping[str, Collection[str]]) -> Iterable[Row] | None:
        """The sessions of some users."""
        if bound.keys() != {"user"}:
            return None
        wanted = [session for session in self._nas.listed("hotspot") if session.user in bound["user"]]
        return [self._nas.hotspot.active_row(session) for session in wanted]

    def find(self, reference: str) -> Row | None:
        """The row of that user."""
        return next((row for row in self.rows() if row["user"] == reference), None)

    def remove(self, row: Row) -> None:
        """Log a guest out."""
        hotspot = self._nas.hotspot
        for session in list(self._nas.sessions.values()):
            if session.server and hotspot.active_id(session) == row[".id"]:
                self._nas.kick(session)


class Hosts(Computed):
    """/ip/hotspot/host"""

    path = "/ip/hotspot/host"
    verbs = frozenset({"print", "remove"})
    print_extra = frozenset({"brief", "bytes", "packets", "status"})

    def __init__(self, router: "Router", hotspot: Hotspot) -> None:
        self._hotspot = hotspot
        super().__init__(router)

    def rows(self) -> Iterable[Row]:
        """The devices that are there."""
        now = self.router.world.now
        for mac, host in self._hotspot.hosts.items():
            session = self._hotspot.session_of(host)
            yield {
                ".id": f"*{host.number:X}",
                "mac-address": mac,
                "address": host.address,
                "to-address": host.address,
                "server": host.server,
                "uptime": duration_text(int(now - host.since)),
                "idle-time": "0s",
                "bytes-in": str(int(session.received)) if session else "0",
                "bytes-out": str(int(session.sent)) if session else "0",
                "found-by": "DHCP",
                "authorized": _flag(session is not None),
                "bypassed": _flag(host.binding == "bypassed"),
                "dynamic": "true",
                "DHCP": "true",
            }

    def remove(self, row: Row) -> None:
        """Forget a device; one that is still there comes back."""
        self._hotspot.drop(self._hotspot.hosts[row["mac-address"]])


class Cookies(Computed):
    """/ip/hotspot/cookie"""

    path = "/ip/hotspot/cookie"
    verbs = frozenset({"print", "remove"})
    print_extra = frozenset({"brief"})

    def __init__(self, router: "Router", hotspot: Hotspot) -> None:
        self._hotspot = hotspot
        super().__init__(router)

    def rows(self) -> Iterable[Row]:
        """The cookies that still count."""
        now = self.router.world.now
        for identifier, cookie in self._hotspot.cookies.items():
            if cookie.until > now:
                row = {
                    ".id": identifier,
                    "user": cookie.user,
                    "mac-address": cookie.mac,
                    "expires-in": duration_text(int(cookie.until - now)),
                }
                yield {**row, "mac-cookie": _flag(cookie.by_mac)} if self.router.version_number >= (7, 0) else row

    def remove(self, row: Row) -> None:
        """Take it back."""
        del self._hotspot.cookies[row[".id"]]


def _flag(value: bool) -> str:
    return "true" if value else "false"


def install(router: "Router", nas: Nas) -> None:
    """Give a router these menus."""
    hotspot = nas.hotspot
    profiles, user_profiles = Profiles(router), UserProfiles(router)
    router.install(profiles, user_profiles)
    servers, users, bindings = Servers(router), Users(router, hotspot), Bindings(router, hotspot)
    hotspot.configure(servers, profiles, users, user_profiles, bindings)
    router.install(servers, users, bindings, Active(router, nas), Hosts(router, hotspot), Cookies(router, hotspot))
