"""The asyncio shell around the exchange: sockets, timers, waiting callers, and the frame tap."""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Literal, Self

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.radius.exchange import Exchange
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.pending import Pending, Port
from radiusbridge.radius.requests import Request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sign import SigningPolicy
from radiusbridge.radius.sockets import Address, DatagramSocket, DatagramSockets, HearsElsewhere, UdpSockets

WINDOW = 100
"""Requests in flight towards one peer: more overflow its receive buffer, and each drop costs a whole timeout."""

_PORT_TRIES = 16
_PER_WAKE = 1024  # a flood must not keep the event loop; what is left wakes it again

_log = logging.getLogger(__name__)


Direction = Literal["send", "recv", "end"]


@dataclass(frozen=True, slots=True)
class Frame:
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
        if not host or not 0 < port < 65536:
            raise BadInput(f"{safe(host, 80)!r}, port {port}: no address that RADIUS can be sent to")
        if source is not None and not _is_literal(source):
            raise BadInput(f"{safe(source, 80)!r} is no IP address to send from")
        self.exchange = Exchange(secret, clock=clock, entropy=entropy, signing=signing, retransmission=retransmission)
        self._host = host
        self._port = port
        self._clock = clock
        self._sockets = sockets or UdpSockets()
        self._source = source
        self._window = window
        self._tap = tap
        self._remote: Address | None = None
        self._open: dict[Port, DatagramSocket] = {}
        self._turns: deque[asyncio.Future[None]] = deque()
        self._granted = 0
        self._resolving = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = float("inf")
        self._closed = False

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
        try:
            if self._remote is None or self._crowded():
                async with asyncio.timeout_at(deadline):
                    await self._prepare(loop)
            if self._closed:
                return Outcome(Kind.NOT_SENT, detail="the client is closed")
            if loop.time() >= deadline:
                raise TimeoutError
            port = self.exchange.ready_port() or self._open_port()
        except TimeoutError:
            return Outcome(Kind.NOT_SENT, detail="the deadline passed before its turn came")
        except OSError as error:
            return Outcome(Kind.NOT_SENT, detail=error.strerror or str(error))
        pending = self.exchange.start(port, request, deadline)
        waiter: asyncio.Future[Outcome] = loop.create_future()
        pending.waiter = waiter
        self._transmit(pending)
        if pending.due < self._timer_at:
            self._arm()
        try:
            return await waiter
        finally:
            self.exchange.abandon(pending)
            if self._tap is not None:
                self._show_end(pending)
            self._pass_turns()

    def close(self) -> None:
        """Close every socket; requests that still wait end as SILENCE, those without a turn as NOT_SENT."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for port, sock in self._open.items():
            for pending in list(port.pending.values()):
                self.exchange.abandon(pending, "the client was closed before an answer came")
                self._wake(pending)
            sock.close()
        self._open.clear()
        self._pass_turns()

    def _crowded(self) -> bool:
        return bool(self._turns) or self.exchange.in_flight + self._granted >= self._window

    async def _prepare(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for the peer's address, then for the turn. Raises OSError when the name does not resolve."""
        if self._remote is None:
            async with self._resolving:
                if self._remote is None:
                    self._remote = await _resolve(loop, self._host, self._port)
        if self._closed or not self._crowded():
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
        while self._turns and (self._closed or self.exchange.in_flight + self._granted < self._window):
            turn = self._turns.popleft()
            if not turn.done():
                self._granted += 1
                turn.set_result(None)

    def _open_port(self) -> Port:
        """A new source port, none that was in use a short while ago. Raises OSError."""
        assert self._remote is not None
        resting = []
        try:
            for _ in range(_PORT_TRIES):
                cell: list[Port] = []
                sock = self._sockets.open(self._remote, self._source, partial(self._on_readable, cell))
                port = self.exchange.add_port(sock.local_address)
                if port is not None:
                    cell.append(port)
                    self._open[port] = sock
                    if isinstance(sock, HearsElsewhere):
                        sock.hear_elsewhere(partial(self._on_elsewhere, port))
                    return port
                resting.append(sock)
        finally:
            for sock in resting:
                sock.close()
        raise OSError("no source port is left whose identifiers have rested")

    def _transmit(self, pending: Pending) -> None:
        sock = self._open[pending.port]
        try:
            try:
                sock.send(pending.raw)
            except ConnectionRefusedError as refused:
                # that is the answer to an earlier datagram; this one has not left
                self._fail(pending.port, refused)
                if pending.outcome is not None:
                    return
                sock.send(pending.raw)
        except OSError as error:
            if pending.sends == 1:
                self.exchange.not_sent(pending, error)
                self._wake(pending)
            else:
                self._fail(pending.port, error)
            return
        if self._tap is not None:
            self._show("send", pending.raw, sock, None)

    def _on_readable(self, cell: list[Port]) -> None:
        """Take in everything that waits on a port's socket; called by the event loop."""
        port = cell[0]
        sock = self._open[port]
        for _ in range(_PER_WAKE):
            try:
                raw = sock.receive()
            except OSError as error:
                self._fail(port, error)
                continue
            if raw is None:
                break
            kind, over = self.exchange.received(port, raw)
            if self._tap is not None:
                self._show("recv", raw, sock, kind)
            if over is not None:
                self._wake(over)
        if not port.pending:
            self._tidy()

    def _on_elsewhere(self, port: Port, raw: bytes, source: Address) -> None:
        kind = self.exchange.received_elsewhere(port, raw, source)
        if self._tap is not None:
            self._show("recv", raw, self._open[port], kind, source)

    def _fail(self, port: Port, error: OSError) -> None:
        for pending in self.exchange.port_failed(port, error):
            self._wake(pending)
        self._arm()

    def _tidy(self) -> None:
        for spent in self.exchange.retire_spent():
            self._open.pop(spent).close()

    def _wake(self, pending: Pending) -> None:
        waiter = pending.waiter
        if isinstance(waiter, asyncio.Future) and not waiter.done():
            waiter.set_result(pending.outcome)

    def _arm(self) -> None:
        """Have the timer ring when the exchange has something to do next, not later."""
        due = self.exchange.next_due()
        if due is None or due >= self._timer_at or self._closed:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = due
        self._timer = asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer, self._timer_at = None, float("inf")
        for pending in self.exchange.poll():
            if pending.outcome is not None:
                self._wake(pending)
            elif not pending.request.renewed or self._renew(pending):
                self._transmit(pending)
        self._tidy()
        self._arm()

    def _renew(self, pending: Pending) -> bool:
        """Give the next sending a packet of its own. False: there is no port for it, so that it counts as lost."""
        try:
            self.exchange.renew(self.exchange.ready_port() or self._open_port(), pending)
        except OSError:
            return False
        return True

    def _show_end(self, pending: Pending) -> None:
        outcome = pending.outcome
        if outcome is not None and outcome.sends and not outcome.answered and self._remote is not None:
            now = self._clock.monotonic()
            self._tell(Frame("end", pending.raw, self._remote, pending.port.local, now, outcome.kind))

    def _show(
        self,
        direction: Direction,
        raw: bytes,
        sock: DatagramSocket,
        kind: Kind | None,
        peer: Address | None = None,
    ) -> None:
        if self._tap is None or self._remote is None:
            return
        self._tell(Frame(direction, raw, peer or self._remote, sock.local_address, self._clock.monotonic(), kind))

    def _tell(self, frame: Frame) -> None:
        if self._tap is None:
            return
        try:
            self._tap(frame)
        except Exception:
            _log.exception("the frame tap failed; the exchange goes on without it")
            self._tap = None


def _is_literal(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return True
    return False


async def _resolve(loop: asyncio.AbstractEventLoop, host: str, port: int) -> Address:
    """The peer's address: a literal at once, a name by the system's resolver. Raises OSError."""
    if _is_literal(host):
        return host, port
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except ValueError as error:  # a name that DNS cannot carry: an empty or too long label, a NUL
        raise OSError("that is no host name") from error
    address = found[0][4]
    return str(address[0]), int(address[1])
