"""An ISP and our gateways to it, in memory: operations run one by one, kept nowhere, each held against the world."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar, cast

from radiusbridge.db.database import Database
from radiusbridge.domain.accounts import Access
from radiusbridge.domain.observations import AccountSeen, Kicked, Observation
from radiusbridge.domain.proof import End
from radiusbridge.domain.records import (
    ApiAccess,
    Customer,
    DaeAccess,
    Intent,
    LoginMethod,
    Nas,
    Operation,
    Profile,
    RadiusAccess,
    Server,
)
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways.accounts.kinds import PPP
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.context import Context
from radiusbridge.services.equipping import hands_of
from radiusbridge.services.hands import OperationClock
from radiusbridge.services.plans import Subject, saga_of
from radiusbridge.services.process import Process
from radiusbridge.services.runner import Runner, rows_before
from radiusbridge.simulator.build import API_PASSWORD, API_USER, IspOptions, build_isp, dae_port
from radiusbridge.simulator.network import LOCAL
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.usermanager.six import UserManager6
from tests.sim.loop import START, SeededEntropy, VirtualClock, VirtualLoop, run_virtually
from tests.sim.net import MortalDialer, MortalSockets, Wire
from tests.sim.truth import Truth

T = TypeVar("T")

DISCONNECT, CLOSE, API = "disconnect", "close-session", "nas-api"
RUNGS = (DISCONNECT, CLOSE, API)
ONLINE_WITHIN = 60.0
ACCOUNT = "sessions"
"""Our API account on each NAS."""
SETTLE, DEADLINE = 1.0, 20.0


@dataclass(frozen=True, slots=True)
class Told:
    """What an operation came to, beside what is true of the world at that instant."""

    end: End
    contrary: tuple[str, ...]
    """What in the world contradicts a success."""
    seconds: float
    log: tuple[Observation, ...] = field(repr=False)

    @property
    def words(self) -> str:
        return "; ".join(self.end.reasons)

    @property
    def rungs(self) -> list[str]:
        """The rungs that were tried, in order."""
        return [seen.rung.value for seen in self.log if isinstance(seen, Kicked)]


class _Unkept(Runner):
    """Runs an operation whose evidence goes into no journal."""

    async def _commit(self) -> None:
        self._unflushed, self._flush_at = [], None


class Street:
    """A world, the records that an operator would have of it, and the gateways between them.

    nas_address: the NAS-IP-Address that is recorded for each NAS.
    """

    def __init__(self, isp: IspOptions, nas_address: str | None = None) -> None:
        loop = cast("VirtualLoop", asyncio.get_running_loop())
        self.isp, self.world = isp, build_isp(isp)
        self.world.epoch = START.timestamp()
        self.oracle = Oracle(self.world)
        self.truth = Truth(self.world, self.oracle, isp)
        self.clock = VirtualClock(loop)
        self.wire = Wire(self.world)
        self.wire.move()
        entropy = SeededEntropy(Random(isp.seed))
        sockets = MortalSockets(self.wire)
        self.gateways = Gateways(self.clock, entropy, dialer=MortalDialer(self.wire), sockets=sockets)
        process = Process("simulated/0/0", lambda _owner: True)
        self._context = Context(
            cast("Database", None), self.gateways, self.clock, entropy, process, "operator", "simulation"
        )
        self.profile = Profile(isp.profile, isp.rate_up, isp.rate_down, id=1)
        self.servers: dict[str, Server] = {}
        self.nases: dict[str, Nas] = {}
        for router in self.world.routers.values():
            self._record(router, nas_address)
        self.before: dict[str, dict[str, object]] = {}

    def _record(self, router: Router, nas_address: str | None) -> None:
        isp, name, here = self.isp, router.name, router.user_manager is not None
        api = ApiAccess(router.host, isp.ports.api, API_USER, Secret(API_PASSWORD))
        if isp.secrets:
            number = len(self.servers) + 1
            self.servers[name] = Server(name, PPP, api, number, isolation_pool="pool-isolir")
            self.nases[name] = Nas(name, number, number, api=api)
            return
        if here:
            secret = isp.secret if isp.colocated else isp.probe_secret
            radius = RadiusAccess(router.host, isp.ports.authentication, Secret(secret), isp.dac)
            kind = "userman6" if isp.ros.startswith("6") else "userman7"
            number = len(self.servers) + 1
            self.servers[name] = Server(name, kind, api, number, radius, method=LoginMethod(isp.method))
        if router.nas.serving:
            key = isp.secret if here and isp.dac == LOCAL else isp.dae_secret
            dae = DaeAccess(router.host, dae_port(router, isp), Secret(key), isp.dac, nas_address)
            router.menus["/user/group"].add({"name": ACCOUNT, "policy": "api,read,write,test,sensitive"})
            router.users.add({"name": ACCOUNT, "group": ACCOUNT, "password": API_PASSWORD})
            api = replace(api, user=ACCOUNT)
            self.nases[name] = Nas(name, len(self.servers) if here else self._server_of(router), dae=dae, api=api)

    def _server_of(self, router: Router) -> int:
        """The server that the NAS asks: the first of its /radius rows."""
        asked = next(row["address"] for row in router.menus["/radius"].rows() if row["service"] == "ppp")
        return next(server.id for server in self.servers.values() if server.router.host == asked)

    # -- the world

    def leave(self, rungs: Iterable[str], *names: str) -> None:
        """Let only these rungs exist for the NASes of those names, or for all; the list stays readable."""
        for name in names or self.nases:
            router = self.world.routers[name]
            if DISCONNECT not in rungs:
                menu = router.menus["/radius"]
                menu.remove(next(row for row in menu.rows() if row.get("comment") == "radiusbridge"))
            if DISCONNECT not in rungs and CLOSE not in rungs:
                incoming = router.nas.dae.settings
                incoming.set(incoming.values, {"accept": "no"})
            if API not in rungs:
                group = router.menus["/user/group"].named(ACCOUNT)
                assert group is not None
                router.menus["/user/group"].set(group, {"policy": "api,read,test,sensitive"})
            for server in self.world.routers.values():
                manager = server.user_manager
                row = manager.routers.named(name) if manager is not None else None
                if row is not None and CLOSE not in rungs:
                    assert manager is not None
                    manager.routers.set(
                        row, {"use-coa": "no"} if isinstance(manager, UserManager6) else {"coa-port": "1"}
                    )

    async def online(self, username: str) -> None:
        """Wait until the customer's CPE is online."""
        await self.until(lambda: self.world.customers[username].online)

    def unsigned(self) -> None:
        """Let the NASes take RADIUS replies without Message-Authenticator, where they know of it."""
        for name in self.nases:
            menu = self.world.routers[name].menus["/radius"]
            for row in menu.rows() if "require-message-auth" in menu.properties else ():
                menu.set(row, {"require-message-auth": "no"})

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so in the world."""
        end = self.clock.monotonic() + ONLINE_WITHIN
        while not condition():
            assert self.clock.monotonic() < end, "it did not come about"
            await asyncio.sleep(0.25)
            self.wire.move()

    # -- operations

    async def kick(self, username: str, **wanted: object) -> Told:
        before = self.oracle.sessions_really(username)

        def contrary() -> Iterable[str]:
            alive = [session.acct_session_id for session in before if session.alive]
            return [f"session {one} lives on" for one in alive]

        return await self._run(Intent.KICK, username, contrary, wanted)

    async def isolate(self, username: str, access: Access = Access.REJECT, **wanted: object) -> Told:
        def contrary() -> Iterable[str]:
            if self.oracle.can_pass_traffic(username):
                yield "the customer passes traffic"
            if access is Access.REJECT and self._lets_in(username):
                yield "the server would let the customer in"
            yield from self.truth.open_connections(username)

        return await self._run(Intent.ISOLATE, username, contrary, {"access": access.value, **wanted})

    async def activate(self, username: str, **wanted: object) -> Told:
        def contrary() -> Iterable[str]:
            if self.oracle.walled(username):
                yield "the customer is walled"
            if not self.oracle.can_pass_traffic(username) and not self._lets_in(username):
                yield "the customer cannot get in"

        return await self._run(Intent.ACTIVATE, username, contrary, {"access": Access.OPEN.value, **wanted})

    async def _run(
        self, intent: Intent, username: str, contrary: Callable[[], Iterable[str]], wanted: dict[str, object]
    ) -> Told:
        cpe = self.world.customers[username]
        server = self.server_of(username)
        nases = tuple(nas for nas in self.nases.values() if nas.server_id == server.id)
        customer = Customer("C-1", username, server.id, 1, password=Secret(cpe.password), id=1)
        operation = Operation(intent, server.id, 1, username, {"settle": SETTLE, "deadline": DEADLINE, **wanted})
        subject = Subject(server, nases, customer, self.profile, self.before.get(username))
        started = self.clock.monotonic()
        hands = hands_of(self.gateways, operation, subject, OperationClock.resume(self.clock, 0.0, 0.0))
        runner = _Unkept(self._context, operation, 1, saga_of(operation, subject), hands, [])
        end = await runner.run()
        self.wire.move()
        if intent is Intent.ISOLATE:
            seen = next((seen for seen in runner.log if isinstance(seen, AccountSeen)), None)
            self.before[username] = rows_before(seen) if seen else {}
        return Told(end, tuple(contrary()), self.clock.monotonic() - started, tuple(runner.log))

    def _lets_in(self, username: str) -> bool:
        if self.isp.secrets:
            return self.oracle.would_accept(username, self.world.customers[username].password)
        return self.truth.lets_in(self.server_of(username).name, username)

    def server_of(self, username: str) -> Server:
        """The server that has the customer's account."""
        for name, server in self.servers.items():
            if self.isp.secrets and self.world.customers[username].nas.router.name == name:
                return server
            manager = self.world.routers[name].user_manager
            if manager is not None and manager.users.named(username) is not None:
                return server
        raise AssertionError(f"nobody has {username}")

    def without_api(self, name: str) -> None:
        """Let no API access be known for a NAS."""
        self.nases[name] = replace(self.nases[name], api=None)


def judge(told: Told, works: bool | None) -> str:
    """What is wrong with a verdict; works: the world lets it be done (None: nobody knows). Empty: nothing."""
    verdict = told.end.verdict
    if verdict is Verdict.PROVEN and told.contrary:
        return f"PROVEN, but {told.contrary}"
    if verdict is Verdict.FAILED and not told.contrary:
        return f"FAILED ({told.words}), but nothing in the world says so"
    if works is not None and (verdict is Verdict.PROVEN) is not works:
        return f"{verdict} ({told.words}) after {told.rungs}; the world: {told.contrary or 'as wanted'}"
    return ""


def on_street(isp: IspOptions, act: Callable[[Street], Awaitable[T]], nas_address: str | None = None) -> T:
    """Let something happen in a world of its own, on virtual time."""

    async def main() -> T:
        mistakes: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: mistakes.append(str(context)))
        street = Street(isp, nas_address)
        try:
            return await act(street)
        finally:
            await street.gateways.close()
            assert not mistakes, mistakes

    return run_virtually(VirtualLoop(), main())
