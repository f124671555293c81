"""Renewal, due lists and bulk runs in services, on both dialects, with a clock that is moved by hand."""

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.hop import InlineHop
from radiusbridge.db.keys import Key
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun, Outcome, RunStatus
from radiusbridge.domain.days import start_of
from radiusbridge.domain.errors import BadInput, Refused, UnknownName
from radiusbridge.domain.records import (
    ApiAccess,
    Customer,
    Hold,
    HoldKind,
    Intent,
    Operation,
    Profile,
    Server,
)
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services import customers, renewal
from radiusbridge.services.bulk import runs
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.bulk.preview import Preview, create
from radiusbridge.services.bulk.runner import BulkRunner
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.context import Context
from radiusbridge.services.due import due_list, isolate_row, preview_of, set_grace
from radiusbridge.services.process import Process
from radiusbridge.services.system import SystemEntropy
from tests.db.conftest import HandClock
from tests.db.conftest import clock as clock
from tests.db.conftest import cluster as cluster
from tests.db.conftest import database as database
from tests.db.conftest import key as key
from tests.db.conftest import url as url
from tests.sim.loop import VirtualClock, VirtualLoop

ZONE = ZoneInfo("Asia/Jakarta")
NAMES = [f"user{number}" for number in range(12)]
PAID = date(2026, 2, 27)
"""Two days before the clock's day: 2026-03-01 19:00 in Jakarta."""
FREE = Brakes(per_second=0, server_per_second=0, side_by_side=4, canary=0, failure_limit=0)


def stocked(unit: UnitOfWork) -> None:
    api = ApiAccess("127.0.0.1", 1, "noc", Secret("p"))
    homes = [unit.servers.add(Server(f"um-{number}", "userman7", api)) for number in (1, 2)]
    plain = unit.profiles.add(Profile("home", 1, 1))
    monthly = unit.profiles.add(Profile("monthly", 1, 1, validity=30 * 86_400))
    for number, name in enumerate(NAMES):
        plan = monthly if number == 11 else plain
        area = ("Utara", "Timur")[number % 2]
        row = Customer("", name, homes[number % 3 == 0].id, plan.id, area=area, paid_until=start_of(PAID, ZONE))
        unit.customers.add(row)


@pytest.fixture
async def context(database: Database, clock: HandClock) -> Context:
    await database.write(stocked)
    process = Process("here/1/1", lambda owner: owner != "here/2/2")
    return Context(
        database, Gateways(clock, SystemEntropy()), clock, SystemEntropy(), process, "noc", "test", zone=ZONE
    )


def paid_until(day: date, old: Customer) -> Customer:
    return replace(old, paid_until=start_of(day, ZONE))


def passed_by(unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer) -> Operation | str:
    return f"not {customer.username}"


async def begun(context: Context, brakes: Brakes = FREE) -> BulkRun:
    found = await due_list(context)
    return await create(context, preview_of(found), typed=len(found.due), brakes=brakes)


async def hold(context: Context, who: str, kind: HoldKind) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.holds.open(Hold(unit.customers.find(who).id, kind, "ani", unit.now))

    await context.database.write(work)


async def test_a_month_is_counted_from_the_later_of_today_and_paid(context: Context, clock: HandClock) -> None:
    clock.time = datetime(2026, 1, 30, 18, 0, tzinfo=UTC)  # the 31st in Jakarta
    for paid, expected in ((date(2025, 12, 3), date(2026, 2, 28)), (date(2026, 3, 31), date(2026, 4, 30))):
        await customers.edit(context, "user1", partial(paid_until, paid))
        done = await renewal.renew(context, "user1", months=1, note="cash")
        assert done.customer.paid_until == start_of(expected, ZONE)
        assert (done.operation, done.holds) == (None, ())
    newest, oldest = await renewal.history(context, "user1")
    assert (newest.paid_from, newest.note, newest.who) == (start_of(date(2026, 3, 31), ZONE), "cash", "noc")
    assert oldest.paid_from == start_of(date(2025, 12, 3), ZONE)


async def test_the_billing_day_comes_back_after_a_shorter_month(context: Context, clock: HandClock) -> None:
    async def paid_to(**how: Any) -> str:
        done = await renewal.renew(context, "user1", **how)
        assert done.customer.paid_until is not None
        return done.customer.paid_until.astimezone(ZONE).date().isoformat()[5:]

    clock.time = datetime(2026, 1, 30, 18, 0, tzinfo=UTC)  # the 31st in Jakarta
    await customers.edit(context, "user1", partial(paid_until, date(2025, 12, 3)))
    assert [await paid_to(months=1) for _ in range(4)] == ["02-28", "03-31", "04-30", "05-31"]
    assert await paid_to(until=date(2026, 6, 30)) == "06-30"
    assert await paid_to(months=2) == "08-31", "30 June may stand for the 31st"
    assert await paid_to(until=date(2026, 9, 28)) == "09-28"
    assert await paid_to(months=1) == "10-28", "another day was meant"
    await customers.edit(context, "user1", partial(paid_until, date(2026, 11, 5)))
    assert await paid_to(months=3) == "02-05"
    clock.time = datetime(2027, 4, 29, 19, 0, tzinfo=UTC)
    assert [await paid_to(), await paid_to()] == ["05-30", "06-30"], "who was late begins anew with the day of paying"


async def test_a_renewal_opens_only_what_payment_closed(context: Context) -> None:
    await hold(context, "user1", HoldKind.UNPAID)
    done = await renewal.renew(context, "user1")
    assert done.operation is not None
    assert (done.operation.intent, done.renewal.operation_id) == (Intent.ACTIVATE, done.operation.id)
    for who in ("user2", "user4"):
        await hold(context, who, HoldKind.ABUSE)
    await hold(context, "user2", HoldKind.UNPAID)
    for who in ("user2", "user4"):
        kept = await renewal.renew(context, who)
        assert kept.operation is None
        assert [each.kind for each in kept.holds] == [HoldKind.ABUSE]
    lapsed = await renewal.renew(context, "user11")
    assert lapsed.operation is not None, "the server may have ended the plan"
    assert "4w2d after it was given" in lapsed.hint
    assert lapsed.operation.wanted["anew"] is True
    again = await renewal.renew(context, "user11")
    assert again.operation == lapsed.operation, "it has not run yet: once is enough"
    assert (lapsed.undoable, again.undoable) == (lapsed.operation.id, lapsed.operation.id + 1), "each is taken back"


async def test_what_is_no_renewal_is_refused_and_leaves_nothing(context: Context) -> None:
    await renewal.renew(context, "user1", until=date(2026, 6, 1))
    for wrong, error in (
        ({"until": date(2026, 5, 31)}, Refused),
        ({"until": date(2026, 2, 28)}, Refused),
        ({"until": date(2026, 7, 1), "months": 1}, BadInput),
        ({"months": 0}, BadInput),
        ({"months": 5000}, BadInput),
        ({"note": "a\nb"}, BadInput),
    ):
        with pytest.raises(error):
            await renewal.renew(context, "user1", **wrong)
    with pytest.raises(UnknownName):
        await renewal.renew(context, "nobody")
    assert len(await renewal.history(context, "user1")) == 1
    forced = await renewal.renew(context, "user1", until=date(2026, 2, 28), forced=True)
    assert forced.customer.paid_until == start_of(date(2026, 2, 28), ZONE)
    promised = start_of(date(2026, 3, 9), ZONE)
    await customers.edit(context, "user1", lambda old: replace(old, promise_until=promised))
    same = await renewal.renew(context, "user1", until=date(2026, 4, 1))
    assert same.customer.promise_until is None, "a promise that was kept is over"


async def test_days_are_those_of_the_operator(context: Context, clock: HandClock) -> None:
    clock.time = datetime(2026, 2, 27, 16, 59, tzinfo=UTC)
    assert (await due_list(context)).due == (), "still the 27th in Jakarta, which is paid"
    clock.time += timedelta(minutes=1)
    assert len((await due_list(context)).due) == len(NAMES)
    assert (await due_list(context, server="um-2")).due[0].customer.server_id == 2
    await set_grace(context, 2)
    assert (await due_list(context)).due == ()
    assert len((await due_list(context, date(2026, 3, 2))).due) == len(NAMES)
    with pytest.raises(BadInput):
        await set_grace(context, -1)


async def test_a_missed_run_is_noticed(context: Context, clock: HandClock) -> None:
    assert (await due_list(context)).missed.last is None
    run = await begun(context)
    assert (await due_list(context)).missed.unfinished == run.id, "a draft was never begun"
    await BulkRunner(context, run.id, submit=passed_by).run()
    for days, missed in ((0, 0), (1, 0), (2, 1), (9, 8)):
        clock.time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC) + timedelta(days=days)
        found = (await due_list(context)).missed
        assert (found.days, found.unfinished) == (missed, None)
    await context.database.write(lambda unit: unit.bulk.create(replace(run, id=0), [], unit.now))
    dead = await context.database.read(lambda unit: unit.bulk.listed(limit=1))
    await context.database.write(lambda unit: unit.bulk.claim(dead[0].id, "here/2/2", unit.now, 1e6))
    assert (await due_list(context)).missed.unfinished == dead[0].id, "its process died"


async def test_the_count_has_to_be_typed(context: Context) -> None:
    preview = preview_of(await due_list(context))
    assert preview.per_server() == {"um-1": 8, "um-2": 4}
    for typed in (None, 0, 11, 13):
        with pytest.raises(Refused):
            await create(context, preview, typed=typed, brakes=FREE)
    assert await runs.listed(context) == ()
    empty = replace(preview, rows=())
    run = await create(context, empty, typed=None, brakes=Brakes())
    standing = await BulkRunner(context, run.id).run()
    assert (standing.run.status, standing.exit_status) == (RunStatus.DONE, 0), "a day without anybody due is a run too"


async def test_each_row_is_looked_at_again_when_its_turn_comes(context: Context) -> None:
    run = await begun(context)
    await renewal.renew(context, "user1")
    await customers.edit(context, "user2", lambda old: replace(old, exempt="staff"))
    await hold(context, "user4", HoldKind.PAUSE)
    await customers.remove(context, "user5", provisioned=False)

    def submit(unit: UnitOfWork, inner: Context, of: BulkRun, customer: Customer) -> Operation | str:
        made = isolate_row(unit, inner, of, customer)
        if isinstance(made, str):
            return made
        raise BadInput(f"would isolate {customer.username}")

    standing = await BulkRunner(context, run.id, submit=submit).run()
    assert standing.states == {"left-out": len(NAMES)}
    words = {row.username: row.words for row in await runs.rows(context, run.id)}
    assert words["user1"] == "paid meanwhile"
    assert words["user2"] == "exempt: staff"
    assert words["user4"] == "held already: pause"
    assert words["user5"] == "the customer was removed"
    assert words["user0"] == "would isolate user0"
    operations = await context.database.read(lambda unit: unit.operations.listed())
    assert [each.intent for each in operations] == [Intent.RENEW], "what failed inside the transaction left nothing"
    holds = await context.database.read(lambda unit: unit.holds.open_of(range(1, 20)))
    assert [hold.kind for each in holds.values() for hold in each] == [HoldKind.PAUSE]


async def test_a_run_is_stopped_and_resumed_and_nobody_is_begun_twice(context: Context) -> None:
    seen: list[str] = []
    runner: BulkRunner

    def submit(unit: UnitOfWork, inner: Context, of: BulkRun, customer: Customer) -> Operation | str:
        seen.append(customer.username)
        if len(seen) == 5:
            runner.stop("told to")
        return "seen"

    run = await begun(context, replace(FREE, side_by_side=1))
    runner = BulkRunner(context, run.id, submit=submit)
    standing = await runner.run()
    assert (standing.run.status, standing.run.why, standing.exit_status) == (RunStatus.STOPPED, "told to", 1)
    assert 5 <= len(seen) < len(NAMES)
    runner = BulkRunner(context, run.id, submit=submit)
    standing = await runner.run()
    assert (standing.run.status, standing.exit_status) == (RunStatus.DONE, 0)
    assert sorted(seen) == sorted(NAMES)


def test_the_pace_is_kept_for_each_server_and_all(tmp_path: Path, key: Key) -> None:
    """In virtual time; the other server goes on while one waits for its own pace."""
    starts: list[tuple[int, float]] = []

    async def work(loop: VirtualLoop) -> None:
        clock = VirtualClock(loop)
        base = Database.open(tmp_path / "r.db", key=key, clock=clock, hop=InlineHop())
        entropy = SystemEntropy()
        context = Context(base, Gateways(clock, entropy), clock, entropy, Process("a/1/1"), "noc", "test")
        await base.write(stocked)

        def submit(unit: UnitOfWork, inner: Context, of: BulkRun, customer: Customer) -> Operation | str:
            starts.append((customer.server_id, clock.monotonic()))
            return "seen"

        preview = Preview("due", Selection(everybody=True), {}, await base.read(lambda unit: unit.customers.all()))
        brakes = replace(FREE, per_second=4, server_per_second=2.5)
        run = await create(context, preview, typed=len(NAMES), brakes=brakes)
        await BulkRunner(context, run.id, submit=submit).run()
        await base.close()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        runner.run(work(loop))
    for server, count in ((1, 8), (2, 4)):
        mine = [at for home, at in starts if home == server]
        assert len(mine) == count
        assert all(later - earlier >= 0.4 - 1e-6 for earlier, later in itertools.pairwise(mine))
    both = [at for _, at in starts]
    assert all(later - earlier >= 0.25 - 1e-6 for earlier, later in itertools.pairwise(both))
    assert max(both) <= 8 * 0.5 + 0.5, "no slower than the brakes ask for"


async def test_servers_that_are_dark_stop_the_canary_and_lose_nothing(context: Context) -> None:
    run = await begun(context, Brakes(per_second=0, server_per_second=0, canary=2))
    standing = await BulkRunner(context, run.id).run()
    assert (standing.run.status, standing.run.why) == (RunStatus.STOPPED, "canary: no server answered")
    assert standing.states["waiting"] + standing.states["not-begun"] == len(NAMES)
    assert 2 <= standing.states["waiting"] <= 4
    asked = await runs.stop(context, run.id)
    assert asked.status is RunStatus.STOPPED
    waiting = [row for row in await runs.rows(context, run.id) if row.operation_id is not None]
    assert all(row.ended is None and row.reasons for row in waiting)
    assert Outcome.FAILED not in standing.states


async def test_a_living_process_keeps_its_run(context: Context) -> None:
    run = await begun(context)
    await context.database.write(lambda unit: unit.bulk.claim(run.id, "here/3/3", unit.now, 60))
    with pytest.raises(Refused):
        await BulkRunner(context, run.id, submit=passed_by).run()
    other = await create(
        context, Preview("walk", Selection(everybody=True), {}, ()), typed=None, brakes=Brakes(), reason="x"
    )
    with pytest.raises(BadInput):
        await BulkRunner(context, other.id).run()
    cancelled = asyncio.create_task(BulkRunner(context, other.id, submit=passed_by).run())
    await asyncio.gather(cancelled, return_exceptions=True)
    assert (await runs.get(context, other.id)).run.status is RunStatus.DONE
