"""The logs of the routers, as they come: one connection for each router, a bounded number of lines in memory.

A router that is dark delays no other. What is lost, and what becomes of the connection, is a line too.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from radiusbridge.domain.errors import RadiusbridgeError, UnknownName
from radiusbridge.domain.log_fields import LONGEST, OURS, LogEntry, user_of
from radiusbridge.domain.text import safe
from radiusbridge.gateways.following import LogLine, RouterEvents
from radiusbridge.services.context import Context
from radiusbridge.services.following import BACKOFF, STANDING, Home, homes

MOST = 5_000
"""Lines that are kept, the newest."""
DEADLINE = 20.0
"""Seconds that one reading of a router's buffer may take."""

log = logging.getLogger(__name__)

RENEWAL = 5.0
"""Seconds between two looks at which routers there are."""
Told = Callable[[LogEntry], None]


def _nothing(_entry: LogEntry) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class RouterLog:
    """lines: the newest, in the order in which they came. errors: routers that cannot be read now, and why."""

    context: Context
    routers: tuple[str, ...] = ()
    """By name; none: all."""
    told: Told = _nothing
    lines: deque[LogEntry] = field(default_factory=lambda: deque(maxlen=MOST))
    errors: dict[str, str] = field(default_factory=dict)
    _events: dict[Home, RouterEvents] = field(default_factory=dict)
    """Kept from one `follow` to the next: each remembers its last line, so that nothing is told twice."""
    _count: int = 0

    async def follow(self) -> None:
        """Until cancelled; a router that is added, changed or removed meanwhile, too. UnknownName."""
        tasks: dict[Home, asyncio.Task[None]] = {}
        wanted = await self._homes()
        try:
            while True:
                for gone in tasks.keys() - set(wanted):
                    tasks.pop(gone).cancel()
                    self.errors.pop(gone.name, None)
                for home in wanted:
                    if home not in tasks:
                        tasks[home] = asyncio.create_task(self._router(home), name=f"log of {home.name}")
                await self.context.clock.sleep(RENEWAL)
                try:
                    wanted = await self._homes()
                except RadiusbridgeError as error:
                    log.warning("the routers could not be listed: %s", error.line())
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)

    async def read(self) -> None:
        """What the buffers hold now; a router that cannot be read is in `errors`. UnknownName."""
        await asyncio.gather(*(self._once(home) for home in await self._homes()))

    async def _homes(self) -> Sequence[Home]:
        found = await self.context.database.read(homes)
        names = {home.name for home in found}
        for name in self.routers:
            if name not in names:
                hint = f"one of {', '.join(sorted(names))}" if names else "radiusbridge server add"
                raise UnknownName("there is no such router", target=safe(name, 80), hint=hint)
        return [home for home in found if not self.routers or home.name in self.routers]

    async def _router(self, home: Home) -> None:
        """One router, again and again."""
        if home not in self._events:
            self._events[home] = self.context.gateways.router_events(home.name, home.api)
        events = self._events[home]
        failures = 0
        while True:
            ear = _Ear(self, home)
            try:
                await events.follow(ear, sessions=False)
            except RadiusbridgeError as error:
                failures = 1 if ear.up.is_set() else failures + 1
                self._failed(home, error.line())
                pause = BACKOFF.delay(failures, self.context.entropy) if error.retryable else STANDING
            except Exception as error:  # one router that breaks our reading must not end the others
                log.exception("the log of %s", home.name)
                self._failed(home, f"internal error {type(error).__name__}")
                pause = STANDING
            await self.context.clock.sleep(pause)

    async def _once(self, home: Home) -> None:
        ear = _Ear(self, home, quiet=True)
        events = self.context.gateways.router_events(home.name, home.api)
        work = asyncio.create_task(events.follow(ear, sessions=False))
        up = asyncio.create_task(ear.up.wait())
        try:
            async with asyncio.timeout(DEADLINE):
                await asyncio.wait([work, up], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        except TimeoutError:
            self.errors[home.name] = f"no answer within {DEADLINE:.0f} s"
        except RadiusbridgeError as error:
            self.errors[home.name] = error.line()
        finally:
            work.cancel()
            up.cancel()
            await asyncio.gather(work, up, return_exceptions=True)

    def _failed(self, home: Home, why: str) -> None:
        if home.name not in self.errors:
            self.say(home, f"not followed: {why}")
        self.errors[home.name] = why

    def say(self, home: Home, words: str) -> None:
        """A line of our own."""
        self.add(home, OURS, words, self.context.clock.now(), live=True)

    def add(self, home: Home, topics: str, message: str, at: datetime, *, live: bool) -> None:
        """A line."""
        self._count += 1
        user, cause = ("", "") if topics == OURS else user_of(topics, message)
        entry = LogEntry(self._count, at, home.name, topics[:200], message[:LONGEST], live, user, cause)
        self.lines.append(entry)
        self.told(entry)


@dataclass(slots=True)
class _Ear:
    """Hears one router (`gateways.following.Listener`)."""

    log: RouterLog
    home: Home
    quiet: bool = False
    up: asyncio.Event = field(default_factory=asyncio.Event)

    def connected(self) -> None:
        """It is followed."""
        again = self.log.errors.pop(self.home.name, None) is not None
        if not self.quiet:
            self.log.say(self.home, "followed again" if again else "followed")
        self.up.set()

    def clock(self, difference: float | None, round_trip: float) -> None:
        """Others tell of wrong clocks."""

    def gap(self) -> None:
        """Lines were lost."""
        self.log.say(self.home, "its buffer moved on meanwhile: lines are missing")

    def line(self, line: LogLine) -> None:
        """One line."""
        self.log.add(self.home, line.topics, line.message, line.at, live=line.live)

    def came(self, username: str) -> None:
        """Sessions are not followed."""

    def sessions(self, count: int) -> None:
        """Sessions are not followed."""
