"""What Mikhmon keeps on a router: the comments of users, and sales that are the names of scripts. Pure.

Times are UTC here: the router's own zone is taken off where they are read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from radiusbridge.domain.hotspot import Terms
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.records import Mode

MIKHMON_NOTES = ("vc-", "up-")
"""How comments of Mikhmon's batches begin."""


@dataclass(frozen=True, slots=True)
class BatchNote:
    """The comment of a user that nobody has logged in as yet: `vc-482-11.21.25-kios pak min`. text: all of it, which is
    what its batch is known by. drawn_at: midnight of that day; None: it says no day."""

    mode: Mode
    text: str
    drawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldUser:
    """A user of the hotspot. password: None: the router does not show it. Limits: seconds and octets, None: none.

    note: of a voucher that is unused; expires_at: of one that is used. capped: Mikhmon has let the time run out by a
    limit of one second. comment: as the router has it, where it is neither.
    """

    name: str
    password: Secret | None
    profile: str
    server: str = ""
    time_limit: int | None = None
    data_limit: int | None = None
    disabled: bool = False
    capped: bool = False
    note: BatchNote | None = None
    expires_at: datetime | None = None
    comment: str = ""

    @property
    def key(self) -> str:
        """The name as codes are told apart."""
        return folded(self.name)


@dataclass(frozen=True, slots=True)
class HeldSale:
    """A sale, which Mikhmon books at the first login. key: the same row again has the same, also on another router that
    was restored from this one. validity: seconds. note: the batch that the voucher was of."""

    key: str
    at: datetime
    name: str
    price: int
    profile: str
    validity: int | None = None
    note: BatchNote | None = None

    @property
    def code_key(self) -> str:
        """The name as codes are told apart."""
        return folded(self.name)


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is not taken over. menu: where it stands; text: what it says; reason: why not."""

    menu: str
    name: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """All that was read. terms: of each user profile, None where its script begins with none of Mikhmon's. zone: what
    the router's times were read by."""

    users: tuple[HeldUser, ...]
    sales: tuple[HeldSale, ...]
    unread: tuple[Unread, ...]
    terms: "dict[str, Terms | None]"
    zone: str = "UTC"

    def newest_sales(self) -> dict[str, HeldSale]:
        """The last sale of each code."""
        return {sale.code_key: sale for sale in in_time(self.sales)}


def in_time(sales: Iterable[HeldSale]) -> list[HeldSale]:
    """In the order in which they were made."""
    return sorted(sales, key=lambda sale: (sale.at, sale.key))
