"""The error tree. Each error says what happened, to whom, what next, and whether a retry helps.

    RadiusbridgeError
    ├── BadInput (ValueError)              exit 2  what the operator typed or a file holds cannot be used
    │   ├── UnknownName (LookupError)      exit 2  no such server, NAS, profile, customer or operation
    │   └── AlreadyThere                   exit 2  the name is taken
    ├── Refused (PermissionError)          exit 4  permission, or a confirmation not given
    ├── Unreachable (ConnectionError)      exit 3  nobody answered: refused, reset, no route, name not resolved
    │   ├── DeadlinePassed (TimeoutError)  exit 3  no answer in time
    │   └── ConnectionLost                 exit 3  the conversation broke in the middle
    ├── PeerRefused                        exit 1  the peer answered, and said no
    │   ├── LoginRefused                   exit 1  wrong user or password
    │   └── NotAllowed                     exit 1  the account lacks a right
    ├── NotSuchPeer                        exit 1  something answers there, but not what was expected
    └── Damaged                            exit 1  the database or its key cannot be used

The mapping to an exit status stands in `EXIT`, once; the dashboard's toasts and the log use `line()`.
"""


class RadiusbridgeError(Exception):
    """The root.

    summary: what happened, one plain clause. target: to whom (a server, host:port, customer), may be empty.
    hint: what to do next. retryable: whether the same call may succeed later without a change.
    """

    retryable = False

    def __init__(self, summary: str, *, target: str = "", hint: str = "", retryable: bool | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.target = target
        self.hint = hint
        if retryable is not None:
            self.retryable = retryable

    def line(self) -> str:
        """One line for a terminal, a toast or a log: `target: summary; hint`."""
        where = f"{self.target}: " if self.target else ""
        next_step = f"; {self.hint}" if self.hint else ""
        return f"{where}{self.summary}{next_step}"


class BadInput(RadiusbridgeError, ValueError):
    """What was typed, or what a file holds, cannot be used."""


class UnknownName(BadInput, LookupError):
    """No such server, NAS, profile, customer or operation."""


class AlreadyThere(BadInput):
    """The name is taken."""


class Refused(RadiusbridgeError, PermissionError):
    """Permission is missing, or a confirmation was not given."""


class Unreachable(RadiusbridgeError, ConnectionError):
    """Nobody answered: refused, reset, no route, or the name did not resolve."""

    retryable = True


class DeadlinePassed(Unreachable, TimeoutError):
    """No answer within the deadline."""


class ConnectionLost(Unreachable):
    """The conversation broke in the middle; whether the last command was carried out is not known."""


class PeerRefused(RadiusbridgeError):
    """The peer answered, and said no."""


class LoginRefused(PeerRefused):
    """The peer does not know the user, or the password is wrong."""


class NotAllowed(PeerRefused):
    """The account on the peer lacks a right."""


class NotSuchPeer(RadiusbridgeError):
    """Something answers there, but not what was expected: no RouterOS, another protocol, a package missing."""


class Damaged(RadiusbridgeError):
    """The database or its key cannot be used."""


EXIT: tuple[tuple[type[RadiusbridgeError], int], ...] = (
    (BadInput, 2),
    (Refused, 4),
    (Unreachable, 3),
    (RadiusbridgeError, 1),
)


def exit_status(error: RadiusbridgeError) -> int:
    """The exit status for an error: the first matching row of `EXIT`."""
    return next(status for kind, status in EXIT if isinstance(error, kind))
