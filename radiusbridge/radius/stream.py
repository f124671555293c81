"""A stream of requests: as many as there are, a bounded number on the wire, each end told as it comes.

No task and no future stands for a request: what came in is taken in whole at each wake of the event loop, what may
go out is sent at once, and the ends are handed over many at a time.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from typing import Generic, TypeVar, cast

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.exchange import Exchange
from radiusbridge.radius.frames import Tap
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.pending import Pending
from radiusbridge.radius.requests import Request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sign import SigningPolicy
from radiusbridge.radius.sockets import DatagramSockets
from radiusbridge.radius.wire import Wire

T = TypeVar("T")

Pace = Callable[[int], float]
"""When request number n (from 0) may go, in seconds since the first; never decreasing."""

WINDOW = 256
FIRST_WINDOW = 32
"""On the wire at the start; one more for each end, half as many after a loss. A burst fills the peer's receive
buffer, and what does not fit is lost for a whole retransmission time."""

_HAND_OVER = 64
_HAND_OVER_AFTER = 0.05
_BACKLOG = 4096  # ends that nobody has taken; then nothing more is sent


class RadiusStream(Generic[T]):
    """One peer, asked by a stream of requests. See `RadiusClient` for the parameters and errors.

    window: at most so many requests on the wire.
    """

    def __init__(
        self,
        host: str,
        port: int,
        secret: Secret,
        *,
        clock: Clock,
        entropy: Entropy,
        sockets: DatagramSockets | None = None,
        source: str | None = None,
        signing: SigningPolicy = SigningPolicy.PREFER,
        retransmission: Retransmission | None = None,
        window: int = WINDOW,
        tap: Tap | None = None,
    ) -> None:
        if window < 1:
            raise BadInput("at least one request has to be on the wire")
        self.exchange = Exchange(secret, clock=clock, entropy=entropy, signing=signing, retransmission=retransmission)
        self.started = 0
        """Requests that were taken from the iterator."""
        self._wire = Wire(
            self.exchange,
            host,
            port,
            clock=clock,
            sockets=sockets,
            source=source,
            tap=tap,
            on_over=self._over,
            on_idle=self._pump,
        )
        self._clock = clock
        self._window = window
        self._allowed = min(window, FIRST_WINDOW)
        self._requests: Iterator[tuple[T, Request] | None] = iter(())
        self._pace: Pace | None = None
        self._timeout = 0.0
        self._began = 0.0
        self._slowed = float("-inf")
        self._ended: list[tuple[object, Outcome]] = []
        self._exhausted = False
        self._failure: BaseException | None = None
        self._news: asyncio.Future[None] | None = None
        self._bell: asyncio.TimerHandle | None = None
        self._tick: asyncio.TimerHandle | None = None

    async def run(
        self, requests: Iterable[tuple[T, Request] | None], *, timeout: float = 30.0, pace: Pace | None = None
    ) -> AsyncGenerator[list[tuple[T, Outcome]], None]:
        """Send every request and give the ends, in the order they come, each with what stood beside its request.

        timeout: seconds for one request, its retransmissions included. The requests are read as they can be sent,
        never far ahead; None means that there is none at the moment, until `wake` is called. An error of their iterator
        is raised here once what was sent before has ended. Leaving the loop gives up what is on the wire. Call it once.
        Raises OSError when the host does not resolve.
        """
        self._requests, self._pace, self._timeout = iter(requests), pace, timeout
        loop = asyncio.get_running_loop()
        try:
            await self.resolve()
            self._began = self._clock.monotonic()
            self._pump()
            while not self._exhausted or self.exchange.in_flight or self._ended:
                self._news = loop.create_future()
                self._announce()
                await self._news
                ended, self._ended, self._news = self._ended, [], None
                if ended:
                    yield cast("list[tuple[T, Outcome]]", ended)
                self._pump()
            if self._failure is not None:
                raise self._failure
        finally:
            self.close()

    async def resolve(self) -> None:
        """Find the peer's address, which `run` does too where it was not done before. Raises OSError."""
        if self._wire.remote is None:
            await self._wire.resolve()

    def wake(self) -> None:
        """There may be a request again."""
        if self._news is not None:  # not before `run`
            self._pump()

    def stop(self) -> None:
        """Send nothing new; what is on the wire may still end."""
        self._exhausted = True
        self._tell()

    def close(self) -> None:
        """Give up what is on the wire and the sockets."""
        self._exhausted = True
        self._wire.close()
        for timer in (self._bell, self._tick):
            if timer is not None:
                timer.cancel()
        self._tell()

    def _over(self, pending: Pending) -> None:
        assert pending.outcome is not None
        self._ended.append((pending.waiter, pending.outcome))
        if pending.sends > 1:
            if pending.first_sent > self._slowed:  # those on the wire with it were lost in the same burst
                self._slowed = self._clock.monotonic()
                self._allowed = max(self._allowed // 2, min(self._window, FIRST_WINDOW))
        elif self._allowed < self._window:
            self._allowed += 1

    def _full(self) -> bool:
        return len(self._ended) >= _HAND_OVER or (self._exhausted and not self.exchange.in_flight)

    def _pump(self) -> None:
        """Send what may go now; called after each wake. Tells the consumer when enough has ended."""
        if not self._exhausted and not self._wire.closed:
            self._fill()
        self._announce()

    def _announce(self) -> None:
        if self._news is None or self._news.done():
            return
        if self._full():
            self._tell()
        elif self._ended and self._bell is None:
            self._bell = asyncio.get_running_loop().call_later(_HAND_OVER_AFTER, self._ring)

    def _fill(self) -> None:
        exchange, ask, monotonic = self.exchange, self._wire.ask, self._clock.monotonic
        while exchange.in_flight < self._allowed and len(self._ended) < _BACKLOG:
            now = monotonic()
            if self._pace is not None and (due := self._began + self._pace(self.started)) > now:
                if self._tick is None:
                    self._tick = asyncio.get_running_loop().call_at(due, self._ticked)
                return
            try:
                item = next(self._requests)
            except StopIteration:
                self._exhausted = True
                return
            except Exception as error:
                self._exhausted, self._failure = True, error
                return
            if item is None:
                return
            tag, request = item
            self.started += 1
            try:
                ask(request, now + self._timeout, tag)
            except OSError as error:
                self._ended.append((tag, Outcome(Kind.NOT_SENT, detail=error.strerror or str(error))))

    def _ticked(self) -> None:
        self._tick = None
        self._pump()

    def _ring(self) -> None:
        self._bell = None
        self._tell()

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
