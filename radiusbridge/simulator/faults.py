"""The fault dial: what goes wrong on the way to a router and inside it. Every knob turns while the world runs."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """The faults of one router, or of the link between two routers.

    Seconds for times, 0..1 for probabilities. `dark` means that no packet passes, in neither direction, while customers
    keep their traffic. The connection resets count sentences on each connection; `resets` says how often it happens.
    """

    rtt: float = 0.0
    jitter: float = 0.0
    """A datagram is late by up to this many seconds, so that datagrams may overtake each other."""
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    """How probable it is that a datagram waits another round trip."""
    dark: bool = False
    refuse_tcp: bool = False
    refuse_udp: bool = False

    reset_after_in: int | None = None
    """Reset a connection once the n-th sentence from the client was received (1 is the login)."""
    reset_executes: bool = True
    """Whether the command that was received last before the reset is still carried out; its answer is lost."""
    reset_after_out: int | None = None
    """Reset a connection once the n-th sentence was sent to the client."""
    reset_mid_sentence: bool = False
    """With `reset_after_out`: only the first half of that sentence goes out."""
    resets: int = 1

    trap_after: int | None = None
    """So many commands that write are carried out; the next one is trapped."""
    trap_message: str = "failure: internal error"
    cap: float | None = None
    """API requests a second that the router handles, all connections together."""
    logins: float | None = None
    """Logins a second that User Manager on the router handles; more of them queue, as many as a socket holds, and are
    lost then."""
    login_delay: float = 0.0
    hollow_writes: bool = False
    """Commands that write are answered with `!done` and change nothing."""

    lie: bool = False
    """The NAS answers every kick with success and keeps the session."""
    denies: bool = False
    """The NAS answers every Disconnect- and CoA-Request with NAK 503 and keeps the session."""
    radius_sticks: bool = False
    """The NAS goes on asking its RADIUS servers in the order that their rows had before."""
    late_sessions: float = 0.0
    """Seconds between the server's Access-Accept and the session that comes of it."""
    list_lies: bool = False
    """The NAS leaves live sessions out of /ppp/active."""
    clock_skew: float = 0.0
    forge_replies: float = 0.0
    """How probable it is that a RADIUS reply is preceded by one with a wrong Response Authenticator."""
    late_replies: float = 0.0
    """RADIUS and DAE replies leave so many seconds late."""

    on_change: Callable[[], None] | None = field(default=None, repr=False, compare=False)

    def turn(self, **knobs: object) -> None:
        """Set some knobs at once and tell the shell, which closes and opens ports accordingly."""
        for name, value in knobs.items():
            if name not in self.__slots__ or name == "on_change":
                raise AttributeError(name)
            setattr(self, name, value)
        if self.on_change is not None:
            self.on_change()

    def clear(self) -> None:
        """Turn every knob back to no fault."""
        hook = self.on_change
        fresh = Faults()
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))
        self.on_change = hook
        if hook is not None:
            hook()
