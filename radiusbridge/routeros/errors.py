"""What a router's refusals and broken conversations mean, on the project's error tree.

    PeerRefused ── RouterTrap ── RouterNotAllowed (also NotAllowed)
    NotSuchPeer ── FrameError, WrongCertificate
    ConnectionLost ── LinkLost      DeadlinePassed ── ReplyLate

RouterOS words its traps differently between versions and menus, so they are matched by fragments.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from radiusbridge.domain.errors import ConnectionLost, DeadlinePassed, NotAllowed, NotSuchPeer, PeerRefused
from radiusbridge.domain.text import safe
from radiusbridge.routeros.octets import readable


class TrapKind(Enum):
    """What a trap is about."""

    ALREADY_THERE = "already there"
    NO_SUCH_ITEM = "no such item"
    NO_SUCH_COMMAND = "no such command"
    UNKNOWN_PARAMETER = "unknown parameter"
    VALUE_REFUSED = "value refused"
    NOT_ENOUGH_PERMISSIONS = "not enough permissions"
    DEVICE_MODE = "device-mode"
    BAD_LOGIN = "bad login"
    INTERRUPTED = "interrupted"
    OTHER = "other"


_FRAGMENTS: tuple[tuple[str, TrapKind], ...] = (
    ("not enough permissions", TrapKind.NOT_ENOUGH_PERMISSIONS),
    ("device-mode", TrapKind.DEVICE_MODE),
    ("invalid user name or password", TrapKind.BAD_LOGIN),
    ("cannot log in", TrapKind.BAD_LOGIN),
    ("already have", TrapKind.ALREADY_THERE),
    ("already exists", TrapKind.ALREADY_THERE),
    ("same name already", TrapKind.ALREADY_THERE),
    ("such name already", TrapKind.ALREADY_THERE),
    ("no such item", TrapKind.NO_SUCH_ITEM),
    ("no such command", TrapKind.NO_SUCH_COMMAND),
    ("unknown parameter", TrapKind.UNKNOWN_PARAMETER),
    ("does not match any value", TrapKind.VALUE_REFUSED),
    ("ambiguous value", TrapKind.VALUE_REFUSED),
    ("out of range", TrapKind.VALUE_REFUSED),
    ("invalid value", TrapKind.VALUE_REFUSED),
    ("too long", TrapKind.VALUE_REFUSED),
    ("interrupted", TrapKind.INTERRUPTED),
)

_HINTS = {
    TrapKind.NO_SUCH_COMMAND: "the package may be missing, or this RouterOS version has no such menu",
    TrapKind.UNKNOWN_PARAMETER: "this RouterOS version does not know the property",
    TrapKind.NOT_ENOUGH_PERMISSIONS: "give the API account's group the missing policy (/user/group)",
    TrapKind.DEVICE_MODE: "the router's device-mode forbids it; see /system/device-mode",
}


class TrapWords(Protocol):
    """One `!trap`: its message and its category, where the router gave one."""

    @property
    def message(self) -> str:
        """The router's text, as it came."""
        ...

    @property
    def category(self) -> int | None:
        """0 missing, 1 argument, 2 interrupted, 3 script, 4 general, 5 API, 6 TTY, 7 return value."""
        ...


def kind_of(message: str) -> TrapKind:
    """What a trap's message is about, by the fragments that RouterOS versions have in common."""
    lowered = message.lower()
    return next((kind for fragment, kind in _FRAGMENTS if fragment in lowered), TrapKind.OTHER)


class RouterTrap(PeerRefused):
    """The router answered a command with one `!trap` or more.

    kind: what it is about. messages: the router's own texts. category: of the first trap that has one. command: the
    command's path and arguments, secrets masked.
    """

    def __init__(
        self, messages: Sequence[str], *, kind: TrapKind, category: int | None, command: str, target: str
    ) -> None:
        said = ", ".join(safe(readable(message.replace("\r\n", ", "))) for message in messages)
        path = safe(command.partition(" ")[0])
        super().__init__(f"{path} was refused: {said or 'no reason given'}", target=target, hint=_HINTS.get(kind, ""))
        self.messages = tuple(messages)
        self.kind = kind
        self.category = category
        self.command = command


class RouterNotAllowed(RouterTrap, NotAllowed):
    """The API account lacks a policy for the command."""


def trap_error(traps: Sequence[TrapWords], *, command: str, target: str) -> RouterTrap:
    """The error for a command's traps; the first whose meaning is known decides its kind."""
    messages = [trap.message for trap in traps]
    kind = next((kind for kind in map(kind_of, messages) if kind is not TrapKind.OTHER), TrapKind.OTHER)
    category = next((trap.category for trap in traps if trap.category is not None), None)
    refused = RouterNotAllowed if kind is TrapKind.NOT_ENOUGH_PERMISSIONS else RouterTrap
    return refused(messages, kind=kind, category=category, command=command, target=target)


class FrameError(NotSuchPeer):
    """What came is not the RouterOS API."""


class WrongCertificate(NotSuchPeer):
    """The certificate is not the pinned one."""


class LinkLost(ConnectionLost):
    """The connection broke. written: whether the command had been sent, so that it may have been carried out."""

    def __init__(self, summary: str, *, target: str = "", hint: str = "", written: bool = False) -> None:
        super().__init__(summary, target=target, hint=hint)
        self.written = written


class ReplyLate(DeadlinePassed):
    """No `!done` within the deadline. written: whether the command had been sent and may have been carried out."""

    def __init__(self, summary: str, *, target: str = "", hint: str = "", written: bool = False) -> None:
        super().__init__(summary, target=target, hint=hint)
        self.written = written


class StreamOverrun(ConnectionLost):
    """A reader of a stream was too slow: the stream was closed, so that nobody else waits for it."""
