"""What the screens may ask: the services of one process, and the operations that were begun here.

The services, and SQLAlchemy below them, are imported late: the first frame is painted before they are needed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import Operation, Step
from radiusbridge.domain.verdict import Status
from radiusbridge.services import roster
from radiusbridge.services.roster import Entry, Query
from radiusbridge.services.watch import Presence, Snapshot, Watch
from radiusbridge.tui.bulk_runs import Works

if TYPE_CHECKING:
    from radiusbridge.db.repositories.customer_orders import Way
    from radiusbridge.services.access import Manner
    from radiusbridge.services.context import Context
    from radiusbridge.services.journal import News
    from radiusbridge.services.readings.watching import Readings

PATIENCE = 2.0
"""Seconds between two looks at an operation that waits for its server."""
RETRY = 10.0
"""Seconds until what waits is looked at again after the database failed."""


@dataclass(frozen=True, slots=True)
class Began:
    """What a submitted action led to. operation None: nothing is carried out, `words` says why."""

    operation: Operation | None
    words: str = ""


@dataclass(slots=True)
class Desk:
    """One dashboard's way to the services.

    `on_news` hears of each operation that was begun here, `on_trouble` of what broke in the background.
    """

    context: "Context"
    on_news: Callable[[Operation], None]
    on_trouble: Callable[[BaseException], None]
    manner: "Manner | None" = None
    on_step: Callable[[], None] = lambda: None
    """Hears that `last_steps` has changed."""
    watch: Watch = field(init=False)
    works: Works = field(init=False)
    """What was begun here on many."""
    _readings: "Readings | None" = None
    begun: dict[int, Operation] = field(default_factory=dict)
    last_steps: dict[int, Step] = field(default_factory=dict)
    """The newest evidence of each operation that was begun here."""
    pending: tuple[Operation, ...] = ()
    """Operations of everybody that were not over when `look_at_pending` looked, newest first."""
    _pending_of: int | None = None
    """The version of the database that they were read from."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.watch = Watch(self.context)
        self.works = Works(self.context, self._spawn)

    @property
    def readings(self) -> "Readings":
        """Of the routers; the first rows are there before they are begun."""
        if self._readings is None:
            from radiusbridge.services.readings.watching import Readings

            self._readings = Readings(self.context)
        return self._readings

    def start(self) -> None:
        """Watch the NASes, and carry out what waits."""
        self._spawn(self.watch.run(), "watch")
        self._spawn(self.readings.run(), "readings")
        if not self.context.read_only:
            self._spawn(self._carry_what_waits(), "executor")

    async def _carry_what_waits(self) -> None:
        from radiusbridge.services.executor import Executor

        while True:
            try:
                await Executor(self.context).watch()
            except RadiusbridgeError as error:
                self.on_trouble(error)
                await self.context.clock.sleep(RETRY)

    # -- reading

    @property
    def snapshot(self) -> Snapshot:
        """Who is on line, as last read."""
        return self.watch.snapshot

    def now(self) -> float:
        """The clock that ages are measured by."""
        return self.context.clock.monotonic()

    def presence(self, entry: Entry) -> Presence:
        """How a customer stands now."""
        return self.snapshot.presence(entry.server.id, entry.customer.username, self.now())

    async def page(self, query: Query, offset: int, limit: int, order: "Way") -> tuple[tuple[Entry, ...], int | None]:
        """A slice of the customers, and how many match, where the slice tells it. For a query that does not hang on the
        NASes' lists, as `count`."""
        page = await roster.page(self.context, query, offset, limit, order)
        return page.entries, page.total

    async def count(self, query: Query) -> int:
        """How many match."""
        return await roster.count(self.context, query)

    async def scan(self, query: Query, order: "Way") -> tuple[int, ...]:
        """Ids of the customers that match a query, by what the lists show now."""
        from radiusbridge.services import roster_live

        return await roster_live.chosen(self.context, query, self.snapshot, self.now(), order)

    async def by_state(self, query: Query, *, descending: bool) -> tuple[int, ...]:
        """The same, those on line first or last."""
        from radiusbridge.services import roster_live

        return await roster_live.by_state(self.context, query, self.snapshot, self.now(), descending=descending)

    async def entries(self, ids: tuple[int, ...]) -> tuple[Entry, ...]:
        """The entries of those customers."""
        return await roster.entries(self.context, ids)

    async def unfinished(self) -> tuple[Operation, ...]:
        """Operations of everybody that are not over, newest first."""
        return await roster.unfinished(self.context)

    async def version(self) -> int | None:
        """Another number after each commit, whoever committed; None: the database does not tell."""
        return await self.context.database.version()

    async def look_at_pending(self) -> None:
        """Read `pending` again, if anything was committed since."""
        version = await self.version()
        if version is None or version != self._pending_of:
            self.pending = await self.unfinished()
            self._pending_of = version

    async def follow(self, operation_id: int) -> "AsyncIterator[News]":
        """News until the operation is over. One that waits for its server is looked at now and then."""
        from radiusbridge.services import journal

        seen: int = 0
        over = False
        while not over:
            async for news in journal.follow(self.context, operation_id):
                fresh = tuple(step for step in news.steps if step.sequence > seen)
                seen = max([seen, *(step.sequence for step in fresh)])
                yield journal.News(fresh, news.operation)
                over = news.operation.status.final
                if news.operation.status is Status.WAITING:
                    break
            if not over:
                await self.context.clock.sleep(PATIENCE)

    # -- acting

    def begin(self, operation: Operation | None) -> Began:
        """Carry out here what was submitted, and tell of it."""
        assert operation is not None
        self.begun[operation.id] = operation
        self.on_news(operation)
        self._spawn(self._carry(operation.id), f"carry {operation.id}")
        self._spawn(self._tell(operation.id), f"tell {operation.id}")
        return Began(operation)

    async def _carry(self, operation_id: int) -> None:
        from radiusbridge.services import carrying

        await carrying.carry_out(self.context, operation_id)

    async def _tell(self, operation_id: int) -> None:
        async for news in self.follow(operation_id):
            if news.steps:
                self.last_steps[operation_id] = news.steps[-1]
                self.on_step()
            if news.operation != self.begun.get(operation_id):
                self.begun[operation_id] = news.operation
                self.on_news(news.operation)

    # -- leaving

    async def leave(self) -> tuple[Operation, ...]:
        """Stop watching and hand back what this process carries out; what of it is not over yet.

        Nothing is cancelled: an operation that was under way is queued again, for whoever takes it next.
        """
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if not self.begun:
            return ()
        try:
            left = await self.unfinished()
        except RadiusbridgeError:
            return tuple(each for each in self.begun.values() if not each.status.final)
        return tuple(each for each in reversed(left) if each.id in self.begun)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.on_trouble(error)
