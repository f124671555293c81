"""The filter language in the database: the same customers as the rows themselves say, on both dialects."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.customer_fields import CUSTOMERS, plain
from radiusbridge.domain.days import day_of
from radiusbridge.domain.filter_rows import matches
from radiusbridge.domain.filters import parse
from radiusbridge.domain.records import Customer, Hold, HoldKind
from tests.db.samples import PROFILE, SERVER

TODAY = date(2026, 11, 22)
ZONE = timezone(timedelta(hours=7))
AREAS = ("Utara", "ütara", "", "50%_off", "a/b", "İstanbul", "Straße")
PIECES = (
    "budi",
    "BUDI",
    "budi1 utara",
    "area:ütara",
    "area=ÜTARA",
    "area:50%",
    "area:_",
    "area:a/b",
    "area:none",
    "area:strasse",
    "user:b*1",
    "number:c-0",
    "static:10.0",
    "exempt:none",
    "paid<today",
    "paid:2026-11-22",
    "paid>=2026-11-22",
    "paid>today",
    "paid<=-1d",
    "paid:none",
    "promise:none",
    "hold:abuse",
    "hold:none",
    "state:held",
    "state:open",
    "profile:home",
    "server=um1",
    "service:pppoe",
    "note:x",
)


def look_of(unit: UnitOfWork, customer: Customer) -> dict[str, object]:
    holds = unit.holds.open_of([customer.id]).get(customer.id, ())
    texts = ("number", "username", "name", "phone", "address", "area", "odp", "vlan", "note")
    return {
        "": "\n".join([*(getattr(customer, each) for each in texts), customer.static_address or "", customer.exempt]),
        **{each: getattr(customer, each) for each in texts},
        "user": customer.username,
        "static": customer.static_address,
        "exempt": customer.exempt,
        "paid": customer.paid_until and day_of(customer.paid_until, ZONE),
        "promise": customer.promise_until and day_of(customer.promise_until, ZONE),
        "hold": tuple(each.kind.value for each in holds),
        "access": "held" if holds else "open",
        "profile": unit.profiles.get(customer.profile_id).name,
        "server": unit.servers.get(customer.server_id).name,
        "service": customer.service.value,
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_database_and_the_rows_agree(database: Database, seed: int) -> None:
    random = Random(seed)

    def fill(unit: UnitOfWork) -> None:
        server, other = (unit.servers.add(replace(SERVER, name=name)) for name in ("um1", "um10"))
        profiles = [unit.profiles.add(replace(PROFILE, name=name)) for name in ("Home", "Office")]
        for number in range(40):
            moment = datetime(2026, 11, 22, 0, 0, tzinfo=ZONE) + timedelta(seconds=random.choice([-1, 0, 86399, 86400]))
            row = Customer(
                "",
                f"{random.choice(['budi', 'ani'])}{number}",
                random.choice([server, other]).id,
                random.choice(profiles).id,
                name=random.choice(["Budi1\nSantoso", "", "Ani Utara"]),
                area=random.choice(AREAS),
                note=random.choice(["", "x", "utara"]),
                static_address=random.choice([None, f"10.0.0.{number}"]),
                paid_until=random.choice([None, moment.astimezone(UTC)]),
                exempt=random.choice(["", "staff"]),
            )
            stored = unit.customers.add(row)
            for kind in HoldKind:
                if random.random() < 0.2:
                    unit.holds.open(Hold(stored.id, kind, "noc", unit.now))

    await database.write(fill)
    filters = [*PIECES, ""]
    for _ in range(60):
        one, two, three = random.choices(PIECES, k=3)
        filters.append(
            random.choice([f"{one} {two}", f"{one} or {two}", f"-{one.split()[0]} {two}", f"({one} or {two}) {three}"])
        )

    def compare(unit: UnitOfWork) -> None:
        rows = [(each.id, look_of(unit, each)) for each in unit.customers.all()]
        for text in filters:
            node = plain(parse(text, CUSTOMERS))
            wanted = tuple(row_id for row_id, look in rows if matches(node, look.get, TODAY))
            assert unit.customers.filtered_ids(node, TODAY, ZONE) == wanted, text
            assert unit.customers.filtered_count(node, TODAY, ZONE) == len(wanted), text
            page = unit.customers.filtered(node, TODAY, ZONE, offset=1, limit=3)
            assert tuple(each.id for each in page) == wanted[1:4], text

    await database.read(compare)
