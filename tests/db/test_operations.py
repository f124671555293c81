"""The journal: order, leases, one verdict; on both dialects."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiusbridge.db.database import Database
from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import AlreadyThere, UnknownName
from radiusbridge.domain.records import Intent, Operation
from radiusbridge.domain.verdict import Status, Verdict
from tests.db.conftest import START, HandClock
from tests.db.samples import operation, step

LATER = START + timedelta(hours=1)


def claim(uow: UnitOfWork, wanted: int, owner: str = "me", dead: frozenset[str] = frozenset()) -> Operation | None:
    return uow.operations.claim(wanted, owner, uow.now, 30, dead)


def ids(uow: UnitOfWork, dead: frozenset[str] = frozenset()) -> list[int]:
    return [one.id for one in uow.operations.claimable(uow.now, 100, dead)]


async def submitted(database: Database, *operations: Operation) -> list[Operation]:
    return await database.write(lambda uow: [uow.operations.submit(one, uow.now) for one in operations])


async def test_from_intent_to_verdict(database: Database, clock: HandClock) -> None:
    (queued,) = await submitted(database, operation(key="ticket-7"))
    assert (queued.status, queued.sequence, queued.created_at, queued.wanted) == (
        Status.QUEUED,
        1,
        START,
        {"policy": "reject"},
    )
    running = await database.write(lambda uow: claim(uow, queued.id))
    assert running is not None
    assert running.lease is not None
    assert (running.status, running.attempts, running.lease.owner, running.lease.epoch) == (Status.RUNNING, 1, "me", 1)
    assert running.lease.until == START + timedelta(seconds=30)

    def work(uow: UnitOfWork) -> tuple[int, int]:
        uow.operations.append_steps(queued.id, 1, [], {"disabled": "no"})
        uow.operations.append_steps(queued.id, 1, [], {"disabled": "yes"})
        first = uow.operations.append_steps(queued.id, 1, [step("list"), step("write")]).last
        return first, uow.steps.append(queued.id, 1, [step("kick")]).last

    assert await database.write(work) == (2, 3)
    assert await database.write(lambda uow: uow.operations.finish(queued.id, 1, Verdict.PROVEN, ["gone"], LATER))
    assert not await database.write(lambda uow: uow.operations.finish(queued.id, 1, Verdict.FAILED, [], LATER))
    done = await database.read(lambda uow: uow.operations.get(queued.id))
    assert done == replace(
        running,
        status=Status.DONE,
        verdict=Verdict.PROVEN,
        reasons=("gone",),
        lease=None,
        finished_at=LATER,
        rows_before={"disabled": "no"},
    )
    steps = await database.read(lambda uow: uow.operations.steps(queued.id))
    assert steps[0] == replace(step("list"), operation_id=queued.id, sequence=1, epoch=1)
    assert [one.name for one in steps] == ["list", "write", "kick"]
    assert await database.read(lambda uow: uow.steps.after(queued.id, 1)) == steps[1:]


async def test_the_same_key_is_the_same_operation(database: Database) -> None:
    one, two = await submitted(database, operation(key="k"), operation(key="k"))
    assert one == two
    with pytest.raises(AlreadyThere, match=f"operation {one.id}"):
        await submitted(database, operation(Intent.ACTIVATE, key="k"))
    assert await database.read(lambda uow: uow.operations.by_key("k")) == one
    assert len(await database.read(lambda uow: uow.operations.listed())) == 1


async def test_the_newest_access_intent_wins(database: Database) -> None:
    (running,) = await submitted(database, operation())
    await database.write(lambda uow: claim(uow, running.id))
    kick, waiting, elsewhere, other = await submitted(
        database,
        operation(Intent.KICK),
        operation(Intent.ACTIVATE),
        operation(server_id=2),
        operation(customer_id=2),
    )
    (newest,) = await submitted(database, operation(Intent.ISOLATE))

    def look(uow: UnitOfWork) -> dict[int, Status]:
        return {one.id: one.status for one in uow.operations.listed()}

    assert await database.read(look) == {
        running.id: Status.RUNNING,
        kick.id: Status.QUEUED,
        waiting.id: Status.SUPERSEDED,
        elsewhere.id: Status.QUEUED,
        other.id: Status.QUEUED,
        newest.id: Status.QUEUED,
    }
    assert await database.read(lambda uow: uow.operations.stop_requested(running.id)) is Status.SUPERSEDED
    assert await database.read(lambda uow: uow.operations.stop_requested(newest.id)) is None
    superseded = await database.read(lambda uow: uow.operations.superseded_by(newest.id))
    assert {one.id for one in superseded} == {running.id, waiting.id}
    assert await database.read(ids) == [elsewhere.id, other.id]
    assert await database.write(lambda uow: uow.operations.release(running.id, 1, uow.now))
    assert (await database.read(look))[running.id] is Status.SUPERSEDED
    assert await database.read(ids) == [kick.id, elsewhere.id, other.id]


async def test_a_kick_supersedes_nothing(database: Database) -> None:
    isolate, kick = await submitted(database, operation(), operation(Intent.KICK))
    assert await database.read(ids) == [isolate.id]
    assert await database.write(lambda uow: claim(uow, kick.id)) is None, "not its turn"


async def test_strangers_are_queued_by_username(database: Database) -> None:
    nobody = [replace(operation(Intent.KICK, customer_id=0), username=name) for name in ("a", "A", "b")]
    a, _, b = await submitted(database, *nobody)
    assert await database.read(ids) == [a.id, b.id]


async def test_waiting_keeps_the_order_and_comes_back(database: Database, clock: HandClock) -> None:
    first, second = await submitted(database, operation(), operation(Intent.KICK))
    await database.write(lambda uow: claim(uow, first.id))
    assert await database.write(lambda uow: uow.operations.wait(first.id, 1, "um-1 is dark", LATER, uow.now))
    parked = await database.read(lambda uow: uow.operations.get(first.id))
    assert (parked.status, parked.reasons, parked.not_before, parked.lease) == (
        Status.WAITING,
        ("um-1 is dark",),
        LATER,
        None,
    )
    assert await database.read(ids) == [], "the later one must not overtake"
    clock.time = LATER
    assert await database.read(ids) == [first.id]
    again = await database.write(lambda uow: claim(uow, first.id))
    assert again is not None
    assert again.lease is not None
    assert (again.lease.epoch, again.attempts, again.reasons, again.not_before) == (2, 2, (), None)
    assert second.sequence == 2


@pytest.mark.parametrize("how", ["expired", "dead"])
async def test_a_lost_lease_writes_nothing_more(database: Database, clock: HandClock, how: str) -> None:
    (one,) = await submitted(database, operation())
    await database.write(lambda uow: claim(uow, one.id, "old"))
    assert await database.write(lambda uow: claim(uow, one.id, "new")) is None
    assert await database.read(lambda uow: uow.operations.owners()) == {"old"}
    dead: frozenset[str] = frozenset()
    if how == "dead":
        dead = frozenset({"old"})
    else:
        clock.time += timedelta(seconds=30)
    assert await database.read(lambda uow: ids(uow, dead)) == [one.id]
    taken = await database.write(lambda uow: claim(uow, one.id, "new", dead))
    assert taken is not None
    lost: list[Callable[[UnitOfWork], bool]] = [
        lambda uow: uow.operations.renew(one.id, 1, LATER),
        lambda uow: uow.operations.finish(one.id, 1, Verdict.PROVEN, [], LATER),
        lambda uow: uow.operations.wait(one.id, 1, "", LATER, LATER),
        lambda uow: uow.operations.release(one.id, 1, LATER),
    ]
    for attempt in lost:
        assert not await database.write(attempt)
    with pytest.raises(LeaseLost):
        await database.write(lambda uow: uow.operations.append_steps(one.id, 1, [step("late")]))
    with pytest.raises(LeaseLost):
        await database.write(lambda uow: uow.operations.append_steps(one.id, 1, [], {}))
    assert await database.read(lambda uow: uow.operations.get(one.id)) == taken
    assert await database.write(lambda uow: uow.operations.renew(one.id, 2, LATER))
    assert await database.read(lambda uow: uow.operations.steps(one.id)) == ()


async def test_cancelling(database: Database) -> None:
    queued, running, done = await submitted(database, operation(), operation(customer_id=2), operation(customer_id=3))

    def work(uow: UnitOfWork) -> list[Status]:
        claim(uow, running.id)
        claim(uow, done.id)
        uow.operations.finish(done.id, 1, Verdict.UNPROVEN, [], uow.now)
        return [uow.operations.cancel(one.id, uow.now).status for one in (queued, running, done)]

    assert await database.write(work) == [Status.CANCELLED, Status.RUNNING, Status.DONE]
    assert await database.read(lambda uow: uow.operations.stop_requested(running.id)) is Status.CANCELLED
    await database.write(lambda uow: uow.operations.wait(running.id, 1, "dark", LATER, uow.now))
    assert (await database.read(lambda uow: uow.operations.get(running.id))).status is Status.CANCELLED
    with pytest.raises(UnknownName, match="no such operation"):
        await database.write(lambda uow: uow.operations.cancel(999, uow.now))


async def test_listing(database: Database) -> None:
    made = await submitted(database, *[operation(customer_id=number) for number in (1, 2, 3)])
    await database.write(lambda uow: uow.operations.cancel(made[0].id, uow.now))
    backwards = [made[2].id, made[1].id, made[0].id]

    def listed(**filters: Any) -> Callable[[UnitOfWork], list[int]]:
        return lambda uow: [one.id for one in uow.operations.listed(**filters)]

    assert await database.read(listed()) == backwards
    assert await database.read(listed(limit=1)) == backwards[:1]
    assert await database.read(listed(before_id=made[2].id)) == backwards[1:]
    assert await database.read(listed(status=[Status.QUEUED])) == backwards[:2]
    assert await database.read(listed(status=[Status.CANCELLED, Status.QUEUED])) == backwards
    assert await database.read(listed(customer_id=2)) == [made[1].id]
    assert await database.read(listed(server_id=9)) == []


class Owners:
    """Random submits, claims, crashes and endings, and what must hold after each."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.server_id = self.chance.randrange(10**6)
        self.held: list[tuple[int, int]] = []
        self.verdicts: dict[int, Verdict] = {}

    def act(self, uow: UnitOfWork) -> None:
        mine = uow.operations.listed(server_id=self.server_id, limit=100)
        kind = self.chance.choice(["submit", "claim", "claim", "cancel", "let go", "let go"])
        if kind == "submit" or not mine:
            intent = self.chance.choice([Intent.ISOLATE, Intent.ACTIVATE, Intent.KICK])
            uow.operations.submit(operation(intent, self.chance.randint(1, 2), self.server_id), uow.now)
        elif kind == "claim":
            dead = frozenset(self.chance.choice(["", "a"]))
            taken = claim(uow, self.chance.choice(mine).id, self.chance.choice("ab"), dead)
            if taken is not None and taken.lease is not None:
                self.held.append((taken.id, taken.lease.epoch))
        elif kind == "cancel":
            uow.operations.cancel(self.chance.choice(mine).id, uow.now)
        elif self.held:
            self.let_go(uow, *self.chance.choice(self.held))

    def let_go(self, uow: UnitOfWork, one: int, epoch: int) -> None:
        kind = self.chance.choice(["finish", "finish", "wait", "release"])
        if kind == "finish":
            verdict = self.chance.choice(list(Verdict))
            if uow.operations.finish(one, epoch, verdict, [], uow.now):
                assert self.verdicts.setdefault(one, verdict) is verdict
        elif kind == "wait":
            due = uow.now + timedelta(seconds=self.chance.choice([0, 50]))
            uow.operations.wait(one, epoch, "dark", due, uow.now)
        else:
            uow.operations.release(one, epoch, uow.now)

    def check(self, uow: UnitOfWork) -> None:
        mine = uow.operations.listed(server_id=self.server_id, limit=1000)
        claimable = {one.id for one in uow.operations.claimable(uow.now, 10_000)}
        for customer_id in (1, 2):
            queue = sorted((one for one in mine if one.customer_id == customer_id), key=lambda one: one.sequence)
            assert [one.sequence for one in queue] == list(range(1, len(queue) + 1))
            unfinished = [one for one in queue if not one.status.final]
            assert all(one.status is not Status.RUNNING for one in unfinished[1:]), "only the first may run"
            assert not {one.id for one in unfinished[1:]} & claimable
            access = [one for one in unfinished if one.intent is not Intent.KICK]
            going_on = [one for one in access[:-1] if uow.operations.stop_requested(one.id) is None]
            assert not going_on, "only the newest access intent is carried out"
        for one in mine:
            assert one.verdict is self.verdicts.get(one.id)
            assert (one.lease is not None) == (one.status is Status.RUNNING)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_whatever_happens_the_journal_keeps_its_promises(database: Database, clock: HandClock, seed: int) -> None:
    owners = Owners(seed)
    for _ in range(40):
        await database.write(owners.act)
        await database.read(owners.check)
        clock.time += timedelta(seconds=owners.chance.choice([0, 1, 31]))


async def test_a_profile_is_no_user_of_that_name(database: Database) -> None:
    ensure = replace(operation(Intent.PROFILE_ENSURE, customer_id=0), username="home")
    kick = replace(operation(Intent.KICK, customer_id=0), username="home")
    odd = replace(operation(Intent.KICK, customer_id=0), username="profile home")
    first, strange, odder, second = await submitted(database, ensure, kick, odd, replace(ensure, username="HOME"))
    assert await database.read(ids) == [first.id, strange.id, odder.id]
    assert await database.write(lambda uow: claim(uow, second.id)) is None, "not its turn"
    newest = await database.read(lambda uow: uow.operations.about_profile(1, "Home"))
    assert newest == second
    assert await database.read(lambda uow: uow.operations.about_profile(2, "home")) is None
