"""Who is due: unpaid past the grace days, and not left out for a reason."""

from dataclasses import dataclass
from datetime import date, tzinfo

from radiusbridge.domain.days import day_of
from radiusbridge.domain.records import Customer, Hold


@dataclass(frozen=True, slots=True)
class Standing:
    """How a customer stands on a day.

    days_late: whole days after the last paid one; 0: paid, or no date is known. left_out: why a due run passes by a
    customer who is late; empty for one who is due, and for one who is not late at all.
    """

    days_late: int
    grace: int
    left_out: str = ""

    @property
    def due(self) -> bool:
        """Whether a due run takes them."""
        return self.days_late > self.grace and not self.left_out


def standing(
    customer: Customer, holds: tuple[Hold, ...], on: date, *, grace: int, zone: tzinfo | None = None
) -> Standing:
    """How a customer with these open holds stands on a day; grace: the default for who has no days of their own."""
    days = grace if customer.grace_days is None else customer.grace_days
    if customer.paid_until is None:
        return Standing(0, days)
    late = max(0, (on - day_of(customer.paid_until, zone)).days)
    return Standing(late, days, _left_out(customer, holds, late, days, on, zone) if late else "")


def _left_out(customer: Customer, holds: tuple[Hold, ...], late: int, grace: int, on: date, zone: tzinfo | None) -> str:
    if customer.exempt:
        return f"exempt: {customer.exempt}"
    if holds:
        return f"held already: {', '.join(hold.kind for hold in holds)}"
    if late <= grace:
        return f"within {grace} days of grace"
    if customer.promise_until is not None and (promised := day_of(customer.promise_until, zone)) >= on:
        return f"promised to pay until {promised}"
    return ""
