"""What a patrol may say: never drift that is none, never `no drift` where nothing was read."""

import asyncio
from random import Random

import pytest

from radiusbridge.domain.drift.finding import Kind, Place
from radiusbridge.domain.records import Policy
from radiusbridge.services import access
from radiusbridge.services.carrying import carry_out
from tests.drift.ground import SEVEN, SIX, Town, in_town
from tests.drift.test_kinds import ONE, TWO, both, carried_out, redial, second_line

SILENT = {"dark": True}


@both
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_healthy_busy_isp_has_no_finding(ros: str, seed: int) -> None:
    """Everybody redials all the time, some are held in either way, operations run meanwhile."""

    async def story(town: Town) -> None:
        chance = Random(seed)
        names = list(town.world.customers)
        for name, policy in ((names[0], Policy.REJECT), (names[1], Policy.WALLED)):
            await carried_out(town, name, policy)

        async def redials() -> None:
            while True:
                await asyncio.sleep(chance.uniform(0.01, 0.4))
                name = chance.choice(names)
                session = town.cpe(name).session
                if session is not None and session.alive:
                    session.customer.nas.end(session, 1)
                    town.wire.move()

        async def operators() -> None:
            while True:
                name = chance.choice(names[2:6])
                await carried_out(town, name)
                submitted = await access.activate(town.context, name)
                assert submitted.operation is not None
                await carry_out(town.context, submitted.operation.id)
                await asyncio.sleep(chance.uniform(0.0, 20.0))

        busy = [asyncio.create_task(one) for one in (redials(), operators())]
        for _ in range(12):
            told = await town.patrol()
            assert (told.findings, told.unread, told.hidden) == ([], [], []), f"seed {seed}"
            await town.passes(chance.uniform(0.0, 9.0))
        for one in busy:
            one.cancel()
        ended = await asyncio.gather(*busy, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended), ended
        assert sum(cpe.dials for cpe in town.world.customers.values()) > 100

    in_town(story, ros=ros, customers=24, nases=2, rtt=0.3, redial=(0.2, 3.0), seed=seed)


def test_of_a_dark_nas_nothing_is_said_and_that_is_told() -> None:
    async def story(town: Town) -> None:
        town.by_hand(ONE, disabled="yes")
        # on the dark NAS; on the other one its row would be a ghost
        town.manager.sessions.open(ONE, "nas1", "81ff0001", town.nas().host)
        town.manager.sessions.open(TWO, "nas2", "81ff0002", town.nas("nas2").host)
        second_line(town, ONE)
        town.nas().faults.turn(**SILENT)
        told = await town.patrol()
        assert [(each.where, each.place) for each in told.unread] == [
            ("nas1", Place.SESSIONS),
            ("nas1", Place.SECRETS),
        ]
        assert {Kind.ONLINE_HELD, Kind.GHOST_SESSION, Kind.SHADOWING_SECRET} <= {
            kind for each in told.unread for kind in each.kinds
        }
        assert told.kinds() == {ONE: {Kind.PAID_REFUSED}, TWO: {Kind.GHOST_SESSION}}
        assert told.one(Kind.GHOST_SESSION).sessions == ("81ff0002",)
        nothing = await town.patrol(kinds=frozenset({Kind.CHANGED_PASSWORD}))
        assert (nothing.findings, nothing.unread) == ([], []), "what was not asked for is not told"

    in_town(story, nases=2)


@both
def test_of_a_dark_server_the_database_and_the_nases_still_speak(ros: str) -> None:
    async def story(town: Town) -> None:
        await access.isolate(town.context, ONE)
        operation = (await town.context.database.read(lambda unit: unit.operations.listed()))[0]
        await town.context.database.write(lambda unit: unit.operations.cancel(operation.id, unit.now))
        town.um.faults.turn(**SILENT)
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.ONLINE_HELD}}
        assert {each.place for each in told.unread} == {Place.ACCOUNTS, Place.REMEMBERED}
        assert Kind.PAID_REFUSED in next(each for each in told.unread if each.place is Place.ACCOUNTS).kinds

    in_town(story, ros=ros)


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    async def story(town: Town) -> None:
        town.um.faults.turn(reset_after_out=12, resets=1000)
        told = await town.patrol()
        assert told.findings == [], "who was not heard of is not missing"
        assert Place.ACCOUNTS in {each.place for each in told.unread}

    in_town(story, customers=40)


def test_what_an_operation_is_about_to_change_is_in_hand() -> None:
    async def story(town: Town) -> None:
        await access.isolate(town.context, ONE)
        told = await town.patrol()
        assert told.findings == []
        assert {(each.finding.kind, each.operation_id) for each in told.in_hand} == {
            (Kind.HELD_ACCEPTED, 1),
            (Kind.ONLINE_HELD, 1),
        }
        await carry_out(town.context, 1)
        assert (await town.patrol()).in_hand == []

    in_town(story)


def test_what_is_over_by_the_second_reading_is_not_told() -> None:
    async def story(town: Town) -> None:
        (row,) = town.manager.sessions.of(ONE)
        town.manager.sessions.forget(row)

        async def heals() -> None:
            await asyncio.sleep(2.0)
            redial(town, ONE)
            town.wire.move()

        healing = asyncio.create_task(heals())
        assert (await town.patrol()).findings == []
        await healing

    in_town(story, redial=(0.1, 0.5))


def test_twenty_routers_take_no_longer_than_the_slow_one() -> None:
    """One NAS dark, one slow; every server with a NAS of its own, on time that costs nothing."""
    seconds = {}

    async def story(town: Town) -> None:
        slow, dark = town.nas("nas10"), town.nas("nas5")
        dark.faults.turn(**SILENT)
        await town.patrol()  # connections are open from here on, but for the dark one's
        slow.faults.turn(rtt=6.0)
        alone = await town.patrol(servers=("um10",))
        told = await town.patrol()
        assert {each.where for each in told.unread} == {"nas5"}
        assert told.looked_at == {f"um{number}": 2 if number == 5 else 4 for number in range(1, 11)}
        assert told.findings == []
        seconds["alone"], seconds["all"] = alone.seconds, told.seconds

    in_town(story, servers=10, nases=1, customers=30, rtt=0.02)
    assert seconds["alone"] > 3.0
    assert seconds["all"] <= seconds["alone"] * 1.05, seconds


@pytest.mark.parametrize("ros", [SEVEN, SIX])
def test_many_findings_are_streamed(ros: str) -> None:
    async def story(town: Town) -> None:
        for name in town.world.customers:
            town.by_hand(name, **{"shared-users": "3"})
        told = await town.patrol()
        assert len(told.findings) == 450
        assert {each.kind for each in told.findings} == {Kind.CHANGED_ATTRIBUTE}

    in_town(story, ros=ros, customers=450)
