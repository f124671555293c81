"""What a plan holds: the rows in which a server and the database differ, and which side is to give way. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.profiles import Difference

FORMAT = 1
"""Of plan files."""
DIRECTION = "take"
"""The one value of a row that may be edited by hand: it is in no checksum."""

KINDS = frozenset({"profiles", "accounts"})
"""What beside the names of fields can be chosen or passed by."""


class Take(StrEnum):
    """Whose side a row is brought to."""

    DATABASE = "db"
    """The server is written."""
    SERVER = "server"
    """The database is written."""
    SKIP = "skip"


class What(StrEnum):
    """What a row is about."""

    PROFILE = "profile"
    ACCOUNT = "account"


class Place(StrEnum):
    """Where it is."""

    DIFFERS = "differs"
    HERE = "only-here"
    THERE = "only-there"


_DOES = {
    (Place.DIFFERS, Take.DATABASE): "change there",
    (Place.HERE, Take.DATABASE): "make there",
    (Place.THERE, Take.DATABASE): "DELETE there",
    (Place.DIFFERS, Take.SERVER): "change here",
    (Place.THERE, Take.SERVER): "add here",
    (Place.HERE, Take.SERVER): "DELETE here",
}


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One profile or account that is not the same on both sides. differences: `wanted` is the database's.

    here, there: fingerprints of what the database and the server held; empty: nothing.
    """

    server: str
    what: What
    name: str
    place: Place
    take: Take
    here: str
    there: str
    differences: tuple[Difference, ...] = ()
    customer: str = ""
    """The customer's number."""
    hidden: tuple[str, ...] = ()
    """Fields that the server does not show."""
    left_alone: tuple[str, ...] = ()
    """What was made by hand."""
    leave: tuple[str, ...] = ()
    """Fields that stay as they are on either side."""
    note: str = ""
    """Why it is passed by, or what is to be known."""

    @property
    def deletes(self) -> bool:
        """Whether to carry it out is to delete."""
        return (self.place, self.take) in {(Place.THERE, Take.DATABASE), (Place.HERE, Take.SERVER)}

    @property
    def does(self) -> str:
        """What carrying it out is, in two words."""
        return _DOES.get((self.place, self.take), "leave")

    @property
    def differing(self) -> tuple[str, ...]:
        """The fields that are to become the same."""
        return tuple(each.field for each in self.differences if each.field not in self.leave)

    @property
    def unrecorded(self) -> tuple[str, ...]:
        """The fields of these that only the server has something in."""
        return tuple(each.field for each in self.differences if each.unrecorded and each.field not in self.leave)

    def leaving(self, fields: Iterable[str]) -> "PlannedRow":
        """The row with these fields left as they are, too."""
        return replace(self, leave=tuple(dict.fromkeys((*self.leave, *fields))))

    def called(self, key: str) -> bool:
        """Whether a key means this row: its name, `account:budi`, or `um-1/account:budi`."""
        name = f"{self.what}:{self.name}"
        return key in {self.name, name, f"{self.server}/{name}", self.customer or self.name}

    def as_json(self) -> dict[str, Any]:
        """As a plan file has it."""
        return {
            "type": "row",
            "server": self.server,
            "kind": str(self.what),
            "name": self.name,
            "customer": self.customer or None,
            "side": str(self.place),
            DIRECTION: str(self.take),
            "fields": [{"field": one.field, "here": one.wanted, "there": one.have} for one in self.differences],
            "leave": list(self.leave),
            "hidden": list(self.hidden),
            "left_alone": list(self.left_alone),
            "note": self.note,
            "fingerprint": {"here": self.here, "there": self.there},
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "PlannedRow":
        """The row of a plan file. BadInput."""
        try:
            fields = (Difference(str(one["field"]), str(one["here"]), str(one["there"])) for one in values["fields"])
            return cls(
                server=str(values["server"]),
                what=What(values["kind"]),
                name=str(values["name"]),
                place=Place(values["side"]),
                take=Take(values[DIRECTION]),
                here=str(values["fingerprint"]["here"]),
                there=str(values["fingerprint"]["there"]),
                differences=tuple(fields),
                customer=str(values["customer"] or ""),
                hidden=tuple(map(str, values["hidden"])),
                left_alone=tuple(map(str, values["left_alone"])),
                leave=tuple(map(str, values["leave"])),
                note=str(values["note"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            words = f"{DIRECTION} is db, server or skip"
            raise BadInput(f"a row of the plan cannot be read ({type(error).__name__})", hint=words) from error


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose side counts: of all, of a kind, of a row. only, skip: kinds (`profiles`, `accounts`) and fields."""

    source: Take = Take.DATABASE
    profiles: Take | None = None
    accounts: Take | None = None
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    rows: Mapping[str, Take] = field(default_factory=dict)
    prune: bool = False
    """Whether what only the other side has is deleted there."""

    def take(self, row: PlannedRow) -> Take:
        """For a row, before it is asked what that would do."""
        for key, take in self.rows.items():
            if row.called(key):
                return take
        of_kind = self.profiles if row.what is What.PROFILE else self.accounts
        return of_kind or self.source

    def leaves(self, row: PlannedRow) -> tuple[str, ...]:
        """The fields of a row that are not meant."""
        only = self.only - KINDS
        names = [each.field for each in row.differences]
        return tuple(name for name in names if name in self.skip or (only and name not in only))

    def leaves_out(self, row: PlannedRow) -> bool:
        """Whether a row's kind is not meant at all."""
        kind, only = f"{row.what}s", self.only & KINDS
        return kind in self.skip or bool(only and kind not in only)


def canonical(values: Mapping[str, Any]) -> bytes:
    """A line of a plan file as checksums know it: in one form, without what may be edited."""
    kept = {name: value for name, value in values.items() if name != DIRECTION}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode() + b"\n"
