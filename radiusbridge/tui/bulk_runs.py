"""What this dashboard carries out on many: bulk runs one after the other, and what is done without one.

Counted as it ends; stopped and resumed by a key; left to other processes when one leaves.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from radiusbridge.domain.bulk import BulkRow, BulkRun, Outcome, RunStatus
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.tui import formats
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.terms import term

if TYPE_CHECKING:
    from radiusbridge.services.bulk.preview import Preview
    from radiusbridge.services.bulk.runner import BulkRunner
    from radiusbridge.services.context import Context

KEPT = 500
"""Rows that are kept to be shown, the ones that ended last."""
_OVER = {str(each) for each in Outcome}


@dataclass(frozen=True, slots=True)
class Ended:
    """How one of them ended, or that it waits. key: what the one who began it knows it by."""

    name: str
    state: str
    words: tuple[str, ...] = ()
    operation_id: int | None = None
    key: Hashable = None
    row: BulkRow | None = None
    """Of a bulk run; None: it was done without one."""

    @classmethod
    def of(cls, row: BulkRow) -> "Ended":
        """That row of a run."""
        words = () if row.ended is Outcome.PROVEN else (row.words, *row.reasons)
        return cls(f"{row.number} {row.username}".strip(), row.state, words, row.operation_id, row=row)


Step = BulkRun | AsyncIterator[Ended]
"""A run, or what is done without one and tells of each."""


def _nothing(_ended: Ended) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class Work:
    """name: in a word; title: with whom; size: how many in all; steps: what is left, in its order.

    heard: hears of each that ended; after: what one does next, once all is over.
    """

    name: str
    title: str
    size: int
    steps: deque[Step]
    heard: Callable[[Ended], None] = _nothing
    after: str = ""
    runs: list[int] = field(default_factory=list)
    """Every run of it."""
    rows: deque[Ended] = field(default_factory=lambda: deque(maxlen=KEPT))
    begun_with: int = 0
    """Rows that had ended before it was begun, or resumed."""
    since: float = 0.0
    running: bool = False
    stopping: str = ""
    why: str = ""
    """Why it stands still, though something is left."""
    error: str = ""
    broken_off: bool = False
    runner: "BulkRunner | None" = None
    states: dict[int, Counter[str]] = field(default_factory=dict)
    """How many rows are in which state, by run; 0: without one."""

    def __post_init__(self) -> None:
        self.runs = [each.id for each in self.steps if isinstance(each, BulkRun)]

    @property
    def ids(self) -> str:
        """Its runs, as screens name them; empty: it has none."""
        ids = ", ".join(map(str, self.runs))
        return ngettext("bulk run {id}", "bulk runs {id}", len(self.runs)).format(id=ids) if ids else ""

    @property
    def called(self) -> str:
        """Its runs, and what they do."""
        return ", ".join(each for each in (self.ids, term(self.name)) if each)

    @property
    def counts(self) -> Counter[str]:
        """How many rows ended how."""
        return sum(self.states.values(), Counter[str]())

    @property
    def ended(self) -> int:
        """Rows that are over, or wait for their server."""
        return self.counts.total()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end, by whomever, by a brake, or since a part of it did not end well."""
        return not self.running and bool(self.why)

    @property
    def left(self) -> tuple[int, ...]:
        """Runs of it that are not over."""
        return tuple(each.id for each in self.steps if isinstance(each, BulkRun))


class Works:
    """changed: something of a work is different; ended: it ended, or stopped, in this process."""

    def __init__(self, context: "Context", spawn: Callable[..., None]) -> None:
        self._context = context
        self._spawn = spawn
        self.all: list[Work] = []
        self.changed: Callable[[Work], None] = lambda _work: None
        self.ended: Callable[[Work], None] = lambda _work: None

    @property
    def last(self) -> Work | None:
        """The one that was begun last."""
        return self.all[-1] if self.all else None

    @property
    def running(self) -> tuple[Work, ...]:
        """What is carried out here now."""
        return tuple(work for work in self.all if work.running)

    @property
    def under_way(self) -> str:
        """The same in words, for the tray."""
        return "".join(f"▸ {each.called} {each.ended}/{each.size}   " for each in self.running)

    async def begin(self, preview: "Preview", typed: int, pace: float = 1.0) -> Work:
        """Store a run for those who were shown, and carry it out. pace: times the usual one. Errors as
        `preview.create`."""
        from radiusbridge.services.bulk.preview import create
        from radiusbridge.services.bulk.usual import paced, usual_brakes

        brakes = paced(usual_brakes(preview.kind), pace)
        return self.carry(await create(self._context, preview, typed=typed, brakes=brakes))

    def carry(self, run: BulkRun) -> Work:
        """Carry out what is left of a run."""
        title = ngettext("{kind} {n} customer", "{kind} {n} customers", run.size)
        return self.go(run.kind, title.format(kind=term(run.kind), n=formats.number(run.size)), run.size, [run])

    def go(
        self,
        name: str,
        title: str,
        size: int,
        steps: Iterable[Step],
        heard: Callable[[Ended], None] = _nothing,
        after: str = "",
    ) -> Work:
        """Carry these out one after the other; a run that does not end well ends the beginning of what follows."""
        work = Work(name, title, size, deque(steps), heard, after)
        self.all.append(work)
        self.resume(work)
        return work

    def resume(self, work: Work) -> None:
        """Carry out what is left."""
        work.running, work.stopping, work.why, work.error = True, "", "", ""
        work.since, work.begun_with = self._context.clock.monotonic(), work.ended
        self._spawn(self._carried(work), f"bulk {work.name}")
        self.changed(work)

    def stop(self, work: Work) -> None:
        """Begin no more rows; those in flight end."""
        work.stopping = "asked to"
        if work.runner is not None:
            work.runner.stop(work.stopping)
        self.changed(work)

    def seconds_of(self, work: Work) -> float:
        """How long this process has been at it."""
        return self._context.clock.monotonic() - work.since

    def broken_off(self) -> list[tuple[int, ...]]:
        """Of each work that leaving broke off and nobody had stopped: its runs that are not over, in their order."""
        return [work.left for work in self.all if work.broken_off and not work.stopping and work.left]

    async def _carried(self, work: Work) -> None:
        try:
            while work.steps and not work.why:
                step = work.steps[0]
                if isinstance(step, BulkRun):
                    await self._run(work, step)
                else:
                    await self._each(work, step)
        except RadiusbridgeError as error:
            work.error = error.line()
        except asyncio.CancelledError:
            work.broken_off = True
            raise
        finally:
            work.running, work.runner = False, None
        self.ended(work)

    async def _each(self, work: Work, step: AsyncIterator[Ended]) -> None:
        async for ended in step:
            self._tell(work, 0, ended)
            if work.stopping:
                work.why = work.stopping
                return
        work.steps.popleft()

    async def _run(self, work: Work, run: BulkRun) -> None:
        from radiusbridge.services.bulk import runs
        from radiusbridge.services.bulk.runner import BulkRunner

        before = await runs.get(self._context, run.id)
        over = Counter({each: count for each, count in before.states.items() if each in _OVER})
        work.begun_with += over.total() - work.states.get(run.id, Counter[str]()).total()
        work.states[run.id] = over
        work.runner = BulkRunner(self._context, run.id, lambda row: self._tell(work, run.id, Ended.of(row)))
        if work.stopping:
            work.runner.stop(work.stopping)
        standing = await work.runner.run()
        known = {each: n for each, n in standing.states.items() if each in _OVER or each == "waiting"}
        work.states[run.id] = Counter(known)
        if standing.run.status is RunStatus.STOPPED:
            work.why = standing.run.why
            return
        work.steps.popleft()
        if work.steps and standing.exit_status == 1:
            work.why = _("not all ended well")

    def _tell(self, work: Work, run_id: int, ended: Ended) -> None:
        work.states.setdefault(run_id, Counter())[ended.state] += 1
        work.rows.append(ended)
        work.heard(ended)
        self.changed(work)
