"""All or nothing, in one entry of the journal, and back again."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.imports import Kind, Terms
from radiusbridge.domain.records import Intent, Profile
from radiusbridge.domain.verdict import Status
from radiusbridge.services import customers, profiles
from radiusbridge.services.importing.csv_source import CsvSource
from radiusbridge.services.importing.taking_in import check, look, take_in
from radiusbridge.services.undoing import plan_undo, undo
from tests.services.importing.conftest import Importing

Written = Callable[[str | bytes], Path]
MANY = "user,password,name,profile,status\n" + "".join(
    f"u{number},p{number},Name {number},home-10,{'off' if number % 100 == 0 else 'on'}\n" for number in range(1, 1201)
)


async def test_all_of_it_is_one_operation_with_audit_and_events(importing: Importing, written: Written) -> None:
    operation = await importing.all(CsvSource(written(MANY)))
    assert (operation.intent, operation.status, operation.username) == (Intent.IMPORT, Status.DONE, "pelanggan.csv")
    assert dict(operation.wanted) == {"source": "pelanggan.csv", "new": 1200, "changed": 0, "left": 0}

    def counts(unit: UnitOfWork) -> tuple[int, int, int, int]:
        entries = unit.audit.recent(5000, operation_id=operation.id)
        kinds = [entry.action for entry in entries]
        assert all("***" in str(entry.after) for entry in entries if entry.action == "customer.add")
        events = [event for event in unit.outbox.pending(5000) if event.kind == "customer.add"]
        return kinds.count("customer.add"), kinds.count("hold.open"), kinds.count("customer.import"), len(events)

    assert await importing.context.database.read(counts) == (1200, 12, 1, 1200)
    found = await importing.customers()
    assert {customer.number for customer in found.values()} == {f"C-{number:04}" for number in range(1, 1201)}
    shown = await importing.context.database.read(lambda unit: unit.customers.search("name 777"))
    assert [customer.username for customer in shown] == ["u777"], "the index knows them"

    again = await importing.look(CsvSource(written(MANY.replace("Name 7,", "Named 7,"))))
    assert again.tally.kinds == {Kind.SAME: 1199, Kind.CHANGED: 1}


async def test_nothing_is_left_behind_where_it_fails(importing: Importing, written: Written) -> None:
    context, source = importing.context, CsvSource(written(MANY))
    looked = await importing.look(source, Terms())
    before = await importing.written()
    for typed in (None, 1199):
        with pytest.raises(Refused, match="1200 customers"):
            check(looked, typed, leave_refused=False)
    check(looked, 1200, leave_refused=False)

    written(MANY.replace("p1200,", "px,"))
    with pytest.raises(Refused, match="changed since the look"):
        await take_in(context, looked)
    assert await importing.written() == before

    written(MANY + "u1,x,Twice,home-10,on\n")
    looked = await importing.look(source)
    with pytest.raises(Refused, match="1 rows are refused"):
        check(looked, 1200, leave_refused=False)
    check(looked, 1200, leave_refused=True)
    await profiles.add(context, replace((await _profiles(importing))[0], id=0, name="10M"))
    await take_in(context, looked)
    with pytest.raises(Refused, match="changed since the look"):
        await take_in(context, looked)
    assert len(await importing.customers()) == 1200


async def _profiles(importing: Importing) -> tuple[Profile, ...]:
    return await importing.context.database.read(lambda unit: unit.profiles.all())


async def test_undo_takes_all_of_it_back(importing: Importing, written: Written) -> None:
    context = importing.context
    terms = Terms(make=True)
    await importing.all(CsvSource(written("user,name,profile\nali,Ali,home-10\n")))
    before = await importing.customers()
    operation = await importing.all(
        CsvSource(written("user,name,profile,rate,status\nali,Ali Akbar,home-20,,\nbudi,Budi,Gold,30M,off\n")), terms
    )
    planned = await plan_undo(context, operation.id)
    assert planned.does[:3] == (
        "1 customers go from the database again",
        "1 customers get back what was there before",
        "1 profiles go again",
    )
    (back,) = await undo(context, planned)
    assert await importing.customers() == before
    assert [profile.name for profile in await _profiles(importing)] == ["home-10", "home-20"]
    assert (back.intent, back.status) == (Intent.IMPORT, Status.DONE)
    for number, why in ((operation.id, "undone already"), (back.id, "took an import back")):
        with pytest.raises(Refused, match=why):
            await plan_undo(context, number)


async def test_undo_is_refused_where_anything_was_touched(importing: Importing, written: Written) -> None:
    context = importing.context
    operation = await importing.all(CsvSource(written("user,name,profile\nali,Ali,home-10\nbudi,Budi,home-10\n")))
    await customers.edit(context, "budi", partial(replace, note="vip"))
    with pytest.raises(Refused, match="budi: note was edited"):
        await plan_undo(context, operation.id)
    await customers.edit(context, "budi", partial(replace, note=""))
    planned = await plan_undo(context, operation.id)
    await customers.remove(context, "ali")
    before = await importing.written()
    with pytest.raises(Refused, match="came after it"):
        await undo(context, planned)
    assert await importing.written() == before


async def test_who_leaves_stops_it(importing: Importing, written: Written) -> None:
    source = CsvSource(written(MANY))
    before = await importing.written()
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(
        look(importing.context, source, Terms(), lambda _rows: _ignored(loop.call_soon_threadsafe(told.set)))
    )
    await told.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await importing.written() == before


def _ignored(_handle: object) -> None:
    """Nobody cancels it."""


async def test_permission_is_asked_for(importing: Importing, written: Written) -> None:
    looked = await importing.look(CsvSource(written(MANY)))
    with pytest.raises(Refused, match="read-only"):
        await take_in(importing.context.only_reading(), looked)
