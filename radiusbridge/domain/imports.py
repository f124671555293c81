"""What an import reads and what it makes of it: rows of texts; each is new, changed, same or refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from radiusbridge.domain.as_written import DayOrder
from radiusbridge.domain.records import HoldKind


class Field(StrEnum):
    """What a column may hold."""

    USER = "user"
    PASSWORD = "password"  # noqa: S105 - the name of a column
    NUMBER = "number"
    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    AREA = "area"
    ODP = "odp"
    VLAN = "vlan"
    NOTE = "note"
    PROFILE = "profile"
    RATE = "rate"
    PRICE = "price"
    STATIC = "static-address"
    CALLER = "caller-id"
    ROUTES = "routes"
    PAID = "paid-until"
    GRACE = "grace-days"
    STATUS = "status"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as a source has it. line: where, as people count. values: texts that are not empty. cells: all of its texts
    as they stood there, below the source's headings. refused: why it cannot be used, whatever is in it."""

    line: int
    values: Mapping[Field, str] = field(repr=False)
    cells: Sequence[str] = field(repr=False, default=())
    refused: str = ""


class Kind(StrEnum):
    """What would become of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a row. fields: those that change. reason: why it is refused. words: what else is to be known."""

    kind: Kind
    row: SourceRow
    username: str = ""
    name: str = ""
    profile: str = ""
    fields: tuple[str, ...] = ()
    reason: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """How rows are read. server: whose accounts they are; empty: the only one. profile: of rows that name none.
    profiles: other names of profiles, by what the source calls them. make: make profiles that are not there, where
    their rate is known. hold: what keeps out who is disabled there. zone of days: the context's."""

    server: str = ""
    profile: str = ""
    profiles: Mapping[str, str] = field(default_factory=dict)
    make: bool = False
    hold: HoldKind = HoldKind.PAUSE
    dates: DayOrder = DayOrder.UNSAID


@dataclass(slots=True)
class Tally:
    """What the rows come to."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Refused rows by their reason, without the value that it names."""
    without_password: int = 0
    """New customers whose password is not known."""
    kept_out: int = 0
    """New customers who are kept out by a hold."""
    profiles: list[str] = field(default_factory=list)
    """Profiles that are made."""

    @property
    def rows(self) -> int:
        """All that were read."""
        return self.kinds.total()

    @property
    def size(self) -> int:
        """Customers that are written."""
        return self.kinds[Kind.NEW] + self.kinds[Kind.CHANGED]
