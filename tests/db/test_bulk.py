"""Renewals, bulk runs and their rows: append-only, compare-and-set, one process at a time; on both dialects."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Executable, delete, update

from radiusbridge.db.bulk_tables import renewal
from radiusbridge.db.database import Database
from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun, Outcome, Renewal, RunStatus
from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.verdict import Status, Verdict
from tests.db import samples
from tests.db.conftest import START, HandClock

RUN = samples.RUN
ROWS = [samples.row(number) for number in (1, 2, 3)]


def drafted(unit: UnitOfWork) -> BulkRun:
    samples.populate(unit)
    return unit.bulk.create(RUN, ROWS, unit.now)


def execute(statement: Executable, unit: UnitOfWork) -> None:
    unit.renewals._connection.execute(statement)


def set_grace(days: int, unit: UnitOfWork) -> None:
    unit.renewals.set_grace(days)


async def test_renewals_are_kept_newest_first_and_never_change(database: Database) -> None:
    first = Renewal(1, "budi", None, START, "cash", "ani", START)
    second = replace(first, paid_from=START, paid_to=START + timedelta(days=31), note="transfer")
    stored = await database.write(lambda unit: [unit.renewals.add(each) for each in (first, second)])
    assert await database.read(lambda unit: unit.renewals.of(1)) == (stored[1], stored[0])
    assert replace(stored[1], id=0) == second
    for statement in (update(renewal).values(note="x"), delete(renewal)):
        with pytest.raises(RadiusbridgeError):
            await database.write(partial(execute, statement))
    assert await database.read(lambda unit: unit.renewals.grace()) == 0
    for days in (7, 3):
        await database.write(partial(set_grace, days))
        assert await database.read(lambda unit: unit.renewals.grace()) == days


async def test_a_run_is_held_by_one_process_under_one_epoch(database: Database, clock: HandClock) -> None:
    run = await database.write(drafted)
    assert (run.status, run.size, run.created_at) == (RunStatus.DRAFT, 3, START)
    first = await database.write(lambda unit: unit.bulk.claim(run.id, "a/1/1", unit.now, 20))
    assert first is not None
    assert first.lease is not None
    assert (first.status, first.lease.epoch) == (RunStatus.CANARY, 1)
    assert await database.write(lambda unit: unit.bulk.claim(run.id, "b/2/2", unit.now, 20)) is None
    assert await database.read(lambda unit: unit.bulk.owners()) == {"a/1/1"}
    second = await database.write(lambda unit: unit.bulk.claim(run.id, "b/2/2", unit.now, 20, ["a/1/1"]))
    assert second is not None
    with pytest.raises(LeaseLost):
        await database.read(lambda unit: unit.bulk.stop_requested(run.id, 1))
    with pytest.raises(LeaseLost):
        await database.write(lambda unit: unit.bulk.go_on(run.id, 1))
    assert not await database.write(lambda unit: unit.bulk.renew(run.id, 1, START))
    assert not await database.write(lambda unit: unit.bulk.finish(run.id, 1, RunStatus.DONE, "", unit.now))
    await database.write(lambda unit: unit.bulk.go_on(run.id, 2))
    clock.time += timedelta(seconds=21)
    third = await database.write(lambda unit: unit.bulk.claim(run.id, "c/3/3", unit.now, 20))
    assert third is not None
    assert await database.write(lambda unit: unit.bulk.finish(run.id, 3, RunStatus.STOPPED, "asked to", unit.now))
    ended = await database.read(lambda unit: unit.bulk.get(run.id))
    assert (ended.status, ended.why, ended.lease, ended.finished_at) == (
        RunStatus.STOPPED,
        "asked to",
        None,
        clock.time,
    )


async def test_a_wish_to_stop_reaches_the_living_and_ends_what_the_dead_left(database: Database) -> None:
    run = await database.write(drafted)
    asked = await database.write(lambda unit: unit.bulk.request_stop(run.id, unit.now))
    assert asked.status is RunStatus.STOPPED, "a draft is stopped at once"
    await database.write(lambda unit: unit.bulk.claim(run.id, "a/1/1", unit.now, 20))
    assert not await database.read(lambda unit: unit.bulk.stop_requested(run.id, 1)), "an old wish is forgotten"
    asked = await database.write(lambda unit: unit.bulk.request_stop(run.id, unit.now))
    assert (asked.status, asked.stop_requested) == (RunStatus.CANARY, True)
    assert await database.read(lambda unit: unit.bulk.stop_requested(run.id, 1))
    gone = await database.write(lambda unit: unit.bulk.request_stop(run.id, unit.now, ["a/1/1"]))
    assert (gone.status, gone.lease) == (RunStatus.STOPPED, None)
    with pytest.raises(UnknownName):
        await database.write(lambda unit: unit.bulk.request_stop(99, unit.now))


async def test_each_row_begins_once_and_ends_once(database: Database) -> None:
    run = await database.write(drafted)
    operations = await database.write(
        lambda unit: [unit.operations.submit(samples.operation(customer_id=row.customer_id), unit.now) for row in ROWS]
    )
    first, second, third = (operation.id for operation in operations)
    assert await database.write(lambda unit: unit.bulk.begin(run.id, 1, first))
    assert not await database.write(lambda unit: unit.bulk.begin(run.id, 1, second))
    assert await database.write(lambda unit: unit.bulk.end(run.id, 2, Outcome.LEFT_OUT, "paid meanwhile"))
    assert not await database.write(lambda unit: unit.bulk.begin(run.id, 2, third)), "what was left out stays so"
    rows = await database.read(lambda unit: unit.bulk.rows(run.id))
    assert [(row.state, row.words) for row in rows] == [
        ("queued", ""),
        ("left-out", "paid meanwhile"),
        ("not-begun", ""),
    ]
    await database.write(lambda unit: unit.operations.claim(first, "me", unit.now, 60))
    await database.write(lambda unit: unit.operations.finish(first, 1, Verdict.UNPROVEN, ["no list"], unit.now))
    row = (await database.read(lambda unit: unit.bulk.rows(run.id, unfinished=True)))[0]
    assert (row.status, row.ended, row.reasons) == (Status.DONE, Outcome.UNPROVEN, ("no list",)), "the operation's own"
    assert await database.write(lambda unit: unit.bulk.end(run.id, 1, Outcome.UNPROVEN))
    assert not await database.write(lambda unit: unit.bulk.end(run.id, 1, Outcome.PROVEN)), "once"
    assert [row.sequence for row in await database.read(lambda unit: unit.bulk.rows(run.id, unfinished=True))] == [3]
    states = await database.read(lambda unit: unit.bulk.states([run.id, 99]))
    assert states == {run.id: {"UNPROVEN": 1, "left-out": 1, "not-begun": 1}}
    assert [each.id for each in await database.read(lambda unit: unit.bulk.listed(kind="due"))] == [run.id]
    assert await database.read(lambda unit: unit.bulk.listed(kind="kick")) == ()


async def test_who_is_late_comes_by_date(database: Database) -> None:
    def work(unit: UnitOfWork) -> tuple[list[str], int]:
        samples.populate(unit)
        for name, days in (("ani", 3), ("cici", 1), ("dedi", None)):
            paid = None if days is None else START + timedelta(days=days)
            unit.customers.add(samples.customer(1, 1, username=name, paid_until=paid))
        late = unit.customers.paid_before(START + timedelta(days=3))
        return [customer.username for customer in late], unit.customers.without_paid_until()

    assert await database.write(work) == (["cici"], 1)
    stored = samples.customer(1, 1, username="eko", grace_days=4, exempt="staff", promise_until=START)
    added = await database.write(lambda unit: unit.customers.add(stored))
    assert await database.read(lambda unit: unit.customers.get(added.id)) == added
