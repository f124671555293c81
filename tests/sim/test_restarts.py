"""A router that is started anew, on virtual time: each verdict is held against the router itself."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import TypeVar
from unittest.mock import Mock

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.breaker import Breaker
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.observations import Observation
from radiusbridge.domain.reboot import NETWATCH, SERVERS, SESSIONS, START_WITHIN
from radiusbridge.domain.records import Operation
from radiusbridge.domain.router_observations import RouterBack, RouterCounted
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services import journal
from radiusbridge.services.evidence_codec import decode
from radiusbridge.services.overview import standing
from radiusbridge.services.router_desk.rebooting import foretell, restart_of, submit
from radiusbridge.simulator.router import Router
from tests.sim.node import Node
from tests.sim.restarts import Restarts
from tests.sim.test_speed import Scene, play

T = TypeVar("T")


def bras_of(scene: Scene) -> Router:
    return scene.world.routers["nas1"]


async def begun(scene: Scene) -> Operation:
    foretold = await foretell(scene.node.context, "nas1")
    return await submit(scene.node.context, foretold, foretold.count)


async def ended(scene: Scene, operation: Operation, boots: int = 1) -> Operation:
    """The operation at its end; PROVEN says neither less nor more than the world does. boots: how often the router was
    started by then."""
    restarts = Restarts(scene.world)
    over = await scene.over(operation)
    seen = await evidence(scene, operation)
    if over.verdict is Verdict.PROVEN:
        assert not [*restarts.contrary("nas1", seen)]
        assert bras_of(scene).boots == boots
    elif any(isinstance(each, RouterBack) for _at, each in seen):
        assert [*restarts.contrary("nas1", seen)] or over.verdict is Verdict.UNPROVEN
    return over


async def evidence(scene: Scene, operation: Operation) -> list[tuple[float, Observation]]:
    """What it saw, with when the looking began."""
    now, wall = scene.clock.monotonic(), scene.clock.now()
    steps = await journal.steps(scene.node.context, operation.id)
    return [(now - (wall - each.started_at).total_seconds(), decode(each.detail)) for each in steps]


def counted(seen: list[tuple[float, Observation]]) -> dict[str, tuple[str, ...]]:
    return next(dict(each.names) for _at, each in seen if isinstance(each, RouterCounted))


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
@pytest.mark.parametrize("answer", ["done", "none"])
def test_everything_is_back(ros: str, answer: str) -> None:
    async def script(scene: Scene) -> None:
        began = scene.clock.monotonic()
        over = await ended(scene, await begun(scene))
        assert (over.verdict, over.reasons) == (Verdict.PROVEN, ())
        assert 20 < scene.clock.monotonic() - began < 60
        seen = await evidence(scene, over)
        before = counted(seen)
        assert (before[SERVERS], before[NETWATCH]) == (
            ("internet on ether2",),
            (scene.world.routers["um1"].host,),
        )
        assert before[SESSIONS] == ("cust0001", "cust0002")
        assert len(scene.limits()) == 1, "both customers are on line again"
        entries = await scene.node.context.database.read(lambda unit: unit.audit.recent(2))
        assert [entry.action for entry in entries] == ["operation.reboot.ended", "operation.reboot"]

    play(script, ros, reboot_answer=answer)


def test_what_is_not_back_is_named() -> None:
    async def script(scene: Scene) -> None:
        bras, um = bras_of(scene), scene.world.routers["um1"]
        server = next(iter(bras.nas.servers.rows()))
        ports, addresses = bras.menus["/interface"], bras.menus["/ip/address"]
        bras.at_boot += [
            lambda: bras.nas.servers.set(server, {"disabled": "yes"}),
            lambda: (ports.named("ether1") or {}).update(running="false"),
            addresses.table.clear,
            lambda: um.faults.turn(dark=True),
        ]
        over = await ended(scene, await begun(scene))
        assert (over.verdict, over.reasons) == (
            Verdict.FAILED,
            (
                "interfaces not back: ether1",
                f"addresses not back: {bras.host}/24 on ether1",
                "PPPoE servers not back: internet on ether2",
                f"netwatch not back: {um.host}",
                "2 of 2 sessions not back: cust0001, cust0002",
            ),
        )

    play(script)


def test_a_customer_who_stays_away_leaves_it_unproven_and_all_of_them_fail_it() -> None:
    async def script(scene: Scene) -> None:
        bras, customers = bras_of(scene), scene.world.customers
        bras.at_boot.append(customers["cust0002"].switch_off)
        over = await ended(scene, await begun(scene))
        assert (over.verdict, over.reasons) == (Verdict.UNPROVEN, ("1 of 2 sessions not back: cust0002",))
        bras.at_boot.append(customers["cust0001"].switch_off)
        over = await ended(scene, await begun(scene), boots=2)
        assert (over.verdict, over.reasons) == (Verdict.FAILED, ("1 of 1 sessions not back: cust0001",))

    play(script)


def test_a_router_that_never_comes_back_fails_and_one_that_refuses_or_does_nothing_too() -> None:
    async def script(scene: Scene) -> None:
        bras = bras_of(scene)
        bras.boot_seconds = 1000.0
        operation = await begun(scene)
        with pytest.raises(Refused, match=f"operation {operation.id}, is not over"):
            await asyncio.wait_for(submit(scene.node.context, await foretell(scene.node.context, "nas1"), 2), 5.0)
        over = await ended(scene, operation)
        assert (over.verdict, over.reasons[0][:26]) == (Verdict.FAILED, "it has not answered for 30")
        await scene.clock.sleep(1000.0)
        command = bras.root_commands.pop("/system/reboot")
        over = await ended(scene, await begun(scene))
        assert (over.verdict, over.reasons[0][:60]) == (
            Verdict.FAILED,
            "the router refused: nas1: /system/reboot was refused: no suc",
        )
        bras.root_commands["/system/reboot"] = (command[0], lambda call: call.done())
        with pytest.raises(Refused, match="2 sessions would drop, not 1"):
            await submit(scene.node.context, await foretell(scene.node.context, "nas1"), 1)
        over = await ended(scene, await begun(scene))
        assert (over.verdict, over.reasons[0][:45]) == (Verdict.FAILED, "it answers, and was not started anew within 3")
        assert (bras.boots, len(bras.nas.sessions)) == (1, 2)

    play(script)


def test_one_that_starts_twice_or_with_another_version_is_not_proven() -> None:
    async def script(scene: Scene) -> None:
        bras = bras_of(scene)
        again = bras.root_commands["/system/reboot"][1]
        late = scene.world.customers["cust0002"]

        def crash() -> None:
            if bras.boots == 1:
                late.switch_off()
                scene.world.events.call_later(15.0, lambda: again(Mock()))
            elif bras.boots == 2:
                late.switch_on()

        bras.at_boot.append(crash)
        over = await ended(scene, await begun(scene), boots=2)
        assert (over.verdict, over.reasons) == (Verdict.UNPROVEN, ("it was started 2 times since the command",))
        bras.at_boot.append(lambda: setattr(bras, "version", "7.17"))
        over = await ended(scene, await begun(scene), boots=3)
        assert (over.verdict, over.reasons) == (
            Verdict.UNPROVEN,
            ("RouterOS 7.16.2 (stable) before, 7.17 (stable) now",),
        )

    play(script)


def successor(scene: Scene, graveyard: set[str]) -> Node:
    return Node("elsewhere/1/0", 1, scene.node.wire, Random(2), graveyard, lambda: None)


@pytest.mark.parametrize(("sent", "verdict", "boots"), [(False, Verdict.FAILED, 0), (True, Verdict.PROVEN, 1)])
def test_whose_process_dies_is_carried_on_and_started_once(sent: bool, verdict: Verdict, boots: int) -> None:
    """It dies between saying that the command goes out and sending it, or while the router is away."""

    async def script(scene: Scene) -> None:
        node, bras = scene.node, bras_of(scene)
        operation = await begun(scene)
        if sent:
            while not bras.down:
                await scene.clock.sleep(0.5)
            node.die()
        else:
            written = node.context.database.write

            async def dying(work: Callable[[UnitOfWork], T]) -> T:
                result = await written(work)
                steps = await journal.steps(node.context, operation.id)
                if any(each.name == "write" for each in steps):
                    node.die()
                return result

            node.context.database.write = dying  # type: ignore[method-assign]
        await node.died.wait()
        await scene.node.bury()
        scene.node = successor(scene, {node.owner})
        waits = await standing(scene.node.context)
        assert [each.id for each in waits.oldest] == [operation.id]
        scene.node.start()
        over = await ended(scene, operation, boots)
        assert (over.verdict, over.attempts, bras.boots) == (verdict, 2, boots), over.reasons
        assert await restart_of(scene.node.context, "nas1") == over

    play(script)


def test_it_asks_no_dark_server_and_is_not_sent_late() -> None:
    async def script(scene: Scene) -> None:
        context = scene.node.context
        scene.world.routers["um1"].faults.turn(dark=True)

        def darken(unit: UnitOfWork) -> None:
            [server] = unit.servers.all()
            now = unit.now
            unit.breakers.put(server.id, Breaker(1, now, now.replace(year=now.year + 1), None, "silent"))

        await context.database.write(darken)
        over = await ended(scene, await begun(scene))
        assert (over.verdict, over.status) == (Verdict.FAILED, Status.DONE)
        assert any(words.startswith("2 of 2 sessions not back") for words in over.reasons), "nobody lets them in"
        assert bras_of(scene).boots == 1
        scene.world.routers["um1"].faults.turn(dark=False)
        await scene.clock.sleep(60.0)
        foretold = await foretell(context, "nas1")
        await scene.node.bury()
        operation = await submit(context, foretold, foretold.count)
        await scene.clock.sleep(START_WITHIN + 5)
        scene.node.start()
        over = await ended(scene, operation)
        assert (over.verdict, over.reasons) == (
            Verdict.FAILED,
            ("nothing was sent: it was asked for 125 s ago, and other sessions would drop by now",),
        )
        assert bras_of(scene).boots == 1

    play(script)
