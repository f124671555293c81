"""A router in memory: account server, NAS, DAE and prober in one, with a switch for each trouble."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import Access, AccessChange, AccountRow, PlanRow, PlanState, ServerSession, SessionRow
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.errors import Unreachable
from radiusbridge.domain.hotspot import HotspotRow, Listing
from radiusbridge.domain.local_access import SecretsOfName
from radiusbridge.domain.observations import KickAnswer, LoginAnswer
from radiusbridge.domain.records import (
    ApiAccess,
    Customer,
    DaeAccess,
    LoginMethod,
    Nas,
    Profile,
    RadiusAccess,
    Server,
)
from radiusbridge.domain.router_desk import Face
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.session_rates import Counters
from radiusbridge.domain.vitals import Vitals
from radiusbridge.gateways.factory import Gateways
from radiusbridge.gateways.following import Listener
from radiusbridge.gateways.ports import Comparison, Finding, KickReply, LoginReply, Mark, WantedAccount
from radiusbridge.gateways.pulse import Pulse
from radiusbridge.gateways.session_counters import key_of
from radiusbridge.services.context import Context
from radiusbridge.services.process import this_process
from radiusbridge.services.system import SystemClock, SystemEntropy

API = ApiAccess("192.0.2.1", 8728, "bridge", Secret("api-s3cret"))
OURSELVES = this_process()
DIAL = Secret("dial-s3cret")


@dataclass
class Router:
    """`dark` answers nothing, `hung` holds every list back until it is cleared, `lies` says ACK and does nothing."""

    live: dict[str, SessionRow] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    dark: bool = False
    server_dark: bool = False
    lies: bool = False
    rates: tuple[int, int] = (0, 0)
    """Bits a second that each session moves, up and down."""
    counted: list[tuple[str, ServerSession]] = field(default_factory=list)
    version: str = "7.16.2 (stable)"
    board: str = "CHR"
    words: str = ""
    """What it complains of when it is dark."""
    octets: int = 0
    hotspot: list[HotspotRow] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    kicks: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared: it answers no kick until it is set, so that what kicks is under way as long as a test looks."""

    def __post_init__(self) -> None:
        self.free.set()
        self.kicks.set()

    def dial(self, username: str, address: str, lists: tuple[str, ...] = (), uptime: str = "3h2m5s") -> None:
        """A session is up."""
        number = f"8100{len(self.live):04x}"
        self.live[number] = SessionRow(
            "bras-1", f"*{number}", username, number, address, "02:00:00:00:00:01", lists, uptime
        )

    # -- NasSessions, Disconnector

    async def traces(self, _username: str, _devices: Iterable[str]) -> tuple[SessionRow, ...]:
        return ()

    async def sessions(self, username: str | None = None) -> tuple[SessionRow, ...]:
        if username is None:
            await self.free.wait()
        if self.dark:
            raise Unreachable(self.words or "no answer", target="bras-1")
        return tuple(row for row in self.live.values() if username in {None, row.username})

    async def with_secrets(self, username: str) -> tuple[tuple[SessionRow, ...], SecretsOfName]:
        return await self.sessions(username), SecretsOfName()

    async def remove(self, session: SessionRow) -> KickReply:
        return await self.disconnect(session, Rung.NAS_API)

    async def disconnect(self, session: SessionRow, rung: Rung) -> KickReply:
        await self.kicks.wait()
        if not self.lies:
            self.live.pop(session.session_id, None)
        return KickReply(KickAnswer.ACCEPTED, "Disconnect-ACK")

    async def read(self, sessions: Sequence[SessionRow]) -> dict[tuple[str, str], Counters]:
        now, (up, down) = asyncio.get_running_loop().time(), self.rates
        return {key_of(row): Counters("*1", int(now * up / 8), int(now * down / 8), now) for row in sessions}

    # -- AccountServer

    async def read_account(self, username: str) -> AccountRow | None:
        if self.server_dark:
            raise Unreachable("no answer", target="um-1")
        plans = (PlanRow("*1", "20M", PlanState.RUNNING_ACTIVE),)
        return AccountRow(f"*{username}", username, username in self.disabled, plans=plans)

    async def compare_account(self, wanted: WantedAccount) -> Comparison:
        return Comparison((), account=await self.read_account(wanted.username))

    async def ensure_profile(self, profile: Profile, *, trusting: bool = False) -> bool:
        return False

    async def ensure_account(self, wanted: WantedAccount, *, absent: bool = False) -> bool:
        return True

    async def write_access(self, account: AccountRow, change: AccessChange) -> bool:
        (self.disabled.discard if change.access is Access.OPEN else self.disabled.add)(account.username)
        return True

    async def close_session(self, row_id: str) -> KickReply:
        return KickReply(KickAnswer.UNAVAILABLE, "no such row")

    # -- Prober

    async def login(
        self,
        username: str,
        password: Secret,
        *,
        method: LoginMethod,
        calling_station_id: str | None = None,
        extra: Sequence[tuple[str, str | int]] = (),
        seconds: float = 5.0,
    ) -> LoginReply:
        refused = username in self.disabled
        return LoginReply(LoginAnswer.REJECTED if refused else LoginAnswer.ACCEPTED, "the login was answered")


class FakeServer:
    """The router as an account server: it has sessions of its own, and a test of its own."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def __getattr__(self, name: str) -> Any:
        return getattr(self._router, name)

    async def sessions(self) -> AsyncIterator[tuple[str, ServerSession]]:
        for name, session in self._router.counted:
            yield name, session

    async def inspect(self) -> AsyncIterator[Finding]:
        yield Finding("TCP", Mark.OK, "port 8728 answers", seconds=0.012)
        yield Finding("login", Mark.FAILED, "user bridge is refused", "check the password")


@dataclass
class FakeVitals:
    """What a reading shows."""

    router: Router
    nas: bool

    async def read(self) -> Vitals:
        router = self.router
        await router.free.wait()
        if router.dark:
            raise Unreachable(router.words or "no answer", target="bras-1")
        clock = SystemClock()
        router.octets += 1_000_000
        return Vitals(
            clock.now(),
            clock.monotonic(),
            0.01,
            router.version,
            router.board,
            12,
            1,
            4,
            864_000 + int(clock.monotonic()),
            len(router.live) if self.nas else None,
            {"ether1": (router.octets, router.octets)},
        )


@dataclass(slots=True)
class FakeHotspot:
    """Its lists."""

    router: Router

    async def rows(self, listing: Listing) -> tuple[HotspotRow, ...]:
        if self.router.dark:
            raise Unreachable("no answer", target="bras-1")
        return tuple(row for row in self.router.hotspot if row.listing is listing)


class SilentEvents:
    """A router that is followed, and logs nothing."""

    async def follow(self, listener: Listener, *, log: bool = True, sessions: bool = True) -> None:
        listener.connected()
        await asyncio.Event().wait()


class FakeDesk:
    """A router that tells little of itself."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def face(self) -> Face:
        """What others wrote into it."""
        return Face(identity=self._router.words, missing=(self._router.words,))


class FakeGateways:
    """One router for everything."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def account_server(self, _server: Server) -> "FakeServer":
        return FakeServer(self._router)

    def vitals(self, name: str, _access: ApiAccess, _kind: str, *, nas: bool) -> "FakeVitals":
        return FakeVitals(self._router, nas)

    def desk(self, _name: str, _access: ApiAccess) -> "FakeDesk":
        return FakeDesk(self._router)

    def router_events(self, _name: str, _access: ApiAccess) -> "SilentEvents":
        return SilentEvents()

    def pulse(self, _name: str, _access: ApiAccess) -> Pulse:
        return Pulse()

    async def forget_failures(self, _server: Server) -> None:
        pass

    def nas_sessions(self, _nas: Nas, *, isolation: str = "isolir") -> Router:
        return self._router

    def hotspot(self, _nas: Nas) -> "FakeHotspot":
        return FakeHotspot(self._router)

    def session_feed(self, _nas: Nas) -> None:
        return None

    def session_counters(self, _nas: Nas) -> Router:
        return self._router

    def disconnector(self, _nas: Nas) -> Router:
        return self._router

    def prober(self, _server: Server) -> Router:
        return self._router

    async def close(self) -> None:
        pass


async def make_context(directory: Path, router: Router, customers: Sequence[Customer]) -> Context:
    """A context over a new database with one server, one NAS, one profile and these customers."""
    clock = SystemClock()
    database = await asyncio.to_thread(
        lambda: Database.open(directory / "d.sqlite3", key=KeyFile(directory / "key"), clock=clock)
    )

    def fill(unit: UnitOfWork) -> None:
        radius = RadiusAccess("192.0.2.1", 1812, Secret("radius-s3cret"))
        server = unit.servers.add(Server("um-1", "userman7", API, radius=radius))
        unit.nases.add(Nas("bras-1", server.id, dae=DaeAccess("192.0.2.2", 3799, Secret("dae-s3cret")), api=API))
        profile = unit.profiles.add(Profile("20M", 10_000_000, 20_000_000))
        for customer in customers:
            unit.customers.add(replace(customer, server_id=server.id, profile_id=profile.id, password=DIAL))

    await database.write(fill)
    gateways = cast("Gateways", FakeGateways(router))
    return Context(database, gateways, clock, SystemEntropy(), OURSELVES, "ani", "tui")
