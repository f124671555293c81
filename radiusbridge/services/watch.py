"""Watch who is on line: every NAS's own list, read side by side, as one immutable snapshot after another.

A NAS that is slow or dark delays nobody: its last list stays, and goes stale with its age. What a stale list shows is
never told as if it were so now.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import PeerRefused, RadiusbridgeError
from radiusbridge.domain.live import Live as Live
from radiusbridge.domain.records import Nas
from radiusbridge.domain.text import beside

if TYPE_CHECKING:
    from radiusbridge.gateways.session_feed import FeedList
    from radiusbridge.services.context import Context

INTERVAL = 2.0
"""Seconds between the beginnings of two readings of one NAS."""
STALE_AFTER = 6.0
"""Seconds after which a list counts no longer as what is so now."""
DEADLINE = 15.0
"""Seconds that one reading may take."""
LISTEN_AGAIN = 600.0
"""Seconds until a router that does not listen is asked to once more: it may have been updated."""
RENEWAL = 10.0
"""Seconds between two looks at which NASes there are."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Presence:
    """One customer in one snapshot. `sessions` of an UNKNOWN are the last that were seen."""

    state: Live
    sessions: tuple[SessionRow, ...] = ()
    age: float | None = None
    """UNKNOWN: seconds since the oldest of the stale lists was asked for; None: never read."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class NasReading:
    """The last list of one NAS, and how the newest attempt to read it went."""

    nas: str
    server_id: int
    isolation: str = ""
    """The address list of the walled."""
    sessions: Mapping[str, tuple[SessionRow, ...]] = field(default_factory=dict)
    """By user name."""
    count: int = 0
    began: float | None = None
    """When that list was asked for, on the monotonic clock; None: it was never read."""
    error: str = ""
    """Why the newest attempt failed; empty: it did not."""
    listens: bool = False
    """Whether changes are told as they happen; else the list is read again and again."""
    deaf: str = ""
    """Why it does not listen, where the router said so."""
    unasked: bool = False
    """No API access is known, so that nobody asks it."""

    def age(self, now: float) -> float | None:
        """Seconds since the list was asked for; None: never."""
        return None if self.began is None else max(0.0, now - self.began)

    def stale(self, now: float) -> bool:
        """Whether the list must not be told as what is so now."""
        return bool(self.error) or self.began is None or now - self.began > STALE_AFTER

    def walled(self, session: SessionRow) -> bool:
        """Whether a session is in the isolation list."""
        return self.isolation in session.lists


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known at one moment. `generation` grows with each reading."""

    generation: int = 0
    nases: tuple[NasReading, ...] = ()
    """By name."""
    news: tuple[NasReading, ...] = ()
    """Those of them that the generation before did not have."""

    def presence(self, server_id: int, username: str, now: float) -> Presence:
        """How the customer with that user name stands; `now` on the monotonic clock."""
        of_server = [reading for reading in self.nases if reading.server_id == server_id]
        if not of_server:
            return Presence(Live.UNKNOWN, why="no NAS of its server can be read")
        fresh: list[SessionRow] = []
        last_seen: list[SessionRow] = []
        stale: list[NasReading] = []
        walled = True
        for reading in of_server:
            rows = reading.sessions.get(username, ())
            if reading.stale(now):
                stale.append(reading)
                last_seen += rows
            else:
                fresh += rows
                walled = walled and all(map(reading.walled, rows))
        if fresh:
            return Presence(Live.WALLED if walled else Live.LIVE, tuple(fresh))
        if not stale:
            return Presence(Live.OFFLINE)
        ages = [reading.age(now) for reading in stale]
        age = None if None in ages else max(each for each in ages if each is not None)
        words = (f"{reading.nas}: {beside(reading.nas, reading.error) or 'no fresh list'}" for reading in stale)
        return Presence(Live.UNKNOWN, tuple(last_seen), age, ", ".join(words))

    def live_names(self) -> frozenset[tuple[int, str]]:
        """(server id, user name) of everybody on any list."""
        return frozenset((reading.server_id, name) for reading in self.nases for name in reading.sessions)


Listener = Callable[[Snapshot], None]


class Watch:
    """Reads every NAS that can be read, again and again, while `run` runs. servers: ids; only their NASes."""

    def __init__(self, context: "Context", interval: float = INTERVAL, servers: Collection[int] | None = None) -> None:
        self._context = context
        self._interval = interval
        self._servers = servers
        self._readings: dict[Nas, NasReading] = {}
        """By name: hundreds of lists that are confirmed every other second must not be put in order each time."""
        self._tasks: dict[Nas, asyncio.Task[None]] = {}
        self._listeners: list[Listener] = []
        self.snapshot = Snapshot()

    @property
    def nases(self) -> Mapping[str, Nas]:
        """Those that are watched, by name."""
        return {nas.name: nas for nas in self._readings}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` in the event loop with each new snapshot; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def run(self) -> None:
        """Watch until cancelled."""
        try:
            while True:
                try:
                    await self._reconcile()
                except RadiusbridgeError as error:
                    log.warning("the NASes could not be listed: %s", error.line())
                await self._context.clock.sleep(RENEWAL)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            self._tasks.clear()

    async def _reconcile(self) -> None:
        """Follow the database: new NASes are read, changed ones anew, removed ones no more."""

        def known(nas: tuple[Nas, ...], isolation: Mapping[int, str]) -> dict[Nas, str]:
            of = self._servers
            return {each: isolation.get(each.server_id, "") for each in nas if of is None or each.server_id in of}

        wanted = await self._context.database.read(
            lambda unit: known(unit.nases.all(), {each.id: each.isolation_name for each in unit.servers.all()})
        )
        changed = self.snapshot.generation == 0
        for gone in [nas for nas in self._readings if self._isolation(nas) != wanted.get(nas)]:
            task = self._tasks.pop(gone, None)
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            del self._readings[gone]
            changed = True
        fresh = []
        for nas, isolation in wanted.items():
            if nas not in self._readings:
                self._readings[nas] = NasReading(
                    nas.name, nas.server_id, isolation, error=_unreadable(nas), unasked=nas.api is None
                )
                fresh.append(self._readings[nas])
                if nas.api is not None:
                    self._tasks[nas] = asyncio.create_task(self._watch(nas, isolation), name=f"watch {nas.name}")
        if changed or fresh:
            self._readings = dict(sorted(self._readings.items(), key=lambda known: known[0].name))
            self._publish(*fresh)

    def _isolation(self, nas: Nas) -> str:
        return self._readings[nas].isolation

    async def _watch(self, nas: Nas, isolation: str) -> None:
        clock = self._context.clock
        listen_at = clock.monotonic()
        while True:
            if clock.monotonic() >= listen_at:
                if await self._listen(nas):
                    # it listened, or cannot be reached: either way reading it at once would bring nothing
                    await clock.sleep(self._interval)
                    continue
                listen_at = clock.monotonic() + LISTEN_AGAIN
            began = clock.monotonic()
            reading = await self._read(nas, isolation, began)
            self._put(nas, reading)
            took = clock.monotonic() - began
            # a router that needs long for its list is left alone for as long: never more than half of its time
            await clock.sleep(max(self._interval - took, min(took, DEADLINE)))

    async def _listen(self, nas: Nas) -> bool:
        """Listen until that breaks; False: it does not listen, and has to be read."""
        feed = self._context.gateways.session_feed(nas)
        if feed is None:
            return False

        def told(news: "FeedList") -> None:
            before = self._readings[nas]
            now = replace(
                before, sessions=news.sessions, count=news.count, began=news.at, error="", listens=True, deaf=""
            )
            self._put(nas, now)

        deaf = ""
        try:
            await feed.follow(told)
        except PeerRefused as error:
            deaf = error.line()
        except RadiusbridgeError as error:
            self._readings[nas] = replace(self._readings[nas], error=error.line(), listens=False)
        except Exception as error:  # one router that breaks our listening must not end the watch on it
            log.exception("listening to %s", nas.name)
            deaf = f"internal error {type(error).__name__}"
        if deaf:
            self._readings[nas] = replace(self._readings[nas], listens=False, deaf=deaf)
        self._publish(self._readings[nas])
        return not deaf

    async def _read(self, nas: Nas, isolation: str, began: float) -> NasReading:
        before = self._readings[nas]
        try:
            port = self._context.gateways.nas_sessions(nas, isolation=isolation)
            if port is None:
                return replace(before, error=_unreadable(nas) or "it cannot be read")
            async with asyncio.timeout(DEADLINE):
                rows = await port.sessions()
        except RadiusbridgeError as error:
            return replace(before, error=error.line())
        except TimeoutError:
            return replace(before, error=f"no list within {DEADLINE:g} s")
        except Exception as error:  # one router that breaks our reading must not end the watch on it
            log.exception("reading %s", nas.name)
            return replace(before, error=f"internal error {type(error).__name__}")
        by_name: dict[str, tuple[SessionRow, ...]] = {}
        for row in rows:
            by_name[row.username] = (*by_name.get(row.username, ()), row)
        return replace(before, sessions=by_name, count=len(rows), began=began, error="")

    def _put(self, nas: Nas, reading: NasReading) -> None:
        self._readings[nas] = reading
        self._publish(reading)

    def _publish(self, *news: NasReading) -> None:
        self.snapshot = Snapshot(self.snapshot.generation + 1, tuple(self._readings.values()), news)
        for listener in tuple(self._listeners):
            try:
                listener(self.snapshot)
            except Exception:  # what breaks a listener says nothing of the router that was read
                log.exception("a listener of the lists")


def _unreadable(nas: Nas) -> str:
    return "" if nas.api is not None else "no API access is known"
