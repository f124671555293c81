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
    same again is the same sale."""

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


@dataclass(frozen=True, slots=True)
class Takings:
    """What some lines come to. sold, returned: vouchers; amount and price: Rupiah, returns taken off."""

    sold: int
    returned: int
    amount: int
    price: int

    @property
    def average(self) -> int:
        """Rupiah for one voucher that stayed sold, rounded down."""
        stayed = self.sold - self.returned
        return self.amount // stayed if stayed > 0 else 0

    @property
    def margin(self) -> int:
        """What is left of the amount when the price is paid."""
        return self.amount - self.price


def takings(lines: Iterable[Sale]) -> Takings:
    """What they come to."""
    sold = returned = amount = price = 0
    for line in lines:
        sign = 1 if line.entry is Entry.SALE else -1
        sold += sign > 0
        returned += sign < 0
        amount += line.amount
        price += sign * line.price
    return Takings(sold, returned, amount, price)
