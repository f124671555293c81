"""Shifts at a cash drawer: a float, what was sold and taken back, and the count at the end. Money is whole Rupiah."""

from dataclasses import dataclass, field
from datetime import datetime

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers.records import MOST_MONEY
from radiusbridge.domain.vouchers.sales import Takings

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Shift:
    """cash: what is in the drawer when it is opened. turn: the how-manieth of the cashier."""

    outlet: str
    cashier: str
    opened_at: datetime
    cash: int
    note: str = ""
    turn: int = 0
    id: int = 0

    def __post_init__(self) -> None:
        check_cash(self.cash)
        check_note(self.note)


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """The count. who: closed it. takings: of the shift, by the ledger. expected, counted: Rupiah in the drawer."""

    shift_id: int
    closed_at: datetime
    who: str
    takings: Takings
    expected: int
    counted: int
    reason: str = ""

    @property
    def difference(self) -> int:
        """Rupiah that are there too many; negative: that are missing."""
        return self.counted - self.expected


@dataclass(frozen=True, slots=True)
class Drawer:
    """A shift and what it comes to so far, or came to. end: None while it is open."""

    shift: Shift
    takings: Takings = field(default_factory=Takings)
    end: ShiftEnd | None = None

    @property
    def expected(self) -> int:
        """Rupiah that have to be in the drawer."""
        return self.shift.cash + self.takings.amount


def check_cash(amount: int) -> None:
    """BadInput: nobody has so much in a drawer."""
    if not 0 <= amount <= MOST_MONEY:
        raise BadInput("an amount of cash is 0 or more", target=str(amount))


def check_note(text: str) -> None:
    """BadInput."""
    if len(text) > LONGEST_NOTE or not text.isprintable():
        raise BadInput(f"a note is up to {LONGEST_NOTE} printable characters")
