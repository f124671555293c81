"""Warm API connections to routers: one for each (host, port, user), shared by everybody who asks that router.

A connection is opened by the first command that needs it and kept; concurrent first commands share one login. What was
only read is asked once more on a fresh connection when the connection breaks; a write that may have been carried out is
never sent again: whoever wrote has to look first.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import NotSuchPeer, PeerRefused, RadiusbridgeError
from radiusbridge.gateways.fence import pass_fence
from radiusbridge.gateways.pulse import Pulse
from radiusbridge.gateways.sharing import Print, Set, Sharing
from radiusbridge.gateways.sharing import Rows as Rows
from radiusbridge.routeros.backoff import Backoff
from radiusbridge.routeros.commands import Value, compose, value_word
from radiusbridge.routeros.connection import DEFAULT_WINDOW, Connection
from radiusbridge.routeros.dialer import Dialer
from radiusbridge.routeros.endpoint import ApiEndpoint
from radiusbridge.routeros.errors import LinkLost
from radiusbridge.routeros.exchange import Make, Result
from radiusbridge.routeros.reconnect import ReconnectingConnection
from radiusbridge.routeros.stream import RowStream
from radiusbridge.routeros.trace import TraceFile

CONNECT_SECONDS = 4.0
COMMAND_SECONDS = 8.0
LONG_SECONDS = 900.0
"""For all rows of a long print, whoever takes them included."""
LONG_BUFFER = 1000
"""Rows of it that wait to be taken."""
IDLE_SECONDS = 60.0
"""A connection that was silent for longer is asked a small question first: a firewall may have forgotten it."""
IDLE_CHECK_SECONDS = 2.5
BACKOFF = Backoff(first=0.25, most=5.0)
"""Short: whoever waits for a router that is back, waits for this."""

T = TypeVar("T")

_NO_ATTRIBUTES: Mapping[str, Value] = {}


async def together(*work: Awaitable[T]) -> list[T]:
    """Run the commands side by side, in one round trip where the window allows; all end before the first error is
    raised, so that nothing is left half asked."""
    results = await asyncio.gather(*work, return_exceptions=True)
    values: list[T] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        values.append(result)
    return values


class Router:
    """One router under one account; made by `Routers.at`."""

    def __init__(
        self,
        endpoint: ApiEndpoint,
        *,
        clock: Clock,
        entropy: Entropy,
        dialer: Dialer | None,
        trace: TraceFile | None,
        window: int = DEFAULT_WINDOW,
    ) -> None:
        self.endpoint = endpoint
        self.dialer = dialer
        self._clock = clock
        self._entropy = entropy
        self._tap = trace.tap(endpoint.name) if trace is not None else None
        self._window = window
        self._used_at = 0.0
        self.pulse = Pulse()
        self._link = self._new_link()
        self._prints = Sharing(self._print)
        self._sets = Sharing(self._set)

    def _new_link(self) -> ReconnectingConnection:
        return ReconnectingConnection(
            self.endpoint,
            clock=self._clock,
            entropy=self._entropy,
            dialer=self.dialer,
            tap=self._tap,
            backoff=BACKOFF,
            window=self._window,
        )

    async def read(
        self,
        command: str,
        attributes: Mapping[str, Value] = _NO_ATTRIBUTES,
        *,
        queries: Sequence[str] = (),
        proplist: Sequence[str] = (),
        seconds: float = COMMAND_SECONDS,
    ) -> Rows:
        """The rows of a command that changes nothing; asked once more when the connection breaks under it.

        Raises Unreachable and below, PeerRefused and below, NotSuchPeer.
        """

        def ask(connection: Connection) -> Awaitable[Result]:
            return connection.call(command, attributes, queries=queries, proplist=proplist, deadline=seconds)

        return await self._asked(command, ask)

    def read_of(
        self,
        command: str,
        by: Sequence[str],
        values: Iterable[str],
        *,
        among: Sequence[str] = (),
        proplist: Sequence[str] = (),
    ) -> asyncio.Future[Rows]:
        """The rows of which one of the properties `by` has one of these values; of those that the query `among` lets
        through. While the connection's window is full, one print goes out for all who ask so. Errors as `read`."""
        return self._prints.ask(Print(command, tuple(by), tuple(among)), tuple(values), proplist)

    def read_all(
        self, command: str, *, among: Sequence[str] = (), proplist: Sequence[str] = ()
    ) -> asyncio.Future[Rows]:
        """Every row, or those that the query lets through, shared like `read_of`."""
        return self._prints.ask(Print(command, (), tuple(among)), (), proplist)

    @asynccontextmanager
    async def long_print(
        self, command: str, *, queries: Sequence[str] = (), proplist: Sequence[str] = ()
    ) -> AsyncIterator[RowStream]:
        """The rows of a print one by one, on a connection of its own that waits for whoever takes them, so that few are
        in memory and nobody else waits. Errors as `read`, but for asking once more."""
        link = self._new_link()
        try:
            connection = await link.connected(CONNECT_SECONDS)
            stream = connection.stream(
                command, queries=queries, proplist=proplist, deadline=LONG_SECONDS, buffer=LONG_BUFFER, patient=True
            )
            async with stream as rows:
                yield rows
        finally:
            await link.close()

    async def set_row(self, command: str, identifier: str, changes: Mapping[str, Value]) -> None:
        """Set properties of a row to what they are to be; rows that wait for the same go out as one command.

        Errors as `write`; where one command was refused for several rows, each was tried for itself.
        """
        words = tuple(value_word(name, value) for name, value in changes.items())
        await self._sets.ask(Set(command, words), (identifier,))

    async def _print(self, command: str, make: Make) -> Rows:
        return await self._asked(
            command, lambda connection: connection.call_late(command, make, deadline=COMMAND_SECONDS)
        )

    async def _set(self, command: str, make: Make) -> Rows:
        await self.connected()
        self._heard(command, await self._link.call_late(command, make, deadline=COMMAND_SECONDS))
        return []

    async def _asked(self, command: str, ask: Callable[[Connection], Awaitable[Result]]) -> Rows:
        for last in (False, True):
            connection = await self.connected()
            try:
                result = await ask(connection)
            except LinkLost:
                if last:
                    raise
            else:
                self._heard(command, result)
                return result.rows
        raise AssertionError("two attempts end in rows or an error")

    def _heard(self, command: str, result: Result) -> None:
        self._used_at = self._clock.monotonic()
        self.pulse.heard(command, result.seconds)

    async def count(self, command: str, queries: Sequence[str], *, seconds: float = COMMAND_SECONDS) -> int:
        """How many rows a print would bring. Errors as `read`; NotSuchPeer for an answer without a number."""
        connection = await self.connected()
        result = await connection.call(command, {"count-only": ""}, queries=queries, deadline=seconds)
        self._heard(command, result)
        if result.ret is None or not result.ret.isdecimal():
            raise NotSuchPeer(f"{command} did not count", target=str(self.endpoint))
        return int(result.ret)

    async def write(
        self, command: str, attributes: Mapping[str, Value], *, seconds: float = COMMAND_SECONDS
    ) -> str | None:
        """Run a command that changes something and return what `!done` carried (the `.id` of a new row).

        Sent again only if it certainly had not been sent. Raises ConnectionLost or DeadlinePassed when it may have been
        carried out, otherwise as `read`.
        """

        def words() -> Sequence[str]:
            pass_fence()
            return compose(command, attributes)

        await self.connected()
        result = await self._link.call_late(command, words, deadline=seconds)
        self._heard(command, result)
        return result.ret

    async def connected(self) -> Connection:
        """The logged-in connection, opened if need be; while a router fails, the last error without another attempt."""
        idle = self._link.alive and self._clock.monotonic() - self._used_at > IDLE_SECONDS
        connection = await self._link.connected(CONNECT_SECONDS)
        if idle:
            self._used_at = self._clock.monotonic()  # one question is enough, whoever else comes meanwhile
            if not await _answers(connection):
                await connection.close()
                connection = await self._link.connected(CONNECT_SECONDS)
        return connection

    async def forget_failures(self) -> None:
        """Let the next command try at once, however the last attempts ended. One that is under way is waited for."""
        if not self._link.alive and not self._link.opening:
            await self.close()

    async def close_idle(self) -> None:
        """Close the connection where nothing is going on over it; the next command opens another."""
        if self._link.idle:
            await self.close()

    async def close(self) -> None:
        """Close the connection and forget its failures; the next command opens another."""
        link, self._link = self._link, self._new_link()
        await link.close()


async def _answers(connection: Connection) -> bool:
    try:
        await connection.call("/system/identity/print", proplist=("name",), deadline=IDLE_CHECK_SECONDS)
    except PeerRefused:
        return True
    except RadiusbridgeError:
        return False
    return True


class Routers:
    """The pool. `trace`, if given, sees every sentence, secrets masked. window: commands in flight on a connection."""

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        *,
        dialer: Dialer | None = None,
        trace: TraceFile | None = None,
        window: int = DEFAULT_WINDOW,
    ) -> None:
        self._clock = clock
        self._entropy = entropy
        self._dialer = dialer
        self._trace = trace
        self._window = window
        self._routers: dict[tuple[object, ...], Router] = {}

    def at(self, endpoint: ApiEndpoint) -> Router:
        """The router at an endpoint; the same one for everybody, whatever they call it."""
        key = (endpoint.host, endpoint.port, endpoint.user, endpoint.password, endpoint.policy)
        router = self._routers.get(key)
        if router is None:
            router = Router(
                endpoint,
                clock=self._clock,
                entropy=self._entropy,
                dialer=self._dialer,
                trace=self._trace,
                window=self._window,
            )
            self._routers[key] = router
        return router

    async def close_idle(self) -> None:
        """Close every connection over which nothing is going on; a later command opens its own again."""
        for router in list(self._routers.values()):
            await router.close_idle()

    async def close(self) -> None:
        """Close every connection; a later command opens its own again."""
        for router in list(self._routers.values()):
            await router.close()
