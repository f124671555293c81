"""What the frame tap sees: every datagram, and how a request without a good answer ended."""

import logging
from collections.abc import Callable
from typing import Literal, NamedTuple

from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.sockets import Address

Direction = Literal["send", "recv", "end"]

_log = logging.getLogger(__name__)


class Frame(NamedTuple):
    """One datagram as the tap sees it. `time` is the clock's monotonic time; `kind` what a received one is.

    "end" is no datagram: the request in `octets` ended without a good answer, as `kind` says.
    """

    direction: Direction
    octets: bytes
    peer: Address
    local: Address
    time: float
    kind: Kind | None = None


Tap = Callable[[Frame], None]


def harmless(tap: Tap) -> Tap:
    """The tap, which is called no more once it has failed: what it does must not end an exchange."""
    working = True

    def call(frame: Frame) -> None:
        nonlocal working
        if not working:
            return
        try:
            tap(frame)
        except Exception:
            working = False
            _log.exception("the frame tap failed; the exchange goes on without it")

    return call
