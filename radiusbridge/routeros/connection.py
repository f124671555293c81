"""A connection to a router's API: tagged commands in a window, streams, cancel, deadlines. The shell around `wire`.

One reader task decodes and hands rows to the command with their tag; nobody else reads. A command keeps its tag and its
place in the window until its own `!done`, also when its caller has left: then it is cancelled on the router, and if the
router does not end it within a grace time the connection is closed.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Mapping, Sequence
from typing import Self

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import DeadlinePassed, RadiusbridgeError
from radiusbridge.domain.records import TlsMode
from radiusbridge.domain.text import safe
from radiusbridge.routeros.commands import Value, compose
from radiusbridge.routeros.diagnosis import broken, hung_up, silence_hint
from radiusbridge.routeros.dialer import ByteStream, Dialer, TcpDialer
from radiusbridge.routeros.endpoint import ApiEndpoint
from radiusbridge.routeros.errors import LinkLost, ReplyLate
from radiusbridge.routeros.exchange import Collecting, Exchange, Make, Result
from radiusbridge.routeros.login import log_in
from radiusbridge.routeros.mask import masked_words
from radiusbridge.routeros.octets import readable
from radiusbridge.routeros.stream import DEFAULT_BUFFER, RowStream
from radiusbridge.routeros.trace import Direction, Tap
from radiusbridge.routeros.wire import Done, Fatal, Reply, ReplyDecoder, Row, Trap, encode_sentence

DEFAULT_DEADLINE = 10.0
DEFAULT_WINDOW = 8
DEFAULT_GRACE = 5.0
AT_ONCE = 16_384
"""Octets that are looked at before others have their turn: half a millisecond."""
_NO_ATTRIBUTES: Mapping[str, Value] = {}


class Connection:
    """A logged-in connection; made by `open`.

    latency: seconds from a command's sending to its `!done`, smoothed; 0.0 before the first.
    """

    def __init__(
        self,
        endpoint: ApiEndpoint,
        stream: ByteStream,
        *,
        clock: Clock,
        tap: Tap | None = None,
        window: int = DEFAULT_WINDOW,
        grace: float = DEFAULT_GRACE,
    ) -> None:
        """A connection on a stream, not logged in yet."""
        self.endpoint = endpoint
        self.latency = 0.0
        self._stream = stream
        self._clock = clock
        self._tap = tap
        self._window = asyncio.Semaphore(window)
        self._grace = grace
        self._tags = itertools.count(1)
        self._pending: dict[str, Exchange] = {}
        self._decoder = ReplyDecoder(None if tap is None else lambda words: self._tapped("recv", words))
        self._lost: RadiusbridgeError | None = None
        self._logged_in = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._reader = asyncio.create_task(self._read(), name=f"routeros-reader {endpoint}")

    @classmethod
    async def open(
        cls,
        endpoint: ApiEndpoint,
        *,
        clock: Clock,
        dialer: Dialer | None = None,
        tap: Tap | None = None,
        deadline: float = DEFAULT_DEADLINE,
        window: int = DEFAULT_WINDOW,
        grace: float = DEFAULT_GRACE,
    ) -> Self:
        """Connect and log in.

        Raises Unreachable (nobody there), DeadlinePassed (no answer), NotSuchPeer (no RouterOS API there, TLS where
        plain is spoken or the reverse, not the expected certificate), LoginRefused.
        """
        connection: Self | None = None
        try:
            async with asyncio.timeout(deadline):
                dialer = dialer or TcpDialer()
                stream = await dialer.dial(endpoint.host, endpoint.port, endpoint.policy)
                connection = cls(endpoint, stream, clock=clock, tap=tap, window=window, grace=grace)
                try:
                    await log_in(connection, endpoint.user, endpoint.password)
                except LinkLost:
                    if connection._decoder.heard or endpoint.tls is not TlsMode.PLAIN:
                        raise
                    raise await hung_up(endpoint, dialer) from None
                connection._logged_in = True
                return connection
        except TimeoutError as error:
            late = DeadlinePassed(f"no answer within {deadline:g} s", target=str(endpoint), hint=silence_hint(endpoint))
            raise late from error
        except RadiusbridgeError as error:
            error.target = error.target or str(endpoint)
            raise
        finally:
            if connection is not None and not connection._logged_in:
                await connection.close()

    @property
    def alive(self) -> bool:
        """Whether commands can still be sent."""
        return self._lost is None

    @property
    def busy(self) -> bool:
        """Whether somebody waits for the end of a command, or listens."""
        return any(exchange.grace is None for exchange in self._pending.values())

    async def call(
        self,
        command: str,
        attributes: Mapping[str, Value] = _NO_ATTRIBUTES,
        *,
        queries: Sequence[str] = (),
        proplist: Sequence[str] = (),
        deadline: float = DEFAULT_DEADLINE,
    ) -> Result:
        """Run a command to its end and return its rows.

        command: the path (`/ppp/active/print`). deadline: seconds, waiting for a place in the window included; past it
        the command is cancelled on the router. Raises RouterTrap, LinkLost, ReplyLate; the last two say whether the
        command was written, and BadInput for what cannot be sent.
        """
        exchange = Collecting(compose(command, attributes, queries, proplist), str(self.endpoint))
        return await self._run(exchange, deadline)

    async def call_late(self, command: str, make: Make, *, deadline: float = DEFAULT_DEADLINE) -> Result:
        """As `call`, with words that `make` gives when the command has its place in the window: until then more may
        be put into it. They begin with the command."""
        return await self._run(Collecting((command,), str(self.endpoint), make), deadline)

    def stream(
        self,
        command: str,
        attributes: Mapping[str, Value] = _NO_ATTRIBUTES,
        *,
        queries: Sequence[str] = (),
        proplist: Sequence[str] = (),
        deadline: float | None = None,
        buffer: int = DEFAULT_BUFFER,
        patient: bool = False,
        in_window: bool = True,
    ) -> RowStream:
        """A command whose rows are taken as they come; nothing is sent before the stream is entered or iterated.

        patient: the whole connection waits for whoever takes the rows. in_window: it has a place in the window for as
        long as it goes on; what never ends should have none.
        """
        words = compose(command, attributes, queries, proplist)
        target = str(self.endpoint)
        return RowStream(self, words, target, in_window=in_window, deadline=deadline, buffer=buffer, patient=patient)

    def listen(
        self,
        menu: str,
        *,
        queries: Sequence[str] = (),
        proplist: Sequence[str] = (),
        buffer: int = DEFAULT_BUFFER,
    ) -> RowStream:
        """The menu's changes, endless: changed rows, and `.id` with `.dead` for one that went.

        Takes no place in the window.
        """
        words = compose(menu + "/listen", _NO_ATTRIBUTES, queries, proplist)
        return RowStream(self, words, str(self.endpoint), in_window=False, deadline=None, buffer=buffer)

    def hold(self) -> None:
        """Read nothing more until `go_on`."""
        self._flowing.clear()

    def go_on(self) -> None:
        """Read on."""
        self._flowing.set()

    async def close(self) -> None:
        """Close; whatever is in flight fails with LinkLost."""
        self._lose("the connection was closed on this side")
        self._reader.cancel()
        await asyncio.wait({self._reader})

    async def login_call(self, attributes: Mapping[str, Value]) -> Result:
        """`/login`, without a tag, which old releases do not give back before the login; `open` has the deadline."""
        exchange = Collecting(compose("/login", attributes), str(self.endpoint))
        return await self._run(exchange, None, tagged=False)

    async def _run(self, exchange: Collecting, deadline: float | None, *, tagged: bool = True) -> Result:
        try:
            async with asyncio.timeout(deadline):
                await self.start(exchange, tagged=tagged)
                await exchange.changed()
        except TimeoutError as error:
            if not exchange.over:
                self.abandon(exchange)
                raise ReplyLate(
                    f"no answer to {exchange.words[0]} within {deadline:g} s",
                    target=str(self.endpoint),
                    written=exchange.written,
                ) from error
        except asyncio.CancelledError:
            self.abandon(exchange)
            raise
        if exchange.failure is not None:
            raise exchange.failure
        seconds = self._clock.monotonic() - exchange.sent_at
        self.latency = seconds if not self.latency else 0.8 * self.latency + 0.2 * seconds
        return Result(exchange.rows, exchange.ret, exchange.tag, seconds)

    async def start(self, exchange: Exchange, *, tagged: bool = True) -> None:
        """Give the command a place in the window and a tag, and send it. Raises LinkLost."""
        octets = encode_sentence(exchange.words)  # what cannot be encoded must not take a place
        if exchange.in_window:
            await self._window.acquire()
        if self._lost is not None:
            self._leave_window(exchange)
            raise self._loss(written=False)
        if exchange.make is not None:
            octets = self._made(exchange, exchange.make)
        if tagged:
            exchange.tag = str(next(self._tags))
            octets = octets[:-1] + encode_sentence((f".tag={exchange.tag}",))
        self._pending[exchange.tag] = exchange
        exchange.written, exchange.sent_at = True, self._clock.monotonic()
        self._write([*exchange.words, f".tag={exchange.tag}"] if tagged else exchange.words, octets)
        try:
            await self._stream.drain()
        except OSError as error:
            self._lose(broken(error))
        except asyncio.CancelledError:
            self.abandon(exchange)
            raise

    def _made(self, exchange: Exchange, make: Make) -> bytes:
        try:
            exchange.words = make()
            return encode_sentence(exchange.words)
        except BaseException:
            self._leave_window(exchange)
            raise

    def abandon(self, exchange: Exchange) -> None:
        """Cancel the command on the router, and drop what still comes of it; nothing if it is not in flight."""
        tag = exchange.tag
        if self._pending.get(tag) is not exchange:
            return
        rest = Exchange(exchange.words, exchange.target, in_window=exchange.in_window)
        rest.tag, rest.written = tag, True
        self._pending[tag] = rest
        if not tag:
            return
        rest.grace = asyncio.get_running_loop().call_later(self._grace, self._give_up, rest)
        cancel = ["/cancel", f"=tag={tag}", f".tag={next(self._tags)}"]
        self._write(cancel, encode_sentence(cancel))

    def _give_up(self, exchange: Exchange) -> None:
        self._lose(f"the router did not end {exchange.words[0]} within {self._grace:g} s of being told to")

    def _write(self, words: Sequence[str], octets: bytes) -> None:
        if self._tap is not None:
            self._tapped("send", words)
        try:
            self._stream.write(octets)
        except OSError as error:
            self._lose(broken(error))

    async def _read(self) -> None:
        stream, decoder = self._stream, self._decoder
        reason = "the reader stopped"
        try:
            while data := await stream.read():
                for start in range(0, len(data), AT_ONCE):
                    if start:
                        await asyncio.sleep(0)
                    for reply in decoder.feed(data[start : start + AT_ONCE]):
                        self._dispatch(reply)
                if decoder.damage is not None or self._lost is not None:
                    break
                await self._flowing.wait()
            else:
                whole = "" if decoder.between_sentences else " in the middle of a reply"
                reason = f"the router closed the connection{whole}"
        except OSError as error:
            reason = broken(error)
        finally:
            self._lose(reason)

    def _dispatch(self, reply: Reply) -> None:
        if isinstance(reply, Row):
            exchange = self._pending.get(reply.tag)
            if exchange is not None:
                exchange.row(reply.attributes)
        elif isinstance(reply, Done):
            exchange = self._pending.pop(reply.tag, None)
            if exchange is not None:
                self._retire(exchange)
                exchange.finish(reply)
        elif isinstance(reply, Trap):
            exchange = self._pending.get(reply.tag)
            if exchange is not None:
                exchange.traps.append(reply)
        elif isinstance(reply, Fatal):
            self._lose(f"the router ended the session: {safe(readable(reply.reason), 120) or 'no reason given'}")

    def _retire(self, exchange: Exchange) -> None:
        if exchange.grace is not None:
            exchange.grace.cancel()
        self._leave_window(exchange)

    def _leave_window(self, exchange: Exchange) -> None:
        if exchange.in_window:
            self._window.release()

    def _lose(self, reason: str) -> None:
        """The connection is over: the first reason stays, and every command in flight fails with it."""
        if self._lost is not None:
            return
        self._lost = self._what_was_lost(reason)
        pending, self._pending = self._pending, {}
        for exchange in pending.values():
            self._retire(exchange)
            exchange.fail(self._loss(written=exchange.written))
        self._stream.close()

    def _what_was_lost(self, reason: str) -> RadiusbridgeError:
        damage = self._decoder.damage
        if damage is not None:
            if not self._logged_in:
                return damage
            reason = damage.summary
        return LinkLost(reason)

    def _loss(self, *, written: bool) -> RadiusbridgeError:
        lost = self._lost
        assert lost is not None
        if not self._logged_in:
            return lost
        fate = "the command had been sent, so it may have been carried out" if written else "the command was not sent"
        return LinkLost(f"{lost.summary}; {fate}", target=str(self.endpoint), hint=lost.hint, written=written)

    def _tapped(self, direction: Direction, words: Sequence[str]) -> None:
        if self._tap is not None:
            with contextlib.suppress(Exception):
                self._tap(direction, masked_words(words))
