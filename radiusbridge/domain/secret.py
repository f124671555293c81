"""Secrets that do not show themselves."""

from typing import NoReturn, final

from radiusbridge.domain.errors import BadInput


@final
class Secret:
    """A password or shared secret; `repr`, `str` and format show stars, `reveal()` is the one way to the value.

    No dataclass, so that `dataclasses.asdict` of a record does not spell it out; it cannot be pickled.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself: only where it goes on the wire or through encryption."""
        return self._value

    def octets(self) -> bytes:
        """The secret as UTF-8; octets that the environment held and that are no UTF-8 come back as they were."""
        try:
            return self._value.encode(errors="surrogateescape")
        except UnicodeEncodeError:
            pass
        # raised outside of the handler: the codec's error carries the whole secret
        raise BadInput("the password or secret holds a character that is no text", hint="type it anew")

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"
