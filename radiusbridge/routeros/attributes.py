"""User Manager's attribute lists: `Name:value,Name:value` in one word, on users and groups.

The list belongs to the operator as much as to us: what is not changed is written back as it was, in its place.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from radiusbridge.domain.errors import BadInput

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PAIR = re.compile(rf"\s*({_NAME.pattern})\s*:(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AttributeList:
    """An attribute list. `entries`: the pairs as written; a comma ends a value only where a name follows."""

    entries: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The list that a word holds; `str` gives the same word back."""
        entries: list[str] = []
        for piece in text.split(",") if text else ():
            if entries and not _PAIR.fullmatch(piece):
                entries[-1] += "," + piece
            else:
                entries.append(piece)
        return cls(tuple(entries))

    def get(self, name: str) -> str | None:
        """The attribute's first value; None if it is not there."""
        return next(iter(self.values(name)), None)

    def values(self, name: str) -> tuple[str, ...]:
        """All values of the attribute, in order."""
        return tuple(value for found, value in self.pairs() if found == name)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(name, value) of each entry; what is no pair has the name ''."""
        matches = [(entry, _PAIR.fullmatch(entry)) for entry in self.entries]
        return tuple((match[1], match[2]) if match else ("", entry) for entry, match in matches)

    def merged(self, changes: Mapping[str, str | None]) -> Self:
        """The list with each given attribute set in place or appended, or taken away where None; the rest untouched.

        Raises BadInput for a name or value that the list cannot carry.
        """
        left = {name: value for name, value in changes.items() if value is not None}
        for name, value in left.items():
            _check(name, value)
        entries = []
        for entry, (name, value) in zip(self.entries, self.pairs(), strict=True):
            if name not in changes:
                entries.append(entry)
            elif name in left:
                wanted = left.pop(name)
                entries.append(entry if value == wanted else f"{name}:{wanted}")
        return type(self)((*entries, *(f"{name}:{value}" for name, value in left.items())))

    def __str__(self) -> str:
        return ",".join(self.entries)


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadInput(f"{name!r} is no attribute name")
    if "," in value or not value.isprintable() or not value:
        raise BadInput(f"the value of {name} holds a comma or control character, or is empty")
