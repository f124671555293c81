"""Secrets that do not show themselves."""

from dataclasses import dataclass, field
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Secret:
    """A password or shared secret; `repr`, `str` and format show stars, `reveal()` is the one way to the value."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The secret itself: only where it goes on the wire or through encryption."""
        return self._value

    def octets(self) -> bytes:
        """The secret as UTF-8."""
        return self._value.encode()

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"
