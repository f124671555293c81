"""Refusals and duties in both databases."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from radiusbridge.db.database import Database
from radiusbridge.db.repositories.duties import TimerRun
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.refusals import Refusal, RefusalCause
from tests.db.conftest import START

ONE = Refusal(1, "budi", START, RefusalCause.DISABLED, "budi: user is disabled", "um-1")


async def test_upsert_login_and_forgetting(database: Database) -> None:
    others = {(1, f"u{at}"): replace(ONE, username=f"u{at}", at=START + timedelta(seconds=at)) for at in range(500)}
    hostile = replace(ONE, username="a\0b")
    await database.write(lambda unit: unit.refusals.keep({ONE.key: ONE, hostile.key: hostile, **others}))
    again = replace(ONE, at=START + timedelta(seconds=60), cause=RefusalCause.EXPIRED)
    await database.write(lambda unit: unit.refusals.keep({ONE.key: again}))
    known = await database.read(lambda unit: unit.refusals.last(1, "budi"))
    assert known == replace(again, times=2)
    assert await database.read(lambda unit: unit.refusals.last(2, "budi")) is None
    assert await database.read(lambda unit: unit.refusals.last(1, "a\0b")) is None
    assert await database.read(lambda unit: unit.refusals.counts()) == {"disabled": 500, "expired": 1}
    login = {ONE.key: START + timedelta(seconds=90), (1, "nobody"): START}
    await database.write(lambda unit: unit.refusals.entered(login))
    assert await database.read(lambda unit: unit.refusals.last(1, "budi")) == replace(
        again, times=2, entered_at=login[ONE.key]
    )
    assert await database.write(lambda unit: unit.refusals.forget(START + timedelta(seconds=100), 300)) == 201
    assert await database.read(lambda unit: len(unit.refusals.of([*others, ONE.key]))) == 300


async def test_duties_change_hands(database: Database) -> None:
    async def take(owner: str, at: float, dead: frozenset[str] = frozenset()) -> int | None:
        now = START + timedelta(seconds=at)
        held = await database.write(lambda unit: unit.duties.take("timers", owner, now, 30, dead))
        return None if held is None else held.epoch

    assert await take("a", 0) == 1
    assert await take("b", 29) is None
    assert await take("a", 29) == 1
    assert await take("b", 31) is None
    assert await take("b", 32, frozenset({"a"})) == 2
    assert await take("a", 40) is None
    await database.write(lambda unit: unit.duties.leave("timers", "a"))
    assert await take("a", 41) is None
    await database.write(lambda unit: unit.duties.leave("timers", "b"))
    assert await take("a", 42) == 3


def noted(run: TimerRun, unit: UnitOfWork) -> None:
    unit.duties.note(run)


async def test_timers(database: Database) -> None:
    runs = [TimerRun("drift", START + timedelta(seconds=at), None, "running", {"findings": at}) for at in (1, 2)]
    for run in runs:
        await database.write(partial(noted, run))
    assert await database.read(lambda unit: unit.duties.timers()) == {"drift": runs[1]}
