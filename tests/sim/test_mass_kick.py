"""Mass kicks with brakes in virtual time; what they claim is held against the world."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from radiusbridge.domain.bulk import RunStatus
from radiusbridge.domain.records import Policy
from radiusbridge.services.bulk import runs
from radiusbridge.services.bulk.access_actions import Isolate
from radiusbridge.services.bulk.actions import preview_of
from radiusbridge.services.bulk.pacing import LIVE_BRAKES
from radiusbridge.services.bulk.preview import create, with_spread
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.subjects import Subjects
from radiusbridge.simulator.build import IspOptions, add_cpe
from radiusbridge.simulator.menus.menu import Settings
from tests.sim.mass import Fleet, crowd, proven
from tests.sim.rungs import Street, on_street

BRISK = replace(LIVE_BRAKES, batch=10, back_within=30.0)


def on_fleet(isp: IspOptions, act: Callable[[Fleet], Awaitable[None]]) -> None:
    async def begin(street: Street) -> None:
        fleet = Fleet(street)
        await fleet.rise()
        await act(fleet)
        await fleet.judge()
        await fleet.journaled.node.stop()

    on_street(isp, begin)


def test_everybody_is_put_out_no_faster_than_the_brakes_and_no_login_is_lost() -> None:
    count, nases = 400, 8

    async def act(fleet: Fleet) -> None:
        runner, began = await fleet.kick(), fleet.street.clock.monotonic()
        standing = await runner.run()
        took = fleet.street.clock.monotonic() - began
        assert proven(standing) == count, standing
        assert fleet.out == set(fleet.before), "who is said to be out, is out"
        assert fleet.timeouts() == 0
        assert fleet.rate(1.0) <= 21
        assert fleet.rate(1.0, lambda ended: ended.nas) <= 6
        # the canary has to come back first, which takes as long as the CPEs wait
        assert took <= 1.15 * count / 20 + 8
        await fleet.street.until(lambda: all(cpe.online for cpe in fleet.street.world.customers.values()))

    on_fleet(crowd(count, nases), act)


def test_stopped_in_the_middle_and_resumed() -> None:
    """Nobody is put out later than a second after the key; resumed, the others are, and nobody twice."""

    async def act(fleet: Fleet) -> None:
        runner, clock = await fleet.kick(), fleet.street.clock
        running = asyncio.create_task(runner.run())
        await fleet.street.until(lambda: len(fleet.out) > 60)
        pressed = clock.monotonic()
        runner.stop("asked to")
        standing = await running
        assert clock.monotonic() - pressed < 1.0, "it returns once those in flight are over, which takes no longer"
        assert (standing.run.status, standing.run.why) == (RunStatus.STOPPED, "asked to")
        await asyncio.sleep(20.0)
        fleet.street.wire.move()
        assert all(each.at < pressed + 1.0 for each in fleet.ended)
        assert len(fleet.out) == proven(standing) < len(fleet.before)
        assert proven(await fleet.again(runner).run()) == len(fleet.before)
        assert fleet.out == set(fleet.before)
        assert len(fleet.ended) == len(fleet.before), "once each"

    on_fleet(crowd(200, 4), act)


def test_stopped_from_elsewhere_within_a_second() -> None:
    async def act(fleet: Fleet) -> None:
        runner, clock = await fleet.kick(), fleet.street.clock
        running = asyncio.create_task(runner.run())
        await fleet.street.until(lambda: len(fleet.out) > 30)
        asked = clock.monotonic()
        await runs.stop(fleet.journaled.node.context, runner.run_id)
        await running
        assert all(each.at < asked + 1.0 for each in fleet.ended)
        assert len(fleet.out) < len(fleet.before)

    on_fleet(crowd(100, 4), act)


def test_a_canary_that_fails_is_all_that_was_tried() -> None:
    async def act(fleet: Fleet) -> None:
        for name in fleet.street.nases:
            fleet.street.world.routers[name].faults.turn(lie=True)
        standing = await (await fleet.kick()).run()
        assert (standing.run.status, standing.run.why) == (RunStatus.STOPPED, "canary: FAILED")
        assert (standing.states["FAILED"], standing.states["not-begun"]) == (3, len(fleet.before) - 3)
        assert not fleet.out

    on_fleet(crowd(40, 4), act)


def test_a_nas_that_lies_gets_one_batch_and_never_a_proof() -> None:
    """It says ACK to everything; the canary is elsewhere."""

    async def act(fleet: Fleet) -> None:
        fleet.street.world.routers["nas4"].faults.turn(lie=True)
        brakes = replace(LIVE_BRAKES, batch=4, back_within=30.0, failure_limit=0)
        standing = await (await fleet.kick(brakes)).run()
        kept = {name for name, cpe in fleet.street.world.customers.items() if cpe.nas.router.name == "nas4"}
        assert standing.run.why == "nas4: 0 of 4 are back after 30 s; 16 not begun"
        assert standing.states == {"PROVEN": 60, "FAILED": 4, "not-begun": 16}
        assert fleet.out == set(fleet.before) - kept
        verdicts = await fleet.verdicts()
        assert {name for name, verdict in verdicts.items() if verdict == "PROVEN"} == fleet.out

    on_fleet(crowd(80, 4), act)


def test_failures_stop_it() -> None:
    async def act(fleet: Fleet) -> None:
        fleet.street.world.routers["nas4"].faults.turn(lie=True)
        standing = await (await fleet.kick()).run()
        assert standing.run.status is RunStatus.STOPPED
        assert "FAILED" in standing.run.why
        assert {name for name, verdict in (await fleet.verdicts()).items() if verdict == "PROVEN"} == fleet.out

    on_fleet(crowd(400, 4, redial=(20.0, 40.0)), act)


def test_a_nas_that_goes_dark_in_the_middle_holds_up_its_own_only() -> None:
    async def act(fleet: Fleet) -> None:
        runner, faults = await fleet.kick(BRISK), fleet.street.world.routers["nas2"].faults
        running = asyncio.create_task(runner.run())
        await fleet.street.until(lambda: len(fleet.out) > 40)
        faults.turn(dark=True)
        standing = await running
        mine = {name for name, cpe in fleet.street.world.customers.items() if cpe.nas.router.name == "nas2"}
        assert standing.run.status is RunStatus.STOPPED
        assert standing.run.why.startswith("nas2: ")
        assert set(fleet.before) - mine <= fleet.out
        verdicts = await fleet.verdicts()
        assert {name for name, verdict in verdicts.items() if verdict == "PROVEN"} <= fleet.out
        assert standing.states["not-begun"] > 0
        faults.turn(dark=False)
        await asyncio.sleep(10.0)
        again = await fleet.again(runner).run()
        assert again.states.get("not-begun", 0) == 0
        assert mine <= fleet.out | {name for name, verdict in verdicts.items() if verdict != "PROVEN"}

    on_fleet(crowd(160, 4), act)


def test_logins_that_time_out_stop_it() -> None:
    """User Manager handles two logins a second, and eight a second are made to dial."""

    async def act(fleet: Fleet) -> None:
        fleet.street.world.routers["um1"].faults.turn(logins=2.0)
        standing = await (await fleet.kick(replace(LIVE_BRAKES, server_per_second=8, timeout_limit=5))).run()
        assert standing.run.status is RunStatus.STOPPED
        assert "RADIUS requests timed out" in standing.run.why
        assert fleet.timeouts() >= 5
        assert len(fleet.out) < len(fleet.before) / 2
        verdicts = await fleet.verdicts()
        assert {name for name, verdict in verdicts.items() if verdict == "PROVEN"} == fleet.out

    on_fleet(crowd(300, 4), act)


def test_a_nas_whose_cpu_rises_stops_it_and_it_is_resumed() -> None:
    async def act(fleet: Fleet) -> None:
        clock, resource = fleet.street.clock, fleet.street.world.routers["nas2"].menus["/system/resource"]
        assert isinstance(resource, Settings)
        runner = await fleet.kick()
        running = asyncio.create_task(runner.run())
        await fleet.street.until(lambda: len(fleet.out) > 20)
        resource.values["cpu-load"] = "30"
        await clock.sleep(3.0)
        assert not running.done(), "it rose by less than that"
        resource.values["cpu-load"] = "92"
        hot = clock.monotonic()
        standing = await running
        assert (standing.run.status, standing.run.why) == (
            RunStatus.STOPPED,
            "the CPU of nas2 rose from 3 % to 92 %",
        )
        assert clock.monotonic() - hot < 8.0, "two readings, every 2 s, and what was in flight"
        assert all(each.at < hot + 8.0 for each in fleet.ended)
        assert len(fleet.out) == proven(standing) < len(fleet.before)
        resource.values.clear()
        assert proven(await fleet.again(runner).run()) == len(fleet.before)
        assert len(fleet.ended) == len(fleet.before), "once each"

    on_fleet(crowd(160, 4), act)


def test_two_sessions_of_one_name_on_two_routers() -> None:
    async def act(fleet: Fleet) -> None:
        world, name = fleet.street.world, "cust0001"
        second = add_cpe(world, world.routers["nas2"], name, world.customers[name].password, "02:99:00:00:00:01")
        second.switch_on()
        await fleet.street.until(lambda: second.online)
        sessions = fleet.street.oracle.sessions_really(name)
        assert len(sessions) == 2
        standing = await (await fleet.kick(names=["cust0001", "cust0002"])).run()
        assert standing.states == {"PROVEN": 2}
        assert not any(session.alive for session in sessions)

    on_fleet(crowd(6, 2, shared_users="2"), act)


def test_a_redial_between_two_readings_is_back() -> None:
    """Who is back before anybody looked is not waited for."""

    async def act(fleet: Fleet) -> None:
        began = fleet.street.clock.monotonic()
        standing = await (await fleet.kick(replace(BRISK, batch=2))).run()
        assert proven(standing) == len(fleet.before)
        assert fleet.out == set(fleet.before)
        # batches of two: each waits for a reading, none for the patience
        assert fleet.street.clock.monotonic() - began < 60.0

    on_fleet(crowd(40, 2, redial=(0.01, 0.05)), act)


def test_mass_isolation_keeps_everybody_out() -> None:
    async def act(fleet: Fleet) -> None:
        context = fleet.journaled.node.context
        preview = await preview_of(context, Isolate(Policy.REJECT, settle=2.0), Subjects(everybody=True))
        seen = await with_spread(context, preview)
        assert seen.spread is not None
        assert dict(seen.spread.sessions) == {"nas1": 20, "nas2": 20, "nas3": 20}
        run = await create(context, preview, typed=60, brakes=replace(LIVE_BRAKES, batch=5))
        standing = await BulkRunner(context, run.id).run()
        assert proven(standing) == 60, standing
        assert not any(fleet.street.oracle.can_pass_traffic(name) for name in fleet.before)
        assert fleet.rate(1.0) <= 21

    on_fleet(crowd(60, 3), act)
