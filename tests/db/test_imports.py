"""Customers written many at a time, on both dialects: their numbers, ids, index, and what undo needs."""

from dataclasses import replace
from functools import partial

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change
from radiusbridge.domain.records import Customer, Hold, HoldKind, Intent, Operation
from radiusbridge.domain.secret import Secret
from tests.db import samples


def execute(statement: str, unit: UnitOfWork) -> None:
    unit._transaction.connection.exec_driver_sql(statement)


def stocked(unit: UnitOfWork) -> tuple[int, int]:
    return unit.servers.add(samples.SERVER).id, unit.profiles.add(samples.PROFILE).id


async def test_a_thousand_customers_get_numbers_and_ids_and_can_be_found(database: Database) -> None:
    server, profile = await database.write(stocked)

    def work(unit: UnitOfWork) -> tuple[Operation, tuple[Customer, ...]]:
        unit.customers.add(Customer("C-0003", "before", server, profile))
        operation = unit.operations.record(Operation(Intent.IMPORT, server, 0, "list.csv", {"new": 1001}), unit.now)
        drafts = [
            Customer("", f"u{at}", server, profile, name=f"Name {at}", password=Secret("p")) for at in range(1000)
        ]
        drafts.insert(5, Customer("c-0004", "own", server, profile))
        added = unit.imports.add_customers(drafts)
        unit.imports.keep(operation.id, [Change(after=customer) for customer in added])
        return operation, added

    operation, added = await database.write(work)
    assert [customer.username for customer in added][:7] == ["u0", "u1", "u2", "u3", "u4", "own", "u5"]
    assert [customer.number for customer in added][:7] == [
        *("C-0001", "C-0002", "C-0005", "C-0006", "C-0007", "c-0004", "C-0008")
    ]

    def look(unit: UnitOfWork) -> None:
        assert unit.customers.find("u999") == added[-1]
        assert "u777" in {found.username for found in unit.customers.search("name 777")}
        assert unit.imports.numbers_taken(["C-0005", "C-9999"]) == {"c-0005": (server, "u2")}
        kept = [change for chunk in unit.imports.of(operation.id) for change in chunk]
        assert [change.after for change in kept] == list(added)
        assert unit.imports.operation_after(operation.id, [added[0].id]) is None

    await database.read(look)

    def later(unit: UnitOfWork) -> int:
        return unit.operations.submit(samples.operation(Intent.KICK, customer_id=added[700].id), unit.now).id

    number = await database.write(later)
    ids = [customer.id for customer in added]
    assert await database.read(lambda unit: unit.imports.operation_after(operation.id, ids)) == number


async def test_what_an_import_changed_is_never_changed(database: Database) -> None:
    server, profile = await database.write(stocked)

    def work(unit: UnitOfWork) -> int:
        operation = unit.operations.record(Operation(Intent.IMPORT, server, 0, "list.csv", {}), unit.now)
        before = unit.customers.add(Customer("C-1", "ali", server, profile))
        unit.imports.keep(operation.id, [Change(before, replace(before, name="Ali"))])
        return operation.id

    operation = await database.write(work)
    [[change]] = await database.read(lambda unit: list(unit.imports.of(operation)))
    assert change.fields == ("name",)
    for statement in ("DELETE FROM import_row", "UPDATE import_row SET customer_id = 0"):
        with pytest.raises(Exception, match="append-only"):
            await database.write(partial(execute, statement))


async def test_what_is_noted_at_once_is_what_each_note_says(database: Database) -> None:
    server, profile = await database.write(stocked)

    def work(unit: UnitOfWork) -> None:
        made = unit.operations.record(
            Operation(Intent.IMPORT, server, 0, "ä.csv", {}, who="noc ä", channel="cli", reason="moved"), unit.now
        )
        draft = Customer("K-1", "ali", server, profile, name="Älí\N{SNOWMAN}", password=Secret("pässword"))
        [added] = unit.imports.add_customers([replace(draft, paid_until=unit.now)])
        hold = unit.holds.open_another(Hold(added.id, HoldKind.PAUSE, "noc", unit.now))
        unit.imports.keep_added(made, [(added, (hold,))], unit.now)
        unit.note(
            "customer.add", "ali", who="noc ä", channel="cli", after=added, reason="moved", operation_id=made.id
        )  # fmt: skip
        at_once, alone = unit.audit.recent(2)
        assert replace(at_once, id=0) == replace(alone, id=0)
        first, second = unit.outbox.pending(10)[-2:]
        assert replace(first, id=0) == replace(second, id=0)
        [[change]] = list(unit.imports.of(made.id))
        assert change == Change(after=added, holds_after=(hold,), operation_id=change.operation_id)
        assert unit.customers.get(added.id) == added

    await database.write(work)
