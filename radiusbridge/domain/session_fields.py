"""A live session as an operator's list has it: the NAS's row, whose it is, and what is odd about it."""

from dataclasses import dataclass

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.records import Customer, Sketch
from radiusbridge.domain.values import parse_duration

MARKS = ("duplicate", "ghost", "stranger", "walled")
RATES = frozenset({"down", "upload"})
"""Fields that only two readings of the counters tell."""
SESSIONS = Vocabulary.of(
    Field("user", help="the user name that dialled"),
    Field("name", help="the customer's name"),
    Field("number", help="the customer's number"),
    Field("area", help="the customer's area"),
    Field("ip", help="the session's address"),
    Field("nas", help="the NAS of the session"),
    Field("up", Kind.DURATION, help="how long it is up"),
    Field("mac", help="the caller"),
    Field("id", help="Acct-Session-Id"),
    Field("service", help="pppoe, hotspot"),
    Field("down", Kind.RATE, help="what it loads, bits a second, where rates are read"),
    Field("upload", Kind.RATE, help="what it sends, bits a second, where rates are read"),
    Field("mark", Kind.CHOICE, MARKS, "ghost: the server counts it, and no NAS has it; stranger: no customer of ours"),
    Field("list", Kind.CHOICE, ("fresh", "stale"), "whether the NAS's list is what is so now"),
)


@dataclass(frozen=True, slots=True)
class LiveSession:
    """whose: None: nobody of ours has that user name. marks: of `MARKS`.
    read_at: when its list was asked for, on the monotonic clock; stale: whether that list is not what is so now."""

    row: SessionRow
    server_id: int
    whose: Sketch | None = None
    marks: tuple[str, ...] = ()
    read_at: float | None = None
    stale: bool = False

    @property
    def customer(self) -> Customer | None:
        """Its numbers, names and area, nothing else."""
        return None if self.whose is None else self.whose.customer

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same session again."""
        return self.row.nas, self.row.session_id, self.row.id


def look(session: LiveSession, name: str) -> object:
    """A field of `SESSIONS`; under `""` its words."""
    row, customer = session.row, session.whose
    match name:
        case "user":
            return row.username
        case "name" | "number" | "area":
            return None if customer is None else getattr(customer, name)
        case "ip":
            return row.address
        case "nas" | "service":
            return getattr(row, name)
        case "mac":
            return row.caller_id
        case "id":
            return row.session_id
        case "mark":
            return session.marks
        case "list":
            return "stale" if session.stale else "fresh"
        case "up":
            try:
                return parse_duration(row.uptime) if row.uptime else None
            except BadInput:
                return None
    if name in RATES:
        return None
    known = () if customer is None else (customer.number, customer.name, customer.area)
    words = (row.username, row.address, row.caller_id, row.nas, row.session_id, *known)
    return " ".join(each for each in words if each)
