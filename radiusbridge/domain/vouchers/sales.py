"""Sales of vouchers: the ledger, which only grows. Money is whole Rupiah."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from radiusbridge.domain.vouchers.origins import Origin


class Entry(StrEnum):
    """What a line of the ledger says."""

    SALE = "sale"
    RETURN = "return"
    """The voucher came back unused, and the money went."""


@dataclass(frozen=True, slots=True)
class Sale:
    """A line of the ledger, with what was true when it was written. amount: what was paid, negative for a return;
    price: what the voucher costs the seller. turn: the how-manieth line about that voucher. key: the caller's own; the
    same again is the same sale. shift_id: whose drawer the money went to; None: no shift was open.
    sold_at: when it was sold, of a sale that was told only later; None: when the line was written."""

    at: datetime
    entry: Entry
    voucher_id: int
    batch_id: int
    code: str
    profile: str
    router: str
    outlet: str
    cashier: str
    price: int
    amount: int
    turn: int
    id: int = 0
    key: str | None = None
    note: str = ""
    origin: Origin = Origin.HERE
    shift_id: int | None = None
    sold_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Takings:
    """What some lines come to. sold, returned: vouchers; amount and price: Rupiah, returns taken off; refunded: Rupiah
    that went out again for the returns, which the amount has taken off already."""

    sold: int = 0
    returned: int = 0
    amount: int = 0
    price: int = 0
    refunded: int = 0

    def __add__(self, other: "Takings") -> "Takings":
        return Takings(
            self.sold + other.sold,
            self.returned + other.returned,
            self.amount + other.amount,
            self.price + other.price,
            self.refunded + other.refunded,
        )

    @property
    def count(self) -> int:
        """Vouchers that stayed sold; below 0 where more came back than went."""
        return self.sold - self.returned

    @property
    def average(self) -> int:
        """Rupiah for one voucher that stayed sold, rounded down."""
        return self.amount // self.count if self.count > 0 else 0

    @property
    def margin(self) -> int:
        """What is left of the amount when the price is paid."""
        return self.amount - self.price


def taken(line: Sale) -> Takings:
    """What one line comes to."""
    if line.entry is Entry.SALE:
        return Takings(1, 0, line.amount, line.price)
    return Takings(0, 1, line.amount, -line.price, -line.amount)


def takings(lines: Iterable[Sale]) -> Takings:
    """What they come to."""
    return sum(map(taken, lines), Takings())


def rupiah(amount: int) -> str:
    """`Rp 5.000`, as it is written in Indonesia."""
    return f"Rp {amount:,}".replace(",", ".")


def short_rupiah(amount: float) -> str:
    """`850 rb`, `1,2 jt`, `3,4 M`: thousands, millions, milliards, for the scale of a plot; five characters and the
    unit at most."""
    for unit, size in (("T", 10**12), ("M", 10**9), ("jt", 10**6), ("rb", 10**3)):
        if abs(amount) >= size:
            value = amount / size
            return (
                f"{value:.0f} {unit}"
                if abs(value) >= 100
                else f"{value:.1f} {unit}".replace(".0 ", " ").replace(".", ",")
            )
    return f"{amount:.0f}"
