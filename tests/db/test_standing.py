"""Minutes of routers and the figures of the overview, in both databases."""

from dataclasses import replace
from datetime import timedelta

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.minutes import Minute
from radiusbridge.domain.probe_runs import ProbeRecord
from radiusbridge.domain.records import Hold, HoldKind, Intent, Operation
from tests.db.conftest import START
from tests.db.samples import PROFILE, SERVER, customer

DAY = timedelta(days=1)


async def test_who_keeps_a_minute_first_is_believed_and_old_ones_go(database: Database) -> None:
    minutes = [Minute(START + timedelta(minutes=at), at, at * 1e9, 0.5, 7) for at in range(250)]
    await database.write(lambda unit: unit.minutes.keep([("10.0.0.1:8728", each) for each in minutes]))
    again = [("10.0.0.1:8728", replace(minutes[3], sessions=99)), ("10.0.0.2:8728", Minute(START))]
    await database.write(lambda unit: unit.minutes.keep(again))
    known = await database.read(lambda unit: unit.minutes.since(START))
    assert known == {"10.0.0.1:8728": tuple(minutes), "10.0.0.2:8728": (Minute(START),)}
    assert await database.write(lambda unit: unit.minutes.forget(START + timedelta(minutes=200))) == 201
    assert len((await database.read(lambda unit: unit.minutes.since(START)))["10.0.0.1:8728"]) == 50


async def test_the_figures_of_an_overview(database: Database) -> None:
    def fill(unit: UnitOfWork) -> None:
        where, plan = unit.servers.add(SERVER), unit.profiles.add(PROFILE)
        for number in range(4):
            row = customer(where.id, plan.id, f"user{number}", static_address=None)
            one = unit.customers.add(replace(row, number=f"N-{number}", paid_until=START + DAY * number))
            if number < 2:
                unit.holds.open(Hold(one.id, HoldKind.UNPAID, "ani", START))
        unit.holds.open(Hold(one.id, HoldKind.ABUSE, "ani", START))
        unit.holds.open(Hold(one.id, HoldKind.UNPAID, "ani", START))
        unit.operations.submit(Operation(Intent.KICK, where.id, one.id, one.username, {}), START)
        for at, ok in ((0, False), (1, True)):
            record = ProbeRecord(START + DAY * at, "town", "login", "um", "auth", "pap", "accept", ok, 0, 0.1, "words")
            unit.probe_results.add_all([record])

    await database.write(fill)
    found = await database.read(lambda unit: unit.standing.held())
    assert found == (3, {"unpaid": 3, "abuse": 1})
    soon = await database.read(lambda unit: unit.standing.next_to_expire(START + DAY, START + DAY * 3, 9))
    assert soon == [("N-1", "user1", START + DAY), ("N-2", "user2", START + DAY * 2)]
    assert await database.read(lambda unit: unit.standing.expiring(START, START + DAY * 3)) == 3
    assert await database.read(lambda unit: (unit.standing.waiting(), unit.standing.oldest_waiting(5))) == (0, ())
    assert await database.read(lambda unit: unit.standing.failed(START, 5)) == ()
    (newest,) = await database.read(lambda unit: unit.standing.probes(START))
    assert newest.ok
