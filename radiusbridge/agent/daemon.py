"""The agent as a whole: what runs, what it tells, and how it reloads and stops."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

from radiusbridge.agent import metrics
from radiusbridge.agent.config import Config
from radiusbridge.agent.crew import Crew
from radiusbridge.agent.health import DATABASE_SECONDS, Health
from radiusbridge.agent.http import TEXT, Reply
from radiusbridge.agent.jobs import Findings
from radiusbridge.agent.leadership import Leadership
from radiusbridge.agent.notify import Notifier
from radiusbridge.agent.ports import Ports
from radiusbridge.agent.supervisor import Supervisor
from radiusbridge.agent.syslog import Receiver, sources
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.exposition import CONTENT_TYPE, Family, rendered
from radiusbridge.domain.text import safe
from radiusbridge.services.context import Context
from radiusbridge.services.executor import Executor
from radiusbridge.services.following import Followers
from radiusbridge.services.refusals import Book
from radiusbridge.services.vouchers.first_logins import LoginBook
from radiusbridge.services.vouchers.watching import VoucherWatch

LEAVE_SECONDS = 5.0
"""For leaving the duty of the timers, beyond the time that operations have to end."""
LET_GO_SECONDS = 8.0
"""For handing over what still runs, once its time is over."""
CLOSE_SECONDS = 4.0
"""For closing connections and the database."""
RENEWAL = 30.0
"""Seconds between two looks at whose syslog is taken."""
STATUS_EVERY = 30.0
QUIET = 4
"""So many times in a row that an agent which does not lead has nothing to do, it lets go of its connections."""

_EXECUTOR, _LEADERSHIP, _SENDERS = "executor", "leadership", "syslog sources"

log = logging.getLogger(__name__)


class Agent:
    """Runs until it is told to stop. load: reads the configuration again. BadInput from it keeps the old one."""

    def __init__(self, context: Context, config: Config, notifier: Notifier, load: Callable[[], Config]) -> None:
        self._context = context
        self._config = config
        self._notifier = notifier
        self._load = load
        self._tasks = Supervisor(context.clock, context.entropy)
        self._executor = Executor(context)
        watch = VoucherWatch(context)
        self._findings = Findings(watch)
        self._book = Book(context)
        self._logins = LoginBook(context)
        self._followers = Followers(context, self._book, (self._logins, watch))
        self._crew = Crew(context, config, self._findings, self._followers, lambda: self._leadership.epoch)
        self._leadership = Leadership(context, self._crew.begin, self._crew.end)
        self._cache = metrics.Cache(context)
        self._health = Health(context, (self._tasks, self._crew.tasks))
        self._receiver = Receiver(self._book, context.clock)
        pages = {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics}
        self.ports = Ports(pages, self._receiver)
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[bool]] = set()

    # -- life

    async def run(self) -> int:
        """Run; the exit status. Raises BadInput where a port cannot be had."""
        try:
            await self.ports.open(self._config)
            self._start()
            self._notifier.send(READY=1, STATUS=self._status())
            await self._stopping.wait()
            self._notifier.send(STOPPING=1, STATUS="handing over")
            await self._wind_down()
        finally:
            await self._end()
        return 0

    def stop(self) -> None:
        """Stop orderly; the second time, at once."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    def reload(self) -> "asyncio.Task[bool]":
        """Take a new configuration over; False: it was refused, and the old one stays. One that is in progress when
        the agent stops is given up."""
        task = asyncio.create_task(self._reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)
        return task

    async def _reload(self) -> bool:
        async with self._reloading:
            if self._stopping.is_set():
                return False
            stamp = int(self._context.clock.monotonic() * 1e6)
            self._notifier.send(RELOADING=1, MONOTONIC_USEC=stamp)
            try:
                config = self._load()
                await self.ports.open(config)
            except RadiusbridgeError as error:
                words = safe(error.line(), 600)
                log.warning("the new configuration was refused, the old one stays: %s", words)
                self._notifier.send(READY=1, STATUS=f"configuration refused: {words}")
                return False
            await self._take_over(config)
            log.warning("the configuration was read again")
            self._notifier.send(READY=1, STATUS=self._status())
            return True

    async def _take_over(self, config: Config) -> None:
        """Stop what that configuration does not want, and start what it does; the rest is not touched."""
        old, self._config = self._config, config
        if old.executor and not config.executor:
            await self._executor.wind_down(config.stop_within)
            await self._tasks.stop(_EXECUTOR)
            self._executor = Executor(self._context)
        if not (config.timers or config.follow):
            await self._tasks.stop(_LEADERSHIP)
        await self._crew.change(config)
        if config.senders != old.senders:
            await self._tasks.stop(_SENDERS)
        self._start()

    def _start(self) -> None:
        config, tasks = self._config, self._tasks
        if config.executor:
            tasks.start(_EXECUTOR, self._executor.watch)
        if config.timers or config.follow:
            tasks.start(_LEADERSHIP, self._leadership.run)
        tasks.start("refusals", self._book.run)
        tasks.start("vouchers' logins", self._logins.run)
        tasks.start("status", self._tell_status)
        tasks.start("idle connections", self._let_go)
        tasks.start(_SENDERS, self._know_senders)
        if self._notifier.watchdog is not None:
            tasks.start("watchdog", lambda: self._notifier.keep_alive(self._context.clock))

    async def _wind_down(self) -> None:
        """Claim nothing more; let what runs end for a while."""
        for reload in self._reloads:
            reload.cancel()
        if self._executor.busy:
            log.warning("%d operations end, or are handed over", self._executor.busy)
        orderly = asyncio.create_task(self._orderly())
        hurry = asyncio.create_task(self._hurry.wait())
        longest = self._config.stop_within + LEAVE_SECONDS
        waits: tuple[asyncio.Task[Any], ...] = orderly, hurry
        await asyncio.wait(waits, timeout=longest, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()

    async def _orderly(self) -> None:
        await asyncio.gather(self._executor.wind_down(self._config.stop_within), self._tasks.stop(_LEADERSHIP))

    async def _end(self) -> None:
        """Hand over what still runs, and let go of everything, within a bounded time."""
        await self.ports.close()
        try:
            async with asyncio.timeout(LET_GO_SECONDS):
                await asyncio.gather(self._tasks.stop(_EXECUTOR), self._crew.end())
                await self._tasks.close()
        except TimeoutError:
            log.warning("what still ran was not handed over in time: others take it when its lease is over")

    # -- what is told

    async def _know_senders(self) -> None:
        while True:
            self._receiver.known = await self._context.database.read(partial(sources, named=self._config.senders))
            await self._context.clock.sleep(RENEWAL)

    async def _metrics(self) -> Reply:
        supervisors = (self._tasks, self._crew.tasks)
        states = tuple(self._followers.states.values())
        families = chain(
            metrics.of_process(self._leadership.leads, self._executor.busy, supervisors),
            metrics.of_routers(states, self._book, self._receiver.counts),
            metrics.of_findings(self._findings),
        )
        told = rendered(families)
        try:
            told += rendered(metrics.of_database(await self._cache.get(DATABASE_SECONDS)))
            database = 1
        except (RadiusbridgeError, TimeoutError):
            database = 0
        up = Family(f"{metrics.P}database_up", "gauge", "Whether the database answers.")
        up.add(database)
        return Reply(200, told + rendered([up]), CONTENT_TYPE)

    async def _healthz(self) -> Reply:
        return _told(await self._health.ills(), "ok")

    async def _readyz(self) -> Reply:
        return _told(["it stops"] if self._stopping.is_set() else await self._health.ills(), "ready")

    async def _tell_status(self) -> None:
        while True:
            await self._context.clock.sleep(STATUS_EVERY)
            self._notifier.send(STATUS=self._status())

    async def _let_go(self) -> None:
        """Who only carries out operations keeps no connection for long: routers have few places for them."""
        quiet = 0
        while True:
            await self._context.clock.sleep(STATUS_EVERY)
            quiet = 0 if self._leadership.leads or self._executor.busy else quiet + 1
            if quiet == QUIET:
                await self._context.gateways.close_idle()

    def _status(self) -> str:
        states = self._followers.states.values()
        role = "keeps the timers" if self._leadership.leads else "stands by"
        followed = f", {sum(state.up for state in states)} of {len(states)} routers followed" if states else ""
        return f"{role}; {self._executor.busy} operations running{followed}"


def _told(ills: list[str], well: str) -> Reply:
    return Reply(503 if ills else 200, "".join(f"{ill}\n" for ill in ills or [well]), TEXT)


async def released(context: Context) -> bool:
    """Close connections and database; False: not in time. A database that hangs keeps a thread, and so the process,
    for as long as it hangs: the caller ends the process."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await context.close()
    except TimeoutError:
        return False
    return True
