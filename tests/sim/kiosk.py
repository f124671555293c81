"""A shop of vouchers on virtual time, for one list of one router."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random

from radiusbridge.domain.records import Profile
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.records import BatchStatus, Mode, Voucher, VoucherBatch
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers import ordering, standing
from radiusbridge.services.vouchers.ordering import Order
from radiusbridge.services.vouchers.standing import Standing
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.menus.menu import Menu
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.switches import Switches
from radiusbridge.simulator.world import World
from tests.sim.filled import filled
from tests.sim.loop import VirtualClock, VirtualLoop, run_virtually
from tests.sim.net import Wire
from tests.sim.node import Node

LISTS = {
    "local": ("7.16.2", "nas1", "/ip/hotspot/user", "name"),
    "local6": ("6.49.18", "nas1", "/ip/hotspot/user", "name"),
    "userman7": ("7.16.2", "um1", "/user-manager/user", "name"),
    "userman6": ("6.49.18", "um1", "/tool/user-manager/user", "username"),
}
MANY = 12


@dataclass
class Kiosk:
    """A shop of vouchers for one list of one router."""

    world: World
    wire: Wire
    clock: VirtualClock
    where: str
    nodes: int = 0

    @property
    def router(self) -> Router:
        return self.world.routers[LISTS[self.where][1]]

    @property
    def users(self) -> Menu:
        return self.router.menus[LISTS[self.where][2]]

    def node(self) -> Node:
        """A process on another host than those before it, whose death nobody can tell but by its lease."""
        self.nodes += 1
        graveyard: set[str] = set()
        return Node(f"simulated/{self.nodes}/0", 0, self.wire, Random(self.nodes), graveyard, lambda: None)

    def order(self, quantity: int = MANY, **more: object) -> Order:
        local = self.where.startswith("local")
        plain = Order(quantity, "daily", mode=Mode.PAIR, form=CodeForm("num", 8), comment="kios pak min")
        place = replace(plain, nas="nas1") if local else replace(plain, server="um1")
        return replace(place, **more)  # type: ignore[arg-type]

    async def drawn(self, context: Context, quantity: int = MANY, **more: object) -> VoucherBatch:
        return await ordering.order(context, self.order(quantity, **more))

    async def rows(self, context: Context, batch: VoucherBatch) -> tuple[Voucher, ...]:
        return await standing.vouchers(context, batch.id)

    def there(self, batch: VoucherBatch) -> dict[str, dict[str, str]]:
        """The batch's rows in the world, by name."""
        key = LISTS[self.where][3]
        found = [row for row in self.users.rows() if row.get("comment", "").startswith(batch.note)]
        assert len({row[key] for row in found}) == len(found)
        return {row[key]: row for row in found}

    async def check(self, context: Context, over: Standing) -> None:
        """Exactly the batch is on the router, each with its password and one plan."""
        assert (over.batch.status, over.batch.verdict, over.batch.counted) == (
            BatchStatus.DONE,
            Verdict.PROVEN,
            MANY,
        ), over
        rows = await self.rows(context, over.batch)
        there = self.there(over.batch)
        assert sorted(row.code for row in rows) == sorted(there)
        assert [row.row for row in rows] == list(range(1, MANY + 1))
        for row in rows:
            assert row.password is not None
            assert there[row.code]["password"] == row.password.reveal()
            assert (row.state, row.verdict) == ("ready", Verdict.PROVEN)
            if not self.where.startswith("local"):
                assert len(self.plans(row.code)) == 1, f"{row.code} has one plan"

    def plans(self, name: str) -> list[dict[str, str]]:
        manager = self.router.user_manager
        assert manager is not None
        return list(manager.plans.of(name))


def play(
    script: Callable[[Kiosk], Awaitable[None]],
    where: str = "local",
    *,
    ros: str = "",
    switches: Switches | None = None,
    **profile: object,
) -> None:
    async def go() -> None:
        version, switched = ros or LISTS[where][0], switches or Switches()
        options = IspOptions(ros=version, customers=0, guests=1, local_guests=1, rtt=0.01, switches=switched)
        world, wire, clock = filled(options, loop)
        for router in world.routers.values():
            if router.nas.servers.rows() and "/ip/hotspot/user/profile" in router.menus:
                router.menus["/ip/hotspot/user/profile"].add({"name": "daily"})
        kiosk = Kiosk(world, wire, clock, where)
        first = kiosk.node()
        daily = replace(Profile("daily", 1_000_000, 2_000_000, time_quota=7200), **profile)  # type: ignore[arg-type]
        await first.context.database.write(lambda unit: unit.profiles.add(daily))
        await script(kiosk)

    loop = VirtualLoop()
    run_virtually(loop, go())
