"""Follow every router's log and sessions, so that each user's last refusal is known. One connection for each router.

A router that is dark or refuses delays no other; what is told of it says so.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import ApiAccess
from radiusbridge.domain.refusals import Refusal, read_line
from radiusbridge.domain.text import beside, safe
from radiusbridge.gateways.following import LogLine, RouterEvents
from radiusbridge.routeros.backoff import Backoff
from radiusbridge.services.context import Context
from radiusbridge.services.refusals import Book

RENEWAL = 10.0
"""Seconds between two looks at which routers there are."""
CLOCK_TOLERANCE = 60.0
"""Seconds that a router's clock may be off before it is told."""
STANDING = 300.0
"""Seconds until a router that refused us is asked again."""
BACKOFF = Backoff(first=1.0, most=60.0)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Home:
    """A router that is followed. nas: it has sessions."""

    name: str
    server_id: int
    api: ApiAccess
    nas: bool


@dataclass(slots=True)
class Following:
    """How it stands with one router. difference: seconds that its clock is ahead of ours."""

    home: Home
    up: bool = False
    error: str = ""
    difference: float | None = None
    round_trip: float | None = None
    sessions: int | None = None
    lines: int = 0
    refusals: int = 0
    gaps: int = 0
    breaks: int = 0
    last_line: datetime | None = None


class Hearer(Protocol):
    """Who else is told of the routers' logs."""

    def clock(self, home: Home, ahead: float | None) -> None:
        """How many seconds a router's clock is ahead of ours; None: it cannot be read."""
        ...

    def gap(self, home: Home) -> None:
        """Lines of a router were lost."""
        ...

    def line(self, home: Home, line: LogLine) -> None:
        """A line of a router's log; nothing is raised."""
        ...


@dataclass(slots=True)
class _Ear:
    """Hears one router (`gateways.following.Listener`)."""

    state: Following
    book: Book
    hearers: tuple[Hearer, ...] = ()

    def connected(self) -> None:
        """It is followed."""
        state = self.state
        if state.error:
            log.warning("%s is followed again", state.home.name)
        state.up, state.error = True, ""

    def clock(self, difference: float | None, round_trip: float) -> None:
        """Told once for each time that it goes wrong."""
        state = self.state
        before = state.difference
        state.difference, state.round_trip = difference, round_trip
        for each in self.hearers:
            each.clock(state.home, difference)
        off = difference is not None and abs(difference) > CLOCK_TOLERANCE
        if off and (before is None or abs(before) <= CLOCK_TOLERANCE):
            log.warning("the clock of %s is %.0f s off", state.home.name, difference)

    def gap(self) -> None:
        """Lines were lost."""
        self.state.gaps += 1
        for each in self.hearers:
            each.gap(self.state.home)
        log.warning("the log of %s moved on while it was not followed: refusals may be missing", self.state.home.name)

    def line(self, line: LogLine) -> None:
        """Note a refusal."""
        state = self.state
        state.lines += 1
        state.last_line = line.at
        for each in self.hearers:
            each.line(state.home, line)
        found = read_line(line.topics, line.message)
        if found is None:
            return
        state.refusals += 1
        home = state.home
        self.book.refused(Refusal(home.server_id, found.username, line.at, found.cause, found.words, home.name))

    def came(self, username: str) -> None:
        """Note a login."""
        self.book.entered(self.state.home.server_id, username, self.book.context.clock.now())

    def sessions(self, count: int) -> None:
        """How many there are."""
        self.state.sessions = count


@dataclass(slots=True)
class Followers:
    """Follows every router that the database knows, while `run` runs."""

    context: Context
    book: Book
    hearers: tuple[Hearer, ...] = ()
    states: dict[Home, Following] = field(default_factory=dict)
    _tasks: dict[Home, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Follow until cancelled."""
        try:
            while True:
                try:
                    await self._reconcile()
                except RadiusbridgeError as error:
                    log.warning("the routers could not be listed: %s", error.line())
                await self.context.clock.sleep(RENEWAL)
        finally:
            await self._end([*self._tasks])

    async def _reconcile(self) -> None:
        wanted = await self.context.database.read(homes)
        await self._end([home for home in self._tasks if home not in wanted])
        for home in wanted:
            if home not in self._tasks:
                self.states[home] = Following(home)
                self._tasks[home] = asyncio.create_task(self._follow(home), name=f"follow {home.name}")

    async def _end(self, homes: list[Home]) -> None:
        tasks = [self._tasks.pop(home) for home in homes]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for home in homes:
            self.states.pop(home, None)

    async def _follow(self, home: Home) -> None:
        """One router, again and again."""
        state = self.states[home]
        ear = _Ear(state, self.book, self.hearers)
        events: RouterEvents = self.context.gateways.router_events(home.name, home.api)
        failures = 0
        while True:
            state.up = False
            try:
                await events.follow(ear, sessions=home.nas)
            except RadiusbridgeError as error:
                failures = 0 if state.up else failures
                self._broken(state, error.line())
                pause = BACKOFF.delay(failures + 1, self.context.entropy) if error.retryable else STANDING
            except Exception as error:  # one router that breaks our reading must not end the others
                log.exception("following %s", home.name)
                self._broken(state, f"internal error {type(error).__name__}")
                pause = STANDING
            failures += 1
            await self.context.clock.sleep(pause)

    @staticmethod
    def _broken(state: Following, words: str) -> None:
        if state.up or not state.error:
            log.warning("%s is not followed: %s", state.home.name, safe(beside(state.home.name, words), 300))
        state.breaks += state.up
        state.up, state.error, state.sessions = False, safe(words, 300), None


def homes(unit: UnitOfWork) -> tuple[Home, ...]:
    """Every router once, by name; one that is server and NAS is followed as both."""
    found: dict[tuple[str, int, str], Home] = {}
    for server in unit.servers.all():
        if server.api is None:
            continue
        found[_place(server.api)] = Home(server.name, server.id, server.api, nas=False)
    for nas in unit.nases.all():
        if nas.api is None:
            continue
        same = found.get(_place(nas.api))
        name, server_id = (same.name, same.server_id) if same is not None else (nas.name, nas.server_id)
        found[_place(nas.api)] = Home(name, server_id, same.api if same is not None else nas.api, nas=True)
    return tuple(found.values())


def _place(api: ApiAccess) -> tuple[str, int, str]:
    return api.host, api.port, api.user
