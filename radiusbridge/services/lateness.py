"""Who is due on a day, read inside a transaction."""

from dataclasses import dataclass
from datetime import date, tzinfo

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.days import start_of
from radiusbridge.domain.lateness import Standing, standing
from radiusbridge.domain.records import Customer


@dataclass(frozen=True, slots=True)
class Late:
    """A customer whose paid time is over, and how they stand."""

    customer: Customer
    standing: Standing


def late_customers(unit: UnitOfWork, on: date, zone: tzinfo | None) -> tuple[Late, ...]:
    """Everybody who is late on that day, the longest first; those who are due and those who are left out."""
    found = unit.customers.paid_before(start_of(on, zone))
    holds = unit.holds.open_of(customer.id for customer in found)
    grace = unit.renewals.grace()
    stands = [
        Late(customer, standing(customer, holds.get(customer.id, ()), on, grace=grace, zone=zone)) for customer in found
    ]
    return tuple(late for late in stands if late.standing.days_late)


def stands_now(unit: UnitOfWork, customer: Customer, on: date, zone: tzinfo | None) -> Standing:
    """How one customer stands."""
    return standing(customer, unit.holds.open_holds(customer.id), on, grace=unit.renewals.grace(), zone=zone)
