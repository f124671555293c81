"""Another user name or server in the journal: what is refused, what is taken back, whose account is whose."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import Access
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.observations import Observation, WriteBegan
from radiusbridge.domain.records import Customer, HoldKind, Intent, Operation, Policy, Step
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import access, carrying, customers, journal, kicking, servers
from radiusbridge.services.context import Context
from radiusbridge.services.equipping import subject_of
from radiusbridge.services.evidence_codec import encode
from radiusbridge.services.moving import take_back_move
from radiusbridge.services.provisioning import forget_removed
from tests.services.test_records import BUDI, SERVER, context, refused, stocked

__all__ = ["context", "stocked"]


def named(username: str) -> Callable[[Customer], Customer]:
    return partial(replace, username=username)


@pytest.fixture
async def moved(stocked: Context) -> tuple[Context, Operation]:
    await customers.add(stocked, BUDI, profile="home-10", provisioned=False)
    edited = await customers.edit(stocked, "budi", named("siti"))
    assert edited.operation is not None
    return stocked, edited.operation


async def ended(context: Context, operation: Operation, verdict: Verdict, *observed: Observation) -> None:
    """The operation as an executor would end it."""

    def work(unit: UnitOfWork) -> None:
        claimed = unit.operations.claim(operation.id, "me", unit.now, 20.0)
        assert claimed is not None
        assert claimed.lease is not None
        steps = [Step(operation.id, "s", "o", unit.now, 0.0, "t", encode(one)) for one in observed]
        unit.operations.append_steps(operation.id, claimed.lease.epoch, steps)
        assert unit.operations.finish(operation.id, claimed.lease.epoch, verdict, (), unit.now)
        take_back_move(unit, unit.operations.get(operation.id), "noc", "test")

    await context.database.write(work)


async def waits(context: Context, operation: Operation, *observed: Observation) -> None:
    """The operation as an executor leaves it whose server fell silent."""

    def work(unit: UnitOfWork) -> None:
        claimed = unit.operations.claim(operation.id, "me", unit.now, 20.0)
        assert claimed is not None
        assert claimed.lease is not None
        steps = [Step(operation.id, "s", "o", unit.now, 0.0, "t", encode(one)) for one in observed]
        unit.operations.append_steps(operation.id, claimed.lease.epoch, steps)
        assert unit.operations.wait(operation.id, claimed.lease.epoch, "dark", unit.now, unit.now)

    await context.database.write(work)


async def username(context: Context) -> str:
    return (await customers.show(context, "C-0001")).customer.username


async def test_the_former_account_is_in_the_journal(moved: tuple[Context, Operation]) -> None:
    context, operation = moved
    assert (operation.intent, operation.username) == (Intent.PROVISION, "siti")
    assert operation.wanted["former"] == {"server_id": 1, "username": "budi"}
    assert operation.wanted["live"] == "kick"
    subject = await context.database.read(lambda unit: subject_of(unit, operation))
    assert subject.former is not None
    assert (subject.former.username, subject.former.known, subject.hold) == ("budi", False, None)


async def test_one_thing_at_a_time(moved: tuple[Context, Operation]) -> None:
    context, _ = moved
    for work in (customers.edit(context, "siti", named("tono")), customers.remove(context, "siti")):
        error = await refused(context, BadInput, work)
        assert "while operations are unfinished: 1 (provision, queued)" in error.summary


async def test_what_cannot_be_is_refused(stocked: Context) -> None:
    await customers.add(stocked, replace(BUDI, password=None), profile="home-10", provisioned=False)
    await refused(stocked, BadInput, customers.edit(stocked, "budi", named("siti")))
    await customers.edit(stocked, "budi", partial(replace, password=BUDI.password), provisioned=False)
    await refused(stocked, BadInput, customers.edit(stocked, "budi", named("siti"), live=Live.KEEP))


async def test_the_record_goes_back_where_the_new_account_never_stood(moved: tuple[Context, Operation]) -> None:
    context, operation = moved
    await ended(context, operation, Verdict.FAILED, WriteBegan(began=1, at=1))
    assert await username(context) == "budi"
    entries = await context.database.read(lambda unit: unit.audit.recent(5))
    assert "taken back: the new account was not made" in {entry.reason for entry in entries}


async def test_it_goes_back_when_cancelled(moved: tuple[Context, Operation]) -> None:
    context, operation = moved
    await journal.cancel(context, operation.id)
    assert await username(context) == "budi"


async def test_it_stays_where_the_former_account_may_be_gone(moved: tuple[Context, Operation]) -> None:
    context, operation = moved
    await ended(context, operation, Verdict.FAILED, WriteBegan(began=1, at=1, former=True))
    assert await username(context) == "siti"


@pytest.mark.parametrize("how", ["failed", "cancelled"])
async def test_a_new_account_that_may_be_there_is_removed(moved: tuple[Context, Operation], how: str) -> None:
    context, operation = moved
    if how == "failed":
        await ended(context, operation, Verdict.FAILED, WriteBegan(began=1, at=1))
    else:
        await waits(context, operation, WriteBegan(began=1, at=1))
        cancelled = await journal.cancel(context, operation.id)
        assert "record: says budi on um-1 again" in cancelled.reasons
    assert await username(context) == "budi"
    removal = (await journal.get(context, operation.id + 1), (await journal.get(context, operation.id)).reasons)
    assert (removal[0].intent, removal[0].username, removal[0].server_id) == (Intent.REMOVE, "siti", 1)
    assert removal[1][-1] == "the new account, if it was made, is removed by operation 2: siti on um-1"
    await ended(context, removal[0], Verdict.PROVEN)
    await context.database.write(lambda unit: forget_removed(unit, removal[0], "noc", "test"))
    assert await username(context) == "budi", "the customer is not forgotten with it"
    again = (await customers.edit(context, "budi", named("siti"))).operation
    assert again is not None
    subject = await context.database.read(lambda unit: subject_of(unit, again))
    assert (subject.former and subject.former.username, subject.former and subject.former.known) == ("budi", False)


async def test_an_account_that_was_there_before_is_not_removed(stocked: Context) -> None:
    await customers.add(stocked, BUDI, profile="home-10", provisioned=False)
    operation = (await customers.edit(stocked, "budi", named("siti"), adopt=True)).operation
    assert operation is not None
    await ended(stocked, operation, Verdict.FAILED, WriteBegan(began=1, at=1))
    reasons = (await journal.get(stocked, operation.id)).reasons
    assert reasons[-1] == "account siti on um-1: stays; it may have been there before"
    assert await carrying.unfinished(stocked) == ()
    assert await username(stocked) == "budi"


async def test_cancelled_on_the_way_out_the_former_account_is_removed(moved: tuple[Context, Operation]) -> None:
    context, operation = moved
    await waits(context, operation, WriteBegan(began=1, at=1), WriteBegan(began=2, at=2, former=True))
    told = (await journal.cancel(context, operation.id)).reasons[-1]
    assert told == "the new account stands; the former one is removed by operation 2: budi on um-1"
    assert await username(context) == "siti"
    removal = await journal.get(context, 2)
    assert (removal.intent, removal.username) == (Intent.REMOVE, "budi")
    await ended(context, removal, Verdict.PROVEN)
    on = (await customers.edit(context, "siti", named("tono"))).operation
    assert on is not None
    subject = await context.database.read(lambda unit: subject_of(unit, on))
    assert subject.former is not None, "siti stands, and is theirs"


async def test_what_was_asked_under_the_new_name_goes_on_under_the_former(moved: tuple[Context, Operation]) -> None:
    context, operation = moved
    isolation = (await access.isolate(context, "siti", reason="unpaid since May")).operation
    kick = await kicking.kick(context, "siti")
    assert isolation is not None
    await ended(context, operation, Verdict.FAILED)
    assert await username(context) == "budi"
    listed = (await carrying.unfinished(context))[-2:]
    assert [(each.intent, each.username) for each in listed] == [(Intent.ISOLATE, "budi"), (Intent.KICK, "budi")]
    assert (listed[0].wanted, listed[0].reason) == (isolation.wanted, "unpaid since May")
    for old, new in zip((isolation, kick), listed, strict=True):
        closed = await journal.get(context, old.id)
        assert closed.status.final
        assert closed.reasons == (f"goes on as operation {new.id}, under budi",)


async def test_an_account_that_was_never_made_is_not_removed_later(moved: tuple[Context, Operation]) -> None:
    context, operation = moved
    await customers.add(context, replace(BUDI, number="C-0002"), profile="home-10", provisioned=False)
    await ended(context, operation, Verdict.FAILED)
    assert await username(context) == "siti", "somebody else is budi by now"
    on = (await customers.edit(context, "siti", named("tono"))).operation
    assert on is not None
    subject = await context.database.read(lambda unit: subject_of(unit, on))
    assert subject.former is None, "siti is somebody else's account"


async def test_the_way_back_may_find_the_old_account(moved: tuple[Context, Operation]) -> None:
    context, operation = moved
    await ended(context, operation, Verdict.UNPROVEN)
    back = (await customers.edit(context, "siti", named("budi"))).operation
    assert back is not None
    subject = await context.database.read(lambda unit: subject_of(unit, back))
    assert subject.former is not None
    assert (subject.former.username, subject.former.known) == ("siti", True)


@pytest.mark.parametrize("policy", [Policy.REJECT, Policy.WALLED])
async def test_a_hold_goes_along(stocked: Context, policy: Policy) -> None:
    await servers.add(stocked, replace(SERVER, name="um-2", isolation_name="garden"))
    await customers.add(stocked, BUDI, profile="home-10", server="um-1", provisioned=False)
    isolated = await access.isolate(stocked, "budi", policy=policy, hold=HoldKind.ABUSE)
    assert isolated.operation is not None
    await ended(stocked, isolated.operation, Verdict.PROVEN)
    told = await customers.foretell(stocked, "budi", lambda old: old, server="um-2")
    assert told.moves
    assert "the CPE comes back only where the NAS asks the new server" in told.experience(Live.KEEP)[0]
    edited = (await customers.edit(stocked, "budi", lambda old: old, server="um-2")).operation
    assert edited is not None
    subject = await stocked.database.read(lambda unit: subject_of(unit, edited))
    assert subject.hold is not None
    assert (subject.hold.access, subject.hold.isolation) == (Access(policy.value), "garden")
    assert (subject.server.name, subject.former and subject.former.server.name) == ("um-2", "um-1")


async def test_unbinding_is_recorded(stocked: Context) -> None:
    locked = replace(BUDI, caller_id="02:00:00:00:00:0A")
    await customers.add(stocked, locked, profile="home-10", provisioned=False)
    unbound = await customers.unbind(stocked, "budi")
    assert unbound.customer.caller_id == "bind"
    assert unbound.operation is not None
    assert unbound.operation.wanted["unbind"] == "bind"
    assert unbound.operation.wanted["live"] == "keep"
