"""The client: many callers side by side, each waiting for the end of its own request."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.exchange import Exchange
from radiusbridge.radius.frames import Frame as Frame
from radiusbridge.radius.frames import Tap as Tap
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.pending import Pending
from radiusbridge.radius.requests import Request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sign import SigningPolicy
from radiusbridge.radius.sockets import DatagramSockets
from radiusbridge.radius.wire import Wire

WINDOW = 100
"""Requests in flight towards one peer: more overflow its receive buffer, and each drop costs a whole timeout."""


class RadiusClient:
    """A client of one peer: a RADIUS server, or a NAS's Dynamic Authorization Server.

    Many `send`s run side by side; at most `window` are on the wire, the others wait their turn. Source ports are
    opened and given up as identifiers run out. Use it as an asynchronous context manager, or `close` it. The host is
    resolved once, at the first request. Raises BadInput for an empty secret or host, a port or source that is none.
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
        self.exchange = Exchange(secret, clock=clock, entropy=entropy, signing=signing, retransmission=retransmission)
        self._wire = Wire(
            self.exchange, host, port, clock=clock, sockets=sockets, source=source, tap=tap, on_over=self._wake
        )
        self._window = window
        self._turns: deque[asyncio.Future[None]] = deque()
        self._granted = 0
        self._resolving = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def peer_signs(self) -> bool:
        """Whether the server has signed an Access reply: worth remembering, and to be required next time."""
        return self.exchange.peer_signs

    async def send(self, request: Request, *, deadline: float) -> Outcome:
        """Ask, and say how it ended: at the latest at `deadline`, in the event loop's time.

        Never raises for what the network or the peer does; cancelling gives up the request.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Outcome] = loop.create_future()
        try:
            if self._wire.remote is None or self._crowded():
                async with asyncio.timeout_at(deadline):
                    await self._prepare(loop)
            if self._wire.closed:
                return Outcome(Kind.NOT_SENT, detail="the client is closed")
            if loop.time() >= deadline:
                raise TimeoutError
            pending = self._wire.ask(request, deadline, waiter)
        except TimeoutError:
            return Outcome(Kind.NOT_SENT, detail="the deadline passed before its turn came")
        except OSError as error:
            return Outcome(Kind.NOT_SENT, detail=error.strerror or str(error))
        try:
            return await waiter
        finally:
            self._wire.abandon(pending)
            self._pass_turns()

    def close(self) -> None:
        """Close every socket; requests that still wait end as SILENCE, those without a turn as NOT_SENT."""
        self._wire.close()
        self._pass_turns()

    def _crowded(self) -> bool:
        return bool(self._turns) or self.exchange.in_flight + self._granted >= self._window

    async def _prepare(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for the peer's address, then for the turn. Raises OSError when the name does not resolve."""
        if self._wire.remote is None:
            async with self._resolving:
                if self._wire.remote is None:
                    await self._wire.resolve()
        if self._wire.closed or not self._crowded():
            return
        turn = loop.create_future()
        self._turns.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._granted -= 1
                self._pass_turns()
            raise
        self._granted -= 1

    def _pass_turns(self) -> None:
        """There may be room in the window: those who have waited longest may go."""
        while self._turns and (self._wire.closed or self.exchange.in_flight + self._granted < self._window):
            turn = self._turns.popleft()
            if not turn.done():
                self._granted += 1
                turn.set_result(None)

    @staticmethod
    def _wake(pending: Pending) -> None:
        waiter = pending.waiter
        if isinstance(waiter, asyncio.Future) and not waiter.done():
            waiter.set_result(pending.outcome)
