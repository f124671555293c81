"""Read every router, again and again or once, side by side: a router that is dark or slow delays no other.

Minutes that are over are kept in the database, and those that others kept there are taken over, so that the agent and
every dashboard draw the same line.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import PeerRefused, RadiusbridgeError
from radiusbridge.domain.minutes import KEPT, MINUTE, History, Minute, minute_of
from radiusbridge.domain.text import safe
from radiusbridge.domain.vitals import Vitals, traffic
from radiusbridge.services.readings.states import NO_API, SLOW, Contact, RouterHome, RouterState, routers

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.gateways.vitals import RouterVitals
    from radiusbridge.services.context import Context

INTERVAL = 5.0
"""Seconds between the beginnings of two readings of one router."""
DEADLINE = 15.0
"""Seconds that one reading may take."""
LATE = 2.0
"""Seconds by which a reading may be late before its router counts as slow."""
RENEWAL = 10.0
"""Seconds between two looks at which routers there are, and at what there is to keep."""
KEEP = timedelta(hours=48)
"""How long minutes stay in the database."""
LEARN_EVERY = 60.0
APART = 0.05
"""Seconds between the beginnings of two routers' readings, where they are spread."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Desk:
    """What is known of one router. asked: since when a reading is under way, on the monotonic clock."""

    state: RouterState
    reader: "RouterVitals | None"
    history: History = field(default_factory=History)
    asked: float | None = None
    kept: datetime | None = None
    """The newest minute that was written."""


class Readings:
    """`run` reads every `interval` seconds until cancelled; `read_all` reads once. Not both at a time."""

    def __init__(self, context: "Context", interval: float | None = None) -> None:
        self._context = context
        self._interval = INTERVAL if interval is None else interval
        self._desks: dict[RouterHome, _Desk] = {}
        self._tasks: dict[RouterHome, asyncio.Task[None]] = {}
        self._listeners: list[Callable[[], None]] = []
        self._learned: float | None = None
        self._tidied: datetime | None = None

    # -- what is known

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` in the event loop after each reading."""
        self._listeners.append(listener)

    @property
    def states(self) -> tuple[RouterState, ...]:
        """Every router as it is known now; one whose answer is overdue is slow."""
        return tuple(self._now(desk) for desk in self._desks.values())

    def history(self, home: RouterHome) -> History:
        """The minutes of a router."""
        desk = self._desks.get(home)
        return History() if desk is None else desk.history

    def _now(self, desk: _Desk) -> RouterState:
        state = desk.state
        late = desk.asked is not None and self._context.clock.monotonic() - desk.asked > LATE
        if late and state.contact is Contact.UP:
            return replace(state, contact=Contact.SLOW, since=None, error="its answer is overdue")
        return state

    # -- reading

    async def run(self) -> None:
        """Read until cancelled; what is over by then is kept."""
        try:
            while True:
                try:
                    await self._reconcile()
                    for home in self._desks:
                        if home not in self._tasks and home.api is not None:
                            self._tasks[home] = asyncio.create_task(self._watch(home), name=f"reading {home.name}")
                    await self._keep()
                except RadiusbridgeError as error:
                    log.warning("the routers' minutes could not be kept: %s", error.line())
                await self._context.clock.sleep(RENEWAL)
        finally:
            await self._end(list(self._tasks))

    async def read_all(self, over: float = 0.0) -> tuple[RouterState, ...]:
        """Read every router once, side by side, and keep the minutes that are over.

        over: seconds that the readings of very many may be spread over: hundreds that are asked at one moment would
        wait for each other here, and seem slow.
        """
        await self._reconcile()
        homes = [home for home in self._desks if home.api is not None]
        apart = min(APART, over / max(1, len(homes)))
        await asyncio.gather(*(self._read_after(apart * number, home) for number, home in enumerate(homes)))
        await self._keep()
        return self.states

    async def _read_after(self, seconds: float, home: RouterHome) -> None:
        if seconds:
            await self._context.clock.sleep(seconds)
        await self._read(home)

    async def read_again(self) -> None:
        """Read those once more that answered, side by side."""
        await asyncio.gather(*(self._read(home) for home, desk in self._desks.items() if not desk.state.stale))

    async def _watch(self, home: RouterHome) -> None:
        clock = self._context.clock
        while True:
            began = clock.monotonic()
            await self._read(home)
            took = clock.monotonic() - began
            # a router that needs long for its answer is left alone for as long: never more than half of its time
            await clock.sleep(max(self._interval - took, min(took, DEADLINE)))

    async def _read(self, home: RouterHome) -> None:
        desk = self._desks[home]
        at, desk.asked = self._context.clock.now(), self._context.clock.monotonic()
        contact, error, vitals = Contact.DARK, "", None
        try:
            assert desk.reader is not None
            async with asyncio.timeout(DEADLINE):
                vitals = await desk.reader.read()
        except PeerRefused as refusal:
            contact, error = Contact.REFUSED, refusal.line()
        except RadiusbridgeError as failure:
            error = failure.line()
        except TimeoutError:
            error = f"no answer within {DEADLINE:g} s"
        except Exception as broken:  # one router that breaks our reading must not end the others
            log.exception("reading %s", home.name)
            contact, error = Contact.UNKNOWN, f"internal error {type(broken).__name__}"
        finally:
            desk.asked = None
        self._note(desk, at, vitals, contact, safe(error, 300))

    def _note(self, desk: _Desk, at: datetime, vitals: Vitals | None, contact: Contact, error: str) -> None:
        before = desk.state
        if vitals is not None:
            contact = Contact.SLOW if vitals.seconds >= SLOW else Contact.UP
        since = before.since if before.contact is contact and before.since is not None else at
        if vitals is None:
            desk.state = replace(before, contact=contact, since=since, error=error)
        else:
            flow = traffic(before.vitals, vitals)
            desk.state = RouterState(desk.state.home, contact, since, self._context.clock.now(), vitals, flow)
            rates = None if flow.received is None or flow.sent is None else (flow.received, flow.sent)
            desk.history.note(self._context.clock.now(), vitals.sessions, vitals.cpu, rates, flow.seconds)
        for listener in tuple(self._listeners):
            try:
                listener()
            except Exception:  # what breaks a listener says nothing of the router that was read
                log.exception("a listener of the readings")

    # -- the database

    async def _reconcile(self) -> None:
        """Follow the database: which routers there are, and what others kept of them."""
        clock = self._context.clock
        learn = self._learned is None or clock.monotonic() - self._learned >= LEARN_EVERY
        since = minute_of(clock.now()) - MINUTE * KEPT

        def look(unit: "UnitOfWork") -> tuple[tuple[RouterHome, ...], dict[str, tuple[Minute, ...]]]:
            return routers(unit), dict(unit.minutes.since(since)) if learn else {}

        wanted, kept = await self._context.database.read(look)
        await self._end([home for home in self._tasks if home not in wanted])
        known, self._desks = self._desks, {}
        for home in wanted:
            self._desks[home] = known.get(home) or self._desk(home)
        for home, desk in self._desks.items():
            minutes = kept.get(home.endpoint, ())
            desk.history.learn(minutes)
            if minutes and desk.kept is None:
                desk.kept = minutes[-1].at
            if minutes and desk.state.heard_at is None:
                desk.state = replace(desk.state, heard_at=minutes[-1].at)
        if learn:
            self._learned = clock.monotonic()

    def _desk(self, home: RouterHome) -> _Desk:
        if home.api is None:
            return _Desk(RouterState(home, error=NO_API), None)
        reader = self._context.gateways.vitals(home.name, home.api, home.server, nas=bool(home.nas))
        return _Desk(RouterState(home), reader)

    async def _keep(self) -> None:
        """Write the minutes that are over; now and then forget old ones."""
        if self._context.read_only:
            return
        now = self._context.clock.now()
        fresh = []
        for home, desk in self._desks.items():
            desk.history.close(now)
            fresh += [(home.endpoint, minute) for minute in desk.history.over(desk.kept)]
        if not fresh:
            return
        tidy = self._tidied is None or now - self._tidied > timedelta(hours=1)

        def work(unit: "UnitOfWork") -> None:
            unit.minutes.keep(fresh)
            if tidy:
                unit.minutes.forget(now - KEEP)

        await self._context.database.write(work)
        for desk in self._desks.values():
            over = desk.history.over()
            desk.kept = over[-1].at if over else desk.kept
        self._tidied = now if tidy else self._tidied

    async def _end(self, homes: list[RouterHome]) -> None:
        tasks = [self._tasks.pop(home) for home in homes]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
