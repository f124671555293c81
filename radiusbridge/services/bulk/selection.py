"""Which customers a bulk action is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer
from radiusbridge.domain.text import folded
from radiusbridge.services.lateness import late_customers


@dataclass(frozen=True, slots=True)
class Selection:
    """Customers for whom all that is given holds. Nothing given chooses nobody: `everybody` has to be said."""

    words: str = ""
    """Every word occurs in some field, as in `customer list`."""
    area: str = ""
    profile: str = ""
    server: str = ""
    numbers: tuple[str, ...] = ()
    """Numbers, user names or names; each has to be known."""
    due: date | None = None
    """Due on that day."""
    everybody: bool = False

    def as_json(self) -> dict[str, object]:
        """What is given, as JSON values."""
        values: dict[str, object] = {
            "words": self.words,
            "area": self.area,
            "profile": self.profile,
            "server": self.server,
            "numbers": list(self.numbers),
            "due": self.due.isoformat() if self.due else "",
            "everybody": self.everybody,
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Selection":
        """The selection that a run was stored with."""
        due = values.get("due")
        rest = {name: values[name] for name in ("words", "area", "profile", "server", "everybody") if name in values}
        return cls(numbers=tuple(values.get("numbers", ())), due=date.fromisoformat(due) if due else None, **rest)


def chosen(unit: UnitOfWork, selection: Selection, zone: tzinfo | None) -> tuple[Customer, ...]:
    """The customers, each once, by number; due ones the longest late first. Errors: UnknownName; BadInput: nobody is
    described."""
    if not selection.as_json():
        raise BadInput("no customers are named", hint="name them, or a filter, or everybody")
    server_id = unit.servers.named(selection.server).id if selection.server else None
    profile_id = unit.profiles.named(selection.profile).id if selection.profile else None
    area = folded(selection.area)
    named = {unit.customers.find(number).id for number in selection.numbers}
    if selection.due is not None:
        late = late_customers(unit, selection.due, zone)
        found = tuple(each.customer for each in late if each.standing.due)
        words = {row.id for row in _all(unit, selection.words)} if selection.words else None
        found = tuple(row for row in found if words is None or row.id in words)
    elif named and not selection.words:
        found = tuple(unit.customers.get(customer_id) for customer_id in sorted(named))
    else:
        found = _all(unit, selection.words)
    return tuple(
        row
        for row in found
        if (server_id is None or row.server_id == server_id)
        and (profile_id is None or row.profile_id == profile_id)
        and (not area or folded(row.area) == area)
        and (not named or row.id in named)
    )


def _all(unit: UnitOfWork, words: str) -> tuple[Customer, ...]:
    return unit.customers.page(0, unit.customers.count(words), text=words, order="number")
