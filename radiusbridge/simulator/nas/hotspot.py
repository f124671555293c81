"""The hotspot of a router: hosts that are there, guests that log in, and the cookies that let them back."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import Menu, Row
from radiusbridge.simulator.nas.login import Outcome, ask_radius
from radiusbridge.simulator.nas.session import Grant, Session
from radiusbridge.simulator.values import duration_seconds, duration_text

if TYPE_CHECKING:
    from radiusbridge.simulator.guests import Guest
    from radiusbridge.simulator.menus.hotspot import Servers
    from radiusbridge.simulator.nas.nas import Nas

_SERVICE = 0x80
HTTP_COOKIE, MAC_COOKIE = "cookie", "mac-cookie"
_NO_MAC = "00:00:00:00:00:00"
_MOST_SECONDS = 10 * 365 * 86_400


@dataclass(slots=True, eq=False)
class Host:
    """A device that the hotspot knows."""

    number: int
    guest: "Guest"
    address: str
    server: str
    since: float
    binding: str = ""
    """`bypassed` or `blocked` by a row of /ip/hotspot/ip-binding; empty: it has to log in."""


@dataclass(slots=True, eq=False)
class Cookie:
    """What lets a device back in as a user."""

    number: int
    user: str
    mac: str
    until: float
    by_mac: bool = False


@dataclass(slots=True)
class Used:
    """What a local user has used up in sessions that are over."""

    seconds: float = 0.0
    received: float = 0.0
    sent: float = 0.0


@dataclass(slots=True)
class _Settings:
    """The menus."""

    servers: "Servers"
    profiles: Menu
    users: Menu
    user_profiles: Menu
    bindings: Menu


class Hotspot:
    """Lets guests in while a server of /ip/hotspot is enabled."""

    settings: _Settings

    def __init__(self, nas: "Nas") -> None:
        self.nas = nas
        self.hosts: dict[str, Host] = {}
        """By MAC address."""
        self.cookies: dict[str, Cookie] = {}
        """By `.id`."""
        self.used: dict[str, Used] = {}
        """By `.id` of a local user."""
        self._count: Counter[str] = Counter()

    def configure(self, servers: "Servers", profiles: Menu, users: Menu, user_profiles: Menu, bindings: Menu) -> None:
        """Take the menus."""
        self.settings = _Settings(servers, profiles, users, user_profiles, bindings)

    # -- what the settings say

    def _server(self) -> Row | None:
        servers = self.settings.servers
        return next((row for row in servers.rows() if row["disabled"] == "false" and servers.allowed()), None)

    def _profile(self, server: str) -> Row:
        row = self.settings.servers.named(server) or {}
        return self.settings.profiles.named(row.get("profile", "default")) or {}

    def interface(self, server: str) -> str:
        """Where the guests of a server come in."""
        return (self.settings.servers.named(server) or {}).get("interface", "")

    def method(self, server: str) -> str:
        """How its passwords go to the RADIUS server."""
        return "chap" if "http-chap" in self._login_by(server) else "pap"

    def accounts(self, server: str) -> bool:
        """Whether the RADIUS server is told of its sessions."""
        return self._profile(server).get("radius-accounting", "true") == "true"

    def _login_by(self, server: str) -> list[str]:
        return self._profile(server).get("login-by", "cookie,http-chap").split(",")

    def _bound(self, mac: str, address: str) -> str:
        """What the IP bindings make of a device: the first row that names it."""
        for row in self.settings.bindings.rows():
            facts = {"mac-address": mac, "address": address}
            named = [name for name in facts if row.get(name)]
            if row["disabled"] == "false" and named and all(row[name] == facts[name] for name in named):
                return "" if row["type"] == "regular" else row["type"]
        return ""

    # -- a device

    def arrive(self, guest: "Guest") -> None:
        """A device has joined the network, or tries again; it hears of the outcome."""
        server = self._server()
        if server is None:
            guest.refused("no answer")
            return
        host = self.hosts.get(guest.mac)
        if host is None:
            address = self.nas.pools.allocate(server["address-pool"], guest.mac) or ""
            host = Host(self._next("host"), guest, address, server["name"], self.nas.router.world.now)
            self.hosts[guest.mac] = host
        host.binding = self._bound(guest.mac, host.address)
        if host.binding == "bypassed":
            guest.bypassed()
        elif host.binding == "blocked":
            guest.refused("blocked")
        else:
            self._login(guest, host)

    def leave(self, guest: "Guest") -> None:
        """A device has gone."""
        host = self.hosts.pop(guest.mac, None)
        if host is not None:
            self.nas.pools.release(host.address)

    def rebound(self) -> None:
        """The IP bindings were changed."""
        for host in list(self.hosts.values()):
            binding = self._bound(host.guest.mac, host.address)
            if binding != host.binding:
                host.binding = binding
                session = self.session_of(host)
                if session is not None and binding:
                    self.nas.end(session, 6)
                elif not binding or binding == "bypassed":
                    host.guest.knock()

    def drop(self, host: Host) -> None:
        """An operator removes the host; a device that is still there is seen again at once."""
        session = self.session_of(host)
        if session is not None:
            self.nas.kick(session)
        self.leave(host.guest)
        host.guest.knock()

    def session_of(self, host: Host) -> Session | None:
        """The session of a host."""
        session = self.nas.by_address(host.address)
        return session if session is not None and session.server and session.mac == host.guest.mac else None

    # -- logging in

    def _login(self, guest: "Guest", host: Host) -> None:
        cookie = self.cookie_of(guest.mac, host.server)
        if cookie is None and not guest.types:
            guest.refused("nobody logs in")
            return
        by = "http-chap" if self.method(host.server) == "chap" else "http-pap"
        if cookie is not None:
            by = MAC_COOKIE if cookie.by_mac else HTTP_COOKIE
        number = self.nas.number(_SERVICE)

        def decided(grant: Grant | None, reason: str) -> None:
            self._decided(guest, host, number, by, grant, reason)

        self._check(guest, host, number, decided)

    def cookie_of(self, mac: str, server: str) -> Cookie | None:
        """The cookie that lets a device back in now."""
        now, allowed = self.nas.router.world.now, self._login_by(server)
        for cookie in self.cookies.values():
            kind = MAC_COOKIE if cookie.by_mac else HTTP_COOKIE
            if cookie.mac == mac and cookie.until > now and kind in allowed:
                return cookie
        return None

    def _check(self, guest: "Guest", host: Host, number: int, done: Outcome) -> None:
        row = self.settings.users.named(guest.username)
        if row is None:
            if self._profile(host.server).get("use-radius") == "true":
                ask_radius(self.nas, guest, number, done, host.server)
            else:
                done(None, "invalid username or password")
            return
        reason = self._refusal(row, guest, host)
        done(None if reason else Grant(radius=False, profile=row["profile"], session_timeout=self._left(row)), reason)

    def _refusal(self, row: Row, guest: "Guest", host: Host) -> str:
        if row["disabled"] == "true" or row["password"] != guest.password:
            return "invalid username or password"
        if row["server"] not in ("all", host.server):
            return "user is not allowed to log in from this server"
        if row.get("mac-address", _NO_MAC) not in ("", _NO_MAC, guest.mac):
            return "user is not allowed to log in from this MAC address"
        if self._left(row) < 0:
            return "user has reached uptime limit"
        return ""

    def _left(self, row: Row) -> int:
        """Seconds that a local user has left; 0: as many as they like; below: none."""
        limit = duration_seconds(row.get("limit-uptime") or "0s")
        return int(limit - self.usage(row).seconds) or -1 if limit else 0

    def _decided(self, guest: "Guest", host: Host, number: int, by: str, grant: Grant | None, reason: str) -> None:
        nas, world = self.nas, self.nas.router.world
        profile = self.settings.user_profiles.named(grant.profile) if grant is not None else None
        profile = profile or self.settings.user_profiles.named("default") or {}
        if grant is not None and not guest.wants_service:
            reason = "gone"
        elif grant is not None and not grant.radius and self._full(guest.username, profile):
            reason = "no more sessions are allowed for user"
        if grant is None or reason:
            nas.router.log("hotspot,info,debug", f"{guest.username} ({host.address}): login failed: {reason}")
            guest.refused(reason)
            return
        grant.rate = grant.rate or profile.get("rate-limit", "")
        grant.address_list = grant.address_list or profile.get("address-list", "")
        session = Session(
            number, guest, guest.username, guest.mac, grant, host.address, "", world.now, nas.router.wall,
            moved_at=world.now, service="hotspot", server=host.server, login_by=by,
        )  # fmt: skip
        nas.keep(session)
        self._bake(session, by, profile)

    def _full(self, user: str, profile: Row) -> bool:
        most = profile.get("shared-users", "1")
        return most != "unlimited" and sum(1 for one in self.nas.of(user) if one.server) >= int(most)

    def _bake(self, session: Session, by: str, profile: Row) -> None:
        allowed, now = self._login_by(session.server), self.nas.router.world.now
        if by in (HTTP_COOKIE, MAC_COOKIE):
            return
        self.cookies = {key: one for key, one in self.cookies.items() if one.mac != session.mac}
        if HTTP_COOKIE in allowed:
            lifetime = duration_seconds(self._profile(session.server).get("http-cookie-lifetime", "3d"))
            self._add_cookie(session, now + lifetime, by_mac=False)
        if MAC_COOKIE in allowed and profile.get("add-mac-cookie", "true") == "true":
            self._add_cookie(session, now + duration_seconds(profile.get("mac-cookie-timeout", "3d")), by_mac=True)

    def _add_cookie(self, session: Session, until: float, by_mac: bool) -> None:
        cookie = Cookie(self._next("cookie"), session.user, session.mac, until, by_mac)
        self.cookies[f"*{cookie.number:X}"] = cookie

    def _next(self, what: str) -> int:
        self._count[what] += 1
        return self._count[what]

    # -- afterwards

    def ended(self, session: Session, dropped: bool) -> None:
        """A session is over. dropped: by an operator, which takes the MAC cookies of the device along."""
        row = self.settings.users.named(session.user)
        if row is not None and not session.grant.radius:
            used = self.used.setdefault(row[".id"], Used())
            used.seconds += self.nas.router.world.now - session.started
            used.received += session.received
            used.sent += session.sent
        if dropped:
            gone = [key for key, one in self.cookies.items() if one.by_mac and one.mac == session.mac]
            for key in gone:
                del self.cookies[key]

    def usage(self, row: Row) -> Used:
        """What a local user has used, sessions of now included."""
        over, now = self.used.get(row[".id"], Used()), self.nas.router.world.now
        used = Used(over.seconds, over.received, over.sent)
        for session in self.nas.of(row["name"]):
            if session.server and not session.grant.radius:
                session.move(now)
                used.seconds += now - session.started
                used.received += session.received
                used.sent += session.sent
        return used

    # -- what lists show

    def active_id(self, session: Session) -> str:
        """The `.id` of a session in /ip/hotspot/active."""
        if self.nas.router.switches.hotspot_active_id == "address":
            octets = [int(part) for part in session.address.split(".")]
            return "*" + "".join(f"{octet:02X}" for octet in octets)
        return f"*{session.number & 0xFFFFF:X}"

    def active_row(self, session: Session) -> Row:
        """The row of a session in /ip/hotspot/active."""
        now = self.nas.router.world.now
        session.move(now)
        row = {
            ".id": self.active_id(session),
            "server": session.server,
            "user": session.user,
            "address": session.address,
            "mac-address": session.mac,
            "login-by": session.login_by,
            "uptime": duration_text(int(now - session.started)),
            "idle-time": "0s",
            "keepalive-timeout": "2m",
            "bytes-in": str(int(session.received)),
            "bytes-out": str(int(session.sent)),
            "packets-in": str(int(session.received) // 900),
            "packets-out": str(int(session.sent) // 900),
            "radius": "true" if session.grant.radius else "false",
            "blocked": "false",
        }
        if session.grant.session_timeout:
            left = min(session.grant.session_timeout, _MOST_SECONDS) - (now - session.started)
            row["session-time-left"] = duration_text(max(0, int(left)))
        return row

    def show(self, session: Session) -> None:
        """Tell those who listen that a session is there."""
        router = self.nas.router
        if router.watchers.get("/ip/hotspot/active") and not router.faults.list_lies:
            router.changed("/ip/hotspot/active", self.active_row(session))
