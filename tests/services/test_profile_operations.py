"""What follows from an operation on a profile, in the transaction of its verdict."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.observations import Observation, ProfileSeen
from radiusbridge.domain.profiles import ProfileRow
from radiusbridge.domain.records import Intent, Operation, Profile
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import access, customers, profiles
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.context import Context
from radiusbridge.services.profile_live import following, preview
from radiusbridge.services.profile_operations import after_profile
from tests.services.test_records import BUDI
from tests.services.test_records import context as context
from tests.services.test_records import stocked as stocked

SEEN = ProfileSeen(began=0.0, at=0.0, profile=ProfileRow(Profile("home-10", 1, 1), elsewhere=("pool", "address_list")))


async def proven(context: Context, operation: Operation, log: Sequence[Observation] = (SEEN,)) -> None:
    """Let an operation end PROVEN, as its executor would."""
    now = context.clock.now()
    claimed = await context.database.write(lambda unit: unit.operations.claim(operation.id, "me/1/1", now, 60))
    assert claimed is not None
    assert claimed.lease is not None
    epoch = claimed.lease.epoch

    def work(unit: UnitOfWork) -> None:
        unit.operations.finish(operation.id, epoch, Verdict.PROVEN, (), now)
        after_profile(unit, claimed, log, "noc", "test")

    await context.database.write(work)


async def edited(context: Context, live: str, pool: str | None = None) -> Operation:
    def change(old: Profile) -> Profile:
        return replace(old, rate_up=3_000_000, pool=pool)

    done = await profiles.edit(context, "home-10", change, live=live, brakes=Brakes(canary=0))
    [operation] = done.operations
    return operation


async def test_runs_are_stored_with_the_verdict(stocked: Context) -> None:
    for name in ("ani", "budi"):
        await customers.add(stocked, replace(BUDI, username=name), profile="home-10", provisioned=False)
    operation = await edited(stocked, "kick", "pool-a")
    assert (operation.intent, operation.username, operation.customer_id) == (Intent.PROFILE_ENSURE, "home-10", 0)
    assert await following(stocked, operation.id) == ()
    await proven(stocked, operation)
    runs = await stocked.database.read(
        lambda unit: [unit.bulk.get(number) for number in sorted(run.id for run in unit.bulk.listed())]
    )
    assert [(run.kind, run.size, run.brakes["canary"]) for run in runs] == [
        ("profile-accounts", 2, 0),
        ("profile-kick", 2, 0),
    ]
    assert await following(stocked, operation.id) == tuple(run.id for run in runs)


async def test_a_redial_needs_no_run(stocked: Context) -> None:
    await customers.add(stocked, BUDI, profile="home-10", provisioned=False)
    await proven(stocked, await edited(stocked, "redial"))
    assert await stocked.database.read(lambda unit: unit.bulk.listed()) == ()


async def test_who_is_kept_out_is_not_hit(stocked: Context) -> None:
    for name in ("ani", "budi"):
        await customers.add(stocked, replace(BUDI, username=name), profile="home-10", provisioned=False)
    await access.isolate(stocked, "budi")
    found = await preview(stocked, "home-10")
    assert [row.username for row in found.rows] == ["ani"]
    assert [(left.customer.username, left.why) for left in found.left_out] == [("budi", "kept out (unpaid)")]


async def test_a_profile_is_forgotten_with_the_last_removal(stocked: Context) -> None:
    await profiles.add(stocked, Profile("old", 1, 1))
    removed = await profiles.remove(stocked, "old")
    servers = await stocked.database.read(lambda unit: unit.servers.all())
    assert [operation.server_id for operation in removed.operations] == [server.id for server in servers]
    for operation in removed.operations[:-1]:
        await proven(stocked, operation)
        assert (await profiles.show(stocked, "old")).name == "old"
    await proven(stocked, removed.operations[-1])
    with pytest.raises(UnknownName):
        await profiles.show(stocked, "old")


async def test_a_profile_that_somebody_has_again_stays(stocked: Context) -> None:
    await profiles.add(stocked, Profile("old", 1, 1))
    removed = await profiles.remove(stocked, "old")
    await customers.add(stocked, BUDI, profile="old", provisioned=False)
    for operation in removed.operations:
        await proven(stocked, operation)
    assert (await profiles.show(stocked, "old")).name == "old"
    with pytest.raises(BadInput, match="budi"):
        await profiles.remove(stocked, "old")


async def test_the_isolation_is_not_removed(stocked: Context) -> None:
    await profiles.add(stocked, Profile("isolir", 1, 1))
    with pytest.raises(BadInput, match="isolation of um-1"):
        await profiles.remove(stocked, "isolir")
