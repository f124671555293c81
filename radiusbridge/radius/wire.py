"""The asyncio shell around one exchange: sockets, the timer and the frame tap. Who waits for an end is its owner's."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.radius.exchange import Exchange
from radiusbridge.radius.frames import Direction, Frame, Tap, harmless
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.pending import Pending, Port
from radiusbridge.radius.requests import Request
from radiusbridge.radius.sockets import Address, DatagramSocket, DatagramSockets, HearsElsewhere, UdpSockets

_PORT_TRIES = 16
_PER_WAKE = 1024  # a flood must not keep the event loop; what is left wakes it again


class Wire:
    """Sends and receives for one exchange; calls `on_over` with each request that ended, `on_idle` after each wake.

    The host is resolved by `resolve`, before the first `ask`. Raises BadInput for an empty host, or a port or source
    that is none.
    """

    def __init__(
        self,
        exchange: Exchange,
        host: str,
        port: int,
        *,
        clock: Clock,
        sockets: DatagramSockets | None,
        source: str | None,
        tap: Tap | None,
        on_over: Callable[[Pending], None],
        on_idle: Callable[[], None] | None = None,
    ) -> None:
        if not host or not 0 < port < 65536:
            raise BadInput(f"{safe(host, 80)!r}, port {port}: no address that RADIUS can be sent to")
        if source is not None and not _is_literal(source):
            raise BadInput(f"{safe(source, 80)!r} is no IP address to send from")
        self.remote: Address | None = None
        self.closed = False
        self.open: dict[Port, DatagramSocket] = {}
        self._exchange = exchange
        self._host = host
        self._port = port
        self._clock = clock
        self._sockets = sockets or UdpSockets()
        self._source = source
        self._tap = harmless(tap) if tap is not None else None
        self._on_over = on_over
        self._on_idle = on_idle
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = float("inf")

    async def resolve(self) -> None:
        """Find the peer's address: a literal at once, a name by the system's resolver. Raises OSError."""
        if _is_literal(self._host):
            self.remote = self._host, self._port
            return
        try:
            found = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)
        except ValueError as error:  # a name that DNS cannot carry: an empty or too long label, a NUL
            raise OSError("that is no host name") from error
        address = found[0][4]
        self.remote = str(address[0]), int(address[1])

    def ask(self, request: Request, deadline: float, waiter: object) -> Pending:
        """Send the request. Raises OSError when there is no source port for it; all else is told by `on_over`."""
        port = self._exchange.ready_port() or self._open_port()
        pending = self._exchange.start(port, request, deadline)
        pending.waiter = waiter
        self._transmit(pending)
        if pending.due < self._timer_at:
            self._arm()
        return pending

    def abandon(self, pending: Pending, detail: str = "") -> None:
        """Give a request up; `on_over` is not called for it."""
        if pending.outcome is None:
            self._exchange.abandon(pending, detail)
            self._show_end(pending)

    def close(self) -> None:
        """Close every socket; requests that still wait end as SILENCE."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        for port, sock in self.open.items():
            for pending in list(port.pending.values()):
                if pending.outcome is None:
                    self._exchange.abandon(pending, "the client was closed before an answer came")
                    self._over(pending)
            sock.close()
        self.open.clear()

    def _open_port(self) -> Port:
        """A new source port, none that was in use a short while ago. Raises OSError."""
        assert self.remote is not None
        resting = []
        try:
            for _ in range(_PORT_TRIES):
                cell: list[Port] = []
                sock = self._sockets.open(self.remote, self._source, partial(self._on_readable, cell))
                port = self._exchange.add_port(sock.local_address)
                if port is not None:
                    cell.append(port)
                    self.open[port] = sock
                    if isinstance(sock, HearsElsewhere):
                        sock.hear_elsewhere(partial(self._on_elsewhere, port))
                    return port
                resting.append(sock)
        finally:
            for sock in resting:
                sock.close()
        raise OSError("no source port is left whose identifiers have rested")

    def _transmit(self, pending: Pending) -> None:
        sock = self.open[pending.port]
        try:
            sock.send(pending.raw)
        except OSError as error:
            if not self._sent_at_last(pending, sock, error):
                return
        if self._tap is not None:
            self._show("send", pending.raw, sock, None)

    def _sent_at_last(self, pending: Pending, sock: DatagramSocket, error: OSError) -> bool:
        if isinstance(error, ConnectionRefusedError):
            # that is the answer to an earlier datagram; this one has not left
            self._fail(pending.port, error)
            if pending.outcome is not None:
                return False
            try:
                sock.send(pending.raw)
            except OSError as another:
                error = another
            else:
                return True
        if pending.sends == 1:
            self._exchange.not_sent(pending, error)
            self._over(pending)
        else:
            self._fail(pending.port, error)
        return False

    def _on_readable(self, cell: list[Port]) -> None:
        """Take in everything that waits on a port's socket; called by the event loop."""
        port = cell[0]
        sock = self.open[port]
        receive, received, tap = sock.receive, self._exchange.received, self._tap
        over = self._on_over if tap is None else self._over
        for _ in range(_PER_WAKE):
            try:
                raw = receive()
            except OSError as error:
                self._fail(port, error)
                continue
            if raw is None:
                break
            kind, ended = received(port, raw)
            if tap is not None:
                self._show("recv", raw, sock, kind)
            if ended is not None:
                over(ended)
        if not port.pending:
            self._tidy()
        if self._on_idle is not None:
            self._on_idle()

    def _on_elsewhere(self, port: Port, raw: bytes, source: Address) -> None:
        kind = self._exchange.received_elsewhere(port, raw, source)
        if self._tap is not None:
            self._show("recv", raw, self.open[port], kind, source)

    def _fail(self, port: Port, error: OSError) -> None:
        for pending in self._exchange.port_failed(port, error):
            self._over(pending)
        self._arm()

    def _tidy(self) -> None:
        for spent in self._exchange.retire_spent():
            self.open.pop(spent).close()

    def _over(self, pending: Pending) -> None:
        if self._tap is not None:
            self._show_end(pending)
        self._on_over(pending)

    def _arm(self) -> None:
        """Have the timer ring when the exchange has something to do next, not later."""
        due = self._exchange.next_due()
        if due is None or due >= self._timer_at or self.closed:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = due
        self._timer = asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer, self._timer_at = None, float("inf")
        for pending in self._exchange.poll():
            if pending.outcome is not None:
                self._over(pending)
            elif not pending.request.renewed or self._renew(pending):
                self._transmit(pending)
        self._tidy()
        self._arm()
        if self._on_idle is not None:
            self._on_idle()

    def _renew(self, pending: Pending) -> bool:
        """Give the next sending a packet of its own. False: there is no port for it, so that it counts as lost."""
        try:
            self._exchange.renew(self._exchange.ready_port() or self._open_port(), pending)
        except OSError:
            return False
        return True

    def _show_end(self, pending: Pending) -> None:
        outcome = pending.outcome
        if self._tap is None or self.remote is None or outcome is None or outcome.answered or not outcome.sends:
            return
        now = self._clock.monotonic()
        self._tap(Frame("end", pending.raw, self.remote, pending.port.local, now, outcome.kind))

    def _show(
        self, direction: Direction, raw: bytes, sock: DatagramSocket, kind: Kind | None, peer: Address | None = None
    ) -> None:
        if self._tap is None or self.remote is None:
            return
        now = self._clock.monotonic()
        self._tap(Frame(direction, raw, peer or self.remote, sock.local_address, now, kind))


def _is_literal(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return True
    return False
