"""A simulated ISP on virtual time with its database, so that minutes of redialling cost nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from radiusbridge.db.hop import InlineHop
from radiusbridge.domain.bulk import Outcome
from radiusbridge.domain.drift.finding import Finding, Hidden, InHand, Kind, LookedAt, Unread
from radiusbridge.domain.records import ApiAccess, Customer, DaeAccess, Nas, Profile, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services import customers, nases, profiles, servers
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.context import Context
from radiusbridge.services.drift import repair
from radiusbridge.services.drift.patrol import Asked, patrol
from radiusbridge.services.process import Process
from radiusbridge.simulator.build import API_PASSWORD, API_USER, IspOptions, build_isp
from radiusbridge.simulator.customers import Customer as Cpe
from radiusbridge.simulator.menus.menu import Menu
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.usermanager.manager import UserManager
from tests.sim import files
from tests.sim.loop import START, SeededEntropy, VirtualClock, VirtualLoop, run_virtually
from tests.sim.net import MortalDialer, MortalSockets, Wire

SEVEN, SIX = "7.16.2", "6.49.18"
BRAKES = Brakes(per_second=0, server_per_second=0, canary=0, failure_limit=0)


@dataclass
class Told:
    """What one patrol told."""

    findings: list[Finding] = field(default_factory=list)
    in_hand: list[InHand] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    looked_at: dict[str, int] = field(default_factory=dict)
    """How many lists of each server were read."""
    seconds: float = 0.0

    def kinds(self) -> dict[str, set[Kind]]:
        """Kinds by user name, or by NAS where a NAS is the subject."""
        found: dict[str, set[Kind]] = {}
        for each in self.findings:
            found.setdefault(each.username or each.nas, set()).add(each.kind)
        return found

    def one(self, kind: Kind) -> Finding:
        (found,) = [each for each in self.findings if each.kind is kind]
        return found


class Town:
    """The world, and the database that says of it what is so."""

    def __init__(self, loop: VirtualLoop, knobs: dict[str, Any]) -> None:
        self.options = IspOptions(**{"customers": 6, "spread": 3.0, **knobs})
        self.world = build_isp(self.options)
        self.world.epoch = START.timestamp()
        self.oracle = Oracle(self.world)
        self.wire = Wire(self.world)
        self.clock = VirtualClock(loop)
        entropy = SeededEntropy(Random(self.options.seed))
        files.fresh()
        self.gateways = Gateways(self.clock, entropy, dialer=MortalDialer(self.wire), sockets=MortalSockets(self.wire))
        self.context = Context(
            files.opened(0, self.clock, InlineHop()),
            self.gateways,
            self.clock,
            entropy,
            Process("drift/1/0", lambda _owner: True),
            "noc",
            "test",
        )

    @property
    def six(self) -> bool:
        return self.options.ros.startswith("6")

    @property
    def um(self) -> Router:
        return self.world.routers["um1"]

    @property
    def manager(self) -> UserManager:
        assert self.um.user_manager is not None
        return self.um.user_manager

    def nas(self, name: str = "nas1") -> Router:
        return self.world.routers[name]

    def menu(self, path: str, nas: str = "nas1") -> Menu:
        return self.nas(nas).menus[path]

    def cpe(self, name: str) -> Cpe:
        return self.world.customers[name]

    def user(self, name: str) -> dict[str, str]:
        row = self.manager.users.named(name)
        assert row is not None
        return row

    def by_hand(self, name: str, **changes: str) -> None:
        """Somebody edits a user in WinBox."""
        self.manager.users.set(self.user(name), changes)

    async def fill(self, **changes: Any) -> None:
        """The database as an operator would have made it; then everybody dials. changes: of every server."""
        home: dict[str, str] = {}
        server = ""
        for name, router in self.world.routers.items():
            api = ApiAccess(router.host, self.options.ports.api, API_USER, Secret(API_PASSWORD))
            if router.user_manager is not None:
                server = name
                key = self.options.secret if self.options.colocated else self.options.probe_secret
                radius = RadiusAccess(router.host, self.options.ports.authentication, Secret(key), self.options.dac)
                kind = "userman6" if self.six else "userman7"
                await servers.add(self.context, replace(Server(name, kind, api, radius=radius), **changes))
            if router.nas.servers.rows():
                dae = DaeAccess(router.host, self.options.ports.dae, Secret(self.options.dae_secret), self.options.dac)
                await nases.add(self.context, Nas(name, 0, dae=dae, api=api), server=server)
            home[name] = server
        rates = (self.options.rate_up, self.options.rate_down)
        await profiles.add(self.context, Profile(self.options.profile, *rates))
        for cpe in self.world.customers.values():
            record = Customer("", cpe.username, 0, 0, password=Secret(cpe.password))
            where = home[cpe.nas.router.name]
            await customers.add(self.context, record, profile=self.options.profile, server=where, provisioned=False)
        await self.passes(self.options.spread + 5.0)

    async def passes(self, seconds: float) -> None:
        """Time passes."""
        await asyncio.sleep(seconds)
        self.wire.move()

    async def patrol(self, **asked: Any) -> Told:
        """What a patrol tells."""
        self.wire.move()
        told, began = Told(), self.clock.monotonic()
        async for item in patrol(self.context, Asked(**asked)):
            match item:
                case Finding():
                    told.findings.append(item)
                case InHand():
                    told.in_hand.append(item)
                case Unread():
                    told.unread.append(item)
                case Hidden():
                    told.hidden.append(item)
                case LookedAt():
                    told.looked_at[item.server] = item.read
        told.seconds = self.clock.monotonic() - began
        return told

    async def repair(self, told: Told, *kinds: Kind, prune: bool = False) -> dict[str, Outcome | str | None]:
        """Repair these kinds as the verb does; how it ended by user name."""
        chosen = await repair.choose(self.context, told.findings, kinds, prune=prune)
        ended: dict[str, Outcome | str | None] = {}
        for preview in chosen.previews:
            run = await repair.begin(self.context, preview, BRAKES, "")
            await BulkRunner(self.context, run.id, lambda row: ended.update({row.username: row.ended})).run()
        for mended in await repair.mend(self.context, chosen.strangers, BRAKES, ""):
            verdict = mended.operation.verdict if mended.operation else None
            ended[mended.finding.username] = verdict.value if verdict else mended.error
        self.wire.move()
        return ended

    def find(self, name: str) -> Awaitable[Customer]:
        return self.context.database.read(lambda unit: unit.customers.find(name))


def in_town(story: Callable[[Town], Awaitable[None]], *, server: dict[str, Any] | None = None, **knobs: Any) -> None:
    """Run a story in a filled town on a loop of its own."""
    loop = VirtualLoop()

    async def main() -> None:
        town = Town(loop, knobs)
        await town.fill(**(server or {}))
        try:
            await story(town)
        finally:
            await town.context.close()

    run_virtually(loop, main())
