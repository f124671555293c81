"""The recorder: a frame tap that keeps every RADIUS datagram, without credentials, and never disturbs the exchange.

Redacting and encoding happen in the tap, so that no credential waits in a buffer; files are written off the event loop,
a batch at a time. What goes wrong there ends the recording with one line in the log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.text import safe
from radiusbridge.gateways.packet_ring import PacketStore
from radiusbridge.radius.client import Frame
from radiusbridge.radius.outcome import ANSWERED
from radiusbridge.radius.packet import MINIMUM
from radiusbridge.radius.recording import EPOCH, Address, pack
from radiusbridge.radius.redaction import redact

LINGER = 0.05
"""Seconds that a record waits for more; what a killed process loses."""
BUFFER = 4 << 20
"""Octets that may wait for a disk that hangs; what comes then is not recorded."""
OPEN = 4096
"""Requests without an end that are remembered for their answers."""
FORGOTTEN = 600.0
"""Seconds after which such a request is forgotten."""

Hop = Callable[[Callable[[], None]], Awaitable[None]]
"""Runs something that blocks off the event loop."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """On whose behalf packets are sent: the operation of the journal and the customer's number."""

    operation: int = 0
    customer: str = ""


NOBODY = Origin()
_origin: ContextVar[Origin] = ContextVar("origin")


@contextmanager
def on_behalf(origin: Origin) -> Iterator[None]:
    """What is sent within, also by tasks that are started within, belongs to that operation and customer."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


@dataclass(slots=True)
class _Asked:
    """A request on the wire. Its answer is met outside of the task that sent it, so it is remembered here."""

    authenticator: bytes
    origin: Origin
    user_name: bytes
    sent: float


class Recorder:
    """Give `tap` to RADIUS clients. hop: how the files are written from the event loop.

    Close it, or `flush` it inside the loop and then close it: what is still in the buffer is written then.
    """

    def __init__(self, store: PacketStore, clock: Clock, hop: Hop) -> None:
        self._store = store
        self._clock = clock
        self._hop = hop
        self._asked: dict[tuple[Address, Address, int], _Asked] = {}
        self._buffer: list[bytes] = []
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._stopped = False
        self._dropped = 0

    def tap(self, frame: Frame) -> None:
        """Record one frame; never waits for a file."""
        if self._stopped:
            return
        record = self._record(frame)
        if self._waiting + len(record) > BUFFER:
            self._drop()
            return
        self._buffer.append(record)
        self._waiting += len(record)
        if self._timer is None and self._writing is None:
            self._timer = asyncio.get_running_loop().call_later(LINGER, self._begin)

    def _record(self, frame: Frame) -> bytes:
        direction = frame.direction
        octets, zeroed, cut, user_name = redact(frame.octets)
        key = (frame.local, frame.peer, octets[1] if len(octets) > 1 else -1)
        asked = self._asked.get(key)
        round_trip = None
        if direction == "send":
            asked = self._remember(key, asked, frame, user_name)
        elif direction == "end":
            self._asked.pop(key, None)
            octets = octets[:MINIMUM]
        elif frame.kind is None:
            asked = None  # it answers nothing that waits
        elif asked is not None:
            round_trip = frame.time - asked.sent
            if frame.kind in ANSWERED:
                del self._asked[key]
        origin = NOBODY if asked is None else asked.origin
        now = self._clock.now() - EPOCH
        return pack(
            (now.days * 86_400 + now.seconds) * 1_000_000 + now.microseconds,
            direction,
            octets,
            len(frame.octets),
            frame.peer,
            frame.local,
            "" if frame.kind is None else frame.kind,
            round_trip,
            origin.operation,
            origin.customer,
            user_name or (b"" if asked is None else asked.user_name),
            zeroed,
            cut,
        )

    def _remember(
        self, key: tuple[Address, Address, int], asked: _Asked | None, frame: Frame, user_name: bytes
    ) -> _Asked:
        authenticator = frame.octets[4:MINIMUM]
        if asked is not None and asked.authenticator == authenticator:
            asked.sent = frame.time  # sent again by a timer, which knows nothing of the operation
            return asked
        if len(self._asked) >= OPEN:
            self._asked = {at: one for at, one in self._asked.items() if frame.time - one.sent < FORGOTTEN}
        self._asked[key] = asked = _Asked(authenticator, _origin.get(NOBODY), user_name, frame.time)
        return asked

    def _drop(self) -> None:
        if not self._dropped:
            log.warning("packets are recorded more slowly than they come; some are left out")
        self._dropped += 1

    def _begin(self) -> None:
        self._timer = None
        if self._writing is None and self._buffer:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._buffer and not self._stopped:
                await self._hop(self._take())
        except Exception as error:
            self._stop(error)
        finally:
            self._writing = None

    def _take(self) -> Callable[[], None]:
        batch, self._buffer, self._waiting = self._buffer, [], 0
        return lambda: self._store.append(batch)

    def _stop(self, error: Exception) -> None:
        if not self._stopped:
            self._stopped = True
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            log.warning("packets are not recorded any more: %s", safe(reason))
        self._buffer.clear()

    async def flush(self) -> None:
        """Until everything seen so far is written, or the recording has stopped."""
        while self._buffer or self._writing is not None:
            if self._writing is None:
                self._disarm()
                self._begin()
            if self._writing is not None:
                await asyncio.wait([self._writing])

    def close(self) -> None:
        """Write what is left, here and now, and let go of the files."""
        self._disarm()
        try:
            if self._buffer and not self._stopped:
                self._take()()
        except Exception as error:
            self._stop(error)
        self._stopped = True
        self._store.close()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
