"""The NAS of a router: PPPoE and hotspot sessions, their accounting, and how they end."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.aaa.client import RadiusClient, Target
from radiusbridge.simulator.nas.hotspot import Hotspot
from radiusbridge.simulator.nas.login import describe, login, targets
from radiusbridge.simulator.nas.pools import Pools
from radiusbridge.simulator.nas.session import Grant, Session
from radiusbridge.simulator.values import duration_seconds

if TYPE_CHECKING:
    from radiusbridge.simulator.customers import Customer
    from radiusbridge.simulator.menus.menu import Menu, Settings
    from radiusbridge.simulator.nas.dae import Dae
    from radiusbridge.simulator.router import Router

USER_REQUEST, LOST_CARRIER, SESSION_TIMEOUT, ADMIN_RESET, NAS_REQUEST = 1, 2, 5, 6, 10
_START, _STOP, _INTERIM, _ON = 1, 2, 3, 7
_PPP = 0x81
_METHODS = ("mschap2", "chap", "pap")


class Nas:
    """Accepts dials while it has an enabled PPPoE server, and keeps the sessions."""

    aaa: "Settings"
    servers: "Menu"
    dae: "Dae"

    def __init__(self, router: "Router") -> None:
        self.router = router
        self.client = RadiusClient(router)
        self.pools = Pools(router)
        self.hotspot = Hotspot(self)
        self.asked: list[str] = []
        """The `.id`s of `/radius` in the order in which they were asked last."""
        self.sessions: dict[str, Session] = {}
        """Live sessions by Acct-Session-Id: the truth, whatever the lists show."""
        self._by_address: dict[str, Session] = {}
        self._by_mac: dict[str, Session] = {}
        self._by_user: dict[str, dict[str, Session]] = {}
        self._interfaces: set[str] = set()
        self._ended = (0.0, 0.0)
        """What sessions that are over moved since the router was started, as `carried`."""
        self._count = 0

    @property
    def service_name(self) -> str:
        """The name of the PPPoE service."""
        return next((row["service-name"] for row in self.servers.rows() if row["disabled"] == "false"), "")

    @property
    def interface(self) -> str:
        """Where customers dial in."""
        return next((row["interface"] for row in self.servers.rows() if row["disabled"] == "false"), "")

    @property
    def serving(self) -> bool:
        """Whether a dial is answered at all."""
        return any(row["disabled"] == "false" for row in self.servers.rows())

    def method(self) -> str:
        """The authentication method in use: the strongest one allowed."""
        allowed = next((row["authentication"] for row in self.servers.rows() if row["disabled"] == "false"), "")
        return next((name for name in _METHODS if name in allowed.split(",")), "chap")

    def of(self, user: str) -> list[Session]:
        """The live sessions of a user name."""
        return list(self._by_user.get(user, {}).values())

    def by_address(self, address: str) -> Session | None:
        """The live session with that address."""
        return self._by_address.get(address)

    def carried(self) -> tuple[float, float]:
        """Bytes from customers and to them, of all sessions since the router was started."""
        received, sent = self._ended
        for session in self.sessions.values():
            session.move(self.router.world.now)
            received += session.received
            sent += session.sent
        return received, sent

    # -- up

    def dial(self, customer: "Customer") -> None:
        """A customer dials; the customer hears of the outcome."""
        if not self._hears():
            customer.refused("no answer")
            return
        self.router.log("pppoe,info", f"PPPoE connection established from {customer.mac}")
        number = self.number()
        login(self, customer, number, lambda grant, reason: self._answered(customer, number, grant, reason))

    def _hears(self) -> bool:
        """Whether a PPPoE server answers discovery: it is enabled, its port carries, and it takes one session more."""
        row = next((row for row in self.servers.rows() if row["disabled"] == "false"), None)
        if row is None or self.router.down:
            return False
        port = self.router.menus["/interface"].named(row["interface"])
        if port is not None and (port["disabled"] == "true" or port["running"] != "true"):
            return False
        most = row["max-sessions"]
        return not most.isdecimal() or most == "0" or len(self.sessions) < int(most)

    def _answered(self, customer: "Customer", number: int, grant: Grant | None, reason: str) -> None:
        late = self.router.faults.late_sessions if grant is not None else 0.0
        if late:
            self.router.world.events.call_later(late, lambda: self._decided(customer, number, grant, reason))
        else:
            self._decided(customer, number, grant, reason)

    def number(self, service: int = _PPP) -> int:
        """The next session number: service, boot, count."""
        self._count += 1
        return service << 24 | (self.router.boots & 0xF) << 20 | self._count & 0xFFFFF

    def _decided(self, customer: "Customer", number: int, grant: Grant | None, reason: str) -> None:
        if grant is None:
            self._refuse(customer, number, reason)
            return
        if not customer.wants_service:
            customer.refused("hung up")
            return
        address = grant.address
        if grant.pool:
            address = self.pools.allocate(grant.pool, customer.username) or ""
        if not address:
            self._refuse(customer, number, "could not determine remote address")
            return
        older = self._by_mac.get(customer.mac)
        if older is not None:
            self.end(older, LOST_CARRIER, tell=False)
        interface, count = f"<pppoe-{customer.username}>", 0
        while interface in self._interfaces:
            count += 1
            interface = f"<pppoe-{customer.username}-{count}>"
        world = self.router.world
        session = Session(
            number,
            customer,
            customer.username,
            customer.mac,
            grant,
            address,
            interface,
            world.now,
            self.router.wall,
            pooled=bool(grant.pool),
            moved_at=world.now,
        )
        self.keep(session)

    def _refuse(self, customer: "Customer", number: int, reason: str) -> None:
        told = "authentication failed - radius timeout" if reason == "radius timeout" else reason
        self.router.log("pppoe,ppp,error", f"<{number & 0xFFFF:04x}>: user {customer.username} {told}")
        customer.refused(reason)

    def keep(self, session: Session) -> None:
        """A session has come up."""
        self.sessions[session.acct_session_id] = session
        self._by_address[session.address] = session
        self._by_mac[session.mac] = session
        self._by_user.setdefault(session.user, {})[session.acct_session_id] = session
        self._interfaces.add(session.interface)
        events = self.router.world.events
        if session.grant.session_timeout:
            timeout = events.call_later(session.grant.session_timeout, lambda: self.end(session, SESSION_TIMEOUT))
            session.timers.append(timeout)
        if self._accounts(session):
            self._account(session, _START)
            every = session.grant.interim or duration_seconds(self.aaa["interim-update"])
            if every:
                self._plan_interim(session, every)
        if session.server:
            self.router.log("hotspot,account,info,debug", f"{session.user} ({session.address}): logged in")
        else:
            self.router.log("pppoe,ppp,info,account", f"{session.user} logged in, {session.address} from {session.mac}")
        self.show(session)
        session.customer.connected(session)

    # -- down

    def kick(self, session: Session) -> None:
        """End a session because an operator says so; a lying NAS only pretends."""
        if not self.router.faults.lie:
            self.end(session, ADMIN_RESET)

    def end(self, session: Session, cause: int, tell: bool = True) -> None:
        """End a session; `tell`: the customer notices and may redial."""
        if not session.alive:
            return
        world = self.router.world
        session.move(world.now)
        self._ended = self._ended[0] + session.received, self._ended[1] + session.sent
        session.alive = False
        for timer in session.timers:
            timer.cancel()
        if self._accounts(session):
            self._account(session, _STOP, cause)
        del self.sessions[session.acct_session_id]
        self._by_address.pop(session.address, None)
        if self._by_mac.get(session.mac) is session:
            del self._by_mac[session.mac]
        del self._by_user[session.user][session.acct_session_id]
        self._interfaces.discard(session.interface)
        if session.pooled:
            self.pools.release(session.address)
        if session.server:
            self.router.log("hotspot,account,info,debug", f"{session.user} ({session.address}): logged out: {cause}")
            self.hotspot.ended(session, dropped=cause == ADMIN_RESET)
        else:
            self.router.log("pppoe,ppp,info,account", f"{session.user} logged out, {int(world.now - session.started)}")
        self.hide(session)
        if tell:
            session.customer.disconnected()

    def reboot(self, quiet: bool = False) -> None:
        """The router restarts: every session is gone without a Stop, and Accounting-On follows unless `quiet`."""
        router = self.router
        router.boots += 1
        router.booted = router.world.now
        self._count = 0
        for session in list(self.sessions.values()):
            session.grant.radius = False
            self.end(session, NAS_REQUEST)
        self._ended = 0.0, 0.0
        for api in list(router.api.sessions):
            api.end(reset=True)
        if not quiet:
            self.announce()

    def announce(self) -> None:
        """Accounting-On: whatever sessions the server knows of this NAS are over."""
        packet = codec.Packet(codec.ACCOUNTING_REQUEST, 0)
        packet.add(codec.ACCT_STATUS_TYPE, _ON)
        packet.add(codec.NAS_IDENTIFIER, self.router.name)
        packet.add(codec.NAS_IP_ADDRESS, codec.packed(self.router.own_address))
        self._send_accounting(packet, targets(self, "accounting-port"))

    # -- accounting

    def _accounts(self, session: Session) -> bool:
        """Whether the server is told of a session."""
        if session.server:
            return session.grant.radius and self.hotspot.accounts(session.server)
        return session.grant.radius and self.aaa["accounting"] == "true"

    def _plan_interim(self, session: Session, every: float) -> None:
        def update() -> None:
            if session.alive:
                self._account(session, _INTERIM)
                self._plan_interim(session, every)

        session.timers = [timer for timer in session.timers if timer.when > self.router.world.now]
        session.timers.append(self.router.world.events.call_later(every, update))

    def _account(self, session: Session, status: int, cause: int = 0) -> None:
        now = self.router.world.now
        session.move(now)
        packet = codec.Packet(codec.ACCOUNTING_REQUEST, 0)
        packet.add(codec.ACCT_STATUS_TYPE, status)
        describe(self, packet, session.number, session.user, session.mac, session.server)
        packet.add(codec.FRAMED_IP_ADDRESS, codec.packed(session.address))
        packet.add(codec.EVENT_TIMESTAMP, int(self.router.wall))
        packet.add(codec.ACCT_AUTHENTIC, 1)
        packet.add(codec.ACCT_DELAY_TIME, 0)
        if session.grant.class_:
            packet.add(codec.CLASS, session.grant.class_)
        if status != _START:
            received, sent = int(session.received), int(session.sent)
            packet.add(codec.ACCT_SESSION_TIME, int(now - session.started))
            packet.add(codec.ACCT_INPUT_OCTETS, received & 0xFFFFFFFF)
            packet.add(codec.ACCT_INPUT_GIGAWORDS, received >> 32)
            packet.add(codec.ACCT_OUTPUT_OCTETS, sent & 0xFFFFFFFF)
            packet.add(codec.ACCT_OUTPUT_GIGAWORDS, sent >> 32)
        if status == _STOP:
            packet.add(codec.ACCT_TERMINATE_CAUSE, cause)
        self._send_accounting(packet, targets(self, "accounting-port", "hotspot" if session.server else "ppp"))

    def _send_accounting(self, packet: codec.Packet, servers: list[Target]) -> None:
        """Offer a request to each server in turn until one answers."""
        if not servers:
            return

        def answered(reply: codec.Packet | None) -> None:
            if reply is None:
                again = codec.Packet(packet.code, 0, attributes=list(packet.attributes))
                self._send_accounting(again, servers[1:])

        self.client.request(packet, servers[0], answered, sign=False)

    # -- what lists show

    def listed(self, service: str = "pppoe") -> list[Session]:
        """The sessions of a service that the lists of the router show."""
        sessions = () if self.router.faults.list_lies else self.sessions.values()
        return [session for session in sessions if session.service == service]

    def listed_all(self) -> list[Session]:
        """The sessions of every service."""
        return [] if self.router.faults.list_lies else list(self.sessions.values())

    def show(self, session: Session) -> None:
        """Tell those who listen that a session is there."""
        router = self.router
        if session.server:
            self.hotspot.show(session)
        elif router.watchers.get("/ppp/active") and not router.faults.list_lies:
            upper = router.switches.local_session_id == "upper"
            router.changed("/ppp/active", session.active_row(router.world.now, upper))
        self.relist(session)

    def hide(self, session: Session) -> None:
        """Tell those who listen that a session is gone."""
        if session.server:
            self.router.dead("/ip/hotspot/active", self.hotspot.active_id(session))
        else:
            self.router.dead("/ppp/active", f"*{session.number:X}")
        if session.grant.address_list:
            self.router.dead("/ip/firewall/address-list", session.list_id)

    def relist(self, session: Session) -> None:
        """Tell those who listen that a session is in another address list."""
        if session.grant.address_list and not self.router.faults.list_lies:
            row = session.list_row(self.router.date(session.wall))
            self.router.changed("/ip/firewall/address-list", row)
