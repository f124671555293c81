"""Listed requests on the wire: each peer has a stream of its own, and none waits for another that is silent."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import NamedTuple

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, Unreachable
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.request_files import Entry, RequestFiles
from radiusbridge.radius.frames import Tap
from radiusbridge.radius.outcome import Outcome
from radiusbridge.radius.requests import Request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sign import SigningPolicy
from radiusbridge.radius.sockets import DatagramSockets
from radiusbridge.radius.stream import RadiusStream

AHEAD = 4096
"""Requests that are read and not sent yet, at most: those to a silent peer must not keep the others waiting."""

MOST_PEERS = 512
_AT_ONCE = 32  # so that reading does not keep answers waiting
FIRST_WAIT = 1.0
LONGEST_WAIT = 8.0


class Peer(NamedTuple):
    """Who is asked, and under which secret."""

    host: str
    port: int
    secret: Secret
    source: str | None = None
    signing: SigningPolicy = SigningPolicy.PREFER

    @property
    def address(self) -> str:
        """`host:port`, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class End(NamedTuple):
    """One request that is over."""

    entry: Entry
    peer: Peer
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Pressure:
    """parallel: on the wire to each peer. rate: requests a second in all, None as fast as may be.

    timeout: seconds for one request, with `retries` further sendings at most.
    """

    parallel: int = 1
    rate: float | None = None
    timeout: float = 5.0
    retries: int = 4


class _Lane:
    """The requests to one peer that wait, handed to its stream one by one."""

    def __init__(self, sender: "Sender", peer: Peer, stream: RadiusStream[Entry]) -> None:
        self.peer = peer
        self.stream = stream
        self.waiting: deque[Entry] = deque()
        self._sender = sender

    def __iter__(self) -> "_Lane":
        return self

    def __next__(self) -> tuple[Entry, Request] | None:
        return self._sender.next_for(self)


class Sender:
    """Sends what the files list, once. `on_ends` is called with what has ended, many at a time.

    peer_of: whom an entry goes to; BadInput ends the sending there, as an error of the files does: what stands before
    it is sent, and then it is raised.
    """

    def __init__(
        self,
        pressure: Pressure,
        peer_of: Callable[[Entry], Peer],
        on_ends: Callable[[list[End]], None],
        *,
        clock: Clock,
        entropy: Entropy,
        sockets: DatagramSockets | None = None,
        tap: Tap | None = None,
    ) -> None:
        self.stopped = False
        self._pressure = pressure
        self._peer_of = peer_of
        self._on_ends = on_ends
        self._clock = clock
        self._entropy = entropy
        self._sockets = sockets
        self._tap = tap
        self._files: RequestFiles | None = None
        self._lanes: dict[Peer, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._hungry: set[_Lane] = set()
        self._reading = False
        self._ahead = 0
        self._released = 0
        self._began = 0.0
        self._tick: asyncio.TimerHandle | None = None
        self._finished = False
        self._failure: BaseException | None = None
        self._over: asyncio.Future[None] | None = None

    async def run(self, open_files: Callable[[Callable[[], None]], RequestFiles]) -> None:
        """Send everything. open_files: opens them, given what they call when there is more to read.

        Raises BadInput and Unreachable (the peer's name does not resolve) after what was on the wire has ended.
        """
        loop = asyncio.get_running_loop()
        self._over = loop.create_future()
        self._began = self._clock.monotonic()
        self._files = open_files(self._more)
        try:
            self._more()
            await self._over
        finally:
            self._finished = True
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._tick is not None:
                self._tick.cancel()
            self._files.close()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Send nothing more and wait for what is on the wire; the second time, do not wait."""
        again, self.stopped = self.stopped, True
        self._finish(None)
        for lane in self._lanes.values():
            if again:
                lane.stream.close()
            else:
                lane.waiting.clear()
                lane.stream.stop()

    def next_for(self, lane: _Lane) -> tuple[Entry, Request] | None:
        """The next request of a lane; None: none at the moment. StopIteration when there are no more."""
        if not lane.waiting:
            if self._finished:
                raise StopIteration
            self._hungry.add(lane)
            return None
        if self._pressure.rate is not None and not self._due(self._pressure.rate):
            return None
        entry = lane.waiting.popleft()
        self._ahead -= 1
        self._released += 1
        if self._ahead == AHEAD // 2 or not self._ahead:
            self._more()
        return entry, entry.sending.request

    def _due(self, rate: float) -> bool:
        due = self._began + self._released / rate
        if due <= self._clock.monotonic():
            return True
        if self._tick is None:
            self._tick = asyncio.get_running_loop().call_at(due, self._ticked)
        return False

    def _ticked(self) -> None:
        self._tick = None
        for lane in list(self._lanes.values()):
            lane.stream.wake()

    def _more(self) -> None:
        """There is more to read, and room for it."""
        if not self._reading:
            self._reading = True
            asyncio.get_running_loop().call_soon(self._read)

    def _read(self) -> None:
        """Read on a little, for whichever peers it is, and again at the loop's next turn while there is room."""
        assert self._files is not None
        self._reading = False
        try:
            for _ in range(_AT_ONCE):
                if self._finished:
                    return
                entry = self._files.next()
                if entry is None:
                    return
                if isinstance(entry, BadInput):
                    raise entry
                self._line_up(entry)
        except StopIteration:
            self._finish(None)
        except RadiusbridgeError as error:
            self._finish(error)
        if self._ahead < AHEAD:
            self._more()

    def _line_up(self, entry: Entry) -> None:
        lane = self._lane(self._peer_of(entry))
        lane.waiting.append(entry)
        self._ahead += 1
        if lane in self._hungry:
            self._hungry.discard(lane)
            asyncio.get_running_loop().call_soon(lane.stream.wake)

    def _lane(self, peer: Peer) -> _Lane:
        lane = self._lanes.get(peer)
        if lane is not None:
            return lane
        if len(self._lanes) >= MOST_PEERS:
            raise BadInput(f"requests go to more than {MOST_PEERS} peers", hint="split the file")
        pressure = self._pressure
        stream: RadiusStream[Entry] = RadiusStream(
            peer.host,
            peer.port,
            peer.secret,
            clock=self._clock,
            entropy=self._entropy,
            sockets=self._sockets,
            source=peer.source,
            signing=peer.signing,
            retransmission=Retransmission(FIRST_WAIT, LONGEST_WAIT, pressure.retries + 1, 0.0),
            window=pressure.parallel,
            tap=self._tap,
        )
        lane = self._lanes[peer] = _Lane(self, peer, stream)
        task = asyncio.get_running_loop().create_task(self._drive(lane))
        self._tasks.add(task)
        task.add_done_callback(self._driven)
        return lane

    async def _drive(self, lane: _Lane) -> None:
        peer, stream = lane.peer, lane.stream
        try:
            await stream.resolve()
        except OSError as error:
            hint = "check the host's name"
            raise Unreachable(error.strerror or str(error), target=peer.address, hint=hint) from error
        async with aclosing(stream.run(lane, timeout=self._pressure.timeout)) as batches:
            async for batch in batches:
                self._on_ends([End(entry, peer, outcome) for entry, outcome in batch])

    def _driven(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._finish(error)
            self.stop()
        self._look()

    def _finish(self, error: BaseException | None) -> None:
        """Nothing more is read."""
        self._finished = True
        self._failure = self._failure or error
        for lane in self._lanes.values():
            asyncio.get_running_loop().call_soon(lane.stream.wake)
        self._look()

    def _look(self) -> None:
        if self._finished and not self._tasks and self._over is not None and not self._over.done():
            self._over.set_result(None)
