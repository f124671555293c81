"""A connection that is opened when it is needed and again when it broke, with back-off; it never repeats a command."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import DeadlinePassed, RadiusbridgeError, Unreachable
from radiusbridge.routeros.backoff import Backoff
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.connection import DEFAULT_DEADLINE, DEFAULT_WINDOW, Connection
from radiusbridge.routeros.dialer import Dialer
from radiusbridge.routeros.endpoint import ApiEndpoint
from radiusbridge.routeros.errors import LinkLost
from radiusbridge.routeros.exchange import Make, Result
from radiusbridge.routeros.trace import Tap

_NO_ATTRIBUTES: Mapping[str, Value] = {}
_STANDING_DELAY = 30.0


class ReconnectingConnection:
    """One router's link, shared by all who talk to it; one attempt to connect at a time.

    After a failed attempt none is made before the back-off has passed: who asks in between gets the last error at once
    from `connected` and `call`, while `ready` waits. A wrong password or a stranger on the port is not tried again
    sooner than the longest delay, since routers log and lock.
    """

    def __init__(
        self,
        endpoint: ApiEndpoint,
        *,
        clock: Clock,
        entropy: Entropy,
        dialer: Dialer | None = None,
        tap: Tap | None = None,
        backoff: Backoff | None = None,
        window: int = DEFAULT_WINDOW,
    ) -> None:
        self.endpoint = endpoint
        self._clock = clock
        self._entropy = entropy
        self._dialer = dialer
        self._tap = tap
        self._backoff = backoff or Backoff()
        self._window = window
        self._opening = asyncio.Lock()
        self._connection: Connection | None = None
        self._failures = 0
        self._last_error: RadiusbridgeError | None = None
        self._not_before = 0.0
        self._closed = False

    @property
    def alive(self) -> bool:
        """Whether there is a connection now."""
        return self._connection is not None and self._connection.alive

    @property
    def opening(self) -> bool:
        """Whether it is being opened, by whomever."""
        return self._opening.locked()

    @property
    def idle(self) -> bool:
        """Whether there is a connection now on which nothing is going on."""
        return self._connection is not None and self._connection.alive and not self._connection.busy

    async def connected(self, deadline: float = DEFAULT_DEADLINE) -> Connection:
        """The connection, opened if there is none; one attempt, and none while the back-off runs.

        Raises what `Connection.open` raises, the last such error while the back-off runs, and LinkLost after `close`.
        """
        if self._connection is not None and self._connection.alive:
            return self._connection
        async with self._opening:
            if self._connection is not None:
                if self._connection.alive:
                    return self._connection
                await self._connection.close()
                self._connection = None
            if self._closed:
                raise LinkLost("the connection was closed on this side", target=str(self.endpoint))
            if self._last_error is not None and self._clock.monotonic() < self._not_before:
                raise self._last_error
            return await self._open(deadline)

    async def ready(self, deadline: float = 60.0) -> Connection:
        """The connection, tried again and again until the deadline (seconds).

        Raises at once what another attempt cannot mend (LoginRefused, NotSuchPeer), the last error at the deadline.
        """
        try:
            async with asyncio.timeout(deadline):
                while True:
                    try:
                        return await self.connected(deadline)
                    except Unreachable:
                        if self._closed:
                            raise
                    await self._clock.sleep(max(0.0, self._not_before - self._clock.monotonic()))
        except TimeoutError as error:
            late = DeadlinePassed(f"no connection within {deadline:g} s", target=str(self.endpoint))
            raise self._last_error or late from error

    async def call(
        self,
        command: str,
        attributes: Mapping[str, Value] = _NO_ATTRIBUTES,
        *,
        queries: Sequence[str] = (),
        proplist: Sequence[str] = (),
        deadline: float = DEFAULT_DEADLINE,
    ) -> Result:
        """As `Connection.call`, over a connection opened if need be.

        A command that a broken link never took is given to a new connection, once; one that was written never is. The
        deadline (seconds) is for all of it.
        """

        def ask(connection: Connection, left: float) -> Awaitable[Result]:
            return connection.call(command, attributes, queries=queries, proplist=proplist, deadline=left)

        return await self._given(ask, deadline)

    async def call_late(self, command: str, make: Make, *, deadline: float = DEFAULT_DEADLINE) -> Result:
        """As `Connection.call_late`, over a connection opened if need be."""
        return await self._given(lambda connection, left: connection.call_late(command, make, deadline=left), deadline)

    async def _given(self, ask: Callable[[Connection, float], Awaitable[Result]], deadline: float) -> Result:
        until = self._clock.monotonic() + deadline
        for attempt in (1, 2):
            connection = await self.connected(until - self._clock.monotonic())
            left = until - self._clock.monotonic()
            try:
                return await ask(connection, left)
            except LinkLost as error:
                if error.written or attempt == 2:
                    raise
        raise AssertionError("two attempts end in a result or an error")

    async def close(self) -> None:
        """Close for good."""
        self._closed = True
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _open(self, deadline: float) -> Connection:
        try:
            connection = await Connection.open(
                self.endpoint,
                clock=self._clock,
                dialer=self._dialer,
                tap=self._tap,
                deadline=deadline,
                window=self._window,
            )
        except RadiusbridgeError as error:
            self._failures += 1
            delay = self._backoff.delay(self._failures, self._entropy) if error.retryable else _STANDING_DELAY
            self._not_before = self._clock.monotonic() + delay
            self._last_error = error
            raise
        self._failures, self._last_error = 0, None
        if self._closed:
            await connection.close()
            raise LinkLost("the connection was closed on this side", target=str(self.endpoint))
        self._connection = connection
        return connection
