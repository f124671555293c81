"""A customer's fields as the filter language asks for them, the sessions on the NASes' lists with them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from radiusbridge.db.filtering import haystack
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.filter_rows import Partly
from radiusbridge.domain.records import Customer, Hold
from radiusbridge.domain.values import parse_duration
from radiusbridge.services.sessions import Reading

_SAME = ("number", "name", "phone", "address", "area", "odp", "vlan", "note", "exempt")


@dataclass(frozen=True, slots=True)
class Lists:
    """What the NASes of one server showed. isolation: the address list of the walled. whole: every list was read."""

    sessions: Mapping[str, tuple[SessionRow, ...]]
    """By user name."""
    isolation: str
    whole: bool

    @classmethod
    def of(cls, readings: Collection[Reading], isolation: str) -> "Lists":
        """The readings of one server; with none of them nothing is known."""
        sessions: dict[str, tuple[SessionRow, ...]] = {}
        for reading in readings:
            for row in reading.sessions:
                sessions[row.username] = (*sessions.get(row.username, ()), row)
        return cls(sessions, isolation, bool(readings) and not any(reading.error for reading in readings))


@dataclass(frozen=True, slots=True)
class Fields:
    """One customer: `look` is what `domain.filter_rows` asks."""

    customer: Customer
    server: str
    profile: str
    holds: tuple[Hold, ...]
    """Open ones."""
    lists: Lists
    zone: tzinfo | None

    def look(self, name: str) -> object:
        """The value of a field of `domain.customer_fields.CUSTOMERS`; under `""` its words."""
        customer = self.customer
        if name in _SAME:
            return getattr(customer, name)
        match name:
            case "":
                return haystack(customer)
            case "user":
                return customer.username
            case "static":
                return customer.static_address
            case "caller":
                return customer.caller_id
            case "service":
                return str(customer.service)
            case "paid" | "promise":
                moment = customer.paid_until if name == "paid" else customer.promise_until
                return None if moment is None else day_of(moment, self.zone)
            case "profile":
                return self.profile
            case "server":
                return self.server
            case "hold":
                return tuple(str(hold.kind) for hold in self.holds)
            case "access":
                return "held" if self.holds else "open"
        return self._live(name)

    def _live(self, name: str) -> object:
        sessions = self.lists.sessions.get(self.customer.username, ())
        if name == "state":
            return self._state(sessions)
        values = tuple(value for session in sessions if (value := _of_session(session, name)) is not None)
        return values if self.lists.whole else Partly(values)

    def _state(self, sessions: tuple[SessionRow, ...]) -> object:
        access = ("held", "isolated") if self.holds else ("open",)
        if not sessions:
            return (*access, "offline") if self.lists.whole else Partly((*access, "unknown"))
        if not all(self.lists.isolation in session.lists for session in sessions):
            return (*access, "live")
        walled = (*access, "walled")
        return walled if self.lists.whole else Partly(walled)


def _of_session(session: SessionRow, name: str) -> object:
    match name:
        case "up":
            try:
                return parse_duration(session.uptime)
            except BadInput:
                return None
        case "ip":
            return session.address
        case "mac":
            return session.caller_id
        case "nas":
            return session.nas
    raise KeyError(name)
