"""The agent as a whole: what runs, what it tells, and how it reloads and stops."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from radiusbridge.agent import metrics
from radiusbridge.agent.config import Config
from radiusbridge.agent.http import TEXT, Reply, Responder
from radiusbridge.agent.jobs import Findings, timers
from radiusbridge.agent.leadership import Leadership
from radiusbridge.agent.notify import Notifier
from radiusbridge.agent.supervisor import Supervisor
from radiusbridge.agent.syslog import Receiver, sources
from radiusbridge.agent.timers import keep_time
from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.exposition import CONTENT_TYPE, Family, rendered
from radiusbridge.domain.text import safe
from radiusbridge.services.context import Context
from radiusbridge.services.executor import Executor
from radiusbridge.services.following import Followers
from radiusbridge.services.refusals import Book

DATABASE_SECONDS = 3.0
"""In which the database has to answer the health check."""
BROKEN_FOR = 60.0
"""Seconds after which a task that does not run makes the agent ill."""
LET_GO_SECONDS = 8.0
"""For handing over what still runs, once its time is over."""
RENEWAL = 30.0
"""Seconds between two looks at whose syslog is taken."""
STATUS_EVERY = 30.0

log = logging.getLogger(__name__)


class Agent:
    """Runs until it is told to stop. load: reads the configuration again. BadInput from it keeps the old one."""

    def __init__(self, context: Context, config: Config, notifier: Notifier, load: Callable[[], Config]) -> None:
        self._context = context
        self._config = config
        self._notifier = notifier
        self._load = load
        self._tasks = Supervisor(context.clock, context.entropy)
        self._crew = Supervisor(context.clock, context.entropy)
        self._executor = Executor(context)
        self._findings = Findings()
        self._book = Book(context)
        self._followers = Followers(context, self._book)
        self._leadership = Leadership(context, self._begin_crew, self._crew.stop)
        self._cache = metrics.Cache(context)
        self._responder: Responder | None = None
        self._receiver = Receiver(self._book, context.clock)
        self._transport: asyncio.DatagramTransport | None = None
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()
        self._reloading = asyncio.Lock()

    @property
    def metrics_port(self) -> int | None:
        """Where health and metrics are served."""
        return None if self._responder is None else self._responder.port

    @property
    def syslog_port(self) -> int | None:
        """Where syslog is taken."""
        return None if self._transport is None else int(self._transport.get_extra_info("sockname")[1])

    # -- life

    async def run(self) -> int:
        """Run; the exit status. Raises BadInput where a port cannot be had."""
        await self._open(self._config)
        try:
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

    async def reload(self) -> bool:
        """Take a new configuration over; False: it was refused, and the old one stays."""
        async with self._reloading:
            if self._stopping.is_set():
                return False
            stamp = int(self._context.clock.monotonic() * 1e6)
            self._notifier.send(RELOADING=1, MONOTONIC_USEC=stamp)
            try:
                config = self._load()
                await self._open(config)
            except RadiusbridgeError as error:
                words = safe(error.line(), 600)
                log.warning("the new configuration was refused, the old one stays: %s", words)
                self._notifier.send(READY=1, STATUS=f"configuration refused: {words}")
                return False
            self._config = config
            await self._tasks.stop("executor", "leadership")
            self._start()
            log.warning("the configuration was read again")
            self._notifier.send(READY=1, STATUS=self._status())
            return True

    def _start(self) -> None:
        config, tasks = self._config, self._tasks
        if config.executor:
            tasks.start("executor", self._executor.watch)
        if config.timers or config.follow:
            tasks.start("leadership", self._leadership.run)
        tasks.start("refusals", self._book.run)
        tasks.start("status", self._tell_status)
        tasks.start("syslog sources", self._know_senders)
        if self._notifier.watchdog is not None:
            tasks.start("watchdog", lambda: self._notifier.keep_alive(self._context.clock))

    def _begin_crew(self) -> None:
        """What only one agent does."""
        if self._config.follow:
            self._crew.start("followers", self._followers.run)
        if self._config.timers:
            for timer in timers(self._context, self._config, self._findings):
                self._crew.start(timer.name, partial(keep_time, self._context, timer, self._epoch))

    def _epoch(self) -> int:
        return self._leadership.epoch

    async def _wind_down(self) -> None:
        """Claim nothing more; let what runs end for a while; then hand it over."""
        await self._tasks.stop("leadership")
        if self._executor.busy:
            log.warning("%d operations end, or are handed over", self._executor.busy)
        ending = asyncio.create_task(self._executor.wind_down(self._config.stop_within))
        hurry = asyncio.create_task(self._hurry.wait())
        await asyncio.wait({ending, hurry}, return_when=asyncio.FIRST_COMPLETED)
        for task in (ending, hurry):
            task.cancel()

    async def _end(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LET_GO_SECONDS):
                await self._tasks.stop("executor")
                await self._crew.stop()
                await self._tasks.stop()
        if self._responder is not None:
            await self._responder.close()
        if self._transport is not None:
            self._transport.close()

    # -- ports

    async def _open(self, config: Config) -> None:
        """Listen where that configuration says; what cannot be had leaves all as it was. BadInput."""
        old = self._config
        responder, transport = self._responder, self._transport
        if responder is None or config.metrics != old.metrics:
            responder = await self._opened_responder(config)
        try:
            if transport is None or config.syslog != old.syslog:
                transport = await self._opened_syslog(config)
        except BadInput:
            if responder is not None and responder is not self._responder:
                await responder.close()
            raise
        if self._responder is not None and responder is not self._responder:
            await self._responder.close()
        if self._transport is not None and transport is not self._transport:
            self._transport.close()
        self._responder, self._transport = responder, transport

    async def _opened_responder(self, config: Config) -> Responder | None:
        if config.metrics is None:
            return None
        responder = Responder({"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics})
        try:
            await responder.listen(*config.metrics)
        except OSError as error:
            raise _no_port("health and metrics", config.metrics, error) from error
        return responder

    async def _opened_syslog(self, config: Config) -> asyncio.DatagramTransport | None:
        if config.syslog is None:
            return None
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: self._receiver, local_addr=config.syslog)
        except OSError as error:
            raise _no_port("syslog", config.syslog, error) from error
        return transport

    async def _know_senders(self) -> None:
        while True:
            self._receiver.known = await self._context.database.read(partial(sources, named=self._config.senders))
            await self._context.clock.sleep(RENEWAL)

    # -- what is told

    async def _metrics(self) -> Reply:
        supervisors = (self._tasks, self._crew)
        states = tuple(self._followers.states.values())
        families = chain(
            metrics.of_process(self._leadership.leads, self._executor.busy, supervisors),
            metrics.of_routers(states, self._book, self._receiver.counts),
            metrics.of_findings(self._findings),
        )
        told = rendered(families)
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                told += rendered(metrics.of_database(await self._cache.get()))
            database = 1
        except (RadiusbridgeError, TimeoutError):
            database = 0
        up = Family(f"{metrics.P}database_up", "gauge", "Whether the database answers.")
        up.add(database)
        return Reply(200, told + rendered([up]), CONTENT_TYPE)

    async def _healthz(self) -> Reply:
        ills = await self._ills()
        return Reply(503 if ills else 200, "".join(f"{ill}\n" for ill in ills) or "ok\n", TEXT)

    async def _readyz(self) -> Reply:
        ills = ["it stops"] if self._stopping.is_set() else await self._ills()
        return Reply(503 if ills else 200, "".join(f"{ill}\n" for ill in ills) or "ready\n", TEXT)

    async def _ills(self) -> list[str]:
        """What is wrong with the agent itself; routers that are dark are no illness of it."""
        found = []
        if (words := await self._database_ill()) is not None:
            found.append(f"database: {words}")
        now = self._context.clock.monotonic()
        states = (*self._tasks.states.values(), *self._crew.states.values())
        broken = [state for state in states if not state.up and state.restarts and now - state.since > BROKEN_FOR]
        return [*found, *(f"{state.name}: {state.error}" for state in broken)]

    async def _database_ill(self) -> str | None:
        database = self._context.database
        try:
            if "://" not in database.target and not await asyncio.to_thread(Path(database.target).exists):
                return "its file is gone"
            async with asyncio.timeout(DATABASE_SECONDS):
                await database.read(lambda unit: unit.duties.held("health"))
        except RadiusbridgeError as error:
            return safe(error.line(), 200)
        except TimeoutError:
            return f"no answer within {DATABASE_SECONDS:g} s"
        return None

    async def _tell_status(self) -> None:
        while True:
            await self._context.clock.sleep(STATUS_EVERY)
            self._notifier.send(STATUS=self._status())

    def _status(self) -> str:
        states = self._followers.states.values()
        role = "keeps the timers" if self._leadership.leads else "stands by"
        followed = f", {sum(state.up for state in states)} of {len(states)} routers followed" if states else ""
        return f"{role}; {self._executor.busy} operations running{followed}"


def _no_port(what: str, where: tuple[str, int], error: OSError) -> BadInput:
    hint = "another process has it, or take another port" if error.errno == 98 else ""
    told = error.strerror or type(error).__name__
    return BadInput(f"{what} cannot be served there: {told}", target=f"{where[0]}:{where[1]}", hint=hint)


def overridden(config: Config, **options: object) -> Config:
    """A configuration with what the command line says in its place; None: it says nothing."""
    return replace(config, **{name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]
