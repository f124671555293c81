"""Properties of menus: what a value may be, how it is stored, and the traps that bad values earn."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from radiusbridge.simulator import values

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

Parse = Callable[["Router", str, str], str]
"""(router, property, value as received) -> value as print shows it; raises TrapError."""

ARGUMENT = 1
"""The trap category of a bad argument value."""
MISSING = 0
"""The trap category of a missing item or command."""


class TrapError(Exception):
    """A command that failed: the text and category of its `!trap`."""

    def __init__(self, message: str, category: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.category = category


@dataclass(frozen=True, slots=True)
class Prop:
    """One property that can be written.

    `default` None: print leaves it out until it is set. `since`: the first version that has it.
    """

    parse: Parse
    default: str | None = None
    required: bool = False
    secret: bool = False
    since: tuple[int, int] = (0, 0)
    reference: str | None = None
    """The menu whose rows are named by the value."""


def invalid(name: str) -> TrapError:
    """The trap for a value of the wrong form."""
    return TrapError(f"invalid value for argument {name}", ARGUMENT)


def no_match(name: str) -> TrapError:
    """The trap for a word that is none of the known ones, or a row that does not exist."""
    return TrapError(f"input does not match any value of {name}", ARGUMENT)


def text(_router: "Router", _name: str, value: str) -> str:
    """Any text, unchanged."""
    return value


def boolean(_router: "Router", name: str, value: str) -> str:
    """Yes or no, true or false."""
    if value in ("yes", "true"):
        return "true"
    if value in ("no", "false"):
        return "false"
    raise invalid(name)


def number(low: int, high: int, *words: str) -> Parse:
    """A whole number in a range, or one of the words."""

    def parse(_router: "Router", name: str, value: str) -> str:
        if value in words:
            return value
        if not value.isascii() or not value.removeprefix("-").isdigit():
            raise invalid(name)
        if not low <= int(value) <= high:
            raise TrapError(f"value of {name} out of range ({low}..{high})", ARGUMENT)
        return str(int(value))

    return parse


def rate(_router: "Router", name: str, value: str) -> str:
    """Bits a second or bytes: stored as the bare number."""
    try:
        return str(values.rate_bits(value))
    except ValueError as error:
        raise invalid(name) from error


def binary_rate(_router: "Router", name: str, value: str) -> str:
    """As `rate`, where `k` stands for 1024, as RouterOS 6's exports suggest."""
    try:
        return str(values.rate_bits(value, 1024))
    except ValueError as error:
        raise invalid(name) from error


def duration(*words: str, empty: bool = False) -> Parse:
    """A time span, or one of the words; with `empty`, nothing at all."""

    def parse(_router: "Router", name: str, value: str) -> str:
        if value in words or (empty and not value):
            return value
        try:
            return values.duration_text(values.duration_seconds(value))
        except ValueError as error:
            raise invalid(name) from error

    return parse


def date(_router: "Router", name: str, value: str) -> str:
    """A date with a time of day."""
    try:
        return values.date_text(values.date_seconds(value))
    except ValueError as error:
        raise invalid(name) from error


def one_of(*allowed: str) -> Parse:
    """One of these words."""

    def parse(_router: "Router", name: str, value: str) -> str:
        if value not in allowed:
            raise no_match(name)
        return value

    return parse


def some_of(*allowed: str) -> Parse:
    """A comma separated list of these words."""

    def parse(_router: "Router", name: str, value: str) -> str:
        members = [word for word in value.split(",") if word]
        if any(word not in allowed for word in members):
            raise no_match(name)
        return ",".join(word for word in allowed if word in members)

    return parse


def address(_router: "Router", name: str, value: str) -> str:
    """An IP address."""
    try:
        return str(ip_address(value))
    except ValueError as error:
        raise invalid(name) from error


def prefix_or_range(_router: "Router", name: str, value: str) -> str:
    """A comma separated list of addresses, prefixes and ranges `first-last`."""
    for part in value.split(","):
        try:
            if "-" in part:
                first, _, last = part.partition("-")
                ip_address(first), ip_address(last)
            else:
                ip_network(part, strict=False)
        except ValueError as error:
            raise invalid(name) from error
    return value


def row_of(path: str, *words: str) -> Parse:
    """The name of an existing row of that menu, or one of the words."""

    def parse(router: "Router", name: str, value: str) -> str:
        if value in words:
            return value
        menu = router.menus[path]
        row = menu.find(value)
        if row is None:
            raise no_match(name)
        return row[menu.key or "name"]

    return parse


def refers(path: str, *words: str, default: str | None = None, required: bool = False) -> Prop:
    """A property that names a row of another menu."""
    return Prop(row_of(path, *words), default, required, reference=path)


def props(kind: Parse, names: str, default: str | None = None, since: tuple[int, int] = (0, 0)) -> dict[str, Prop]:
    """Several properties of one kind."""
    return {name: Prop(kind, default, since=since) for name in names.split()}
