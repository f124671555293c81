"""A server and its standby on virtual time: each verdict is held against whom the NASes of the world really ask."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import HoldKind, Operation
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services import access, journal
from radiusbridge.services.standby import automatic, pairs, turning
from radiusbridge.services.standby.filling import fill
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.nas.login import targets
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.switches import Switches
from radiusbridge.simulator.world import World
from tests.sim.filled import filled
from tests.sim.loop import VirtualClock, VirtualLoop, run_virtually
from tests.sim.net import Wire
from tests.sim.node import Node
from tests.sim.scenario import draw

NASES = ("nas1", "nas2")


@dataclass
class Scene:
    """Two NASes, a server and its standby, and a process that carries out the journal."""

    world: World
    wire: Wire
    node: Node
    clock: VirtualClock
    graveyard: set[str]
    processes: int = 0

    def router(self, name: str) -> Router:
        return self.world.routers[name]

    def asked_first(self) -> dict[str, str]:
        """By NAS, the server that the world's next dial goes to first."""
        hosts = {router.host: router.name for router in self.world.routers.values()}
        return {name: hosts[targets(self.router(name).nas, "authentication-port")[0].address[0]] for name in NASES}

    async def active(self) -> str:
        def work(unit: UnitOfWork) -> str:
            [pair] = unit.standbys.all()
            return unit.servers.get(pair.server_id).name

        return await self.node.context.database.read(work)

    async def turn(self, *, back: bool = False, accept: bool = False, wait: float = 60.0) -> Operation:
        how = turning.Turning(wait_dial=wait, accept=accept)
        return await turning.submit(self.node.context, None, how, back=back)

    async def over(self, operation: Operation) -> Operation:
        async for news in journal.follow(self.node.context, operation.id):
            operation = news.operation
        return operation

    async def drained(self) -> None:
        """Until nothing waits for the standby any more."""

        def work(unit: UnitOfWork) -> int:
            return sum(len(unit.standbys.behind(pair.standby_id)) for pair in unit.standbys.all())

        while await self.node.context.database.read(work):
            await self.clock.sleep(1.0)

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        """Have something happen in the world."""
        self.wire.move()
        self.world.events.call_later(seconds, work)
        self.wire.move()

    def redial(self) -> None:
        """Everybody's line drops once."""
        for cpe in self.world.customers.values():
            if cpe.session is not None:
                cpe.nas.kick(cpe.session)

    async def killed(self) -> None:
        """The process dies; another one begins on its host."""
        await self.node.died.wait()
        await self.node.bury()
        self.another().start()

    def another(self) -> Node:
        """A process in the place of the one before."""
        self.processes += 1
        owner = f"simulated/{self.processes}/0"
        self.node = Node(owner, 0, self.wire, Random(1 + self.processes), self.graveyard, lambda: None)
        return self.node


def play(script: Callable[[Scene], Awaitable[None]], seed: int = 1, ros: str = "7.16.2", **isp: object) -> None:
    async def go() -> None:
        options = replace(
            draw(seed).isp,
            ros=ros,
            customers=4,
            nases=2,
            standbys=True,
            colocated=False,
            validity=IspOptions().validity,
            redial=(1.0, 2.0),
            use_coa=True,
            switches=Switches(),
        )
        options = replace(options, **isp)  # type: ignore[arg-type]
        world, wire, clock = filled(options, loop)
        graveyard: set[str] = set()
        node = Node("simulated/0/0", 0, wire, Random(seed), graveyard, lambda: None)
        node.start()
        await clock.sleep(30.0)
        scene = Scene(world, wire, node, clock, graveyard)
        await pairs.make(node.context, "sb1", "um1")
        await fill(node.context, "sb1")
        await scene.drained()
        await script(scene)
        await scene.node.stop()

    loop = VirtualLoop()
    run_virtually(loop, go())


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
def test_over_and_back_is_proved_by_a_dial(ros: str) -> None:
    async def script(scene: Scene) -> None:
        row = next(row for row in scene.router("nas1").menus["/radius"].rows() if row.get("comment") == "radiusbridge")
        before = dict(row)
        scene.router("um1").faults.turn(dark=True)
        operation = await scene.turn()
        scene.after(5.0, scene.redial)
        over = await scene.over(operation)
        assert over.verdict is Verdict.PROVEN, over.reasons
        assert (scene.asked_first(), await scene.active()) == (dict.fromkeys(NASES, "sb1"), "sb1")
        assert all(cpe.online for cpe in scene.world.customers.values())
        assert row == before, "the rows of others are as they were"
        scene.router("um1").faults.turn(dark=False)
        await scene.drained()
        back = await scene.turn(back=True)
        scene.after(5.0, scene.redial)
        over = await scene.over(back)
        assert over.verdict is Verdict.PROVEN, over.reasons
        assert (scene.asked_first(), await scene.active()) == (dict.fromkeys(NASES, "um1"), "um1")

    play(script, ros=ros)


def test_where_nobody_dials_it_is_unproven_and_where_the_nas_asks_the_old_one_it_failed() -> None:
    async def script(scene: Scene) -> None:
        over = await scene.over(await scene.turn(wait=20.0))
        assert over.verdict is Verdict.UNPROVEN
        assert over.reasons == tuple(f"{name}: sb1 is asked first; no one dialled in since" for name in NASES)
        assert scene.asked_first() == dict.fromkeys(NASES, "sb1")
        scene.router("nas2").faults.turn(radius_sticks=True)
        await scene.drained()
        operation = await scene.turn(back=True, wait=20.0)
        scene.after(5.0, scene.redial)
        over = await scene.over(operation)
        assert scene.asked_first() == {"nas1": "um1", "nas2": "sb1"}
        assert (over.verdict, over.reasons[0][:30]) == (Verdict.FAILED, "nas2: um1 is asked first, but "), over.reasons
        scene.router("nas2").faults.turn(radius_sticks=False)
        again = await scene.turn(back=True, wait=20.0)
        scene.after(5.0, scene.redial)
        assert (await scene.over(again)).verdict is Verdict.PROVEN, "the same again turns what was not"

    play(script)


def test_nothing_is_done_where_a_row_is_missing_or_the_target_is_dead() -> None:
    async def script(scene: Scene) -> None:
        rows = scene.router("nas2").menus["/radius"]
        row = next(row for row in rows.rows() if row.get("comment") == "standby")
        rows.set(row, {"disabled": "yes"})
        scene.router("sb1").faults.turn(dark=True)
        over = await scene.over(await scene.turn())
        assert over.verdict is Verdict.FAILED
        assert [reason.split(":")[0] for reason in over.reasons] == ["nothing was done", "nothing was done"]
        assert "nas2 has no enabled /radius row of sb1" in over.reasons[1]
        assert (scene.asked_first(), await scene.active()) == (dict.fromkeys(NASES, "um1"), "um1")

    play(script)


def test_a_dark_nas_is_turned_when_it_is_back() -> None:
    async def script(scene: Scene) -> None:
        nas = scene.router("nas2")
        nas.faults.turn(dark=True)
        scene.after(200.0, lambda: nas.faults.turn(dark=False))
        operation = await scene.turn(wait=5.0)
        await scene.clock.sleep(100.0)
        assert not (await journal.get(scene.node.context, operation.id)).status.final
        assert scene.asked_first() == {"nas1": "sb1", "nas2": "um1"}
        await scene.over(operation)
        assert scene.asked_first() == dict.fromkeys(NASES, "sb1")

    play(script)


def test_what_was_asked_for_while_the_server_was_dead_is_done_by_the_standby() -> None:
    async def script(scene: Scene) -> None:
        context, um = scene.node.context, scene.router("um1")
        um.faults.turn(dark=True)
        asked = (await access.isolate(context, "cust0001", hold=HoldKind.UNPAID)).operation
        assert asked is not None
        await scene.drained()
        sb = scene.router("sb1").user_manager
        assert sb is not None
        assert (sb.users.named("cust0001") or {})["disabled"] == "true", "the standby did not wait for the server"
        await scene.clock.sleep(30.0)
        assert not (await journal.get(context, asked.id)).status.final
        await scene.turn(wait=5.0)
        over = await asyncio.wait_for(scene.over(asked), 600)
        assert over.verdict in {Verdict.PROVEN, Verdict.UNPROVEN}, over.reasons
        um.faults.turn(dark=False)
        await scene.drained()
        home = um.user_manager
        assert home is not None
        assert (home.users.named("cust0001") or {})["disabled"] == "true", "the old server was brought in step"

    play(script)


def test_what_was_claimed_before_the_roles_were_turned_is_not_judged_by_the_old_server() -> None:
    async def script(scene: Scene) -> None:
        context = scene.node.context
        asked = (await access.isolate(context, "cust0001", hold=HoldKind.UNPAID)).operation
        assert asked is not None
        await scene.clock.sleep(5.0)
        running = await journal.get(context, asked.id)
        assert (running.status, running.attempts) == (Status.RUNNING, 1)
        await scene.turn(wait=0.0, accept=True)
        over = await asyncio.wait_for(scene.over(asked), 300)
        steps = await journal.steps(context, asked.id)
        claims = [at for at, step in enumerate(steps) if step.name == "claim"]
        assert (over.attempts, len(claims), await scene.active()) == (2, 2, "sb1")
        assert any(step.name == "read-account" for step in steps[claims[1] :]), "it was read at the new one"
        for name in ("um1", "sb1"):
            manager = scene.router(name).user_manager
            assert manager is not None
            assert (manager.users.named("cust0001") or {})["disabled"] == "true"

    play(script)


async def watched(scene: Scene, looks: int) -> list[str]:
    """So many health checks of the agent, half a minute apart; who was active after each."""
    found = []
    for _ in range(looks):
        await automatic.look_at_all(scene.node.context)
        await scene.clock.sleep(30.0)
        found.append(await scene.active())
    return found


def test_by_itself_it_turns_only_where_a_nas_gets_no_answer_either() -> None:
    async def script(scene: Scene) -> None:
        context, um = scene.node.context, scene.router("um1")
        await pairs.set_auto(context, None, auto=True)
        assert set(await watched(scene, 3)) == {"um1"}
        um.faults.turn(refuse_tcp=True)
        assert set(await watched(scene, 6)) == {"um1"}, "it is we who cannot reach it: the NASes get their answers"
        um.faults.turn(refuse_tcp=False, dark=True)
        assert (await watched(scene, 4))[-1] == "sb1"
        assert scene.asked_first() == dict.fromkeys(NASES, "sb1")
        um.faults.turn(dark=False)
        scene.router("sb1").faults.turn(dark=True)
        assert set(await watched(scene, 6)) == {"sb1"}, "roles that were turned lately stay"
        await scene.clock.sleep(600.0)
        await fill(context, "um1")
        await scene.drained()
        assert (await watched(scene, 4))[-1] == "um1"

    play(script)


@pytest.mark.parametrize("seed", range(1, 9))
def test_it_survives_deaths_and_dark_routers(seed: int) -> None:
    """Whoever dies at whichever commit: in the end every NAS asks the active server first, and it lets people in."""

    async def script(scene: Scene) -> None:
        chance = Random(seed)
        for name in chance.sample(["um1", "nas1", "nas2"], chance.randint(1, 2)):
            faults, at = scene.router(name).faults, chance.uniform(0.0, 30.0)
            scene.world.trouble(faults, at, chance.uniform(1.0, 60.0), dark=True)
            scene.wire.move()
        back = False
        for _ in range(2):
            operation = await scene.turn(back=back, accept=True, wait=chance.choice((0.0, 20.0)))
            at = scene.node.commits + chance.randint(1, 12)
            if chance.random() < 0.5:
                scene.node.dies_before = at
            else:
                scene.node.dies_after = at
            over = asyncio.create_task(scene.over(operation))
            died = asyncio.create_task(scene.killed())
            await asyncio.wait({over, died}, return_when=asyncio.FIRST_COMPLETED)
            if not scene.node.died.is_set():  # else the next process is about to begin
                died.cancel()
            await asyncio.gather(died, return_exceptions=True)
            over.cancel()
            await asyncio.gather(over, return_exceptions=True)
            scene.node.dies_before = scene.node.dies_after = 0
            ended = await scene.over(operation)
            if ended.verdict is Verdict.PROVEN:
                assert set(scene.asked_first().values()) == {await scene.active()}
            back = (await scene.active()) == "sb1"
        await scene.clock.sleep(120.0)
        assert set(scene.asked_first().values()) == {await scene.active()}
        scene.after(0.0, scene.redial)
        await scene.clock.sleep(60.0)
        manager = scene.router(await scene.active()).user_manager
        assert manager is not None
        assert {row.user for row in manager.sessions.active()} == set(scene.world.customers)

    play(script, seed)
