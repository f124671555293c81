"""What a list can be filtered by: its fields, each of a kind. Pure. `filters` reads what is typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from radiusbridge.domain.errors import BadInput


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DURATION = "duration"
    """Seconds."""
    RATE = "rate"
    """Bits a second."""
    SIZE = "size"
    """Bytes."""
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that can be asked for. choices: the words that it knows, for `Kind.CHOICE`."""

    name: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields of one list."""

    fields: Mapping[str, Field] = field(default_factory=dict)

    @classmethod
    def of(cls, *fields: Field) -> "Vocabulary":
        """From fields."""
        return cls({each.name: each for each in fields})

    def named(self, name: str) -> Field:
        """The field of that name. BadInput, with the nearest."""
        found = self.fields.get(name.lower())
        if found is None:
            import difflib

            near = difflib.get_close_matches(name.lower(), self.fields, n=3, cutoff=0.5)
            hint = f"nearest: {', '.join(near)}" if near else f"one of {', '.join(self.fields)}"
            raise BadInput(f"there is no field “{name[:30]}” to filter by", hint=hint)
        return found
