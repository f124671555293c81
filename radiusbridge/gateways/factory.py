"""Gateways for stored records: made once for each record, sharing warm connections and sockets.

What speaks with routers is loaded at the first use: most of what is asked, the database answers alone.
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import ApiAccess, Nas, Server, SqlAccess
from radiusbridge.gateways.accounts.kinds import FREERADIUS, PPP, USERMAN6, USERMAN7
from radiusbridge.gateways.accounts.kinds import USERMAN as USERMAN
from radiusbridge.gateways.voucher_factory import VoucherGateways

if TYPE_CHECKING:
    from radiusbridge.domain.local_users import LocalMenu, LocalUsers
    from radiusbridge.gateways.accounts.freeradius_database import SqlDatabase
    from radiusbridge.gateways.accounts.generation import Generation
    from radiusbridge.gateways.dae import RadiusDisconnector
    from radiusbridge.gateways.desk import RouterDesk
    from radiusbridge.gateways.doctor.examine import Examined
    from radiusbridge.gateways.following import RouterEvents
    from radiusbridge.gateways.hotspot import Hotspot
    from radiusbridge.gateways.hotspot_sessions import HotspotSessions
    from radiusbridge.gateways.ports import (
        AccountLoader,
        AccountServer,
        Disconnector,
        NasSessions,
        Prober,
        SessionKeeper,
    )
    from radiusbridge.gateways.pulse import Pulse
    from radiusbridge.gateways.recorder import Recorder
    from radiusbridge.gateways.routers import Router, Routers
    from radiusbridge.gateways.session_counters import SessionCounters
    from radiusbridge.gateways.session_feed import SessionFeed
    from radiusbridge.gateways.session_places import SessionPlaces
    from radiusbridge.gateways.vitals import RouterVitals
    from radiusbridge.radius.frames import Tap
    from radiusbridge.radius.sockets import DatagramSockets
    from radiusbridge.routeros.dialer import Dialer
    from radiusbridge.routeros.trace import TraceFile

KINDS = (USERMAN7, USERMAN6, PPP, FREERADIUS, USERMAN)
"""The kinds of servers that are known; the last is what a form begins with."""

T = TypeVar("T")


class _Closable(Protocol):
    def close(self) -> None: ...


class Gateways(VoucherGateways):
    """Everything that reaches the outside world. `dialer` and `sockets` stand in for the network where given.

    trace: a file that every API sentence is appended to, secrets masked. Raises BadInput if it cannot be written.
    recorder: makes what keeps every RADIUS datagram; closed with the gateways. window: commands in flight on one API
    connection; 0: as many as usual.
    """

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        *,
        dialer: "Dialer | None" = None,
        sockets: "DatagramSockets | None" = None,
        trace: Path | None = None,
        recorder: "Callable[[], Recorder] | None" = None,
        window: int = 0,
    ) -> None:
        self._clock = clock
        self._entropy = entropy
        self._dialer = dialer
        self._sockets = sockets
        self._trace = None if trace is None else _trace_file(trace)
        self._make_recorder = recorder
        self._window = window
        self._made: dict[Hashable, object] = {}
        self._closable: list[_Closable] = []
        self._databases: list[SqlDatabase] = []
        self._recalled: dict[int, Generation] = {}

    @cached_property
    def _routers(self) -> "Routers":
        from radiusbridge.gateways.routers import Routers
        from radiusbridge.routeros.connection import DEFAULT_WINDOW

        window = self._window or DEFAULT_WINDOW
        return Routers(self._clock, self._entropy, dialer=self._dialer, trace=self._trace, window=window)

    @cached_property
    def _recorder(self) -> "Recorder | None":
        return None if self._make_recorder is None else self._make_recorder()

    @property
    def _tap(self) -> "Tap | None":
        return None if self._recorder is None else self._recorder.tap

    def account_server(self, server: Server) -> "AccountServer":
        """The account server. Raises BadInput for a kind that is not known."""
        if server.kind not in KINDS:
            hint = f"use {', '.join(KINDS)}"
            raise BadInput(f"servers of kind {server.kind} are not known", target=server.name, hint=hint)

        def make() -> "AccountServer":
            if server.sql is not None:
                from radiusbridge.gateways.accounts.freeradius import FreeRadius

                return FreeRadius(server, self._sql(server.sql), self._clock, self.prober(server))
            if server.kind == PPP:
                from radiusbridge.gateways.accounts.ppp import PppSecrets

                return PppSecrets(server, self.router(server.name, server.router), self._clock)
            if server.kind != USERMAN:
                return self._user_manager(server, server.kind)
            from radiusbridge.gateways.accounts.userman import UserManager

            router = self.router(server.name, server.router)
            recalled = self._recalled
            return UserManager(
                router, self._clock, lambda kind: self._user_manager(server, kind), lambda: recalled.get(server.id)
            )

        return self._once(("accounts", server), make)

    def account_loader(self, server: Server) -> "AccountLoader | None":
        """The same, for many accounts at once; None: this kind takes one at a time."""
        if server.kind != FREERADIUS:
            return None
        return cast("AccountLoader", self.account_server(server))

    def session_keeper(self, server: Server) -> "SessionKeeper | None":
        """The same, to be told which sessions are over; None: this kind keeps none."""
        if server.kind == PPP:
            return None
        return cast("SessionKeeper", self.account_server(server))

    def _user_manager(self, server: Server, kind: str) -> "AccountServer":
        router, prober = self.router(server.name, server.router), self.prober(server)
        if kind == USERMAN6:
            from radiusbridge.gateways.accounts.userman6 import UserManager6

            return UserManager6(server, router, self._clock, prober)
        from radiusbridge.gateways.accounts.userman7 import UserManager7

        return UserManager7(server, router, self._clock, prober)

    def _sql(self, access: SqlAccess) -> "SqlDatabase":
        def make() -> "SqlDatabase":
            from radiusbridge.gateways.accounts.freeradius_database import SqlDatabase

            self._databases.append(made := SqlDatabase(access))
            return made

        return self._once(("sql", access), make)

    def recall(self, server_id: int, generation: "Generation") -> None:
        """What is remembered of a server's generation; believed as long as its version is the same."""
        self._recalled[server_id] = generation

    async def told_kind(self, server: Server) -> "Generation":
        """Which kind answers at the server's API, whatever it is recorded as. Raises Unreachable and below, PeerRefused
        and below, and NotSuchPeer where no User Manager answers."""
        from radiusbridge.gateways.accounts.generation import told

        return await told(self.router(server.name, server.router))

    def nas_sessions(self, nas: Nas, *, isolation: str = "isolir") -> "NasSessions | None":
        """The NAS's own session list; None: it has no API access here. isolation: the list of its server's walled."""
        api = nas.api
        if api is None:
            return None

        def make() -> "NasSessions":
            from radiusbridge.gateways.nas import RouterSessions

            disconnector = self._radius_disconnector(nas)
            sessions = RouterSessions(nas, self.router(nas.name, api), disconnector, isolation, self._clock)
            self._closable.append(sessions)
            return sessions

        return self._once(("sessions", nas, isolation), make)

    def session_counters(self, nas: Nas) -> "SessionCounters | None":
        """What the NAS's sessions have moved; None: it has no API access here."""
        api = nas.api
        if api is None:
            return None

        def make() -> "SessionCounters":
            from radiusbridge.gateways.session_counters import SessionCounters

            return SessionCounters(self.router(nas.name, api), self._clock)

        return self._once(("counters", nas), make)

    def hotspot(self, nas: Nas) -> "Hotspot | None":
        """The lists of the NAS's hotspot; None: it has no API access here."""
        if nas.api is None:
            return None
        from radiusbridge.gateways.hotspot import Hotspot

        return Hotspot(nas.name, self.router(nas.name, nas.api))

    async def local_users(self, name: str, access: ApiAccess, menu: "LocalMenu") -> "LocalUsers":
        """The users that the router at an API knows by itself. Raises as `Router.read`."""
        from radiusbridge.gateways.local_users import read_local_users

        return await read_local_users(self.router(name, access), menu)

    def guests(self, nas: Nas) -> "HotspotSessions | None":
        """The guests of the NAS's hotspot, all at once; None: it has no API access here."""
        if nas.api is None:
            return None
        from radiusbridge.gateways.hotspot_sessions import HotspotSessions

        return HotspotSessions(nas.name, self.router(nas.name, nas.api), self._clock)

    def session_feed(self, nas: Nas) -> "SessionFeed | None":
        """The NAS's session list as it changes; None: it has no API access here."""
        if nas.api is None:
            return None
        from radiusbridge.gateways.session_feed import SessionFeed

        return SessionFeed(nas.name, self.router(nas.name, nas.api), self._clock)

    def session_places(self, nas: Nas) -> "SessionPlaces | None":
        """Under which interface each of the NAS's sessions came in; None: it has no API access here."""
        if nas.api is None:
            return None
        from radiusbridge.gateways.session_places import SessionPlaces

        return SessionPlaces(self.router(nas.name, nas.api))

    def router_events(self, name: str, access: ApiAccess) -> "RouterEvents":
        """What a router tells as it happens, over the connection that everybody shares."""
        from radiusbridge.gateways.following import RouterEvents

        return RouterEvents(self.router(name, access), self._clock)

    def disconnector(self, nas: Nas) -> "Disconnector | None":
        """The NAS's DAE; None: its address and secret are not known."""
        return self._radius_disconnector(nas)

    def prober(self, server: Server) -> "Prober | None":
        """Test logins to the server; None: its RADIUS address and secret are not known."""
        access = server.radius
        if access is None:
            return None

        def make() -> "Prober":
            from radiusbridge.gateways.prober import RadiusProber

            prober = RadiusProber(
                access, clock=self._clock, entropy=self._entropy, sockets=self._sockets, tap=self._tap
            )
            self._closable.append(prober)
            return prober

        return self._once(("prober", access), make)

    async def examine_server(
        self, server: Server, nases: Sequence[Nas], *, zone: tzinfo | None = None, card_only: bool = False
    ) -> "Examined":
        """What the doctor finds at a server, and what it can do. card_only: no test login is made."""
        from radiusbridge.gateways.doctor.examine import Doctor

        doctor = Doctor(self._clock, zone, card_only)
        if server.api is None:
            return await doctor.accounts(self.account_server(server))
        return await doctor.server(server, nases, self.router(server.name, server.router), self.prober(server))

    async def examine_nas(
        self,
        nas: Nas,
        server: Server,
        signs: bool | None,
        *,
        zone: tzinfo | None = None,
        card_only: bool = False,
    ) -> "Examined":
        """The same at a NAS with API access. signs: whether its server signs its answers; None: not known."""
        from radiusbridge.gateways.doctor.examine import Doctor

        assert nas.api is not None
        doctor = Doctor(self._clock, zone, card_only)
        return await doctor.nas(nas, server, self.router(nas.name, nas.api), self._radius_disconnector(nas), signs)

    async def life(self, name: str, access: ApiAccess) -> tuple[str, datetime | None]:
        """The version of the router at an API, and when it was started. Raises as `Router.read`."""
        from radiusbridge.gateways.doctor.card import read_life

        return await read_life(self.router(name, access), self._clock.now())

    def vitals(self, name: str, access: ApiAccess, kind: str, *, nas: bool) -> "RouterVitals":
        """How the router at an API is. kind: of the User Manager on it, or empty. nas: it has sessions."""
        from radiusbridge.gateways.vitals import RouterVitals

        return RouterVitals(self.router(name, access), self._clock, kind, nas=nas)

    def desk(self, name: str, access: ApiAccess) -> "RouterDesk":
        """What the router at an API tells of itself."""
        from radiusbridge.gateways.desk import RouterDesk

        return RouterDesk(self.router(name, access), self._clock)

    @property
    def wires(self) -> "tuple[DatagramSockets | None, Tap | None]":
        """Sockets and frame tap, for exchanges with peers that are in no record."""
        return self._sockets, self._tap

    def pulse(self, name: str, access: ApiAccess) -> "Pulse":
        """How fast the router with that API answers."""
        return self.router(name, access).pulse

    async def forget_failures(self, server: Server) -> None:
        """Let the next command to that server try at once, however the last attempts to connect ended."""
        if server.api is not None:
            await self.router(server.name, server.api).forget_failures()

    async def close_idle(self) -> None:
        """Give back the connections to routers over which nothing is going on; the next command opens another."""
        await self._routers.close_idle()
        for database in self._databases:
            await database.forget()

    async def close(self) -> None:
        """Close every connection and socket."""
        closable, self._closable = self._closable, []
        for gateway in closable:
            gateway.close()
        self._made.clear()
        databases, self._databases = self._databases, []
        for database in databases:
            await database.close()
        # What was never used is not made, and loaded, to be closed.
        used = vars(self)
        if "_routers" in used:
            await self._routers.close()
        if self._trace is not None:
            self._trace.close()
        if "_recorder" in used and self._recorder is not None:
            await self._recorder.flush()
            self._recorder.close()

    def _radius_disconnector(self, nas: Nas) -> "RadiusDisconnector | None":
        access = nas.dae
        if access is None:
            return None

        def make() -> "RadiusDisconnector":
            from radiusbridge.gateways.dae import RadiusDisconnector

            made = RadiusDisconnector(
                access, clock=self._clock, entropy=self._entropy, sockets=self._sockets, tap=self._tap
            )
            self._closable.append(made)
            return made

        return self._once(("disconnector", access), make)

    def router(self, name: str, access: ApiAccess) -> "Router":
        """The router at an API, whatever it is; the same one for everybody."""
        from radiusbridge.routeros.endpoint import ApiEndpoint

        return self._routers.at(ApiEndpoint.of(name, access))

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for that key, or a new one."""
        if key not in self._made:
            self._made[key] = make()
        return cast("T", self._made[key])


def _trace_file(place: Path) -> "TraceFile":
    from radiusbridge.routeros.trace import TraceFile

    return TraceFile(place)
