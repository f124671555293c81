"""What is on the wire: source ports with their identifiers, and the requests that wait on them."""

from dataclasses import dataclass

from radiusbridge.radius.identifiers import Identifiers
from radiusbridge.radius.outcome import Outcome
from radiusbridge.radius.replies import Finding
from radiusbridge.radius.requests import Request


class Port:
    """One source port: its own identifiers, and the requests that wait on it. The socket is the shell's."""

    __slots__ = ("identifiers", "local", "pending")

    def __init__(self, local: tuple[str, int], identifiers: Identifiers) -> None:
        self.local = local
        self.identifiers = identifiers
        self.pending: dict[int, Pending] = {}


@dataclass(frozen=True, slots=True)
class Copy:
    """An earlier sending as a packet of its own; its answer still counts."""

    port: Port
    identifier: int
    authenticator: bytes
    sent: float


class Pending:
    """One request on the wire. `raw` is what the next sending sends; `outcome` is None until it is over."""

    __slots__ = (
        "authenticator",
        "copies",
        "due",
        "end",
        "first_sent",
        "identifier",
        "last_sent",
        "note",
        "outcome",
        "port",
        "raw",
        "refused_at",
        "request",
        "sends",
        "stamp",
        "wait",
        "waiter",
    )

    def __init__(self, port: Port, identifier: int, request: Request, raw: bytes, stamp: bytes, now: float) -> None:
        self.port = port
        self.identifier = identifier
        self.request = request
        self.raw = raw
        self.stamp = stamp
        self.authenticator = raw[4:20]
        self.first_sent = self.last_sent = now
        self.sends = 1
        self.wait = self.due = self.end = 0.0
        self.refused_at = 0
        self.note: Finding | None = None
        self.outcome: Outcome | None = None
        self.waiter: object = None
        self.copies: tuple[Copy, ...] = ()

    def sent_as(self, port: Port, identifier: int) -> tuple[bytes, float]:
        """Authenticator and time of the packet that a reply on that port with that identifier answers."""
        if port is not self.port or identifier != self.identifier:
            for copy in self.copies:
                if copy.port is port and copy.identifier == identifier:
                    return copy.authenticator, copy.sent
        return self.authenticator, self.last_sent
