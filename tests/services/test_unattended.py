"""What follows from a profile's change while nobody watches: carried out by the executor, on virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from radiusbridge.domain.bulk import BulkRun, RunStatus
from radiusbridge.domain.verdict import Status
from radiusbridge.services import profiles
from radiusbridge.services.bulk import runs
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.executor import Executor
from tests.drift.ground import SEVEN, SIX, Town, in_town

DARK = {"dark": True}
SLOWLY = Brakes(per_second=0.5, server_per_second=0.5, canary=1)


@asynccontextmanager
async def executing(town: Town) -> AsyncIterator[Executor]:
    """A process that carries out what waits."""
    executor = Executor(town.context)
    watching = asyncio.create_task(executor.watch())
    try:
        yield executor
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def edited(town: Town, brakes: Brakes | None = None) -> int:
    """A change of the profile's rate that live sessions are to have at once; its operation."""
    done = await profiles.edit(
        town.context, town.options.profile, lambda old: replace(old, rate_up=5_000_000), live="now", brakes=brakes
    )
    return done.operations[0].id


async def until(town: Town, status: RunStatus, seconds: float = 200.0) -> BulkRun:
    """The run, when it stands so."""
    async with asyncio.timeout(seconds):
        while True:
            for standing in await runs.listed(town.context):
                if standing.run.status is status:
                    return standing.run
            await town.passes(1.0)


def rates(town: Town) -> set[int]:
    """The rate up that each live session really runs on."""
    names = town.world.customers
    return {session.limits()[0] for name in names for session in town.oracle.sessions_really(name)}


@pytest.mark.parametrize("ros", [SEVEN, SIX])
def test_a_change_that_waited_for_a_dark_server_is_carried_out_to_its_end(ros: str) -> None:
    async def story(town: Town) -> None:
        await town.patrol()
        town.um.faults.turn(**DARK)
        async with executing(town):
            operation = await edited(town)
            await town.passes(300.0)
            waiting = await town.context.database.read(lambda unit: unit.operations.get(operation))
            dark = await town.context.database.read(lambda unit: unit.breakers.of(waiting.server_id).dark_since)
            assert (waiting.status, dark is not None, await runs.listed(town.context)) == (Status.WAITING, True, ())
            town.um.faults.turn(dark=False)
            run = await until(town, RunStatus.DONE)
        assert (await runs.get(town.context, run.id)).states == {"PROVEN": 6}
        assert rates(town) == {5_000_000}

    in_town(story, ros=ros)


def test_a_process_that_goes_leaves_the_rest_to_the_next_one_but_what_was_stopped_stays_so() -> None:
    async def story(town: Town) -> None:
        async with executing(town) as first:
            await edited(town, SLOWLY)
            run = await until(town, RunStatus.RUNNING)
            await first.wind_down(5.0)
        left = await until(town, RunStatus.STOPPED)
        standing = await runs.get(town.context, run.id)
        assert (left.why, 0 < standing.states["not-begun"] < 6) == ("handed over", True), standing
        async with executing(town):
            await until(town, RunStatus.RUNNING)
            await runs.stop(town.context, run.id)
            assert (await until(town, RunStatus.STOPPED)).why == "asked to"
            await town.passes(120.0)
            assert (await until(town, RunStatus.STOPPED)).why == "asked to"
        assert rates(town) == {5_000_000, 10_000_000}

    in_town(story)


def test_whoever_asked_for_it_has_time_to_begin_it() -> None:
    async def story(town: Town) -> None:
        async with executing(town):
            await edited(town)
            run = await until(town, RunStatus.DRAFT)
            await town.passes(5.0)
            assert (await runs.get(town.context, run.id)).run.status is RunStatus.DRAFT
            await until(town, RunStatus.DONE)

    in_town(story)
