"""A speed for a while, on virtual time: a redial meanwhile, the return by itself, and what comes between."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Intent, Operation
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import access, carrying, journal, speeding, undoing
from radiusbridge.services.speed_periods import follow_redials
from radiusbridge.services.speeding import Speed
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.switches import Switches
from radiusbridge.simulator.world import World
from tests.sim.filled import filled
from tests.sim.loop import VirtualClock, VirtualLoop, run_virtually
from tests.sim.node import Node
from tests.sim.scenario import draw
from tests.sim.truth import SPEED

USER = "cust0001"


@dataclass
class Scene:
    """One customer online, and a process that carries out the journal."""

    world: World
    node: Node
    clock: VirtualClock

    def limits(self) -> list[tuple[int, int]]:
        return [one.limits() for one in Oracle(self.world).sessions_really(USER)]

    def session_id(self) -> str:
        [one] = Oracle(self.world).sessions_really(USER)
        return one.acct_session_id

    async def over(self, operation: Operation) -> Operation:
        async for news in journal.follow(self.node.context, operation.id):
            operation = news.operation
        return operation

    async def speeds(self) -> tuple[Operation, ...]:
        """The operations about speed, newest first."""
        listed = await self.node.context.database.read(lambda unit: unit.operations.listed())
        return tuple(one for one in listed if one.intent is Intent.SPEED)

    async def redial(self) -> None:
        [one] = Oracle(self.world).sessions_really(USER)
        one.customer.nas.kick(one)
        while not self.limits():
            await self.clock.sleep(1.0)


def play(script: Callable[[Scene], Awaitable[None]], ros: str = "7.16.2", **switches: object) -> None:
    async def go() -> None:
        options = replace(
            draw(1).isp,
            ros=ros,
            customers=2,
            nases=1,
            colocated=False,
            validity=IspOptions().validity,
            redial=(1.0, 2.0),
            switches=replace(Switches(), **switches),  # type: ignore[arg-type]
        )
        world, wire, clock = filled(options, loop)
        node = Node("simulated/0/0", 0, wire, Random(1), set(), lambda: None)
        node.start()
        await clock.sleep(30.0)
        scene = Scene(world, node, clock)
        await script(scene)
        await scene.node.stop()

    loop = VirtualLoop()
    run_virtually(loop, go())


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
def test_it_returns_by_itself_and_follows_a_redial_until_then(ros: str) -> None:
    async def script(scene: Scene) -> None:
        context = scene.node.context
        [own] = scene.limits()
        set_ = await speeding.speed(context, USER, Speed(SPEED, 600))
        assert (await scene.over(set_.operation)).verdict is Verdict.PROVEN
        assert scene.limits() == [SPEED]
        before = scene.session_id()
        assert await follow_redials(context) == 0, "its own session is left alone"
        await scene.redial()
        assert (scene.limits(), scene.session_id() == before) == ([own], False), "the redial has the profile's rate"
        assert await follow_redials(context) == 1
        again = (await scene.speeds())[0]
        assert (await scene.over(again)).verdict is Verdict.PROVEN
        assert scene.limits() == [SPEED]
        assert await follow_redials(context) == 0
        assert "dialled again" in again.reason
        await scene.clock.sleep(600.0)
        back = (await scene.speeds())[0]
        assert (back.verdict, back.wanted["back"], "is over" in back.reason) == (Verdict.PROVEN, True, True)
        assert scene.limits() == [own]
        assert await speeding.open_periods(context) == ()
        assert len(await scene.speeds()) == 3, "one return, whoever looks how often"

    play(script, ros)


def test_an_earlier_end_and_undo() -> None:
    async def script(scene: Scene) -> None:
        context = scene.node.context
        [own] = scene.limits()
        first = await speeding.speed(context, USER, Speed(SPEED, 3600))
        await scene.over(first.operation)
        slow = await speeding.speed(context, USER, Speed((1_000_000, 1_000_000)))
        await scene.over(slow.operation)
        with pytest.raises(Refused, match="came after it"):
            await undoing.plan_undo(context, first.operation.id)
        [undone] = await undoing.undo(context, await undoing.plan_undo(context, slow.operation.id))
        assert (await scene.over(undone)).verdict is Verdict.PROVEN
        assert scene.limits() == [SPEED], "the period that was before it goes on"
        [(period, _)] = await speeding.open_periods(context)
        assert 3500 < (period.until - context.clock.now()).total_seconds() <= 3600
        back = await speeding.back(context, USER)
        assert (await scene.over(back.operation)).verdict is Verdict.PROVEN
        assert (scene.limits(), await speeding.open_periods(context)) == ([own], ())
        with pytest.raises(Refused, match="went back"):
            await undoing.plan_undo(context, back.operation.id)

    play(script)


def test_who_is_kept_out_is_refused_and_returns_once_let_in() -> None:
    async def script(scene: Scene) -> None:
        context = scene.node.context
        set_ = await speeding.speed(context, USER, Speed(SPEED, 60))
        await scene.over(set_.operation)
        held = (await access.isolate(context, USER)).operation
        assert held is not None
        await scene.over(held)
        with pytest.raises(Refused, match=r"kept out \(unpaid\)"):
            await speeding.speed(context, USER, Speed(SPEED))
        await scene.clock.sleep(300.0)
        assert len(await scene.speeds()) == 1, "no return while the customer is kept out"
        let_in = (await access.activate(context, USER)).operation
        assert let_in is not None
        await scene.over(let_in)
        await scene.clock.sleep(3600.0)
        assert (await scene.speeds())[0].verdict is Verdict.PROVEN
        assert await speeding.open_periods(context) == ()

    play(script)


@pytest.mark.parametrize(("switch", "word"), [("nak", "NAK"), ("ignore", "its queue shows")])
def test_a_nas_that_does_not_take_the_rate_makes_it_fail(switch: str, word: str) -> None:
    async def script(scene: Scene) -> None:
        before = scene.limits()
        set_ = await speeding.speed(scene.node.context, USER, Speed(SPEED))
        ended = await scene.over(set_.operation)
        assert (ended.verdict, word in " ".join(ended.reasons)) == (Verdict.FAILED, True), ended.reasons
        assert scene.limits() == before

    play(script, coa_rate_limit=switch)


def test_no_nas_that_takes_coa_is_refused_with_what_to_do_instead() -> None:
    async def script(scene: Scene) -> None:
        context = scene.node.context

        def forget(unit: UnitOfWork) -> None:
            for nas in unit.nases.all():
                unit.nases.change(replace(nas, dae=None))

        await context.database.write(forget)
        with pytest.raises(Refused, match="no DAE address") as refused:
            await speeding.speed(context, USER, Speed(SPEED))
        assert "profile edit" in str(refused.value.hint)

    play(script)


def test_the_same_key_is_the_same_speed() -> None:
    async def script(scene: Scene) -> None:
        context = scene.node.context
        one = await speeding.speed(context, USER, Speed(SPEED, 60), key="k")
        two = await speeding.speed(context, USER, Speed(SPEED, 60), key="k")
        assert one.operation.id == two.operation.id
        assert (await carrying.carry_out(context, one.operation.id)).verdict is Verdict.PROVEN
        assert two.period is not None

    play(script)
