"""User Manager of any generation: its ports, logins, usage and counters."""

from abc import ABC, abstractmethod
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.aaa.port import RadiusPort
from radiusbridge.simulator.menus.menu import Row
from radiusbridge.simulator.usermanager import accounting, authentication
from radiusbridge.simulator.usermanager.authentication import Decision
from radiusbridge.simulator.usermanager.closing import Closing
from radiusbridge.simulator.usermanager.desk import Desk
from radiusbridge.simulator.usermanager.plans import Plans
from radiusbridge.simulator.usermanager.sessions import SessionRow, Sessions
from radiusbridge.simulator.values import duration_seconds

if TYPE_CHECKING:
    from radiusbridge.simulator.menus.menu import Menu
    from radiusbridge.simulator.network import Address
    from radiusbridge.simulator.router import Router

_CACHE_SECONDS = 5.0
_CLOSE_WAIT = 1.0
_LICENCE = {"3": 10, "4": 20, "5": 50}

COUNTERS = [
    "broken-requests",
    "unknown-requests",
    "access-requests",
    "access-failures",
    "accounting-requests",
    "accounting-failures",
    "disconnect-ack",
    "disconnect-nak",
    "coa-ack",
    "coa-nak",
    "sent-from-cache",
]


class UserManager(ABC):
    """The RADIUS server of a router. It answers only to addresses in its router list, with that row's secret.

    What differs from one generation of RouterOS to the next is in the subclasses: names of menus and properties, who
    may log in with what, and how a session row reads.
    """

    root: str
    """The menu that all others stand under."""
    user_key: str
    """The property of a user that is the name."""
    address_key: str
    """The property of a router list's row that is its address."""
    users: "Menu"
    profiles: "Menu"
    limitations: "Menu"
    profile_limitations: "Menu"
    user_profiles: "Menu"
    """Which user has which profile; RouterOS 6 keeps this to itself."""
    routers: "Menu"
    plans: Plans
    closing: Closing

    def __init__(self, router: "Router", licence: str = "6") -> None:
        self.router = router
        self.session_limit = _LICENCE.get(licence)
        self.sessions = Sessions(self)
        self.desk = Desk(router)
        self._counters: dict[str, Counter[str]] = {}
        self._used: dict[str, Counter[str]] = {}
        self._ports: list[RadiusPort] = []
        self._cache: OrderedDict[tuple[Address, int, bytes], tuple[float, bytes | None]] = OrderedDict()

    # -- what generations differ in

    @property
    @abstractmethod
    def ports(self) -> tuple[int, int] | None:
        """The ports for authentication and accounting; None while switched off."""

    @property
    @abstractmethod
    def uses_profiles(self) -> bool:
        """Whether plans are honoured."""

    @property
    def requires_signatures(self) -> bool:
        """Whether an Access-Request without Message-Authenticator gets no answer."""
        return False

    @abstractmethod
    def may_enter(self, user: Row, method: str, caller: str) -> Decision:
        """What stands in the way of a user who proved the password; nothing is changed."""

    @abstractmethod
    def bind(self, user: Row, caller: str) -> None:
        """What an accepted login does to the user's caller-id."""

    @abstractmethod
    def grants(self, user: Row, plan: Row | None) -> list[tuple[codec.Key, bytes | str | int]]:
        """The attributes of the Access-Accept."""

    @abstractmethod
    def session_view(self, row: SessionRow) -> Row:
        """A session row as print shows it."""

    # -- state

    @property
    def session_path(self) -> str:
        """The menu of the sessions."""
        return f"{self.root}/session"

    def counters(self, router: str) -> Counter[str]:
        """What /user-manager/router/monitor counts."""
        return self._counters.setdefault(router, Counter())

    def reopen(self) -> None:
        """Open the ports as the settings say."""
        for port in self._ports:
            port.close()
        self._ports = []
        if self.ports is not None:
            authentication_port, accounting_port = self.ports
            self._ports = [
                RadiusPort(self.router, authentication_port, self._access),
                RadiusPort(self.router, accounting_port, self._accounting),
            ]

    def nas_for(self, host: str) -> Row | None:
        """The enabled row of the router list with that address."""
        key = self.address_key
        return next((row for row in self.routers.rows() if row[key] == host and row["disabled"] == "false"), None)

    # -- usage

    def used(self, user: str, uptime: int, download: int, upload: int) -> None:
        """Add to what a user has used."""
        self._used.setdefault(user, Counter()).update(uptime=uptime, download=download, upload=upload)

    def usage(self, user: str) -> Counter[str]:
        """Seconds and bytes that a user has used."""
        return self._used.get(user, Counter())

    def forget_usage(self, user: str) -> None:
        """Count from zero again."""
        self._used.pop(user, None)

    def renamed_user(self, old: str, new: str) -> None:
        """A user has another name now."""
        self.plans.renamed_user(old, new)
        if old in self._used:
            self._used[new] = self._used.pop(old)

    def exhausted(self, user: str, limitations: list[Row]) -> bool:
        """Whether a limit of these is reached."""
        usage = self.usage(user)
        total = usage["download"] + usage["upload"]
        return any(
            0 < limit <= spent
            for row in limitations
            for limit, spent in (
                (int(row["download-limit"]), usage["download"]),
                (int(row["upload-limit"]), usage["upload"]),
                (int(row["transfer-limit"]), total),
                (duration_seconds(row["uptime-limit"]), usage["uptime"]),
            )
        )

    def enforce(self, row: SessionRow) -> None:
        """Close a session whose limits are reached."""
        plan = self.plans.active(row.user) if self.uses_profiles else None
        if plan is not None and self.exhausted(row.user, self.plans.limitations(plan) or []):
            self.closing.close(row, "um-limits-reached")

    # -- packets

    def _received(self, data: bytes, source: "Address", port: RadiusPort) -> tuple[codec.Packet, Row] | None:
        """The packet and the row of its sender; None for what gets no answer from here."""
        nas = self.nas_for(source[0])
        if nas is None:
            return None
        try:
            packet = codec.decode(data)
        except codec.BadPacketError:
            self.counters(nas["name"])["broken-requests"] += 1
            return None
        key = (source, packet.identifier, packet.authenticator)
        cached = self._cache.get(key)
        if cached is not None and cached[0] > self.router.world.now:
            if cached[1] is not None:
                self.counters(nas["name"])["sent-from-cache"] += 1
                port.reply(cached[1], source)
            return None
        return packet, nas

    def _remember(self, source: "Address", packet: codec.Packet, data: bytes | None) -> None:
        now = self.router.world.now
        key = (source, packet.identifier, packet.authenticator)
        self._cache[key] = (now + _CACHE_SECONDS, data)
        self._cache.move_to_end(key)
        while self._cache and next(iter(self._cache.values()))[0] <= now:
            self._cache.popitem(last=False)

    def _access(self, data: bytes, source: "Address") -> None:
        port = self._ports[0]
        received = self._received(data, source, port)
        if received is None:
            return
        packet, nas = received
        secret = nas["shared-secret"].encode("utf-8", "surrogateescape")
        counters = self.counters(nas["name"])
        if packet.code == codec.STATUS_SERVER and self.router.switches.um_status_server:
            self._answer(port, source, packet, codec.Packet(codec.ACCESS_ACCEPT, packet.identifier), secret)
            return
        if packet.code != codec.ACCESS_REQUEST:
            counters["unknown-requests"] += 1
            return
        counters["access-requests"] += 1
        signed = packet.first(codec.MESSAGE_AUTHENTICATOR) is not None
        if (self.requires_signatures and not signed) or not codec.message_authenticator_verifies(packet, secret):
            counters["access-failures"] += 1
            self.router.log("manager,error", f"message authenticator of {nas['name']} missing or wrong")
            return
        self._remember(source, packet, None)
        self.desk.serve(
            lambda: self._login(packet, nas, lambda reply: self._answer(port, source, packet, reply, secret))
        )

    def _login(self, packet: codec.Packet, nas: Row, answer: Callable[[codec.Packet], None]) -> None:
        secret = nas["shared-secret"].encode("utf-8", "surrogateescape")
        decision = authentication.decide(self, packet, secret)
        user = decision.user
        if decision.refusal is not None or user is None:
            self._refuse(packet, nas, decision.refusal or "", answer)
            return

        name = user[self.user_key]

        def enter() -> None:
            self.bind(user, packet.text(codec.CALLING_STATION_ID))
            applied = self.plans.at_login(name) if self.uses_profiles else None
            grants = [*authentication.proof(packet, user), *self.grants(user, applied)]
            answer(authentication.accept(packet, grants))

        plan = self.plans.met_by_login(name) if self.uses_profiles else None
        limit = self.plans.shared_users(plan, user["shared-users"])
        own = (nas["name"], packet.text(codec.ACCT_SESSION_ID))
        others = [row for row in self.sessions.of(name) if (row.router, row.acct_session_id) != own]
        if limit is not None and len(others) >= limit:
            self._make_room(
                others[0], enter, lambda: self._refuse(packet, nas, "simultaneous session limit reached", answer)
            )
        elif self.session_limit is not None and self.sessions.active_count >= self.session_limit:
            self._refuse(packet, nas, "license limit reached", answer)
        else:
            enter()

    def _make_room(self, oldest: SessionRow, enter: Callable[[], None], refuse: Callable[[], None]) -> None:
        """At the shared-users limit: end the oldest session before the new one is let in."""
        switches = self.router.switches
        if switches.shared_users == "reject" or not self.closing.reaches(oldest):
            refuse()
            return
        settled = False

        def answered(code: int | None) -> None:
            nonlocal settled
            if settled:
                return
            settled = True
            if code == codec.DISCONNECT_NAK and switches.shared_users_nak_admits:
                self.sessions.end(oldest, "um-simultaneous-sessions")
            if code == codec.DISCONNECT_ACK or (code is not None and switches.shared_users_nak_admits):
                enter()
            else:
                refuse()

        self.router.world.events.call_later(_CLOSE_WAIT, lambda: answered(None))
        self.closing.close(oldest, "um-simultaneous-sessions", answered)

    def _refuse(self, packet: codec.Packet, nas: Row, reason: str, answer: Callable[[codec.Packet], None]) -> None:
        self.counters(nas["name"])["access-failures"] += 1
        self.router.log("manager,account,warning", f"{packet.text(codec.USER_NAME)}: {reason}")
        answer(authentication.reject(packet))

    def _answer(
        self, port: RadiusPort, source: "Address", packet: codec.Packet, reply: codec.Packet, secret: bytes
    ) -> None:
        signs = self.router.switches.um_signs_replies
        if signs is None:
            signs = self.router.version_number >= (7, 15)
        data = codec.encode(reply, secret, packet.authenticator, sign=signs and packet.code != codec.ACCOUNTING_REQUEST)
        self._remember(source, packet, data)
        port.reply(data, source)

    def _accounting(self, data: bytes, source: "Address") -> None:
        port = self._ports[1]
        received = self._received(data, source, port)
        if received is None:
            return
        packet, nas = received
        secret = nas["shared-secret"].encode("utf-8", "surrogateescape")
        counters = self.counters(nas["name"])
        if packet.code != codec.ACCOUNTING_REQUEST or not codec.request_verifies(packet, secret):
            counters["accounting-failures"] += 1
            return
        counters["accounting-requests"] += 1
        reply = accounting.handle(self, packet, nas, source[0])
        if reply is not None:
            self._answer(port, source, packet, reply, secret)
