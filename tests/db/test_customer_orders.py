"""Every order of customers, both ways: as Python sorts the records, what is missing last, equal ones by their ids."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any, get_args

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.repositories.customer_orders import By, Sorting
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.filters import All
from radiusbridge.domain.records import Customer, Hold, HoldKind
from radiusbridge.domain.text import folded
from tests.db import samples
from tests.db.conftest import START

TODAY = date(2026, 11, 22)


def stock(random: Random, unit: UnitOfWork) -> None:
    unit.servers.add(samples.SERVER)
    for name in ("slow", "Fast", "medium"):
        unit.profiles.add(replace(samples.PROFILE, name=name))
    for number in random.sample(range(100), 30):
        paid = random.choice([None, START, START + timedelta(days=number)])
        area = random.choice(["", "", "utara", "Barat", "timur"])
        profile = random.randint(1, 3)
        customer = unit.customers.add(
            Customer(f"C{number:02}", f"u{number}", 1, profile, name=random.choice("ABC"), area=area, paid_until=paid)
        )
        if random.random() < 0.3:
            unit.holds.open(Hold(customer.id, HoldKind.UNPAID, "ani", START))
        if random.random() < 0.5:
            unit.operations.submit(samples.operation(customer_id=customer.id), START)


def keys(unit: UnitOfWork) -> dict[By, Callable[[Customer], Any]]:
    """What each order is by; None: missing."""
    profiles = {each.id: each.name for each in unit.profiles.all()}
    ids = [each.id for each in unit.customers.all()]
    held, newest = unit.holds.open_of(ids), unit.operations.newest_of(ids)
    return {
        "id": lambda who: who.id,
        "number": lambda who: folded(who.number),
        "username": lambda who: folded(who.username),
        "name": lambda who: folded(who.name),
        "paid": lambda who: who.paid_until,
        "area": lambda who: who.area.lower() or None,
        "profile": lambda who: folded(profiles[who.profile_id]),
        "access": lambda who: bool(held.get(who.id)),
        "last": lambda who: newest[who.id].id if who.id in newest else None,
    }


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
async def test_every_order_is_as_python_sorts(database: Database, seed: int, descending: bool) -> None:
    await database.write(lambda unit: stock(Random(seed), unit))

    def compare(unit: UnitOfWork) -> None:
        everybody = sorted(unit.customers.all(), key=lambda who: who.id)
        assert set(keys(unit)) == set(get_args(By))
        for by, key in keys(unit).items():
            known = [who for who in everybody if key(who) is not None]
            wanted = sorted(known, key=key, reverse=descending)
            wanted += [who for who in everybody if key(who) is None]
            found = unit.customers.filtered_ids(All(), TODAY, None, Sorting(by, descending))
            assert found == tuple(who.id for who in wanted), by
            page = unit.customers.filtered(All(), TODAY, None, offset=5, limit=7, order=Sorting(by, descending))
            assert tuple(who.id for who in page) == found[5:12], by

    await database.read(compare)
